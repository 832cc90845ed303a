/*
 * What is on, written down by name and put back: the set may have been loaded anew in between.
 */
#include "base/mem.h"
#include "fault/internal.h"

struct switch_state {
    struct str name;
    struct live_switch turn;
};

struct fault_switches {
    struct arena *arena;
    struct switch_state *rules, *groups;
    size_t rule_count, group_count;
    struct fault_scenario *scenarios; /* one value each: the present one */
    size_t scenario_count;
    uint64_t seed;
    bool stopped;
    bool narrow; /* scenarios and the seed are somebody else's */
};

static void save_scenarios(const struct fault_engine *engine, struct fault_switches *out)
{
    const struct fault_ruleset *set = engine->set;

    out->scenario_count = set->scenario_count;
    out->scenarios = ARENA_ARRAY(out->arena, set->scenario_count, struct fault_scenario);
    for (size_t i = 0; i < set->scenario_count; i++) {
        struct str value = set->scenarios[i].values[engine->scenario_values[i]];

        out->scenarios[i].name = arena_str(out->arena, set->scenarios[i].name);
        out->scenarios[i].values = ARENA_NEW(out->arena, struct str);
        out->scenarios[i].values[0] = arena_str(out->arena, value);
        out->scenarios[i].value_count = 1;
    }
}

struct fault_switches *fault_engine_switches_save(const struct fault_engine *engine)
{
    struct fault_switches *saved = mem_alloc(sizeof(*saved));
    const struct fault_ruleset *set = engine->set;

    *saved = (struct fault_switches){
        .arena = arena_new(), .seed = engine->seed, .stopped = engine->stopped};
    if (!set)
        return saved;
    saved->rule_count = set->rule_count;
    saved->rules = ARENA_ARRAY(saved->arena, set->rule_count, struct switch_state);
    for (size_t i = 0; i < set->rule_count; i++)
        saved->rules[i] =
            (struct switch_state){arena_str(saved->arena, set->rules[i].id), engine->rules[i].turn};
    saved->group_count = set->group_count;
    saved->groups = ARENA_ARRAY(saved->arena, set->group_count, struct switch_state);
    for (size_t i = 0; i < set->group_count; i++)
        saved->groups[i] =
            (struct switch_state){arena_str(saved->arena, set->groups[i].name), engine->groups[i]};
    save_scenarios(engine, saved);
    return saved;
}

void fault_switches_free(struct fault_switches *switches)
{
    if (!switches)
        return;
    arena_free(switches->arena);
    mem_free(switches);
}

static size_t narrow(struct switch_state *list, size_t count, bool group,
                     bool (*keeps)(void *arg, bool group, struct str name), void *arg)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (keeps(arg, group, list[i].name))
            list[kept++] = list[i];
    return kept;
}

void fault_switches_narrow(struct fault_switches *switches,
                           bool (*keeps)(void *arg, bool group, struct str name), void *arg)
{
    switches->narrow = true;
    switches->scenario_count = 0;
    switches->rule_count = narrow(switches->rules, switches->rule_count, false, keeps, arg);
    switches->group_count = narrow(switches->groups, switches->group_count, true, keeps, arg);
}

static void restore_rules(struct fault_engine *engine, const struct fault_switches *saved)
{
    for (size_t i = 0; i < saved->rule_count; i++) {
        int index = fault_ruleset_find(engine->set, saved->rules[i].name);

        if (index >= 0)
            engine->rules[index].turn = saved->rules[i].turn;
    }
}

static void restore_groups(struct fault_engine *engine, const struct fault_switches *saved)
{
    for (size_t i = 0; i < engine->set->group_count; i++)
        for (size_t k = 0; k < saved->group_count; k++)
            if (str_eq(engine->set->groups[i].name, saved->groups[k].name))
                engine->groups[i] = saved->groups[k].turn;
}

void fault_engine_switches_restore(struct fault_engine *engine,
                                   const struct fault_switches *switches)
{
    bool stopped = engine->stopped || switches->stopped;

    if (!switches->narrow)
        engine->seed = switches->seed;
    engine->stopped = stopped;
    if (!engine->set)
        return;
    restore_rules(engine, switches);
    restore_groups(engine, switches);
    switches_changed(engine);
    if (stopped)
        fault_engine_stop(engine); /* also what came meanwhile, or was on then */
    for (size_t i = 0; i < switches->scenario_count; i++)
        fault_engine_set_scenario(engine, switches->scenarios[i].name,
                                  switches->scenarios[i].values[0]);
    engine_changed(engine);
}
