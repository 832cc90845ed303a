#include "builder.h"
#include "fault/explain.h"

static struct world w;

static void stop(void)
{
    world_stop(&w);
}

static struct fault_ruleset *three_rules(void)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *flaky = rule_add(set, "flaky", OUTCOME_ERROR);

    flaky->when.chance = CHANCE_PROBABILITY;
    flaky->when.probability = 0.3;
    count_per(set, flaky, PER_LABEL);
    want_exactly(set, &rule_add(set, "elsewhere", OUTCOME_ERROR)->match.function, "pay");
    rule_add(set, "off", OUTCOME_ERROR)->enabled = false;
    return set;
}

static const char *sentence(const struct fault_explanation *explanation)
{
    OWN(buf_done) struct buf text = {0};

    fault_explanation_print(explanation, &text);
    return arena_dup(w.calls, buf_str(&text));
}

START_TEST(test_every_rule_says_which_gate_it_was)
{
    struct fault_call call = call_of("pay2", "l");
    struct fault_explanation got[3];
    struct fault_decision decision;

    world_start(&w, three_rules());
    do
        decision = decide_once(&w, &call);
    while (decision.evidence[0].gate != GATE_CHANCE);
    fault_explain(w.engine, &call, decision.evidence, decision.evidence_count, false, got);
    ck_assert_int_eq(got[0].gate, GATE_CHANCE);
    ck_assert_int_eq(got[1].gate, GATE_MATCH);
    ck_assert_str_eq(got[1].key, "function");
    ck_assert_int_eq(got[2].gate, GATE_ENABLED);
    ck_assert_str_eq(sentence(&got[0]),
                     arena_printf(w.calls, "passed by: draw %.4f >= 0.3 at call %d of 'l'",
                                  decision.evidence[0].draw, (int)decision.evidence[0].n));
    ck_assert_str_eq(sentence(&got[1]), "no match: function does not hold for 'pay2'");
}
END_TEST

START_TEST(test_recorded_draws_come_out_again)
{
    struct fault_call call = call_of("f", "l");

    world_start(&w, three_rules());
    for (int i = 0; i < 100; i++) {
        const struct fault_evidence *e = decide_once(&w, &call).evidence;
        double again = fault_recompute(e, fault_engine_seed(w.engine));

        ck_assert_double_eq(again, e->draw);
        ck_assert_int_eq(again < e->threshold, e->gate == GATE_FIRED);
    }
}
END_TEST

START_TEST(test_dry_run_does_what_a_run_would)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);
    struct fault_dry_call calls[6];
    struct fault_dry_result results[6];
    char got[7] = "";

    rule_add(set, "crowd", OUTCOME_ERROR)->when.concurrency_limit = 2;
    struct fault_rule *late = rule_add(set, "late", OUTCOME_ERROR);

    late->match.authenticated.given = true;
    late->match.authenticated.wanted = true;
    late->when.has_window = true;
    late->when.window_after_ns = SECONDS(4);
    world_start(&w, set);
    for (size_t i = 0; i < 6; i++)
        calls[i] = (struct fault_dry_call){&call, SECONDS(100 + i), MS(2500)};
    fault_dry_run(set, 1, calls, 6, w.calls, results);
    for (size_t i = 0; i < 6; i++)
        got[i] = results[i].early.outcome ? 'c' : results[i].late.outcome ? 'l' : '-';
    ck_assert_str_eq(got, "--cccc");
    ck_assert_uint_eq(stats_of(&w, 0).matched, 0); /* the live engine saw nothing */
    for (size_t i = 0; i < 6; i++)
        calls[i].took_ns = 0;
    fault_dry_run(set, 1, calls, 6, w.calls, results);
    for (size_t i = 0; i < 6; i++)
        got[i] = results[i].early.outcome ? 'c' : results[i].late.outcome ? 'l' : '-';
    ck_assert_str_eq(got, "----ll");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault/explain");
    TCase *tc = tcase_create("explain");

    tcase_add_checked_fixture(tc, NULL, stop);
    tcase_add_test(tc, test_every_rule_says_which_gate_it_was);
    tcase_add_test(tc, test_recorded_draws_come_out_again);
    tcase_add_test(tc, test_dry_run_does_what_a_run_would);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
