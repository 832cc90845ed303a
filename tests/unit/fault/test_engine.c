#include "builder.h"

static struct world w;

static void stop(void)
{
    world_stop(&w);
}

static struct fault_ruleset *two_rules(uint64_t second_digest)
{
    struct fault_ruleset *set = set_new();

    for (int i = 0; i < 2; i++) {
        struct fault_rule *rule = rule_add(set, i ? "b" : "a", OUTCOME_NONE);

        rule->action->drip_bytes = 1;
        rule->ttl_ns = SECONDS(60);
        rule->when.calls = CALLS_FIRST;
        rule->when.calls_n = 3;
        rule->digest = i ? second_digest : 1;
    }
    return set;
}

static void reload(struct fault_ruleset *set)
{
    fault_engine_load(w.engine, set, 99);
    fault_ruleset_unref(w.set);
    w.set = set;
}

START_TEST(test_the_last_fire_is_told_also_when_the_clock_has_gone_back)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);
    uint64_t fired_ms;

    rule_add(set, "r", OUTCOME_ERROR);
    world_start(&w, set);
    ck_assert_uint_eq(stats_of(&w, 0).last_fired_wall_ms, 0);
    fired_ms = clock_now_wall_ms(&w.clock);
    ck_assert(strikes(&w, &call));
    clock_advance(&w.clock, MS(5000));
    ck_assert_uint_eq(stats_of(&w, 0).last_fired_wall_ms, fired_ms);
    clock_freeze_at(&w.clock, fired_ms - 3600000);
    ck_assert_uint_le(stats_of(&w, 0).last_fired_wall_ms, fired_ms + 1);
    ck_assert_uint_ge(stats_of(&w, 0).last_fired_wall_ms + 6000, fired_ms);
}
END_TEST

START_TEST(test_reload_keeps_what_did_not_change)
{
    struct fault_call call = call_of("f", NULL);

    world_start(&w, two_rules(1));
    fates(&w, &call, 2);
    clock_advance(&w.clock, SECONDS(20));
    reload(two_rules(2));
    ck_assert_uint_eq(stats_of(&w, 0).fired, 2);
    ck_assert_uint_eq(stats_of(&w, 0).expires_in_ms, 40000);
    ck_assert_uint_eq(stats_of(&w, 1).fired, 0);
    ck_assert_uint_eq(stats_of(&w, 1).expires_in_ms, 60000);
    fates(&w, &call, 3);
    ck_assert_uint_eq(stats_of(&w, 0).fired, 3); /* the third of its first three */
    ck_assert_uint_eq(stats_of(&w, 1).fired, 3);
}
END_TEST

/* Each is held over one reload more than the one before it; the last set comes back. */
START_TEST(test_what_was_decided_outlives_reloads)
{
    struct fault_call call = call_of("f", NULL);
    struct fault_decision held[4];
    struct fault_ruleset *again;

    world_start(&w, two_rules(1));
    for (size_t i = 0; i < N_ELEMENTS(held); i++) {
        fault_decide(w.engine, &call, w.calls, &held[i]);
        if (i < 2)
            reload(two_rules(i + 2));
    }
    again = fault_ruleset_ref(w.set);
    reload(again);
    fault_release(w.engine, &held[0]);
    fault_release(w.engine, &held[3]);
    reload(two_rules(9));
    for (size_t i = 1; i < 3; i++) {
        ck_assert(str_eq(held[i].first_rule->id, STR("a")));
        fault_release(w.engine, &held[i]);
        fault_release(w.engine, &held[i]); /* nothing is left of it */
        ck_assert_ptr_null(held[i].set);
    }
}
END_TEST

START_TEST(test_reload_keeps_live_switches_unless_the_file_moved_them)
{
    struct fault_ruleset *moved = two_rules(1);

    world_start(&w, two_rules(1));
    fault_engine_enable_rule(w.engine, STR("a"), false, 0);
    reload(two_rules(1));
    ck_assert(!stats_of(&w, 0).enabled);
    moved->rules[1].enabled = false;
    reload(moved);
    ck_assert(!stats_of(&w, 0).enabled);
    ck_assert(!stats_of(&w, 1).enabled);
}
END_TEST

