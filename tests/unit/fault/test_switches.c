#include "builder.h"

static struct world w;

static void stop(void)
{
    world_stop(&w);
}

static struct fault_ruleset *some_rules(void)
{
    struct fault_ruleset *set = set_new();

    rule_add(set, "a", OUTCOME_ERROR)->stop = false;
    rule_add(set, "b", OUTCOME_ERROR)->enabled = false;
    set->groups[set->group_count++] = (struct fault_group){.name = STR("g"), .enabled = true};
    set->scenarios[set->scenario_count++] = (struct fault_scenario){
        .name = STR("login"), .values = ARENA_ARRAY(set->arena, 2, struct str), .value_count = 2};
    set->scenarios[0].values[0] = STR("");
    set->scenarios[0].values[1] = STR("in");
    return set;
}

static void turn_everything(void)
{
    ck_assert_int_eq(fault_engine_enable_rule(w.engine, STR("a"), false, 0), 0);
    ck_assert_int_eq(fault_engine_enable_rule(w.engine, STR("b"), true, 0), 0);
    ck_assert_int_eq(fault_engine_enable_group(w.engine, STR("g"), false, 0), 0);
    ck_assert_int_eq(fault_engine_set_scenario(w.engine, STR("login"), STR("in")), 0);
    fault_engine_reseed(w.engine, 4711);
}

static void check_as_before(void)
{
    struct str value;

    ck_assert(stats_of(&w, 0).enabled);
    ck_assert(!stats_of(&w, 1).enabled);
    ck_assert(fault_engine_group_enabled(w.engine, 0));
    ck_assert_int_eq(fault_engine_scenario(w.engine, STR("login"), &value), 0);
    ck_assert(str_eq(value, STR("")));
    ck_assert_uint_eq(fault_engine_seed(w.engine), 7);
}

START_TEST(test_what_was_on_is_on_again)
{
    struct fault_switches *saved;

    world_start(&w, some_rules());
    saved = fault_engine_switches_save(w.engine);
    turn_everything();
    fault_engine_switches_restore(w.engine, saved);
    check_as_before();
    fault_switches_free(saved);
}
END_TEST

START_TEST(test_names_are_found_in_another_set_and_those_gone_are_passed_over)
{
    struct fault_ruleset *other = some_rules();
    struct fault_switches *saved;

    world_start(&w, some_rules());
    saved = fault_engine_switches_save(w.engine);
    turn_everything();
    other->rules[0].id = STR("new");
    fault_engine_load(w.engine, other, 99);
    fault_ruleset_unref(w.set);
    w.set = other;
    fault_engine_switches_restore(w.engine, saved);
    ck_assert(stats_of(&w, 0).enabled);
    ck_assert(!stats_of(&w, 1).enabled);
    fault_switches_free(saved);
}
END_TEST

START_TEST(test_a_stop_from_before_comes_back_and_a_stop_from_meanwhile_stays)
{
    struct fault_switches *saved;

    world_start(&w, some_rules());
    fault_engine_stop(w.engine);
    saved = fault_engine_switches_save(w.engine);
    fault_engine_enable_rule(w.engine, STR("b"), true, 0);
    ck_assert(!fault_engine_stopped(w.engine));
    fault_engine_switches_restore(w.engine, saved);
    ck_assert(fault_engine_stopped(w.engine));
    fault_switches_free(saved);

    fault_engine_enable_rule(w.engine, STR("a"), true, 0);
    saved = fault_engine_switches_save(w.engine);
    fault_engine_stop(w.engine);
    fault_engine_switches_restore(w.engine, saved);
    ck_assert(fault_engine_stopped(w.engine));
    fault_switches_free(saved);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault/switches");
    TCase *tc = tcase_create("switches");

    tcase_add_checked_fixture(tc, NULL, stop);
    tcase_add_test(tc, test_what_was_on_is_on_again);
    tcase_add_test(tc, test_names_are_found_in_another_set_and_those_gone_are_passed_over);
    tcase_add_test(tc, test_a_stop_from_before_comes_back_and_a_stop_from_meanwhile_stays);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
