/*
 * product/service/resource/timer_schedule.h - when a timer trigger fires
 *
 * "@every 5m", or six cron fields, in UTC or behind "CRON_TZ=Asia/Shanghai " in that zone. A local
 * time that clocks skip never comes; one that they show twice comes twice.
 *
 * Source: spec page invocation §5.1.
 *
 * Threads: any; plain values.
 */
#pragma once

#include "base/own.h"
#include "base/zone.h"
#include "product/service/resource/cron.h"

struct timer_schedule {
    uint64_t every_ms; /* 0: by the cron fields */
    struct cron cron;
    struct zone *zone; /* NULL: UTC */
};

/** False, and nothing to free, when it is none. */
bool timer_schedule_parse(struct str text, struct timer_schedule *out);
void timer_schedule_done(struct timer_schedule *schedule);
/** The first moment behind @after_ms; spans are counted from @since_ms. False when there is none
 * within five years. */
bool timer_schedule_next(const struct timer_schedule *schedule, uint64_t since_ms,
                         uint64_t after_ms, uint64_t *out_ms);