START_TEST(test_stop_ends_by_enabling_and_outlives_a_reload)
{
    struct fault_call call = call_of("f", NULL);

    world_start(&w, two_rules(1));
    fault_engine_stop(w.engine);
    ck_assert(fault_engine_stopped(w.engine));
    ck_assert(!stats_of(&w, 0).enabled);
    ck_assert(!strikes(&w, &call));
    ck_assert_int_eq(fault_engine_enable_rule(w.engine, STR("b"), true, 0), 0);
    ck_assert(!fault_engine_stopped(w.engine));
    ck_assert(str_eq(decide_once(&w, &call).first_rule->id, STR("b")));
    ck_assert(!stats_of(&w, 0).enabled);
    ck_assert_uint_eq(fault_engine_taken(w.engine), 1);
    fault_engine_stop(w.engine);
    reload(two_rules(2));
    ck_assert(fault_engine_stopped(w.engine));
    ck_assert_uint_eq(fault_engine_taken(w.engine), 2);
    ck_assert(!strikes(&w, &call));
}
END_TEST

/* As it was before, and what was switched off by hand as well; what a file has off stays off. */
START_TEST(test_enabling_all_brings_back_what_a_stop_took)
{
    struct fault_ruleset *set = two_rules(1);
    struct fault_call call = call_of("f", NULL);

    set->groups[set->group_count++] = (struct fault_group){.name = STR("g"), .enabled = true};
    rule_add(set, "sleeping", OUTCOME_RESET)->enabled = false;
    set->rules[1].group = 0;
    world_start(&w, set);
    clock_advance(&w.clock, SECONDS(30));
    fault_engine_enable_rule(w.engine, STR("a"), false, 0);
    fault_engine_enable_group(w.engine, STR("g"), false, 0);
    fault_engine_stop(w.engine);
    fault_engine_enable_all(w.engine, 0);
    ck_assert(!fault_engine_stopped(w.engine));
    ck_assert_uint_eq(fault_engine_taken(w.engine), 0);
    ck_assert(stats_of(&w, 0).enabled);
    ck_assert(stats_of(&w, 1).enabled);
    ck_assert(!stats_of(&w, 2).enabled);
    ck_assert_uint_eq(stats_of(&w, 0).expires_in_ms, 60000); /* armed anew */
    ck_assert(strikes(&w, &call));
}
END_TEST

START_TEST(test_what_is_switched_for_a_time_goes_back)
{
    struct fault_call call = call_of("f", NULL);

    world_start(&w, two_rules(1));
    fault_engine_enable_rule(w.engine, STR("a"), false, SECONDS(10));
    ck_assert_uint_eq(stats_of(&w, 0).goes_back_in_ms, 10000);
    ck_assert(str_eq(decide_once(&w, &call).first_rule->id, STR("b")));
    clock_advance(&w.clock, SECONDS(9));
    fault_engine_enable_rule(w.engine, STR("a"), false, SECONDS(10)); /* still back to on */
    clock_advance(&w.clock, SECONDS(9));
    reload(two_rules(1));
    ck_assert(str_eq(decide_once(&w, &call).first_rule->id, STR("b")));
    clock_advance(&w.clock, SECONDS(1));
    ck_assert(str_eq(decide_once(&w, &call).first_rule->id, STR("a")));
    ck_assert_uint_eq(stats_of(&w, 0).goes_back_in_ms, 0);
    ck_assert_uint_eq(stats_of(&w, 0).expires_in_ms, 60000); /* switched on is armed */
    fault_engine_enable_rule(w.engine, STR("a"), false, SECONDS(10));
    fault_engine_enable_rule(w.engine, STR("a"), false, 0); /* for good */
    clock_advance(&w.clock, SECONDS(11));
    ck_assert(!stats_of(&w, 0).enabled);
}
END_TEST

START_TEST(test_a_stop_comes_back_behind_what_was_enabled_for_a_time)
{
    struct fault_ruleset *set = two_rules(1);
    struct fault_call call = call_of("f", NULL);

    set->groups[set->group_count++] = (struct fault_group){.name = STR("g"), .enabled = false};
    set->rules[0].group = 0;
    world_start(&w, set);
    fault_engine_stop(w.engine);
    fault_engine_enable_group(w.engine, STR("g"), true, SECONDS(5));
    ck_assert(!fault_engine_stopped(w.engine));
    ck_assert(fault_engine_group_enabled(w.engine, 0));
    ck_assert(str_eq(decide_once(&w, &call).first_rule->id, STR("a")));
    clock_advance(&w.clock, SECONDS(5));
    ck_assert(!strikes(&w, &call));
    ck_assert(!fault_engine_group_enabled(w.engine, 0));
    ck_assert(fault_engine_stopped(w.engine));
    fault_engine_enable_all(w.engine, SECONDS(5));
    ck_assert(strikes(&w, &call));
    fault_engine_stop(w.engine);
    clock_advance(&w.clock, SECONDS(5));
    ck_assert(!strikes(&w, &call));
    ck_assert_uint_eq(fault_engine_taken(w.engine), 2);
}
END_TEST

