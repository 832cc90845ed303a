#include "base/clock.h"

#include "../suite.h"
#include "base/str.h"

enum { NS_PER_MS = 1000000 };

#define HOUR_NS 3600000000000u

/* 24 November 2026, 03:00:00.123 UTC, a Tuesday */
static const uint64_t moment_ms = 1795489200123u;

START_TEST(test_clock_formats_one_moment_in_three_ways)
{
    char text[CLOCK_RFC1123_BYTES];

    clock_format_rfc1123(moment_ms, text);
    ck_assert_str_eq(text, "Tue, 24 Nov 2026 03:00:00 GMT");
    clock_format_rfc1123(moment_ms + 877, text);
    ck_assert_str_eq(text, "Tue, 24 Nov 2026 03:00:01 GMT");
    clock_format_rfc1123(moment_ms + 876, text);
    ck_assert_str_eq(text, "Tue, 24 Nov 2026 03:00:00 GMT");
    clock_format_iso(moment_ms, text);
    ck_assert_str_eq(text, "2026-11-24T03:00:00.123Z");
    clock_format_iso_seconds(moment_ms, text);
    ck_assert_str_eq(text, "2026-11-24T03:00:00Z");
}
END_TEST

static const struct {
    const char *text;
    bool want;
    uint64_t ms;
} rfc1123[] = {
    {"Tue, 24 Nov 2026 03:00:00 GMT",  true,  1795489200000},
    {"Thu, 01 Jan 1970 00:00:00 GMT",  true,  0            },
    {"Thu, 29 Feb 2024 23:59:59 GMT",  true,  1709251199000},
    {"Thu, 29 Feb 2023 23:59:59 GMT",  false, 0            },
    {"Tue, 24 Nov 2026 24:00:00 GMT",  false, 0            },
    {"Tue, 24 nov 2026 03:00:00 GMT",  false, 0            },
    {"Tue, 24 Nov 2026 03:00:00 UTC",  false, 0            },
    {"Tue, 4 Nov 2026 03:00:00 GMT",   false, 0            },
    {"Wed, 31 Dec 1969 23:59:59 GMT",  false, 0            },
    {"Tue, 24 Nov 2026 03:00:00 GMT ", false, 0            },
    {"",                               false, 0            },
};

START_TEST(test_clock_parse_rfc1123_table)
{
    uint64_t got = 0;
    const char *text = rfc1123[_i].text;

    ck_assert_msg(clock_parse_rfc1123(text, strlen(text), &got) == rfc1123[_i].want, "'%s'", text);
    ck_assert_uint_eq(got, rfc1123[_i].ms);
}
END_TEST

static const struct {
    const char *text;
    bool want;
    uint64_t ms;
} iso[] = {
    {"2026-11-24T03:00:00Z",      true,  1795489200000},
    {"2026-11-24T03:00:00.5Z",    true,  1795489200500},
    {"2026-11-24T03:00:00.1239Z", true,  1795489200123},
    {"2026-11-24T11:00:00+08:00", true,  1795489200000},
    {"2026-11-23T22:30:00-04:30", true,  1795489200000},
    {"2026-11-24 03:00:00z",      true,  1795489200000},
    {"2026-11-24T03:00:00",       false, 0            },
    {"2026-11-24T03:00:00.Z",     false, 0            },
    {"2026-11-31T03:00:00Z",      false, 0            },
    {"2026-11-24T03:00:00+24:00", false, 0            },
    {"2026-11-24T03:00:00Zx",     false, 0            },
    {"1970-01-01T00:00:00+01:00", false, 0            },
    {"tomorrow",                  false, 0            },
};

START_TEST(test_clock_parse_iso_table)
{
    uint64_t got = 0;
    const char *text = iso[_i].text;

    ck_assert_msg(clock_parse_iso(text, strlen(text), &got) == iso[_i].want, "'%s'", text);
    ck_assert_uint_eq(got, iso[_i].ms);
}
END_TEST

START_TEST(test_clock_zeroed_is_real)
{
    struct clock clock = {0};
    uint64_t before = clock_monotonic_ns();
    uint64_t now = clock_now_ns(&clock);

    ck_assert(clock_is_real(&clock));
    ck_assert_uint_ge(now, before);
    ck_assert_uint_le(now, clock_now_ns(NULL));
}
END_TEST

