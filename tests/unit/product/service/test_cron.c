#include "../../suite.h"
#include "base/clock.h"
#include "product/service/resource/cron.h"

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

int main(void)
{
    Suite *suite = suite_create("product/service/cron");
    TCase *tc = tcase_create("cron");

    tcase_add_loop_test(tc, test_cron_parse_table, 0, N_ELEMENTS(schedules));
    tcase_add_loop_test(tc, test_cron_last_table, 0, N_ELEMENTS(lasts));
    tcase_add_loop_test(tc, test_cron_span_table, 0, N_ELEMENTS(spans));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