START_TEST(test_an_empty_set_is_not_stopped_by_time)
{
    world_start(&w, set_new());
    fault_engine_enable_all(w.engine, SECONDS(1));
    clock_advance(&w.clock, SECONDS(2));
    ck_assert(!fault_engine_stopped(w.engine));
    fault_engine_stop(w.engine);
    fault_engine_enable_all(w.engine, 0);
    ck_assert(!fault_engine_stopped(w.engine));
}
END_TEST

START_TEST(test_unknown_names_are_not_found)
{
    struct str value;

    world_start(&w, two_rules(1));
    ck_assert_int_eq(fault_engine_enable_rule(w.engine, STR("x"), true, 0), FAULT_NOT_FOUND);
    ck_assert_int_eq(fault_engine_enable_group(w.engine, STR("x"), true, 0), FAULT_NOT_FOUND);
    ck_assert_int_eq(fault_engine_arm(w.engine, STR("x")), FAULT_NOT_FOUND);
    ck_assert_int_eq(fault_engine_reset(w.engine, STR("x")), FAULT_NOT_FOUND);
    ck_assert_int_eq(fault_engine_scenario(w.engine, STR("x"), &value), FAULT_NOT_FOUND);
    ck_assert_int_eq(fault_engine_set_scenario(w.engine, STR("x"), STR("")), FAULT_NOT_FOUND);
}
END_TEST

START_TEST(test_reset_and_reseed_start_again)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);
    struct fault_call call = call_of("f", NULL);
    const char *first;

    rule->when.chance = CHANCE_PROBABILITY;
    rule->when.probability = 0.5;
    world_start(&w, set);
    ck_assert_uint_eq(fault_engine_seed(w.engine), 7);
    first = fates(&w, &call, 50);
    fault_engine_reset(w.engine, STR_NONE);
    ck_assert_uint_eq(stats_of(&w, 0).matched, 0);
    ck_assert_str_eq(fates(&w, &call, 50), first);
    fault_engine_reseed(w.engine, 8);
    ck_assert_str_ne(fates(&w, &call, 50), first);
    fault_engine_reseed(w.engine, 7);
    ck_assert_str_eq(fates(&w, &call, 50), first);
}
END_TEST

START_TEST(test_random_seed_takes_the_one_given)
{
    struct fault_ruleset *set = set_new();

    set->seed_random = true;
    world_start(&w, set);
    ck_assert_uint_eq(fault_engine_seed(w.engine), 99);
}
END_TEST

START_TEST(test_scenario_keeps_its_value_by_name)
{
    static struct str before[] = {STR_INIT(""), STR_INIT("y")};
    static struct str after[] = {STR_INIT(""), STR_INIT("z"), STR_INIT("y")};
    struct fault_ruleset *sets[2] = {set_new(), set_new()};
    struct str value;

    sets[0]->scenarios[0] = (struct fault_scenario){STR("s"), before, N_ELEMENTS(before)};
    sets[1]->scenarios[0] = (struct fault_scenario){STR("s"), after, N_ELEMENTS(after)};
    sets[0]->scenario_count = sets[1]->scenario_count = 1;
    world_start(&w, sets[0]);
    ck_assert_int_eq(fault_engine_set_scenario(w.engine, STR("s"), STR("y")), 0);
    reload(sets[1]);
    ck_assert_int_eq(fault_engine_scenario(w.engine, STR("s"), &value), 0);
    ck_assert(str_eq(value, STR("y")));
}
END_TEST

/* ---- guard.halt ---- */

static size_t halts;

static void on_halt(void *arg, const struct fault_condition *condition)
{
    *(enum fault_condition_kind *)arg = condition->kind;
    halts++;
}

static void start_with_halt(enum fault_condition_kind kind, double gte)
{
    static enum fault_condition_kind struck;
    struct fault_ruleset *set = set_new();

    rule_add(set, "r", OUTCOME_ERROR);
    set->guard.halt = ARENA_NEW(set->arena, struct fault_condition);
    set->guard.halt_count = 1;
    *set->guard.halt = (struct fault_condition){
        .kind = kind, .rule = -1, .compare = {.given = true, .has_gte = true, .gte = gte}
    };
    world_start(&w, set);
    fault_engine_on_halt(w.engine, on_halt, &struck);
}

