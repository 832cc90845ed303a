#include "builder.h"

static struct world w;

static void stop(void)
{
    world_stop(&w);
}

static const struct fault_latency *fixed(struct fault_ruleset *set, uint64_t ns)
{
    struct fault_latency *latency = ARENA_NEW(set->arena, struct fault_latency);

    latency->a_ns = (double)ns;
    return latency;
}

static struct fault_action *add_delay(struct fault_ruleset *set, const char *id,
                                      enum fault_phase at, uint64_t ns)
{
    struct fault_action *action = rule_add(set, id, OUTCOME_NONE)->action;

    action->delay = fixed(set, ns);
    action->delay_at = at;
    return action;
}

START_TEST(test_delays_add_up_and_the_guard_caps_them)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);

    add_delay(set, "a", PHASE_REQUEST, MS(100));
    add_delay(set, "b", PHASE_REQUEST, MS(50));
    add_delay(set, "c", PHASE_EFFECT, MS(30));
    add_delay(set, "d", PHASE_HEADERS, MS(500));
    set->guard.max_delay_ns = MS(200);
    world_start(&w, set);
    struct fault_decision decision = decide_once(&w, &call);

    ck_assert_uint_eq(decision.delay_request_ns, MS(150));
    ck_assert_uint_eq(decision.delay_effect_ns, MS(30));
    ck_assert_uint_eq(decision.delay_headers_ns, MS(20));
    ck_assert(decision.delay_capped);
    ck_assert_int_eq(decision.effect, EFFECT_DONE);
    ck_assert(str_eq(decision.first_rule->id, STR("a")));
}
END_TEST

START_TEST(test_first_outcome_ends_the_asking)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);

    add_delay(set, "slow", PHASE_REQUEST, MS(10));
    rule_add(set, "error", OUTCOME_ERROR);
    add_delay(set, "late", PHASE_REQUEST, MS(10));
    rule_add(set, "reset", OUTCOME_RESET);
    world_start(&w, set);
    struct fault_decision decision = decide_once(&w, &call);

    ck_assert_uint_eq(decision.delay_request_ns, MS(10));
    ck_assert(str_eq(decision.outcome_rule->id, STR("error")));
    ck_assert_int_eq(decision.effect, EFFECT_NONE);
    ck_assert_int_eq(decision.evidence[2].gate, GATE_NOT_ASKED);
    ck_assert_int_eq(decision.evidence[3].gate, GATE_NOT_ASKED);
}
END_TEST

START_TEST(test_an_outcome_that_does_not_stop_lets_shapers_follow)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);

    rule_add(set, "error", OUTCOME_ERROR)->stop = false;
    add_delay(set, "slow", PHASE_HEADERS, MS(10));
    rule_add(set, "reset", OUTCOME_RESET);
    world_start(&w, set);
    struct fault_decision decision = decide_once(&w, &call);

    ck_assert_int_eq(decision.outcome->outcome, OUTCOME_ERROR);
    ck_assert_uint_eq(decision.delay_headers_ns, MS(10));
    ck_assert_int_eq(decision.evidence[2].gate, GATE_NOT_ASKED);
}
END_TEST

START_TEST(test_pass_exempts)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);

    rule_add(set, "spare", OUTCOME_PASS);
    rule_add(set, "error", OUTCOME_ERROR);
    world_start(&w, set);
    struct fault_decision decision = decide_once(&w, &call);

    ck_assert_ptr_null(decision.outcome);
    ck_assert_ptr_null(decision.first_rule);
    ck_assert(!decision.holds);
    ck_assert(str_eq(decision.outcome_rule->id, STR("spare")));
    ck_assert_int_eq(decision.evidence[1].gate, GATE_NOT_ASKED);
}
END_TEST

START_TEST(test_slowest_drip_earliest_cut_first_corruption)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);
    struct fault_action *a = rule_add(set, "a", OUTCOME_NONE)->action;
    struct fault_action *b = rule_add(set, "b", OUTCOME_NONE)->action;

    a->drip_bytes = 100; /* 1 byte a millisecond */
    a->drip_every_ms = 100;
    b->drip_bytes = 50; /* half of that */
    b->drip_every_ms = 100;
    a->truncate = (struct fault_amount){.given = true, .bytes = 512};
    b->truncate = (struct fault_amount){.given = true, .bytes = 20};
    a->stall_after = (struct fault_amount){.given = true, .is_ratio = true, .ratio = 0.5};
    b->stall_after = (struct fault_amount){.given = true, .bytes = 1};
    a->corrupt = CORRUPT_FLIP_BYTES;
    b->corrupt = CORRUPT_EMPTY;
    world_start(&w, set);
    struct fault_decision decision = decide_once(&w, &call);

    ck_assert_ptr_eq(decision.drip, b);
    ck_assert_ptr_eq(decision.truncate, b);
    ck_assert_ptr_eq(decision.stall, a); /* a share and bytes cannot be compared */
    ck_assert_ptr_eq(decision.corrupt, a);
    ck_assert_uint_ne(decision.corrupt_draw, 0);
}
END_TEST

