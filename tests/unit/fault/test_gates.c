#include "builder.h"

static struct world w;

static void stop(void)
{
    world_stop(&w);
}

/* ---- calls ---- */

static const struct {
    struct fault_when when;
    const char *want; /* ten calls */
} calls_table[] = {
    {{.calls = CALLS_ALL},                                                           "1111111111"},
    {{.calls = CALLS_FIRST, .calls_n = 3},                                           "1110000000"},
    {{.calls = CALLS_EVERY, .calls_n = 3},                                           "0010010010"},
    {{.calls = CALLS_EVERY, .calls_n = 3, .calls_start = 1},                         "1001001001"},
    {{.calls = CALLS_EVERY, .calls_n = 3, .calls_start = 5},                         "0000100100"},
    {{.calls = CALLS_RANGE, .calls_from = 4, .calls_to = 6},                         "0001110000"},
    {{.calls = CALLS_RANGE, .calls_from = 9, .calls_to = UINT64_MAX},                "0000000011"},
    {{.calls = CALLS_NTH, .calls_nth = (uint64_t[]){2, 3, 7}, .calls_nth_count = 3}, "0110001000"},
};

START_TEST(test_calls_count_from_one)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);
    struct fault_call call = call_of("f", NULL);

    rule->when = calls_table[_i].when;
    rule->when.state_scenario = -1;
    world_start(&w, set);
    ck_assert_str_eq(fates(&w, &call, 10), calls_table[_i].want);
}
END_TEST

START_TEST(test_calls_count_per_key)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);
    struct fault_call a = call_of("a", NULL);
    struct fault_call b = call_of("b", NULL);

    rule->when.calls = CALLS_FIRST;
    rule->when.calls_n = 2;
    count_per(set, rule, PER_FUNCTION);
    world_start(&w, set);
    ck_assert_str_eq(fates(&w, &a, 1), "1");
    ck_assert_str_eq(fates(&w, &b, 3), "110");
    ck_assert_str_eq(fates(&w, &a, 3), "100");
}
END_TEST

static struct fault_call call_in(const char *account)
{
    struct fault_call call = call_of("f", NULL);

    call.account = str_of(account);
    return call;
}

/* What each row counts by, and whether the share of account 1 can be told from that of others. */
static const struct {
    enum fault_per per[3];
    size_t count;
    bool parted;
} shares[] = {
    {{PER_ACCOUNT},                          1, true },
    {{PER_FUNCTION},                         1, false},
    {{PER_FUNCTION, PER_ACCOUNT},            2, true },
    {{PER_LABEL, PER_ACCOUNT, PER_FUNCTION}, 3, true },
    {{PER_FUNCTION, PER_LABEL},              2, false},
};

START_TEST(test_reset_of_an_account_takes_its_share_alone)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);
    struct fault_call one = call_in("1");
    struct fault_call eleven = call_in("11");

    one.label = eleven.label = STR("a|1\\|b"); /* escaped in a key of several parts */
    rule->when.calls = CALLS_FIRST;
    rule->when.calls_n = 1;
    rule->when.per = ARENA_ARRAY(set->arena, shares[_i].count, struct fault_per_key);
    rule->when.per_count = shares[_i].count;
    for (size_t i = 0; i < shares[_i].count; i++)
        rule->when.per[i].what = shares[_i].per[i];
    world_start(&w, set);
    fates(&w, &one, 1);
    fates(&w, &eleven, 1);
    fault_engine_reset_account(w.engine, STR("1"));
    ck_assert_str_eq(fates(&w, &one, 2), shares[_i].parted ? "10" : "00");
    ck_assert_str_eq(fates(&w, &eleven, 1), "0");
}
END_TEST

