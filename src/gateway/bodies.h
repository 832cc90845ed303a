/*
 * gateway/bodies.h - error bodies that were put together lately
 *
 * A drill sends one error over and over, and most messages name nothing of the call but its region.
 * Such a body is kept with what it was made from; a newer one takes its place in a table of fixed
 * size.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "catalog/fc_error.h"
#include "fault/rule.h"

enum { BODIES_KEPT = 16 }; /* a power of two */

/* All that a body depends on, when its message is the catalogue's with no argument given. */
struct body_key {
    const struct fc_error *error;
    enum api_version api, dialect;
    enum fault_keys keys;
    struct str region;
};

struct bodies {
    struct kept_body {
        struct body_key key; /* its region is kept behind the text */
        struct str text;     /* heap */
    } kept[BODIES_KEPT];
};

void bodies_done(struct bodies *bodies);
/** Absent when it is not there. A view, valid until something is kept. */
struct str bodies_find(const struct bodies *bodies, const struct body_key *key);
void bodies_keep(struct bodies *bodies, const struct body_key *key, struct str text);
/** Nothing but the region is to be filled into @message. */
bool bodies_depend_on_region_only(struct str message);