START_TEST(test_header_edits_keep_their_order)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);
    struct fault_header_edit edits[3] = {
        {.name = STR("a")}, {.name = STR("b")}, {.name = STR("c")}};

    for (size_t i = 0; i < 2; i++) {
        struct fault_action *action = rule_add(set, i ? "y" : "x", OUTCOME_NONE)->action;

        action->headers = i ? &edits[2] : edits;
        action->header_count = i ? 1 : 2;
    }
    world_start(&w, set);
    struct fault_decision decision = decide_once(&w, &call);

    ck_assert_uint_eq(decision.header_edits.count, 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert_ptr_eq(decision.header_edits.items[i], &edits[i]);
}
END_TEST

/* ---- effect ---- */

static const struct {
    enum fault_outcome outcome;
    enum fault_phase at;
    enum fault_effect asked, want;
} effects[] = {
    {OUTCOME_NONE,    PHASE_REQUEST, EFFECT_DEFAULT, EFFECT_DONE},
    {OUTCOME_ERROR,   PHASE_REQUEST, EFFECT_DEFAULT, EFFECT_NONE},
    {OUTCOME_ERROR,   PHASE_REQUEST, EFFECT_LATE,    EFFECT_LATE},
    {OUTCOME_RESPOND, PHASE_REQUEST, EFFECT_DEFAULT, EFFECT_DONE},
    {OUTCOME_RESET,   PHASE_REQUEST, EFFECT_DEFAULT, EFFECT_NONE},
    {OUTCOME_RESET,   PHASE_HEADERS, EFFECT_DEFAULT, EFFECT_DONE},
    {OUTCOME_RESET,   PHASE_HEADERS, EFFECT_NONE,    EFFECT_NONE},
    {OUTCOME_CLOSE,   PHASE_BODY,    EFFECT_DEFAULT, EFFECT_DONE},
    {OUTCOME_HANG,    PHASE_REQUEST, EFFECT_DONE,    EFFECT_DONE},
    {OUTCOME_RAW,     PHASE_REQUEST, EFFECT_DEFAULT, EFFECT_DONE},
};

START_TEST(test_effect_table)
{
    struct fault_ruleset *set = set_new();
    struct fault_action *action = rule_add(set, "r", effects[_i].outcome)->action;
    struct fault_call call = call_of("f", NULL);

    action->at = effects[_i].at;
    action->effect = effects[_i].asked;
    world_start(&w, set);
    struct fault_decision decision = decide_once(&w, &call);

    ck_assert_int_eq(decision.effect, effects[_i].want);
    ck_assert_int_eq(decision.effect_rule != NULL, effects[_i].asked != EFFECT_DEFAULT);
}
END_TEST

/* ---- one_of, sequence ---- */

static void add_choices(struct fault_ruleset *set, struct fault_action *action,
                        const uint64_t *counts, size_t n)
{
    static const enum fault_outcome outcomes[] = {OUTCOME_ERROR, OUTCOME_RESET, OUTCOME_CLOSE};

    action->choices = ARENA_ARRAY(set->arena, n, struct fault_choice);
    action->choice_count = n;
    for (size_t i = 0; i < n; i++)
        action->choices[i] = (struct fault_choice){
            .weight = counts[i], .times = counts[i], .action = action_new(set, outcomes[i])};
}

static char letter(const struct fault_decision *decision)
{
    return decision->outcome ? fault_outcome_name(decision->outcome->outcome).ptr[0] : '-';
}

static const char *outcomes_of(const struct fault_call *call, size_t n)
{
    char *text = arena_alloc(w.calls, n + 1);

    for (size_t i = 0; i < n; i++) {
        struct fault_decision decision = decide_once(&w, call);

        text[i] = letter(&decision);
    }
    return text;
}

