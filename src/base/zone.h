/*
 * base/zone.h - time zones by their names
 *
 * The rules come from the system's zone database (/usr/share/zoneinfo); TZ is never set, because
 * the C library keeps one zone for a whole process.
 *
 * Moments are seconds since 1970. A local time is a number of the same kind: the moment at which
 * clocks in UTC show it. Source: RFC 8536.
 *
 * Threads: any; a zone does not change.
 */
#pragma once

#include <stdint.h>

#include "base/own.h"
#include "base/str.h"

struct zone;

/** The rules of @name, "Asia/Shanghai". NULL when the database has no such zone. */
struct zone *zone_load(struct str name);
void zone_free(struct zone *zone);
DEFINE_OWN(zone_free, struct zone *);

/** How far clocks are ahead of UTC at a moment. */
int64_t zone_offset_s(const struct zone *zone, int64_t utc_s);
/** The moment of a local time; where clocks show it twice or skip it, the one that follows from the
 * rules of the hours before. */
int64_t zone_from_local_s(const struct zone *zone, int64_t local_s);