START_TEST(test_reset_of_an_account_takes_all_of_a_rule_that_is_its_own)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *mine = rule_add(set, "mine", OUTCOME_ERROR);
    struct fault_rule *both = rule_add(set, "both", OUTCOME_ERROR);
    struct fault_rule *begins = rule_add(set, "begins", OUTCOME_ERROR);
    struct fault_call call = call_in("1");

    for (size_t i = 0; i < set->rule_count; i++) {
        set->rules[i].match.empty = false;
        set->rules[i].when.calls = CALLS_FIRST;
        set->rules[i].when.calls_n = 1;
    }
    want_exactly(set, &mine->match.account, "1");
    want_exactly(set, &both->match.account, "1");
    want_exactly(set, &both->match.account, "2");
    patterns_add(set, &begins->match.account, pattern_of(PATTERN_PREFIX, "1"));
    ck_assert(fault_rule_is_of_account(mine, STR("1")));
    ck_assert(!fault_rule_is_of_account(mine, STR("2")));
    ck_assert(!fault_rule_is_of_account(both, STR("1")));
    ck_assert(!fault_rule_is_of_account(begins, STR("1")));
    world_start(&w, set);
    ck_assert_str_eq(fates(&w, &call, 4), "1110");
    fault_engine_reset_account(w.engine, STR("1"));
    ck_assert_uint_eq(stats_of(&w, 0).fired, 0);
    ck_assert_uint_eq(stats_of(&w, 1).fired, 1);
    ck_assert_str_eq(fates(&w, &call, 2), "10");
}
END_TEST

/* ---- counting ---- */

START_TEST(test_reached_does_not_count_calls_taken_earlier)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *first = rule_add(set, "first", OUTCOME_ERROR);
    struct fault_call call = call_of("f", NULL);

    first->when.calls = CALLS_EVERY;
    first->when.calls_n = 2;
    rule_add(set, "second", OUTCOME_ERROR);
    world_start(&w, set);
    fates(&w, &call, 10);
    ck_assert_uint_eq(stats_of(&w, 0).fired, 5);
    ck_assert_uint_eq(stats_of(&w, 1).matched, 10);
    ck_assert_uint_eq(stats_of(&w, 1).reached, 5);
    ck_assert_uint_eq(stats_of(&w, 1).fired, 5);
}
END_TEST

START_TEST(test_seen_counts_calls_taken_earlier)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *first = rule_add(set, "first", OUTCOME_ERROR);
    struct fault_rule *second = rule_add(set, "second", OUTCOME_ERROR);
    struct fault_call call = call_of("f", NULL);
    struct fault_decision decision;

    first->when.calls = CALLS_FIRST;
    first->when.calls_n = 3;
    second->when.count_seen = true;
    second->when.calls = CALLS_RANGE;
    second->when.calls_from = 5;
    second->when.calls_to = 5;
    world_start(&w, set);
    for (int i = 1; i <= 6; i++) {
        decision = decide_once(&w, &call);
        ck_assert_int_eq(decision.evidence[1].gate, i <= 3   ? GATE_NOT_ASKED
                                                    : i == 5 ? GATE_FIRED
                                                             : GATE_CALLS);
        ck_assert_uint_eq(decision.evidence[1].n, (uint64_t)i);
    }
}
END_TEST

START_TEST(test_a_shut_gate_keeps_the_call_from_later_counts)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);
    struct fault_call call = call_of("f", NULL);

    rule->when.has_window = true;
    rule->when.window_after_ns = SECONDS(30);
    rule->when.calls = CALLS_FIRST;
    rule->when.calls_n = 2;
    world_start(&w, set);
    ck_assert_str_eq(fates(&w, &call, 5), "00000");
    clock_advance(&w.clock, SECONDS(30));
    ck_assert_str_eq(fates(&w, &call, 4), "1100");
    ck_assert_uint_eq(stats_of(&w, 0).reached, 4);
}
END_TEST

/* ---- time ---- */