START_TEST(test_clock_advance_moves_both_scales_alike)
{
    struct clock clock = {0};
    uint64_t wall_before = clock_wall_ms();
    uint64_t before = clock_monotonic_ns();

    clock_advance(&clock, 5 * HOUR_NS);
    ck_assert(!clock_is_real(&clock));
    ck_assert_uint_ge(clock_now_ns(&clock), before + 5 * HOUR_NS);
    ck_assert_uint_ge(clock_now_wall_ms(&clock), wall_before + 5 * HOUR_NS / NS_PER_MS);
    ck_assert_uint_le(clock_now_wall_ms(&clock), clock_wall_ms() + 5 * HOUR_NS / NS_PER_MS);
    clock_real(&clock);
    ck_assert(clock_is_real(&clock));
}
END_TEST

START_TEST(test_clock_wall_time_of_a_moment_that_has_passed)
{
    struct clock clock = {0};
    uint64_t before = clock_wall_ms();
    uint64_t moment = clock_monotonic_ns();

    ck_assert_uint_ge(clock_wall_ms_at(&clock, moment) + 1, before);
    ck_assert_uint_le(clock_wall_ms_at(&clock, moment), clock_wall_ms() + 1);
    ck_assert_uint_eq(clock_wall_ms_at(&clock, moment + 500 * NS_PER_MS),
                      clock_wall_ms_at(&clock, moment) + 500);
    ck_assert_uint_le(clock_wall_ms_at(&clock, moment + HOUR_NS),
                      clock_wall_ms() + HOUR_NS / NS_PER_MS + 1);
    clock_advance(&clock, 2 * HOUR_NS);
    ck_assert_uint_ge(clock_wall_ms_at(&clock, moment) + 1, before + 2 * HOUR_NS / NS_PER_MS);
    clock_freeze_at(&clock, moment_ms);
    ck_assert_uint_eq(clock_wall_ms_at(&clock, moment), moment_ms);
}
END_TEST

START_TEST(test_clock_frozen_stands_still_until_advanced)
{
    struct clock clock = {0};

    clock_freeze_at(&clock, moment_ms);
    uint64_t standing = clock_now_ns(&clock);

    for (int i = 0; i < 10000; i++)
        ck_assert_uint_eq(clock_now_wall_ms(&clock), moment_ms);
    ck_assert_uint_eq(clock_now_ns(&clock), standing);
    clock_advance(&clock, HOUR_NS);
    ck_assert_uint_eq(clock_now_ns(&clock), standing + HOUR_NS);
    ck_assert_uint_eq(clock_now_wall_ms(&clock), moment_ms + HOUR_NS / NS_PER_MS);
}
END_TEST

START_TEST(test_clock_freeze_keeps_what_was_advanced)
{
    struct clock clock = {0};
    uint64_t wall_before = clock_wall_ms();

    clock_advance(&clock, HOUR_NS);
    clock_freeze(&clock);
    uint64_t standing = clock_now_wall_ms(&clock);

    ck_assert_uint_ge(standing, wall_before + HOUR_NS / NS_PER_MS);
    ck_assert_uint_eq(clock_now_wall_ms(&clock), standing);
    ck_assert(!clock_is_real(&clock));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/clock");
    TCase *tc = tcase_create("clock");

    tcase_add_test(tc, test_clock_formats_one_moment_in_three_ways);
    tcase_add_loop_test(tc, test_clock_parse_rfc1123_table, 0, (int)N_ELEMENTS(rfc1123));
    tcase_add_loop_test(tc, test_clock_parse_iso_table, 0, (int)N_ELEMENTS(iso));
    tcase_add_test(tc, test_clock_zeroed_is_real);
    tcase_add_test(tc, test_clock_advance_moves_both_scales_alike);
    tcase_add_test(tc, test_clock_wall_time_of_a_moment_that_has_passed);
    tcase_add_test(tc, test_clock_frozen_stands_still_until_advanced);
    tcase_add_test(tc, test_clock_freeze_keeps_what_was_advanced);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
