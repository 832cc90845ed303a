#include "grammar/drill.h"

#include "../suite.h"

#include "conf/field.h"
#include "conf/report.h"
#include "grammar/grammar.h"
#include "grammar/internal.h"
#include "journal/verify.h"

static struct fault_ruleset *set;

static void stop(void)
{
    fault_ruleset_unref(set);
}

#define RULES                                                                                      \
    "version: 1\ngroups: {storm: {enabled: false}}\nrules:\n"                                      \
    "  - {id: throttle, enabled: false, do: {error: ResourceThrottled}}\n"                         \
    "  - {id: login, do: {headers: {set: {a: b}}, set_state: {scenario: login, to: in}}}\n"        \
    "  - {id: pay, when: {state: {scenario: login, is: [in]}}, do: {error: AccessDenied}}\n"

static const struct drill_plan *parse(const char *drills)
{
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(buf_done) struct buf text = {0}, issues = {0};
    const struct fault_grammar_options options = {0};
    size_t count;

    buf_puts(&text, RULES "drills:\n");
    buf_puts(&text, drills);
    set = fault_ruleset_parse(buf_str(&text), "t.yaml", &options, report);
    conf_report_print(report, CONF_FORMAT_TEXT, &issues);
    ck_assert_msg(set != NULL, "%s", buf_text(&issues));
    return drill_plans(set, &count);
}

START_TEST(test_a_drill_without_more_has_the_documented_defaults)
{
    const struct drill_plan *plan = parse("  - id: small\n");

    ck_assert(str_eq(plan->id, STR("small")));
    ck_assert(!plan->has_seed);
    ck_assert_uint_eq(plan->timeout_ns, UINT64_C(600000000000));
    ck_assert_uint_eq(plan->require.calls, 1);
    ck_assert_uint_eq(plan->require.fires_per_rule, 1);
    ck_assert_uint_eq(plan->require.capped, 0);
    ck_assert_uint_eq(plan->require.journal_lost, 0);
    ck_assert_int_eq(plan->expect_exit, 0);
    ck_assert(!plan->assertions.ptr);
    ck_assert_uint_eq(plan->step_count, 0);
    ck_assert_uint_eq(plan->at.line, 8);
}
END_TEST

START_TEST(test_steps_are_kept_with_what_they_do)
{
    const struct drill_plan *plan =
        parse("  - id: all\n"
              "    seed: 18446744073709551615\n"
              "    timeout: 3m\n"
              "    expect_exit: 3\n"
              "    require: {calls: 50, fires_per_rule: 10, capped: 2, journal_lost: 4}\n"
              "    steps:\n"
              "      - {at: 5s, enable: [throttle, 'group:storm'], note: begin}\n"
              "      - {until: {fired: {rule: throttle, gte: 20}}, max: 60s, set: {scenario: "
              "login, to: in}}\n"
              "      - {wait: 250ms, disable: throttle, clock: {advance: 5h}}\n"
              "      - {wait: 0s, clock: {freeze: now}}\n"
              "      - {wait: 0s, clock: {freeze: '2026-11-23T09:00:00+08:00'}}\n"
              "      - {wait: 0s, clock: {real: true}}\n"
              "    stop_when: [{in_flight: {gt: 200}}]\n"
              "    assert: [{calls: {gte: 5}}]\n");
    const struct drill_step *steps = plan->steps;

    ck_assert(plan->has_seed && !plan->seed_random);
    ck_assert_uint_eq(plan->seed, UINT64_MAX);
    ck_assert_uint_eq(plan->timeout_ns, UINT64_C(180000000000));
    ck_assert_int_eq(plan->expect_exit, 3);
    ck_assert_uint_eq(plan->require.calls, 50);
    ck_assert_uint_eq(plan->require.fires_per_rule, 10);
    ck_assert_uint_eq(plan->require.capped, 2);
    ck_assert_uint_eq(plan->require.journal_lost, 4);
    ck_assert_uint_eq(plan->step_count, 6);
    ck_assert_int_eq(steps[0].when, DRILL_AT);
    ck_assert_uint_eq(steps[0].ns, UINT64_C(5000000000));
    ck_assert_uint_eq(steps[0].enable_count, 2);
    ck_assert(str_eq(steps[0].enable[1], STR("group:storm")));
    ck_assert(str_eq(steps[0].when_text, STR("at 5s")));
    ck_assert(str_eq(steps[0].does_text, STR("enable throttle, group:storm; begin")));
    ck_assert_int_eq(steps[1].when, DRILL_UNTIL);
    ck_assert_int_eq(steps[1].until.kind, CONDITION_FIRED);
    ck_assert(str_eq(steps[1].until.rule_id, STR("throttle")));
    ck_assert_uint_eq(steps[1].ns, UINT64_C(60000000000));
    ck_assert(str_eq(steps[1].value, STR("in")));
    ck_assert(str_eq(steps[1].when_text, STR("until fired {\"rule\":\"throttle\",\"gte\":20}")));
    ck_assert_int_eq(steps[2].when, DRILL_WAIT);
    ck_assert_uint_eq(steps[2].disable_count, 1);
    ck_assert_int_eq(steps[2].clock, DRILL_CLOCK_ADVANCE);
    ck_assert(str_eq(steps[2].does_text, STR("disable throttle; clock on by 5h")));
    ck_assert_int_eq(steps[3].clock, DRILL_CLOCK_FREEZE);
    ck_assert_int_eq(steps[4].clock, DRILL_CLOCK_FREEZE_AT);
    ck_assert_uint_eq(steps[4].freeze_wall_ms, UINT64_C(1795395600000));
    ck_assert_int_eq(steps[5].clock, DRILL_CLOCK_REAL);
    ck_assert_int_eq(plan->stop_when[0].kind, CONDITION_IN_FLIGHT);
    ck_assert(str_eq(plan->assertions, STR("[{\"calls\":{\"gte\":5}}]")));
    ck_assert(str_starts(plan->definition, STR("{\"id\":\"all\",\"seed\":18446744073709551615,")));
}
END_TEST

