/*
 * product/service/resource/cron.h - schedules: six fields (second minute hour day month weekday),
 * and spans of time
 *
 * A field is `*`, `?`, a number, a range a-b, a step x/n or a-b/n, or a list of these; months and
 * weekdays may be named. Times are UTC. Source: timer trigger pages, provision config pages.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/zone.h"

enum { CRON_FIELDS = 6 };

struct cron {
    uint64_t allowed[CRON_FIELDS]; /* a bit per value; weekday 0 is Sunday */
    bool any_day, any_weekday;     /* written as * or ? */
};

bool cron_parse(struct str text, struct cron *out);
/** The latest moment in [from, to] that matches, at the second; false when there is none. */
bool cron_last(const struct cron *cron, uint64_t from_ms, uint64_t to_ms, uint64_t *out_ms);

/**
 * The first second behind @after_s (since 1970) whose local time in @zone, or UTC without one,
 * matches. False when none comes within five years.
 */
bool cron_next(const struct cron *cron, const struct zone *zone, int64_t after_s, int64_t *out_s);

/** "90s", "5m", "1h30m", "1.5h": Go's notation. */
bool cron_parse_span(struct str text, uint64_t *out_ms);
