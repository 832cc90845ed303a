#include <math.h>

#include "builder.h"

static const struct {
    struct fault_latency latency;
    double u, u2;
    uint64_t since_ns;
    uint64_t want_ns;
} table[] = {
    {{.kind = LATENCY_FIXED, .a_ns = 5e6},                                                       0.9,  0,   0, 5000000   },
    {{.kind = LATENCY_UNIFORM, .a_ns = 200e6, .b_ns = 900e6},                                    0,    0,   0, 200000000 },
    {{.kind = LATENCY_UNIFORM, .a_ns = 200e6, .b_ns = 900e6},                                    0.5,  0,   0, 550000000 },
    {{.kind = LATENCY_EXPONENTIAL, .a_ns = 1e9},                                                 0,    0,   0, 0         },
    {{.kind = LATENCY_EXPONENTIAL, .a_ns = 1e9},                                                 0.5,  0,   0, 693147181 },
    {{.kind = LATENCY_EXPONENTIAL, .a_ns = 1e9, .max_ns = 1000},                                 0.5,  0,   0, 1000      },
    {{.kind = LATENCY_PARETO, .a_ns = 1e6, .alpha = 2},                                          0.75, 0,   0, 2000000   },
    {{.kind = LATENCY_NORMAL, .a_ns = 1e9, .b_ns = 1e8},                                         0,    0,   0, 1000000000},
    {{.kind = LATENCY_NORMAL, .a_ns = 1e6, .b_ns = 1e9},                                         0.9,  0.5, 0, 0         },
    {{.kind = LATENCY_LOGNORMAL, .a_ns = 80e6, .b_ns = 1200e6},                                  0,    0,   0, 80000000  },
    {{.kind = LATENCY_WAVE, .wave = WAVE_SINE, .a_ns = 1e9, .b_ns = 5e8, .period_ns = 4000},
     0,                                                                                                0,
     1000,                                                                                                     1500000000},
    {{.kind = LATENCY_WAVE, .wave = WAVE_SAW, .a_ns = 1e9, .b_ns = 5e8, .period_ns = 4000},
     0,                                                                                                0,
     4000,                                                                                                     500000000 },
    {{.kind = LATENCY_WAVE, .wave = WAVE_SQUARE, .a_ns = 1e9, .b_ns = 5e8, .period_ns = 4000},
     0,                                                                                                0,
     2000,                                                                                                     500000000 },
    {{.kind = LATENCY_WAVE, .wave = WAVE_TRIANGLE, .a_ns = 1e9, .b_ns = 5e8, .period_ns = 4000},
     0,                                                                                                0,
     2000,                                                                                                     1500000000},
    {{.kind = LATENCY_SAMPLES, .samples_ns = (uint64_t[]){1, 2, 3}, .sample_count = 3},
     0.34,                                                                                             0,
     0,                                                                                                        2         },
    {{.kind = LATENCY_SAMPLES, .samples_ns = (uint64_t[]){1, 2, 3}, .sample_count = 3},
     0.999,                                                                                            0,
     0,                                                                                                        3         },
};

START_TEST(test_latency_table)
{
    ck_assert_uint_eq(
        fault_latency_draw(&table[_i].latency, table[_i].u, table[_i].u2, table[_i].since_ns),
        table[_i].want_ns);
}
END_TEST

START_TEST(test_lognormal_has_its_median_and_p99)
{
    enum { N = 40000 };
    static uint64_t drawn[N];
    const struct fault_latency latency = {.kind = LATENCY_LOGNORMAL, .a_ns = 80e6, .b_ns = 1200e6};

    fault_latency_sample(&latency, 1, N, drawn);
    ck_assert_double_eq_tol((double)drawn[N / 2] / 80e6, 1, 0.05);
    ck_assert_double_eq_tol((double)drawn[N / 100 * 99] / 1200e6, 1, 0.1);
}
END_TEST

START_TEST(test_a_wave_is_sampled_over_its_period)
{
    uint64_t drawn[4];
    const struct fault_latency latency = {
        .kind = LATENCY_WAVE, .wave = WAVE_SAW, .a_ns = 100, .b_ns = 100, .period_ns = 4000};

    fault_latency_sample(&latency, 1, 4, drawn);
    for (size_t i = 0; i < 4; i++)
        ck_assert_uint_eq(drawn[i], 50 * i);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault/latency");
    TCase *tc = tcase_create("latency");

    tcase_add_loop_test(tc, test_latency_table, 0, (int)N_ELEMENTS(table));
    tcase_add_test(tc, test_lognormal_has_its_median_and_p99);
    tcase_add_test(tc, test_a_wave_is_sampled_over_its_period);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
