#include "base/zone.h"

#include "../suite.h"
#include "base/clock.h"

static int64_t moment(const char *text)
{
    uint64_t ms = 0;

    ck_assert(clock_parse_iso(text, strlen(text), &ms));
    return (int64_t)(ms / 1000);
}

static const struct {
    const char *zone, *local, *utc;
} rows[] = {
    {"Asia/Shanghai",    "2020-10-10T10:10:10Z", "2020-10-10T02:10:10Z"},
    {"Asia/Shanghai",    "2090-07-01T00:00:00Z", "2090-06-30T16:00:00Z"},
    {"Asia/Kolkata",     "2026-11-29T05:30:00Z", "2026-11-29T00:00:00Z"},
    {"Etc/UTC",          "2026-11-29T05:30:00Z", "2026-11-29T05:30:00Z"},
    {"America/New_York", "2026-01-15T12:00:00Z", "2026-01-15T17:00:00Z"},
    {"America/New_York", "2026-07-15T12:00:00Z", "2026-07-15T16:00:00Z"},
    {"America/New_York", "2026-03-08T02:30:00Z", "2026-03-08T07:30:00Z"}, /* skipped */
    {"America/New_York", "2026-03-08T03:00:00Z", "2026-03-08T07:00:00Z"},
    {"America/New_York", "2026-11-01T01:30:00Z", "2026-11-01T05:30:00Z"}, /* twice */
    {"America/New_York", "2026-11-01T02:00:00Z", "2026-11-01T07:00:00Z"},
    {"America/New_York", "2090-03-12T01:59:59Z", "2090-03-12T06:59:59Z"}, /* by the rule alone */
    {"America/New_York", "2090-03-12T03:00:00Z", "2090-03-12T07:00:00Z"},
    {"America/New_York", "2090-11-05T03:00:00Z", "2090-11-05T08:00:00Z"},
    {"Australia/Sydney", "2026-01-15T12:00:00Z", "2026-01-15T01:00:00Z"},
    {"Australia/Sydney", "2090-01-15T12:00:00Z", "2090-01-15T01:00:00Z"},
    {"Australia/Sydney", "2090-07-15T12:00:00Z", "2090-07-15T02:00:00Z"},
    {"Europe/London",    "2090-03-26T02:00:00Z", "2090-03-26T01:00:00Z"}, /* the last Sunday */
    {"Europe/London",    "2090-03-26T00:59:59Z", "2090-03-26T00:59:59Z"},
    {"Pacific/Auckland", "2090-04-02T03:00:00Z", "2090-04-01T15:00:00Z"},
    {"America/St_Johns", "2026-07-15T12:00:00Z", "2026-07-15T14:30:00Z"},
};

START_TEST(test_zone_local_times)
{
    OWN(zone_free) struct zone *zone = zone_load(str_of(rows[_i].zone));

    ck_assert_ptr_nonnull(zone);
    ck_assert_int_eq(zone_from_local_s(zone, moment(rows[_i].local)), moment(rows[_i].utc));
}
END_TEST

START_TEST(test_zone_offsets)
{
    OWN(zone_free) struct zone *zone = zone_load(STR("America/New_York"));

    ck_assert_ptr_nonnull(zone);
    ck_assert_int_eq(zone_offset_s(zone, moment("2026-11-01T05:59:59Z")), -4 * 3600);
    ck_assert_int_eq(zone_offset_s(zone, moment("2026-11-01T06:00:00Z")), -5 * 3600);
    ck_assert_int_eq(zone_offset_s(zone, moment("2090-11-05T05:59:59Z")), -4 * 3600);
    ck_assert_int_eq(zone_offset_s(zone, moment("2090-11-05T06:00:00Z")), -5 * 3600);
    ck_assert_int_eq(zone_offset_s(zone, -3000000000), -(4 * 3600 + 56 * 60 + 2)); /* in 1874 */
}
END_TEST

static const char *const unknown[] = {
    "",
    "Mars/Base",
    "../../etc/passwd",
    "/usr/share/zoneinfo/UTC",
    "zone.tab",
    "Asia/Shanghai\n",
    "Asia",
    "asia shanghai",
};

START_TEST(test_zone_unknown)
{
    ck_assert_ptr_null(zone_load(str_of(unknown[_i])));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/zone");
    TCase *tc = tcase_create("zone");

    tcase_add_loop_test(tc, test_zone_local_times, 0, N_ELEMENTS(rows));
    tcase_add_test(tc, test_zone_offsets);
    tcase_add_loop_test(tc, test_zone_unknown, 0, N_ELEMENTS(unknown));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
