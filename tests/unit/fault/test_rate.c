#include "builder.h"

static struct world w;

static void stop(void)
{
    world_stop(&w);
}

/* A call at each time of the list; '1' = beyond the rate. */
static const struct {
    const char *name;
    struct fault_when when;
    uint64_t at_ms[16];
    size_t count;
    const char *want;
} table[] = {
    {"bucket starts full and refills one a second",
     {.rate = RATE_TOKEN_BUCKET, .rate_limit = 1, .rate_per_ns = SECONDS(1), .rate_burst = 3},
     {0, 0, 0, 0, 999, 1000, 1001, 3000, 3000, 3000},
     10, "0001101001" },
    {"bucket without burst holds one period",
     {.rate = RATE_TOKEN_BUCKET, .rate_limit = 2, .rate_per_ns = SECONDS(1)},
     {0, 0, 0, 499, 500, 500, 60000, 60000, 60000},
     9,  "001101001"  },
    {"three a second refill exactly at thirds",
     {.rate = RATE_TOKEN_BUCKET, .rate_limit = 3, .rate_per_ns = SECONDS(1), .rate_burst = 1},
     {0, 333, 334, 667, 668, 1001, 1002},
     7,  "0101010"    },
    {"fixed window",
     {.rate = RATE_FIXED_WINDOW, .rate_limit = 2, .rate_per_ns = SECONDS(1)},
     {0, 900, 999, 1000, 1001, 1002, 5500, 5600, 5700, 6000},
     10, "0010010010" },
    {"sliding window weighs the one before",
     {.rate = RATE_SLIDING_WINDOW, .rate_limit = 4, .rate_per_ns = SECONDS(1)},
     {0, 0, 0, 0, 0, 1000, 1249, 1250, 1251, 1500, 1750},
     11, "00001110100"},
};

START_TEST(test_rate_table)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);
    struct fault_call call = call_of("f", NULL);
    char got[17] = "";
    uint64_t now_ms = 0;

    rule->when = table[_i].when;
    rule->when.state_scenario = -1;
    world_start(&w, set);
    for (size_t i = 0; i < table[_i].count; i++) {
        clock_advance(&w.clock, MS(table[_i].at_ms[i] - now_ms));
        now_ms = table[_i].at_ms[i];
        got[i] = strikes(&w, &call) ? '1' : '0';
    }
    ck_assert_msg(strcmp(got, table[_i].want) == 0, "%s: got %s, want %s", table[_i].name, got,
                  table[_i].want);
}
END_TEST

START_TEST(test_a_bucket_is_kept_per_key)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);
    struct fault_call a = call_of("a", NULL);
    struct fault_call b = call_of("b", NULL);

    rule->when.rate = RATE_TOKEN_BUCKET;
    rule->when.rate_limit = 1;
    rule->when.rate_per_ns = SECONDS(1);
    count_per(set, rule, PER_FUNCTION);
    world_start(&w, set);
    ck_assert_str_eq(fates(&w, &a, 2), "01");
    ck_assert_str_eq(fates(&w, &b, 2), "01");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault/rate");
    TCase *tc = tcase_create("rate");

    tcase_add_checked_fixture(tc, NULL, stop);
    tcase_add_loop_test(tc, test_rate_table, 0, (int)N_ELEMENTS(table));
    tcase_add_test(tc, test_a_bucket_is_kept_per_key);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
