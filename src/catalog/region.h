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
    const char *zone;     /* an availability zone, "cn-hangzhou-h", "ap-southeast-1a" */
    const char *zone_source;
};

const struct region *region_table(size_t *out_count);
const struct region *region_find(struct str id); /* NULL when unknown */

/** A zone of @id; of a region that has no row the first one by the rule of names. */
struct str region_zone(struct str id, struct arena *arena);
/** @zone is called as zones of @id are: a letter behind it, or a dash and a letter. */
bool region_has_zone(struct str id, struct str zone);
