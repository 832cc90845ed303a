#include <math.h>

#include "base/draw.h"
#include "builder.h"

static struct world w;

static void stop(void)
{
    world_stop(&w);
}

static size_t ones(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == '1';
    return n;
}

static struct fault_rule *add_probability(struct fault_ruleset *set, const char *id, double p)
{
    struct fault_rule *rule = rule_add(set, id, OUTCOME_ERROR);

    rule->when.chance = CHANCE_PROBABILITY;
    rule->when.probability = p;
    return rule;
}

START_TEST(test_probability_is_within_three_sigma)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);
    double sigma = sqrt(1000 * 0.3 * 0.7);

    add_probability(set, "r", 0.3);
    world_start(&w, set);
    ck_assert_double_le(fabs((double)ones(fates(&w, &call, 1000)) - 300), 3 * sigma);
}
END_TEST

START_TEST(test_draw_follows_the_formula_of_the_manual)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", "unit");

    count_per(set, add_probability(set, "r", 0.5), PER_LABEL);
    world_start(&w, set);
    decide_once(&w, &call);
    struct fault_decision decision = decide_once(&w, &call);

    ck_assert_double_eq(decision.evidence[0].draw,
                        draw_unit(7, STR("r"), STR("unit"), STR("gate"), 2));
    ck_assert_double_eq(decision.evidence[0].threshold, 0.5);
    ck_assert_int_eq(decision.evidence[0].gate == GATE_FIRED, decision.evidence[0].draw < 0.5);
}
END_TEST

enum { CALLERS = 3, CALLS_EACH = 40, INTERLEAVINGS = 200 };

static void interleaved_run(unsigned round, char out[CALLERS][CALLS_EACH + 1])
{
    static const char *const labels[CALLERS] = {"a", "b", "c"};
    struct fault_ruleset *set = set_new();
    size_t done[CALLERS] = {0};
    uint64_t order = round;

    count_per(set, add_probability(set, "flaky", 0.3), PER_LABEL);
    world_start(&w, set);
    for (size_t left = CALLERS * CALLS_EACH; left > 0; left--) {
        order = order * 6364136223846793005u + 1442695040888963407u;
        size_t caller = (order >> 33) % CALLERS;

        while (done[caller] == CALLS_EACH)
            caller = (caller + 1) % CALLERS;
        struct fault_call call = call_of("f", labels[caller]);

        out[caller][done[caller]++] = strikes(&w, &call) ? '1' : '0';
    }
}

START_TEST(test_interleaving_does_not_change_fates)
{
    char first[CALLERS][CALLS_EACH + 1] = {0};

    interleaved_run(0, first);
    ck_assert_str_ne(first[0], first[1]);
    for (unsigned round = 1; round < INTERLEAVINGS; round++) {
        char again[CALLERS][CALLS_EACH + 1] = {0};

        world_stop(&w);
        interleaved_run(round, again);
        for (size_t i = 0; i < CALLERS; i++)
            ck_assert_str_eq(again[i], first[i]);
    }
}
END_TEST

static const char *second_fates(double first_probability, bool seen)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);
    static char got[301];

    add_probability(set, "first", first_probability);
    struct fault_rule *second = add_probability(set, "second", 0.5);

    second->when.count_seen = seen;
    world_start(&w, set);
    for (size_t i = 0; i < 300; i++) {
        struct fault_evidence *evidence = decide_once(&w, &call).evidence;

        got[i] = evidence[1].gate == GATE_NOT_ASKED ? '?' : evidence[1].draw < 0.5 ? '1' : '0';
    }
    got[300] = '\0';
    return got;
}

START_TEST(test_seen_keeps_fates_when_an_earlier_rule_changes)
{
    char before[301];
    const char *after;
    size_t compared = 0;

    strcpy(before, second_fates(0.1, true));
    world_stop(&w);
    after = second_fates(0.4, true);
    for (size_t i = 0; i < 300; i++) {
        if (before[i] == '?' || after[i] == '?')
            continue;
        ck_assert_int_eq(before[i], after[i]);
        compared++;
    }
    ck_assert_uint_gt(compared, 100);
}
END_TEST

START_TEST(test_draw_by_request_ignores_the_order_of_arrival)
{
    struct fault_ruleset *set = set_new();
    struct fault_call calls[20];
    char forwards[21] = "";
    char backwards[21] = "";
    char bodies[20][8];

    add_probability(set, "r", 0.5)->when.draw_by_request = true;
    world_start(&w, set);
    for (size_t i = 0; i < 20; i++) {
        snprintf(bodies[i], sizeof(bodies[i]), "b%zu", i);
        calls[i] = call_of("f", NULL);
        calls[i].query = STR("x=1&x-fc-signature=abc");
        calls[i].body_known = true;
        calls[i].body = str_of(bodies[i]);
        forwards[i] = strikes(&w, &calls[i]) ? '1' : '0';
    }
    for (size_t i = 20; i-- > 0;) {
        calls[i].query = STR("x=1&x-fc-signature=other"); /* signed anew, the same request */
        backwards[i] = strikes(&w, &calls[i]) ? '1' : '0';
    }
    ck_assert_str_eq(forwards, backwards);
    ck_assert_uint_gt(ones(forwards), 2);
    ck_assert_uint_lt(ones(forwards), 18);
    calls[0].attempt = 2;
    struct fault_decision retried = decide_once(&w, &calls[0]);

    ck_assert_uint_eq(retried.evidence[0].n, 2);
    ck_assert_uint_eq(retried.evidence[0].key.len, 16);
}
END_TEST

