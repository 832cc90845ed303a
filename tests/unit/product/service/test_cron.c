#include "../../suite.h"
#include "base/clock.h"
#include "product/service/resource/timer_schedule.h"

static const struct {
    const char *text;
    bool good;
} schedules[] = {
    {"0 0 4 * * *",            true },
    {"0 */30 * * * *",         true },
    {"0 0/5 8-18 ? * MON-FRI", true },
    {"0 15,45 1 1 JAN,7 *",    true },
    {"59 59 23 31 12 7",       true },
    {"0s */30 * * * *",        false},
    {"0 0 4 * *",              false},
    {"0 0 4 * * * *",          false},
    {"60 * * * * *",           false},
    {"* * * 0 * *",            false},
    {"* 5-3 * * * *",          false},
    {"* */0 * * * *",          false},
    {"",                       false},
    {"a b c d e f",            false},
};

START_TEST(test_cron_parse_table)
{
    struct cron cron;

    ck_assert_msg(cron_parse(str_of(schedules[_i].text), &cron) == schedules[_i].good, "'%s'",
                  schedules[_i].text);
}
END_TEST

static uint64_t time_of(const char *text)
{
    uint64_t ms;

    ck_assert(clock_parse_iso(text, strlen(text), &ms));
    return ms;
}

static const struct {
    const char *cron, *from, *to, *last; /* "" when it never came */
} lasts[] = {
    {"0 */30 * * * *", "2020-09-13T00:00:00Z", "2020-09-13T12:26:40Z", "2020-09-13T12:00:00Z"},
    {"0 0 4 * * *",    "2020-09-01T00:00:00Z", "2020-09-13T03:59:59Z", "2020-09-12T04:00:00Z"},
    {"30 0 0 1 * *",   "2020-01-01T00:00:00Z", "2020-09-13T03:59:59Z", "2020-09-01T00:00:30Z"},
    {"0 0 0 ? * MON",  "2020-01-01T00:00:00Z", "2020-09-13T03:59:59Z", "2020-09-07T00:00:00Z"},
    {"0 0 4 * * *",    "2020-09-13T05:00:00Z", "2020-09-13T12:00:00Z", ""                    },
    {"0 26 12 13 9 *", "2020-09-13T12:26:01Z", "2020-09-13T12:26:40Z", ""                    },
};

START_TEST(test_cron_last_table)
{
    struct cron cron;
    uint64_t at = 0;
    char text[CLOCK_ISO_BYTES] = "";

    ck_assert(cron_parse(str_of(lasts[_i].cron), &cron));
    if (cron_last(&cron, time_of(lasts[_i].from), time_of(lasts[_i].to), &at)) {
        clock_format_iso_seconds(at, text);
        ck_assert(cron_last(&cron, at, at, &at));
    }
    ck_assert_str_eq(text, lasts[_i].last);
}
END_TEST

static const struct {
    const char *text;
    uint64_t ms; /* 0: refused */
} spans[] = {
    {"5m",    300000 },
    {"1h30m", 5400000},
    {"90s",   90000  },
    {"1.5h",  5400000},
    {"250ms", 250    },
    {"5",     0      },
    {"m",     0      },
    {"5 m",   0      },
    {"5d",    0      },
    {"",      0      },
    {"0s",    0      },
};

START_TEST(test_cron_span_table)
{
    uint64_t ms = 0;

    ck_assert(cron_parse_span(str_of(spans[_i].text), &ms) == (spans[_i].ms > 0));
    if (spans[_i].ms > 0)
        ck_assert_uint_eq(ms, spans[_i].ms);
}
END_TEST

