/*
 * product/service/door.h - where traffic leads that names no function in its path
 *
 * The host says it: a custom domain by its routes, or the name of an HTTP trigger's own.
 *
 * Source: spec pages api-2016-08-15 §6.7.3, invocation §4.1 and §4.3.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "http/call/message.h"
#include "route/place.h"

struct service;

enum service_door_result {
    DOOR_OPEN = 0,     /* service and function say where it leads, whether they exist or not */
    DOOR_UNKNOWN,      /* no trigger and no domain has this name */
    DOOR_NO_ROUTE,     /* the domain has no route for the path */
    DOOR_WRONG_METHOD, /* the route is for other methods */
};

struct service_door {
    enum service_door_result result;
    struct str account, region;     /* of the trigger or the domain; absent when it is unknown */
    struct str service;             /* absent for a function of 2023-03-30 */
    struct str function, qualifier; /* the qualifier may be absent */
    struct str route;               /* of a domain: its path */
    bool rewritten;                 /* by the route: */
    struct str path, query;         /* what the function sees; the query may be absent */
};

/** For PLACE_TRIGGER and PLACE_CUSTOM. Views live in @arena. */
void service_door_find(struct service *service, const struct http_request *request,
                       const struct place *place, struct arena *arena, struct service_door *out);