START_TEST(test_a_wait_may_be_for_a_condition)
{
    const struct drill_plan *plan =
        parse("  - id: waits\n"
              "    steps:\n"
              "      - {wait: 250ms, note: a}\n"
              "      - {wait: {fired: {rule: throttle, gte: 3}}, max: 1m, note: b}\n");
    const struct drill_step *steps = plan->steps;

    ck_assert_int_eq(steps[0].when, DRILL_WAIT);
    ck_assert_uint_eq(steps[0].ns, UINT64_C(250000000));
    ck_assert_int_eq(steps[1].when, DRILL_UNTIL);
    ck_assert_int_eq(steps[1].until.kind, CONDITION_FIRED);
    ck_assert_uint_eq(steps[1].ns, UINT64_C(60000000000));
    ck_assert(str_eq(steps[1].when_text, STR("until fired {\"rule\":\"throttle\",\"gte\":3}")));
}
END_TEST

START_TEST(test_a_plan_is_found_by_its_id)
{
    const struct drill_plan *plan = parse("  - id: one\n    seed: random\n  - id: two\n");

    ck_assert(plan->has_seed && plan->seed_random);
    ck_assert_ptr_eq(drill_plan_find(set, STR("two")), plan + 1);
    ck_assert_ptr_null(drill_plan_find(set, STR("three")));
    ck_assert_ptr_null(drill_plan_find(NULL, STR("two")));
}
END_TEST

static bool has_word(struct str word, const char *list)
{
    struct str head, rest = str_of(list);

    while (rest.len) {
        if (!str_cut(rest, ' ', &head, &rest))
            rest = STR_NONE;
        if (str_eq(head, word))
            return true;
    }
    return false;
}

START_TEST(test_an_assertion_is_read_and_judged_by_the_same_keys)
{
    static const char common[] = "match allow_none eq gt gte lt lte";
    const char *name;

    for (size_t i = 0; (name = verify_assertion_name(i)); i++) {
        const struct conf_field *kind = conf_table_find(&fault_assertion_table, str_of(name));
        const char *keys = verify_assertion_keys(i);

        ck_assert_msg(kind != NULL, "the grammar does not know '%s'", name);
        for (size_t k = 0; k < kind->table->count; k++)
            ck_assert_msg(has_word(str_of(kind->table->fields[k].name), keys) ||
                              has_word(str_of(kind->table->fields[k].name), common),
                          "nobody judges %s.%s", name, kind->table->fields[k].name);
        for (struct str key, rest = str_of(keys); rest.len;) {
            if (!str_cut(rest, ' ', &key, &rest))
                rest = STR_NONE;
            ck_assert_msg(conf_table_find(kind->table, key) != NULL,
                          "the grammar refuses %s." STR_FMT, name, STR_ARG(key));
        }
    }
    for (size_t i = 0; i < fault_assertion_table.count; i++) {
        bool judged = false;

        for (size_t k = 0; (name = verify_assertion_name(k)); k++)
            judged = judged || strcmp(name, fault_assertion_table.fields[i].name) == 0;
        ck_assert_msg(judged, "nobody judges %s", fault_assertion_table.fields[i].name);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("grammar/drill");
    TCase *tc = tcase_create("drill");

    tcase_add_checked_fixture(tc, NULL, stop);
    tcase_add_test(tc, test_a_drill_without_more_has_the_documented_defaults);
    tcase_add_test(tc, test_steps_are_kept_with_what_they_do);
    tcase_add_test(tc, test_a_wait_may_be_for_a_condition);
    tcase_add_test(tc, test_a_plan_is_found_by_its_id);
    tcase_add_test(tc, test_an_assertion_is_read_and_judged_by_the_same_keys);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
