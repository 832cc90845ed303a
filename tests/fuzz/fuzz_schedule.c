/*
 * tests/fuzz/fuzz_schedule.c - a schedule that is accepted names moments that it matches, before
 * and behind any other
 */
#include <stdlib.h>

#include "product/service/resource/timer_schedule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HOUR_MS = 3600 * 1000 };

/* What comes next lies behind, and nothing lies between. */
static void check_next(struct str text, uint64_t now_ms)
{
    struct timer_schedule schedule;
    uint64_t next_ms = 0;
    uint64_t again_ms = 0;

    if (!timer_schedule_parse(text, &schedule))
        return;
    if (timer_schedule_next(&schedule, now_ms, now_ms, &next_ms) &&
        (next_ms <= now_ms || !timer_schedule_next(&schedule, now_ms, next_ms - 1000, &again_ms) ||
         again_ms != next_ms))
        abort();
    timer_schedule_done(&schedule);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct str text = {(const char *)data, size};
    const uint64_t now_ms = 1600000000000;
    struct cron cron;
    uint64_t last_ms;
    uint64_t span_ms = 0;

    if (cron_parse(text, &cron) && cron_last(&cron, now_ms - HOUR_MS, now_ms, &last_ms) &&
        (last_ms > now_ms || last_ms < now_ms - HOUR_MS ||
         !cron_last(&cron, last_ms, last_ms, &last_ms)))
        abort();
    check_next(text, now_ms);
    if (cron_parse_span(text, &span_ms) && span_ms == 0)
        abort();
    return 0;
}
