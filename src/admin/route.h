/*
 * admin/route.h - method and path to a row of the route table
 *
 * Threads: any; constant data.
 */
#pragma once

#include "admin/internal.h"

enum route_result { ROUTE_FOUND, ROUTE_WRONG_METHOD, ROUTE_UNKNOWN };

struct route_match {
    const struct admin_route *route;
    struct str params[ADMIN_PARAMS_MAX];
    size_t param_count;
    struct str allowed; /* "GET, PUT" for ROUTE_WRONG_METHOD */
};

/** @path behind /_fcemu. Fixed segments win over parameters; HEAD is GET. */
enum route_result route_find(struct str method, struct str path, struct arena *arena,
                             struct route_match *out);