START_TEST(test_window_repeats)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_CLOSE);
    struct fault_call call = call_of("f", NULL);
    char got[20] = "";

    rule->when.has_window = true;
    rule->when.window_after_ns = SECONDS(5);
    rule->when.window_for_ns = SECONDS(2);
    rule->when.window_every_ns = SECONDS(6);
    world_start(&w, set);
    for (int i = 0; i < 16; i++) {
        got[i] = strikes(&w, &call) ? '1' : '0';
        clock_advance(&w.clock, SECONDS(1));
    }
    ck_assert_str_eq(got, "0000011000011000");
}
END_TEST

START_TEST(test_absolute_window_follows_the_virtual_clock)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_CLOSE);
    struct fault_call call = call_of("f", NULL);
    uint64_t noon_ms;

    ck_assert(clock_parse_iso("2026-11-24T12:00:00Z", 20, &noon_ms));
    rule->when.has_window = true;
    rule->when.window_is_absolute = true;
    rule->when.window_from_ms = noon_ms;
    rule->when.window_until_ms = noon_ms + 60000;
    world_start(&w, set);
    clock_freeze_at(&w.clock, noon_ms - 5000);
    ck_assert(!strikes(&w, &call));
    clock_advance(&w.clock, SECONDS(10));
    ck_assert(strikes(&w, &call));
    clock_advance(&w.clock, SECONDS(60));
    ck_assert(!strikes(&w, &call));
}
END_TEST

START_TEST(test_ttl_ends_a_rule_and_arming_revives_it)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);

    rule_add(set, "r", OUTCOME_ERROR)->ttl_ns = SECONDS(60);
    world_start(&w, set);
    clock_advance(&w.clock, SECONDS(59));
    ck_assert(strikes(&w, &call));
    ck_assert_uint_eq(stats_of(&w, 0).expires_in_ms, 1000);
    clock_advance(&w.clock, SECONDS(1));
    ck_assert(!strikes(&w, &call));
    ck_assert(stats_of(&w, 0).expired);
    ck_assert_int_eq(fault_engine_arm(w.engine, STR("r")), 0);
    ck_assert(strikes(&w, &call));
}
END_TEST

/* ---- limit ---- */

START_TEST(test_limit_by_fires_until_enabled_again)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);
    struct fault_call call = call_of("f", NULL);

    rule->limit_fires = 2;
    world_start(&w, set);
    ck_assert_str_eq(fates(&w, &call, 4), "1100");
    ck_assert(stats_of(&w, 0).spent);
    ck_assert(!stats_of(&w, 0).enabled);
    ck_assert_int_eq(fault_engine_enable_rule(w.engine, STR("r"), true, 0), 0);
    ck_assert_str_eq(fates(&w, &call, 3), "110");
}
END_TEST

START_TEST(test_limit_by_time_counts_from_the_first_fire)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);
    struct fault_call call = call_of("f", NULL);

    rule->limit_for_ns = SECONDS(10);
    rule->limit_then_pass = true;
    world_start(&w, set);
    clock_advance(&w.clock, SECONDS(30));
    ck_assert(strikes(&w, &call));
    clock_advance(&w.clock, SECONDS(9));
    ck_assert(strikes(&w, &call));
    clock_advance(&w.clock, SECONDS(1));
    ck_assert(!strikes(&w, &call));
    ck_assert(stats_of(&w, 0).enabled);
}
END_TEST

/* ---- concurrency, max_active ---- */

START_TEST(test_over_concurrency_counts_until_release)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);
    struct fault_call call = call_of("f", NULL);
    struct fault_decision first;
    struct fault_decision second;

    rule->when.concurrency_limit = 1;
    world_start(&w, set);
    fault_decide(w.engine, &call, w.calls, &first);
    ck_assert_ptr_null(first.first_rule);
    fault_decide(w.engine, &call, w.calls, &second);
    ck_assert_ptr_nonnull(second.first_rule);
    fault_release(w.engine, &second);
    fault_release(w.engine, &first);
    ck_assert(!strikes(&w, &call));
}
END_TEST

