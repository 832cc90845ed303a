/*
 * route/endpoint.h - account and region in the path of an endpoint
 *
 * A client that is given an address for its endpoint names no place by its host. Where it keeps the
 * path of the endpoint, as nearly all do, that says it:
 * http://127.0.0.1:8252/@cn-shanghai/16530750, or without the account.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "route/place.h"

enum endpoint_result {
    ENDPOINT_NONE, /* the path names no place */
    ENDPOINT_FOUND,
    ENDPOINT_WRONG, /* it should, and cannot: see place->problem */
};

/** Cut "/@<region>[/<account>]" off @path and put what it says into @place. *out_rest begins with
 * '/'. @defaults as for place_find(). */
enum endpoint_result endpoint_take(struct str path, const struct place_defaults *defaults,
                                   struct arena *arena, struct place *place, struct str *out_rest);
