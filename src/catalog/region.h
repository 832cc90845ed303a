/*
 * catalog/region.h - where the service is offered
 *
 * Source: spec page regions.md: the 15 regions of the reference of 2020-08-27 first, each with a
 * public and an internal endpoint, then the later ones. Private region ids are accepted by routing,
 * with a near miss in the journal.
 *
 * Threads: any; constant data.
 */
#pragma once

#include "base/arena.h"

struct region {
    const char *id;
    const char *name_zh;
    const char *name_en;
    bool documented_2020; /* one of the 15 */
    const char *status;   /* "documented 2020-08-27", "documented later", "metadata only", … */
};

const struct region *region_table(size_t *out_count);
const struct region *region_find(struct str id); /* NULL when unknown */

/** "cn-hangzhou.fc.aliyuncs.com", or with "-internal"; an account stands in front of it. */
struct str region_endpoint(const struct region *region, bool internal, struct arena *arena);