START_TEST(test_calls_in_flight_survive_a_reload)
{
    struct fault_ruleset *set = set_new();
    struct fault_ruleset *other = set_new();
    struct fault_call call = call_of("f", NULL);
    struct fault_decision held;

    rule_add(set, "r", OUTCOME_ERROR)->when.concurrency_limit = 1;
    rule_add(other, "r", OUTCOME_ERROR)->digest = 2;
    world_start(&w, set);
    fault_decide(w.engine, &call, w.calls, &held);
    fault_engine_load(w.engine, other, 1);
    fault_ruleset_unref(w.set);
    w.set = other;
    ck_assert(str_eq(held.evidence[0].rule->id, STR("r")));
    fault_release(w.engine, &held);
}
END_TEST

START_TEST(test_max_active_caps_and_counts)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);
    struct fault_decision held;
    struct fault_decision over;

    rule_add(set, "r", OUTCOME_HANG);
    set->guard.max_active = 1;
    set->guard.overflow_reject = _i == 1;
    world_start(&w, set);
    fault_decide(w.engine, &call, w.calls, &held);
    ck_assert(held.holds);
    ck_assert_uint_eq(fault_engine_active(w.engine), 1);
    fault_decide(w.engine, &call, w.calls, &over);
    ck_assert_int_eq(over.evidence[0].gate, GATE_MAX_ACTIVE);
    ck_assert_ptr_null(over.outcome);
    ck_assert_int_eq(over.rejected, _i == 1);
    ck_assert_uint_eq(stats_of(&w, 0).capped, 1);
    fault_release(w.engine, &over);
    fault_release(w.engine, &held);
    ck_assert_uint_eq(fault_engine_active(w.engine), 0);
}
END_TEST

/* ---- switches, guard, state ---- */

START_TEST(test_disabled_rule_group_and_guard_are_not_counted)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);
    struct fault_call other = call_of("other", NULL);

    rule_add(set, "off", OUTCOME_ERROR)->enabled = false;
    rule_add(set, "grouped", OUTCOME_ERROR)->group = 0;
    rule_add(set, "on", OUTCOME_ERROR);
    set->groups[set->group_count++] = (struct fault_group){.name = STR("g"), .enabled = false};
    set->guard.has_only = true;
    want_exactly(set, &set->guard.only.function, "f");
    world_start(&w, set);
    ck_assert(!strikes(&w, &other));
    ck_assert_uint_eq(decide_once(&w, &call).evidence_count, 1);
    ck_assert_uint_eq(stats_of(&w, 0).matched, 0);
    ck_assert_uint_eq(stats_of(&w, 1).matched, 0);
    ck_assert_uint_eq(stats_of(&w, 2).matched, 1);
    ck_assert_int_eq(fault_engine_enable_group(w.engine, STR("g"), true, 0), 0);
    ck_assert(str_eq(decide_once(&w, &call).first_rule->id, STR("grouped")));
}
END_TEST

START_TEST(test_state_is_set_by_a_fire_and_asked_by_another_rule)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *waits = rule_add(set, "waits", OUTCOME_ERROR);
    struct fault_rule *sets = rule_add(set, "sets", OUTCOME_ERROR);
    struct fault_call call = call_of("f", NULL);
    struct str value;

    set->scenarios[set->scenario_count++] = (struct fault_scenario){
        .name = STR("signing"),
        .values = (struct str[]){STR(""), STR("refused")},
        .value_count = 2
    };
    waits->when.state_scenario = 0;
    waits->when.state_is = (int[]){1};
    waits->when.state_count = 1;
    sets->action->set_scenario = 0;
    sets->action->set_value = 1;
    world_start(&w, set);
    ck_assert(str_eq(decide_once(&w, &call).first_rule->id, STR("sets")));
    ck_assert_int_eq(fault_engine_scenario(w.engine, STR("signing"), &value), 0);
    ck_assert(str_eq(value, STR("refused")));
    ck_assert(str_eq(decide_once(&w, &call).first_rule->id, STR("waits")));
    ck_assert_int_eq(fault_engine_set_scenario(w.engine, STR("signing"), STR("nonsense")),
                     FAULT_UNKNOWN_VALUE);
    fault_engine_reset_scenarios(w.engine);
    ck_assert(str_eq(decide_once(&w, &call).first_rule->id, STR("sets")));
}
END_TEST