static const struct {
    struct fault_when when;
    uint64_t at_s;
    double want;
} ramps[] = {
    {{.ramp_curve = RAMP_LINEAR},                              0,   0.2                  },
    {{.ramp_curve = RAMP_LINEAR},                              30,  0.4                  },
    {{.ramp_curve = RAMP_LINEAR},                              60,  0.6                  },
    {{.ramp_curve = RAMP_LINEAR},                              999, 0.6                  },
    {{.ramp_curve = RAMP_LINEAR, .ramp_hold_ns = SECONDS(60)}, 119, 0.6                  },
    {{.ramp_curve = RAMP_LINEAR, .ramp_hold_ns = SECONDS(60)}, 120, 0                    },
    {{.ramp_curve = RAMP_STEPS, .ramp_steps = 4},              14,  0.2                  },
    {{.ramp_curve = RAMP_STEPS, .ramp_steps = 4},              15,  0.3                  },
    {{.ramp_curve = RAMP_STEPS, .ramp_steps = 4},              59,  0.5                  },
    {{.ramp_curve = RAMP_EXPONENTIAL},                         0,   0.2                  },
    {{.ramp_curve = RAMP_EXPONENTIAL},                         30,  0.2 + 0.4 * 31 / 1023},
};

START_TEST(test_ramp_table)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);
    struct fault_call call = call_of("f", NULL);

    rule->when = ramps[_i].when;
    rule->when.state_scenario = -1;
    rule->when.chance = CHANCE_RAMP;
    rule->when.ramp_from = 0.2;
    rule->when.ramp_to = 0.6;
    rule->when.ramp_over_ns = SECONDS(60);
    world_start(&w, set);
    clock_advance(&w.clock, SECONDS(ramps[_i].at_s));
    ck_assert_double_eq_tol(decide_once(&w, &call).evidence[0].threshold, ramps[_i].want, 1e-12);
}
END_TEST

static struct fault_rule *add_burst(struct fault_ruleset *set, uint64_t step_ns)
{
    struct fault_rule *rule = rule_add(set, "burst", OUTCOME_ERROR);

    rule->when.chance = CHANCE_BURST;
    rule->when.burst_enter = 0.02;
    rule->when.burst_leave = 0.25;
    rule->when.burst_inside = 1;
    rule->when.burst_outside = 0;
    rule->when.burst_step_ns = step_ns;
    return rule;
}

START_TEST(test_burst_has_the_share_and_length_it_was_asked_for)
{
    enum { CALLS = 40000 };
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);
    size_t bad = 0;
    size_t bursts = 0;
    bool before = false;

    add_burst(set, 0);
    world_start(&w, set);
    for (size_t i = 0; i < CALLS; i++) {
        bool now = strikes(&w, &call);

        bad += now;
        bursts += now && !before;
        before = now;
        arena_reset(w.calls);
    }
    ck_assert_double_eq_tol((double)bad / CALLS, 0.02 / 0.27, 0.01);
    ck_assert_double_eq_tol((double)bad / (double)bursts, 4, 0.4);
}
END_TEST

START_TEST(test_burst_by_time_does_not_depend_on_who_looked_before)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);
    char often[3001];
    size_t compared = 0;

    add_burst(set, MS(1));
    world_start(&w, set);
    for (size_t i = 0; i < 3000; i++) {
        often[i] = strikes(&w, &call) ? '1' : '0';
        clock_advance(&w.clock, MS(1));
    }
    world_stop(&w);
    set = set_new();
    add_burst(set, MS(1));
    world_start(&w, set);
    for (size_t i = 0; i < 3000; i += 37, clock_advance(&w.clock, MS(37))) {
        ck_assert_int_eq(strikes(&w, &call) ? '1' : '0', often[i]);
        compared += often[i] == '1';
    }
    ck_assert_uint_gt(compared, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault/chance");
    TCase *tc = tcase_create("chance");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, NULL, stop);
    tcase_add_test(tc, test_probability_is_within_three_sigma);
    tcase_add_test(tc, test_draw_follows_the_formula_of_the_manual);
    tcase_add_test(tc, test_interleaving_does_not_change_fates);
    tcase_add_test(tc, test_seen_keeps_fates_when_an_earlier_rule_changes);
    tcase_add_test(tc, test_draw_by_request_ignores_the_order_of_arrival);
    tcase_add_loop_test(tc, test_ramp_table, 0, (int)N_ELEMENTS(ramps));
    tcase_add_test(tc, test_burst_has_the_share_and_length_it_was_asked_for);
    tcase_add_test(tc, test_burst_by_time_does_not_depend_on_who_looked_before);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