START_TEST(test_halt_by_fires)
{
    struct fault_call call = call_of("f", NULL);

    start_with_halt(CONDITION_FIRED, 3);
    ck_assert_str_eq(fates(&w, &call, 5), "11100");
    ck_assert_uint_eq(halts, 1);
    ck_assert_int_eq(fault_engine_halted(w.engine)->kind, CONDITION_FIRED);
    fault_engine_enable_rule(w.engine, STR("r"), true, 0);
    ck_assert_ptr_null(fault_engine_halted(w.engine));
    ck_assert_str_eq(fates(&w, &call, 5), "11100");
}
END_TEST

START_TEST(test_halt_by_calls_in_flight)
{
    struct fault_call call = call_of("f", NULL);
    struct fault_decision held[3];

    start_with_halt(CONDITION_IN_FLIGHT, 3);
    for (int i = 0; i < 3; i++)
        fault_decide(w.engine, &call, w.calls, &held[i]);
    ck_assert_ptr_nonnull(held[1].outcome);
    ck_assert_ptr_null(held[2].outcome);
    ck_assert(fault_engine_stopped(w.engine));
    for (int i = 0; i < 3; i++)
        fault_release(w.engine, &held[i]);
}
END_TEST

START_TEST(test_halt_by_call_rate_looks_at_a_window)
{
    struct fault_call call = call_of("f", NULL);

    start_with_halt(CONDITION_CALL_RATE, 2); /* a second, over ten */
    for (int i = 0; i < 40; i++) {
        decide_once(&w, &call);
        clock_advance(&w.clock, MS(1000));
    }
    ck_assert(!fault_engine_stopped(w.engine));
    for (int i = 0; i < 19; i++)
        decide_once(&w, &call);
    ck_assert(fault_engine_stopped(w.engine));
}
END_TEST

START_TEST(test_halt_by_how_calls_ended)
{
    start_with_halt(CONDITION_UNEXPECTED_5XX, 2);
    fault_engine_observe(w.engine, 503, true);
    fault_engine_observe(w.engine, 500, false);
    fault_engine_observe(w.engine, 404, false);
    ck_assert(!fault_engine_stopped(w.engine));
    fault_engine_observe(w.engine, 502, false);
    ck_assert(fault_engine_stopped(w.engine));
}
END_TEST

START_TEST(test_halt_by_success_waits_for_enough_calls)
{
    struct fault_ruleset *set = set_new();
    struct fault_condition condition = {
        .kind = CONDITION_SUCCESS, .compare = {.given = true, .has_lt = true, .lt = 0.5}
    };

    set->guard.halt = &condition;
    set->guard.halt_count = 1;
    world_start(&w, set);
    for (int i = 0; i < 9; i++)
        fault_engine_observe(w.engine, 500, true);
    ck_assert(!fault_engine_stopped(w.engine));
    fault_engine_observe(w.engine, 200, false);
    ck_assert(fault_engine_stopped(w.engine));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault/engine");
    TCase *tc = tcase_create("engine");

    tcase_add_checked_fixture(tc, NULL, stop);
    tcase_add_test(tc, test_the_last_fire_is_told_also_when_the_clock_has_gone_back);
    tcase_add_test(tc, test_reload_keeps_what_did_not_change);
    tcase_add_test(tc, test_what_was_decided_outlives_reloads);
    tcase_add_test(tc, test_reload_keeps_live_switches_unless_the_file_moved_them);
    tcase_add_test(tc, test_stop_ends_by_enabling_and_outlives_a_reload);
    tcase_add_test(tc, test_enabling_all_brings_back_what_a_stop_took);
    tcase_add_test(tc, test_what_is_switched_for_a_time_goes_back);
    tcase_add_test(tc, test_a_stop_comes_back_behind_what_was_enabled_for_a_time);
    tcase_add_test(tc, test_an_empty_set_is_not_stopped_by_time);
    tcase_add_test(tc, test_unknown_names_are_not_found);
    tcase_add_test(tc, test_reset_and_reseed_start_again);
    tcase_add_test(tc, test_random_seed_takes_the_one_given);
    tcase_add_test(tc, test_scenario_keeps_its_value_by_name);
    tcase_add_test(tc, test_halt_by_fires);
    tcase_add_test(tc, test_halt_by_calls_in_flight);
    tcase_add_test(tc, test_halt_by_call_rate_looks_at_a_window);
    tcase_add_test(tc, test_halt_by_how_calls_ended);
    tcase_add_test(tc, test_halt_by_success_waits_for_enough_calls);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
