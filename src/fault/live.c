/*
 * Live control: arming, resetting, seed and scenarios; switches and the stop are in turn.c.
 */
#include "base/clock.h"
#include "fault/internal.h"

void rule_arm(struct rule_state *state, uint64_t now_ns)
{
    state->armed_ns = now_ns;
    state->armed_fires = 0;
    state->first_fire_ns = 0;
    state->spent = false;
}

static void rule_reset(struct rule_state *state)
{
    key_table_done(&state->keys);
    state->matched = state->reached = state->fired = state->capped = 0;
    state->last_fired_ns = 0;
    state->armed_fires = 0;
    state->first_fire_ns = 0;
    state->spent = false;
}

int scenario_value_find(const struct fault_scenario *scenario, struct str value)
{
    for (size_t i = 0; i < scenario->value_count; i++)
        if (str_eq(scenario->values[i], value))
            return (int)i;
    return -1;
}

int scenario_find(const struct fault_ruleset *set, struct str name)
{
    for (size_t i = 0; set && i < set->scenario_count; i++)
        if (str_eq(set->scenarios[i].name, name))
            return (int)i;
    return -1;
}

struct rule_state *rule_state_find(struct fault_engine *engine, struct str id)
{
    int index = engine->set ? fault_ruleset_find(engine->set, id) : -1;

    return index < 0 ? NULL : &engine->rules[index];
}

int fault_engine_arm(struct fault_engine *engine, struct str id)
{
    struct rule_state *state = rule_state_find(engine, id);

    if (!state)
        return FAULT_NOT_FOUND;
    rule_arm(state, clock_now_ns(engine->clock));
    engine_changed(engine);
    return 0;
}

int fault_engine_reset(struct fault_engine *engine, struct str id)
{
    struct rule_state *state = str_is_set(id) ? rule_state_find(engine, id) : NULL;

    if (str_is_set(id) && !state)
        return FAULT_NOT_FOUND;
    if (state) {
        rule_reset(state);
        return 0;
    }
    for (size_t i = 0; engine->set && i < engine->set->rule_count; i++)
        rule_reset(&engine->rules[i]);
    control_reset(engine->control);
    return 0;
}

bool fault_rule_is_of_account(const struct fault_rule *rule, struct str account)
{
    const struct fault_patterns *accounts = &rule->match.account;

    return accounts->count == 1 && accounts->items[0].kind == PATTERN_EXACT &&
           !accounts->items[0].negate && str_eq(accounts->items[0].text, account);
}

void fault_engine_reset_account(struct fault_engine *engine, struct str account)
{
    for (size_t i = 0; engine->set && i < engine->set->rule_count; i++) {
        struct rule_state *state = &engine->rules[i];

        if (fault_rule_is_of_account(state->rule, account))
            rule_reset(state);
        else
            key_table_drop_account(&state->keys, &state->rule->when, account);
    }
}

void fault_engine_keep_seed(struct fault_engine *engine, uint64_t seed)
{
    engine->seed = seed;
}

void fault_engine_restart_account(struct fault_engine *engine, struct str account)
{
    fault_engine_reset_account(engine, account);
    for (size_t i = 0; engine->set && i < engine->set->rule_count; i++)
        if (fault_rule_is_of_account(engine->rules[i].rule, account))
            rule_arm(&engine->rules[i], clock_now_ns(engine->clock));
}

void fault_engine_reseed(struct fault_engine *engine, uint64_t seed)
{
    engine->seed = seed;
    fault_engine_reset(engine, STR_NONE);
    for (size_t i = 0; engine->set && i < engine->set->rule_count; i++)
        rule_arm(&engine->rules[i], clock_now_ns(engine->clock));
    engine_changed(engine);
}

int fault_engine_scenario(const struct fault_engine *engine, struct str name, struct str *out_value)
{
    int scenario = scenario_find(engine->set, name);

    if (scenario < 0)
        return FAULT_NOT_FOUND;
    *out_value = engine->set->scenarios[scenario].values[engine->scenario_values[scenario]];
    return 0;
}

int fault_engine_set_scenario(struct fault_engine *engine, struct str name, struct str value)
{
    int scenario = scenario_find(engine->set, name);

    if (scenario < 0)
        return FAULT_NOT_FOUND;
    int index = scenario_value_find(&engine->set->scenarios[scenario], value);

    if (index < 0)
        return FAULT_UNKNOWN_VALUE;
    engine->scenario_values[scenario] = index;
    engine_changed(engine);
    return 0;
}

void fault_engine_reset_scenarios(struct fault_engine *engine)
{
    for (size_t i = 0; engine->set && i < engine->set->scenario_count; i++)
        engine->scenario_values[i] = 0;
    engine_changed(engine);
}
