/* Which rules a drill is about: those it enables or disables, waits for, moves the scenario of, or
 * asserts on. */
#include "drill/judge.h"

#define GROUP "group:"

static void mark(struct rule_record *rules, size_t count, struct str id)
{
    for (size_t i = 0; i < count; i++)
        rules[i].named = rules[i].named || str_eq(rules[i].id, id);
}

static void mark_group(const struct fault_ruleset *set, struct rule_record *rules, struct str name)
{
    for (size_t i = 0; i < set->rule_count; i++) {
        int group = set->rules[i].group;

        if (group >= 0 && str_eq(set->groups[group].name, name))
            rules[i].named = true;
    }
}

static void mark_switched(const struct fault_ruleset *set, struct rule_record *rules,
                          const struct str *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_starts(names[i], STR(GROUP)))
            mark_group(set, rules, str_slice(names[i], sizeof(GROUP) - 1, names[i].len));
        else
            mark(rules, set->rule_count, names[i]);
    }
}

static void mark_scenario(const struct fault_ruleset *set, struct rule_record *rules,
                          struct str scenario)
{
    for (size_t i = 0; i < set->rule_count; i++) {
        int asked = set->rules[i].when.state_scenario;

        if (asked >= 0 && str_eq(set->scenarios[asked].name, scenario))
            rules[i].named = true;
    }
}

/* `match: {rule: X}` of an assertion. */
static void mark_asserted(const struct drill_plan *plan, struct rule_record *rules, size_t count)
{
    struct error err;
    OWN(json_free)
    cJSON *list = plan->assertions.ptr ? json_parse_within(plan->assertions, SIZE_MAX, &err) : NULL;
    const cJSON *item;

    cJSON_ArrayForEach (item, list) {
        const cJSON *match = cJSON_GetObjectItemCaseSensitive(item->child, "match");

        mark(rules, count, json_get_str(match, "rule"));
    }
}

static bool has_group(const struct str *names, size_t count, struct str group)
{
    for (size_t i = 0; i < count; i++)
        if (str_starts(names[i], STR(GROUP)) &&
            str_eq(str_slice(names[i], sizeof(GROUP) - 1, names[i].len), group))
            return true;
    return false;
}

bool judge_names_group(const struct drill_plan *plan, struct str group)
{
    for (size_t i = 0; i < plan->step_count; i++)
        if (has_group(plan->steps[i].enable, plan->steps[i].enable_count, group) ||
            has_group(plan->steps[i].disable, plan->steps[i].disable_count, group))
            return true;
    return false;
}

void judge_mark_named(const struct drill_plan *plan, const struct fault_ruleset *set,
                      struct rule_record *rules, size_t count)
{
    for (size_t i = 0; i < plan->step_count; i++) {
        const struct drill_step *step = &plan->steps[i];

        mark_switched(set, rules, step->enable, step->enable_count);
        mark_switched(set, rules, step->disable, step->disable_count);
        if (step->when == DRILL_UNTIL && step->until.rule_id.ptr)
            mark(rules, count, step->until.rule_id);
        if (step->scenario.ptr)
            mark_scenario(set, rules, step->scenario);
    }
    for (size_t i = 0; i < plan->stop_count; i++)
        if (plan->stop_when[i].rule_id.ptr)
            mark(rules, count, plan->stop_when[i].rule_id);
    mark_asserted(plan, rules, count);
}
