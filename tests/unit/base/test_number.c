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

START_TEST(test_number_to_uint_keeps_to_the_maximum)
{
    uint64_t got = 42;

    ck_assert(number_to_uint(10, 10, &got));
    ck_assert_uint_eq(got, 10);
    ck_assert(!number_to_uint(11, 10, &got));
    ck_assert_uint_eq(got, 10);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/number");
    TCase *tc = tcase_create("number");

    tcase_add_loop_test(tc, test_number_to_uint_takes_what_fits, 0,
                        (int)N_ELEMENTS(unsigned_cases));
    tcase_add_test(tc, test_number_to_uint_keeps_to_the_maximum);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
