#include "conf/scalar.h"

#include "../suite.h"

static const struct {
    const char *text;
    enum scalar_result want;
    uint64_t value;
} durations[] = {
    {"250ms",              SCALAR_OK,      250 * DURATION_MS },
    {"1.5s",               SCALAR_OK,      1500 * DURATION_MS},
    {"0.1s",               SCALAR_OK,      100 * DURATION_MS },
    {"2m",                 SCALAR_OK,      120 * DURATION_S  },
    {"1h",                 SCALAR_OK,      3600 * DURATION_S },
    {"0s",                 SCALAR_OK,      0                 },
    {"0.5ms",              SCALAR_OK,      500000            },
    {"5",                  SCALAR_NO_UNIT, 0                 },
    {"5 s",                SCALAR_SYNTAX,  0                 },
    {"s",                  SCALAR_SYNTAX,  0                 },
    {"",                   SCALAR_SYNTAX,  0                 },
    {"-1s",                SCALAR_SYNTAX,  0                 },
    {".5s",                SCALAR_SYNTAX,  0                 },
    {"1e3s",               SCALAR_SYNTAX,  0                 },
    {"1h30m",              SCALAR_SYNTAX,  0                 },
    {"99999999999999999h", SCALAR_RANGE,   0                 },
};

START_TEST(test_scalar_duration_table)
{
    uint64_t got = 0;

    ck_assert_msg(scalar_duration(str_of(durations[_i].text), &got) == durations[_i].want, "'%s'",
                  durations[_i].text);
    ck_assert_uint_eq(got, durations[_i].value);
}
END_TEST

static const struct {
    const char *text;
    enum scalar_result want;
    uint64_t value;
} sizes[] = {
    {"512B",          SCALAR_OK,      512     },
    {"64KiB",         SCALAR_OK,      65536   },
    {"6MiB",          SCALAR_OK,      6291456 },
    {"1.5KiB",        SCALAR_OK,      1536    },
    {"2GiB",          SCALAR_OK,      1u << 31},
    {"64",            SCALAR_NO_UNIT, 0       },
    {"64kb",          SCALAR_SYNTAX,  0       },
    {"64KB",          SCALAR_SYNTAX,  0       },
    {"9999999999TiB", SCALAR_RANGE,   0       },
};

START_TEST(test_scalar_size_table)
{
    uint64_t got = 0;

    ck_assert_msg(scalar_size(str_of(sizes[_i].text), &got) == sizes[_i].want, "'%s'",
                  sizes[_i].text);
    ck_assert_uint_eq(got, sizes[_i].value);
}
END_TEST

START_TEST(test_scalar_rate_wants_a_size_per_second)
{
    uint64_t got = 0;

    ck_assert_int_eq(scalar_rate(STR("32KiB/s"), &got), SCALAR_OK);
    ck_assert_uint_eq(got, 32768);
    ck_assert_int_eq(scalar_rate(STR("32KiB"), &got), SCALAR_SYNTAX);
    ck_assert_int_eq(scalar_rate(STR("10kb"), &got), SCALAR_SYNTAX);
    ck_assert_int_eq(scalar_rate(STR("10"), &got), SCALAR_NO_UNIT);
}
END_TEST

START_TEST(test_scalar_ratio_is_a_number_or_a_percentage)
{
    double got = 0;

    ck_assert_int_eq(scalar_ratio(STR("30%"), &got), SCALAR_OK);
    ck_assert_double_eq_tol(got, 0.3, 1e-12);
    ck_assert_int_eq(scalar_ratio(STR("0.25"), &got), SCALAR_OK);
    ck_assert_double_eq_tol(got, 0.25, 1e-12);
    ck_assert_int_eq(scalar_ratio(STR("30"), &got), SCALAR_OK);
    ck_assert_double_eq_tol(got, 30, 1e-12);
    ck_assert_int_eq(scalar_ratio(STR("x%"), &got), SCALAR_SYNTAX);
    ck_assert_int_eq(scalar_ratio(STR("-0.1"), &got), SCALAR_SYNTAX);
}
END_TEST

static const struct {
    uint64_t ns;
    const char *want;
} written[] = {
    {0,                  "0s"    },
    {DURATION_MS * 250,  "250ms" },
    {DURATION_S,         "1s"    },
    {DURATION_MS * 1500, "1.5s"  },
    {DURATION_MS * 1230, "1230ms"},
    {DURATION_S * 90,    "90s"   },
    {DURATION_M * 30,    "30m"   },
    {DURATION_H * 2,     "2h"    },
    {500000,             "0.5ms" },
};

START_TEST(test_scalar_format_duration_reads_back)
{
    struct buf text = {0};
    uint64_t back = 1;

    scalar_format_duration(written[_i].ns, &text);
    ck_assert_str_eq(buf_text(&text), written[_i].want);
    ck_assert_int_eq(scalar_duration(buf_str(&text), &back), SCALAR_OK);
    ck_assert_uint_eq(back, written[_i].ns);
    buf_done(&text);
}
END_TEST

START_TEST(test_scalar_format_size_uses_the_largest_exact_unit)
{
    struct buf text = {0};

    scalar_format_size(32 << 20, &text);
    buf_add_char(&text, ' ');
    scalar_format_size(1000, &text);
    buf_add_char(&text, ' ');
    scalar_format_size(0, &text);
    ck_assert_str_eq(buf_text(&text), "32MiB 1000B 0B");
    buf_done(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("conf/scalar");
    TCase *tc = tcase_create("values");

    tcase_add_loop_test(tc, test_scalar_duration_table, 0, N_ELEMENTS(durations));
    tcase_add_loop_test(tc, test_scalar_size_table, 0, N_ELEMENTS(sizes));
    tcase_add_test(tc, test_scalar_rate_wants_a_size_per_second);
    tcase_add_test(tc, test_scalar_ratio_is_a_number_or_a_percentage);
    tcase_add_loop_test(tc, test_scalar_format_duration_reads_back, 0, N_ELEMENTS(written));
    tcase_add_test(tc, test_scalar_format_size_uses_the_largest_exact_unit);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
