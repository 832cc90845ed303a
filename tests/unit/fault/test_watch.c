#include "builder.h"

#include "fault/watch.h"

static struct world w;
static int told;

static void stop(void)
{
    world_stop(&w);
}

static void tell(void *arg, const struct fault_condition *condition)
{
    ck_assert_ptr_eq(arg, &w);
    ck_assert_ptr_nonnull(condition);
    told++;
}

static void start(void)
{
    struct fault_ruleset *set = set_new();

    rule_add(set, "a", OUTCOME_NONE)->action->drip_bytes = 1;
    world_start(&w, set);
    told = 0;
}

START_TEST(test_fires_count_from_the_start_of_the_watch_and_it_is_told_once)
{
    const struct fault_condition condition = {
        .kind = CONDITION_FIRED,
        .rule_id = STR("a"),
        .compare = {.given = true, .has_gte = true, .gte = 2}
    };
    struct fault_call call = call_of("f", NULL);
    struct fault_watch *watch;

    start();
    fates(&w, &call, 5);
    watch = fault_watch_start(w.engine, &condition, 1, tell, &w);
    fates(&w, &call, 1);
    ck_assert_int_eq(told, 0);
    fates(&w, &call, 1);
    ck_assert_int_eq(told, 1);
    fates(&w, &call, 3);
    ck_assert_int_eq(told, 1);
    fault_watch_stop(w.engine, watch);
}
END_TEST

START_TEST(test_a_rule_that_is_not_there_has_not_fired)
{
    const struct fault_condition condition = {
        .kind = CONDITION_FIRED,
        .rule_id = STR("gone"),
        .compare = {.given = true, .has_gte = true, .gte = 1}
    };
    struct fault_call call = call_of("f", NULL);
    struct fault_watch *watch;

    start();
    watch = fault_watch_start(w.engine, &condition, 1, tell, &w);
    fates(&w, &call, 3);
    ck_assert_int_eq(told, 0);
    fault_watch_stop(w.engine, watch);
}
END_TEST

START_TEST(test_watches_are_independent_of_one_another)
{
    const struct fault_condition any = {
        .kind = CONDITION_FIRED, .compare = {.given = true, .has_gte = true, .gte = 3}
    };
    const struct fault_condition bad = {
        .kind = CONDITION_UNEXPECTED_5XX, .compare = {.given = true, .has_gt = true, .gt = 0}
    };
    struct fault_call call = call_of("f", NULL);
    struct fault_watch *first, *second;

    start();
    first = fault_watch_start(w.engine, &any, 1, tell, &w);
    second = fault_watch_start(w.engine, &bad, 1, tell, &w);
    fates(&w, &call, 2);
    fault_engine_observe(w.engine, 503, true);
    ck_assert_int_eq(told, 0);
    fault_engine_observe(w.engine, 503, false);
    ck_assert_int_eq(told, 1);
    fault_watch_stop(w.engine, second);
    fates(&w, &call, 1);
    ck_assert_int_eq(told, 2);
    fault_watch_stop(w.engine, first);
    fates(&w, &call, 4);
    ck_assert_int_eq(told, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault/watch");
    TCase *tc = tcase_create("watch");

    tcase_add_checked_fixture(tc, NULL, stop);
    tcase_add_test(tc, test_fires_count_from_the_start_of_the_watch_and_it_is_told_once);
    tcase_add_test(tc, test_a_rule_that_is_not_there_has_not_fired);
    tcase_add_test(tc, test_watches_are_independent_of_one_another);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