START_TEST(test_shadow_records_and_changes_nothing)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *shadow = rule_add(set, "shadow", OUTCOME_ERROR);
    struct fault_call call = call_of("f", NULL);

    shadow->shadow = true;
    rule_add(set, "real", OUTCOME_ERROR);
    world_start(&w, set);
    struct fault_decision decision = decide_once(&w, &call);

    ck_assert_int_eq(decision.evidence[0].gate, GATE_FIRED);
    ck_assert(decision.evidence[0].shadow);
    ck_assert(str_eq(decision.outcome_rule->id, STR("real")));
    ck_assert_uint_eq(stats_of(&w, 0).fired, 1);
}
END_TEST

START_TEST(test_keys_are_bounded_and_the_oldest_goes)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);
    char name[16];

    rule->when.calls = CALLS_FIRST;
    rule->when.calls_n = 1;
    count_per(set, rule, PER_LABEL);
    world_start(&w, set);
    for (int i = 0; i <= 10000; i++) {
        snprintf(name, sizeof(name), "l%d", i);
        struct fault_call call = call_of("f", name);

        ck_assert(strikes(&w, &call));
        arena_reset(w.calls);
    }
    struct fault_call second = call_of("f", "l1");
    struct fault_call first = call_of("f", "l0");

    ck_assert(!strikes(&w, &second));
    ck_assert_uint_eq(stats_of(&w, 0).dropped_keys, 1);
    ck_assert(strikes(&w, &first)); /* forgotten, so it is a first call again */
    ck_assert_uint_eq(stats_of(&w, 0).dropped_keys, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault/gates");
    TCase *tc = tcase_create("gates");

    tcase_add_loop_test(tc, test_reset_of_an_account_takes_its_share_alone, 0,
                        (int)N_ELEMENTS(shares));
    tcase_add_test(tc, test_reset_of_an_account_takes_all_of_a_rule_that_is_its_own);
    tcase_add_checked_fixture(tc, NULL, stop);
    tcase_add_loop_test(tc, test_calls_count_from_one, 0, (int)N_ELEMENTS(calls_table));
    tcase_add_test(tc, test_calls_count_per_key);
    tcase_add_test(tc, test_reached_does_not_count_calls_taken_earlier);
    tcase_add_test(tc, test_seen_counts_calls_taken_earlier);
    tcase_add_test(tc, test_a_shut_gate_keeps_the_call_from_later_counts);
    tcase_add_test(tc, test_window_repeats);
    tcase_add_test(tc, test_absolute_window_follows_the_virtual_clock);
    tcase_add_test(tc, test_ttl_ends_a_rule_and_arming_revives_it);
    tcase_add_test(tc, test_limit_by_fires_until_enabled_again);
    tcase_add_test(tc, test_limit_by_time_counts_from_the_first_fire);
    tcase_add_test(tc, test_over_concurrency_counts_until_release);
    tcase_add_test(tc, test_calls_in_flight_survive_a_reload);
    tcase_add_loop_test(tc, test_max_active_caps_and_counts, 0, 2);
    tcase_add_test(tc, test_disabled_rule_group_and_guard_are_not_counted);
    tcase_add_test(tc, test_state_is_set_by_a_fire_and_asked_by_another_rule);
    tcase_add_test(tc, test_shadow_records_and_changes_nothing);
    tcase_add_test(tc, test_keys_are_bounded_and_the_oldest_goes);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
