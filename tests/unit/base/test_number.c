#include "base/number.h"

#include <math.h>

#include "../suite.h"

static const struct {
    double value;
    bool fits; /* from 0 to UINT64_MAX */
    uint64_t want;
} unsigned_cases[] = {
    {0,                      true,  0                    },
    {-0.0,                   true,  0                    },
    {7,                      true,  7                    },
    {7.5,                    false, 0                    },
    {-1,                     false, 0                    },
    {9007199254740991.0,     true,  NUMBER_EXACT         },
    {18446744073709549568.0, true,  18446744073709549568u},
    {18446744073709551616.0, false, 0                    },
    {1e300,                  false, 0                    },
    {INFINITY,               false, 0                    },
    {-INFINITY,              false, 0                    },
    {NAN,                    false, 0                    },
};

START_TEST(test_number_to_uint_takes_what_fits)
{
    uint64_t got = 42;

    ck_assert_int_eq(number_to_uint(unsigned_cases[_i].value, UINT64_MAX, &got),
                     unsigned_cases[_i].fits);
    ck_assert_uint_eq(got, unsigned_cases[_i].fits ? unsigned_cases[_i].want : 42);
}
END_TEST

static const struct {
    double value;
    int64_t min, max;
    bool fits;
} signed_cases[] = {
    {-5,                     -5,        5,         true },
    {5,                      -5,        5,         true },
    {6,                      -5,        5,         false},
    {-6,                     -5,        5,         false},
    {0.5,                    -5,        5,         false},
    {-9223372036854775808.0, INT64_MIN, INT64_MAX, true },
    {9223372036854775808.0,  INT64_MIN, INT64_MAX, false},
    {NAN,                    INT64_MIN, INT64_MAX, false},
};

START_TEST(test_number_to_int_takes_what_fits)
{
    int64_t got = 42;
    bool fits =
        number_to_int(signed_cases[_i].value, signed_cases[_i].min, signed_cases[_i].max, &got);

    ck_assert_int_eq(fits, signed_cases[_i].fits);
    if (fits)
        ck_assert(got == (int64_t)signed_cases[_i].value);
    else
        ck_assert_int_eq(got, 42);
}
END_TEST

START_TEST(test_number_to_uint_keeps_to_the_maximum)
{
    uint64_t got = 42;

    ck_assert(number_to_uint(10, 10, &got));
    ck_assert_uint_eq(got, 10);
    ck_assert(!number_to_uint(11, 10, &got));
    ck_assert_uint_eq(got, 10);
}
END_TEST

START_TEST(test_number_clamp_rounds_and_stays_inside)
{
    ck_assert_uint_eq(number_clamp(1.5, 10), 2);
    ck_assert_uint_eq(number_clamp(1.4, 10), 1);
    ck_assert_uint_eq(number_clamp(10.4, 10), 10);
    ck_assert_uint_eq(number_clamp(11, 10), 10);
    ck_assert_uint_eq(number_clamp(-3, 10), 0);
    ck_assert_uint_eq(number_clamp(NAN, 10), 0);
    ck_assert_uint_eq(number_clamp(1e300, UINT64_MAX), UINT64_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/number");
    TCase *tc = tcase_create("number");

    tcase_add_loop_test(tc, test_number_to_uint_takes_what_fits, 0,
                        (int)N_ELEMENTS(unsigned_cases));
    tcase_add_loop_test(tc, test_number_to_int_takes_what_fits, 0, (int)N_ELEMENTS(signed_cases));
    tcase_add_test(tc, test_number_to_uint_keeps_to_the_maximum);
    tcase_add_test(tc, test_number_clamp_rounds_and_stays_inside);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
