#include "fault/outcome.h"

#include "../suite.h"

#include "base/mem.h"
#include "conf/report.h"
#include "grammar/grammar.h"

static struct fault_ruleset *parse(const char *action, unsigned doors, struct conf_report *report)
{
    OWN(mem_free) char *text = mem_printf("version: 1\nrules:\n  - {id: a, do: {%s}}\n", action);

    return fault_ruleset_parse(str_of(text), "t.yaml",
                               &(struct fault_grammar_options){.doors = doors}, report);
}

/* Each way of ending a call that a row names is a rule, and one with that outcome. */
START_TEST(test_trials_are_rules_of_their_outcome)
{
    const struct fault_outcome_row *row = fault_outcome_row((enum fault_outcome)_i);

    for (size_t i = 0; i < row->trial_count; i++) {
        OWN(conf_report_free) struct conf_report *report = conf_report_new();
        struct fault_ruleset *set = parse(row->trials[i].what, 1U << row->door, report);

        ck_assert_msg(set != NULL, "%s", row->trials[i].what);
        ck_assert_uint_eq(report->errors, 0);
        ck_assert_int_eq(set->rules[0].action->outcome, _i);
        fault_ruleset_unref(set);
    }
}
END_TEST

/* What is not tried cannot be counted: coverage lists the faults of the network. */
START_TEST(test_faults_of_the_network_are_tried)
{
    const struct fault_outcome_row *row = fault_outcome_row((enum fault_outcome)_i);

    if (row->is_network)
        ck_assert_uint_gt(row->trial_count, 0);
    ck_assert_int_eq(row->door != DOOR_ANY, row->no_door != NULL);
}
END_TEST

/* Members are kept in what the outcome has of its own, or else in the action. */
START_TEST(test_members_lie_within)
{
    const struct fault_outcome_row *row = fault_outcome_row((enum fault_outcome)_i);
    size_t room = row->own_bytes ? row->own_bytes : sizeof(struct fault_action);

    for (size_t i = 0; i < row->member_count; i++) {
        ck_assert_uint_lt(row->members[i].offset, room);
        ck_assert_int_eq(row->members[i].kind == MEMBER_NAME, row->members[i].name_count > 0);
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(row->members[i].name, row->members[k].name);
    }
}
END_TEST

static const struct {
    const char *action;
    enum fault_door door;
} doors[] = {
    {"dns: {fault: nxdomain}", DOOR_DNS      },
    {"refuse: {}",             DOOR_OF_REGION},
    {"unanswered: {}",         DOOR_OF_REGION},
};

START_TEST(test_a_door_opens_its_outcome_alone)
{
    for (unsigned door = DOOR_DNS; door <= DOOR_OF_REGION; door++) {
        OWN(conf_report_free) struct conf_report *report = conf_report_new();
        struct fault_ruleset *set = parse(doors[_i].action, 1U << door, report);

        ck_assert_int_eq(set != NULL, door == doors[_i].door);
        if (!set)
            ck_assert_str_eq(report->issues[0].code, "F316");
        fault_ruleset_unref(set);
    }
}
END_TEST

/* Each is read into room of its own, whichever stands first. */
START_TEST(test_two_outcomes_are_read_apart)
{
    static const char *const both[] = {
        "tls: {fault: expired}, dns: {fault: address, address: 127.0.0.9}",
        "dns: {fault: address, address: 127.0.0.9}, tls: {fault: expired}",
        "reset: {at: body}, dns: {fault: address, address: 127.0.0.9}",
    };
    OWN(conf_report_free) struct conf_report *report = conf_report_new();

    ck_assert_ptr_null(parse(both[_i], ~0U, report));
    ck_assert_uint_eq(report->errors, 1);
    ck_assert_str_eq(report->issues[0].code, "F308");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("grammar/outcome");
    TCase *tc = tcase_create("outcome");

    tcase_add_loop_test(tc, test_trials_are_rules_of_their_outcome, OUTCOME_NONE + 1,
                        OUTCOME_COUNT);
    tcase_add_loop_test(tc, test_faults_of_the_network_are_tried, OUTCOME_NONE + 1, OUTCOME_COUNT);
    tcase_add_loop_test(tc, test_members_lie_within, OUTCOME_NONE + 1, OUTCOME_COUNT);
    tcase_add_loop_test(tc, test_a_door_opens_its_outcome_alone, 0, N_ELEMENTS(doors));
    tcase_add_loop_test(tc, test_two_outcomes_are_read_apart, 0, 3);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