static const struct {
    const char *text, *after, *next; /* "" when none comes */
} nexts[] = {
    {"0 0 4 * * *",                           "2026-01-05T03:59:59Z", "2026-01-05T04:00:00Z"},
    {"0 0 4 * * *",                           "2026-01-05T04:00:00Z", "2026-01-06T04:00:00Z"},
    {"30 */15 * * * *",                       "2026-01-05T04:15:29Z", "2026-01-05T04:15:30Z"},
    {"0 0 0 29 2 *",                          "2026-01-05T00:00:00Z", "2028-02-29T00:00:00Z"},
    {"0 0 0 30 2 *",                          "2026-01-05T00:00:00Z", ""                    },
    {"0 0 12 ? * MON",                        "2026-01-05T12:00:00Z", "2026-01-12T12:00:00Z"},
    {"CRON_TZ=Asia/Shanghai 0 30 7 * * *",    "2026-01-05T00:00:00Z", "2026-01-05T23:30:00Z"},
 /* 2026-03-08 has no half past two in New York, and 2026-11-01 two of half past one. */
    {"CRON_TZ=America/New_York 0 0 9 * * *",  "2026-03-07T12:00:00Z", "2026-03-07T14:00:00Z"},
    {"CRON_TZ=America/New_York 0 0 9 * * *",  "2026-03-07T14:00:00Z", "2026-03-08T13:00:00Z"},
    {"CRON_TZ=America/New_York 0 30 2 * * *", "2026-03-07T07:30:00Z", "2026-03-09T06:30:00Z"},
    {"CRON_TZ=America/New_York 0 30 1 * * *", "2026-11-01T00:00:00Z", "2026-11-01T05:30:00Z"},
    {"CRON_TZ=America/New_York 0 30 1 * * *", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"},
    {"CRON_TZ=America/New_York 0 30 1 * * *", "2026-11-01T06:30:00Z", "2026-11-02T06:30:00Z"},
    {"@every 90m",                            "2026-01-05T01:29:59Z", "2026-01-05T01:30:00Z"},
    {"@every 90m",                            "2026-01-05T01:30:00Z", "2026-01-05T03:00:00Z"},
    {"@every 10ms",                           "2026-01-05T00:00:00Z", "2026-01-05T00:00:01Z"},
};

START_TEST(test_timer_next_table)
{
    struct timer_schedule schedule;
    char text[CLOCK_ISO_BYTES] = "";
    uint64_t at;

    ck_assert(timer_schedule_parse(str_of(nexts[_i].text), &schedule));
    if (timer_schedule_next(&schedule, time_of("2026-01-05T00:00:00Z"), time_of(nexts[_i].after),
                            &at))
        clock_format_iso_seconds(at, text);
    ck_assert_msg(strcmp(text, nexts[_i].next) == 0, "'%s' behind %s: %s", nexts[_i].text,
                  nexts[_i].after, text);
    timer_schedule_done(&schedule);
}
END_TEST

/* Against a look at every minute of two weeks, in which the clocks change. */
static const char *const walked[] = {
    "CRON_TZ=America/New_York 0 */7 1-3 * * *",
    "CRON_TZ=America/New_York 0 0 0 8,9 MAR SUN",
    "CRON_TZ=Australia/Lord_Howe 0 0,45 * ? * *",
    "CRON_TZ=Europe/Berlin 0 59 23 31 * *",
};

START_TEST(test_timer_next_misses_nothing)
{
    struct timer_schedule schedule;
    uint64_t from = time_of("2026-03-01T00:00:00Z") / 1000;
    uint64_t to = time_of("2026-04-12T00:00:00Z") / 1000;
    uint64_t next = 0;

    ck_assert(timer_schedule_parse(str_of(walked[_i]), &schedule));
    for (uint64_t at = from; at < to; at += 60) {
        int64_t local = (int64_t)at + zone_offset_s(schedule.zone, (int64_t)at);
        uint64_t found;
        uint64_t begin = (uint64_t)local * 1000;
        bool matches = cron_last(&schedule.cron, begin, begin, &found);

        if (next <= (at - 1) * 1000)
            ck_assert(timer_schedule_next(&schedule, 0, (at - 1) * 1000, &next));
        ck_assert_msg(matches == (next == at * 1000), "%s at %llu", walked[_i],
                      (unsigned long long)at);
    }
    timer_schedule_done(&schedule);
}
END_TEST

static const char *const refused[] = {"@every",      "@every 0s",
                                      "@hourly",     "CRON_TZ=Nowhere/City 0 0 4 * * *",
                                      "CRON_TZ=UTC", "CRON_TZ=UTC 0 0 4 * *",
                                      "0 0 4 * *"};

START_TEST(test_timer_schedule_refuses)
{
    struct timer_schedule schedule;

    ck_assert_msg(!timer_schedule_parse(str_of(refused[_i]), &schedule), "'%s'", refused[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/service/cron");
    TCase *tc = tcase_create("cron");

    tcase_add_loop_test(tc, test_cron_parse_table, 0, N_ELEMENTS(schedules));
    tcase_add_loop_test(tc, test_cron_last_table, 0, N_ELEMENTS(lasts));
    tcase_add_loop_test(tc, test_cron_span_table, 0, N_ELEMENTS(spans));
    tcase_add_loop_test(tc, test_timer_next_table, 0, N_ELEMENTS(nexts));
    tcase_add_loop_test(tc, test_timer_next_misses_nothing, 0, N_ELEMENTS(walked));
    tcase_add_loop_test(tc, test_timer_schedule_refuses, 0, N_ELEMENTS(refused));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