START_TEST(test_sequence_goes_step_by_step)
{
    static const char *const want[] = {[SEQUENCE_PASS] = "eercc-----",
                                       [SEQUENCE_HOLD] = "eerccccccc",
                                       [SEQUENCE_REPEAT] = "eercceercc"};
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_SEQUENCE);
    struct fault_call call = call_of("f", NULL);

    add_choices(set, rule->action, (uint64_t[]){2, 1, 2}, 3);
    rule->action->sequence_then = (unsigned)_i;
    world_start(&w, set);
    ck_assert_str_eq(outcomes_of(&call, 10), want[_i]);
}
END_TEST

START_TEST(test_sequence_has_a_place_per_key)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_SEQUENCE);
    struct fault_call a = call_of("a", NULL);
    struct fault_call b = call_of("b", NULL);

    add_choices(set, rule->action, (uint64_t[]){1, 1}, 2);
    count_per(set, rule, PER_FUNCTION);
    world_start(&w, set);
    ck_assert_str_eq(outcomes_of(&a, 1), "e");
    ck_assert_str_eq(outcomes_of(&b, 3), "er-");
    ck_assert_str_eq(outcomes_of(&a, 2), "r-");
}
END_TEST

START_TEST(test_one_of_draws_by_weight)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ONE_OF);
    struct fault_call call = call_of("f", NULL);
    size_t errors = 0;

    add_choices(set, rule->action, (uint64_t[]){3, 1, 0}, 3);
    rule->action->drip_bytes = 9; /* beside the choice: for every branch */
    world_start(&w, set);
    for (size_t i = 0; i < 1000; i++) {
        struct fault_decision decision = decide_once(&w, &call);

        ck_assert(letter(&decision) == 'e' || letter(&decision) == 'r');
        ck_assert_int_eq(decision.evidence[0].choice, letter(&decision) == 'e' ? 0 : 1);
        ck_assert_ptr_eq(decision.drip, rule->action);
        errors += letter(&decision) == 'e';
    }
    ck_assert_uint_gt(errors, 750 - 42); /* 3 sigma of 1,000 draws at 0.75 */
    ck_assert_uint_lt(errors, 750 + 42);
}
END_TEST

START_TEST(test_a_choice_inside_a_choice_is_drawn_apart)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ONE_OF);
    struct fault_call call = call_of("f", NULL);
    size_t seen['z'] = {0};

    add_choices(set, rule->action, (uint64_t[]){1, 1}, 2);
    for (size_t i = 0; i < 2; i++) {
        struct fault_action *inner = rule->action->choices[i].action;

        inner->outcome = OUTCOME_ONE_OF;
        add_choices(set, inner, (uint64_t[]){1, 1}, 2);
        inner->choices[0].action->outcome = i ? OUTCOME_RAW : OUTCOME_ERROR;
        inner->choices[1].action->outcome = i ? OUTCOME_HANG : OUTCOME_CLOSE;
    }
    world_start(&w, set);
    for (size_t i = 0; i < 400; i++) {
        struct fault_decision decision = decide_once(&w, &call);

        seen[(size_t)letter(&decision)]++;
    }
    ck_assert_uint_gt(seen['e'], 50);
    ck_assert_uint_gt(seen['c'], 50);
    ck_assert_uint_gt(seen['r'], 50);
    ck_assert_uint_gt(seen['h'], 50);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault/combine");
    TCase *tc = tcase_create("combine");

    tcase_add_checked_fixture(tc, NULL, stop);
    tcase_add_test(tc, test_delays_add_up_and_the_guard_caps_them);
    tcase_add_test(tc, test_first_outcome_ends_the_asking);
    tcase_add_test(tc, test_an_outcome_that_does_not_stop_lets_shapers_follow);
    tcase_add_test(tc, test_pass_exempts);
    tcase_add_test(tc, test_slowest_drip_earliest_cut_first_corruption);
    tcase_add_test(tc, test_header_edits_keep_their_order);
    tcase_add_loop_test(tc, test_effect_table, 0, (int)N_ELEMENTS(effects));
    tcase_add_loop_test(tc, test_sequence_goes_step_by_step, 0, 3);
    tcase_add_test(tc, test_sequence_has_a_place_per_key);
    tcase_add_test(tc, test_one_of_draws_by_weight);
    tcase_add_test(tc, test_a_choice_inside_a_choice_is_drawn_apart);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
