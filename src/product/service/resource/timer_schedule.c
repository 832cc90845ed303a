/* When a timer trigger fires: spans of time, or cron fields in a time zone. */
#include "product/service/resource/timer_schedule.h"

#include "base/units.h"

enum { EVERY_LEAST_MS = 1000 };

bool timer_schedule_parse(struct str text, struct timer_schedule *out)
{
    struct timer_schedule schedule = {0};
    struct str zone;

    text = str_trim(text);
    if (str_starts(text, STR("@every "))) {
        if (!cron_parse_span(str_slice(text, strlen("@every "), text.len), &schedule.every_ms))
            return false;
        if (schedule.every_ms < EVERY_LEAST_MS)
            schedule.every_ms = EVERY_LEAST_MS;
        *out = schedule;
        return true;
    }
    if (str_starts(text, STR("CRON_TZ="))) {
        if (!str_cut(str_slice(text, strlen("CRON_TZ="), text.len), ' ', &zone, &text))
            return false;
        schedule.zone = zone_load(zone);
        if (!schedule.zone)
            return false;
    }
    if (!cron_parse(text, &schedule.cron)) {
        zone_free(schedule.zone);
        return false;
    }
    *out = schedule;
    return true;
}

void timer_schedule_done(struct timer_schedule *schedule)
{
    zone_free(GIVE(schedule->zone));
}

static bool next_span(uint64_t every_ms, uint64_t since_ms, uint64_t after_ms, uint64_t *out_ms)
{
    uint64_t passed = after_ms > since_ms ? (after_ms - since_ms) / every_ms : 0;

    *out_ms = since_ms + (passed + 1) * every_ms;
    return true;
}

bool timer_schedule_next(const struct timer_schedule *schedule, uint64_t since_ms,
                         uint64_t after_ms, uint64_t *out_ms)
{
    int64_t next_s;

    if (schedule->every_ms)
        return next_span(schedule->every_ms, since_ms, after_ms, out_ms);
    if (!cron_next(&schedule->cron, schedule->zone, (int64_t)(after_ms / MS_PER_S), &next_s))
        return false;
    *out_ms = (uint64_t)next_s * MS_PER_S;
    return true;
}
