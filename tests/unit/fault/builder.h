/*
 * tests/unit/fault/builder.h - rule sets by hand, an engine on a frozen clock, and calls
 */
#pragma once

#include <stdio.h>

#include "../suite.h"

#include "base/clock.h"
#include "fault/engine.h"

enum { RULES_MAX = 1200 };

#define MS(n) ((uint64_t)(n)*1000000u)
#define SECONDS(n) MS((uint64_t)(n)*1000u)

struct world {
    struct clock clock;
    struct fault_ruleset *set;
    struct fault_engine *engine;
    struct arena *calls; /* what decisions live in */
};

static inline struct fault_ruleset *set_new(void)
{
    struct fault_ruleset *set = fault_ruleset_new();

    set->rules = ARENA_ARRAY(set->arena, RULES_MAX, struct fault_rule);
    set->groups = ARENA_ARRAY(set->arena, 4, struct fault_group);
    set->scenarios = ARENA_ARRAY(set->arena, 4, struct fault_scenario);
    set->guard.max_active = 256;
    set->guard.max_delay_ns = SECONDS(120);
    set->seed = 7;
    return set;
}

static inline struct fault_action *action_new(struct fault_ruleset *set, enum fault_outcome outcome)
{
    struct fault_action *action = ARENA_NEW(set->arena, struct fault_action);

    action->outcome = outcome;
    action->at = PHASE_REQUEST;
    action->set_scenario = -1;
    return action;
}

/** A rule that matches every call and always fires. Rules are asked in the order they are added. */
static inline struct fault_rule *rule_add(struct fault_ruleset *set, const char *id,
                                          enum fault_outcome outcome)
{
    struct fault_rule *rule = &set->rules[set->rule_count++];

    rule->id = arena_str(set->arena, str_of(id));
    rule->enabled = true;
    rule->group = -1;
    rule->match.empty = true;
    rule->when.state_scenario = -1;
    rule->action = action_new(set, outcome);
    rule->stop = outcome != OUTCOME_NONE;
    rule->mark = true;
    rule->digest = 1;
    return rule;
}

static inline struct fault_pattern pattern_of(int kind, const char *text)
{
    return (struct fault_pattern){.kind = (unsigned)kind, .text = str_of(text)};
}

static inline void patterns_add(struct fault_ruleset *set, struct fault_patterns *patterns,
                                struct fault_pattern pattern)
{
    struct fault_pattern *items =
        ARENA_ARRAY(set->arena, patterns->count + 1, struct fault_pattern);

    if (patterns->count)
        memcpy(items, patterns->items, patterns->count * sizeof(*items));
    items[patterns->count++] = pattern;
    patterns->items = items;
}

static inline void want_exactly(struct fault_ruleset *set, struct fault_patterns *patterns,
                                const char *text)
{
    patterns_add(set, patterns, pattern_of(PATTERN_EXACT, text));
}

static inline void want_operation(struct fault_ruleset *set, struct fault_rule *rule,
                                  enum api_version api, const char *name)
{
    size_t op = operation_index(operation_find(api, str_of(name)));
    size_t count;

    operation_table(&count);
    if (!rule->match.operations)
        rule->match.operations = ARENA_ARRAY(set->arena, count / 64 + 1, uint64_t);
    rule->match.operations[op / 64] |= UINT64_C(1) << (op % 64);
}

static inline void count_per(struct fault_ruleset *set, struct fault_rule *rule,
                             enum fault_per what)
{
    rule->when.per = ARENA_NEW(set->arena, struct fault_per_key);
    rule->when.per->what = what;
    rule->when.per_count = 1;
}

/** Takes the reference of @set. */
static inline void world_start(struct world *w, struct fault_ruleset *set)
{
    struct error err;

    *w = (struct world){.set = set, .calls = arena_new()};
    clock_freeze(&w->clock);
    if (fault_engine_new(&w->clock, &w->engine, &err) < 0)
        abort();
    fault_engine_load(w->engine, set, 99);
}

static inline void world_stop(struct world *w)
{
    fault_engine_free(w->engine);
    fault_ruleset_unref(w->set);
    arena_free(w->calls);
}

static inline struct fault_call call_of(const char *function, const char *label)
{
    return (struct fault_call){
        .request_id = STR("req"),
        .account = STR("1653"),
        .region = STR("cn-shanghai"),
        .host = STR("1653.cn-shanghai.fc.aliyuncs.com"),
        .method = STR("POST"),
        .path = STR("/2016-08-15/services/s/functions/f/invocations"),
        .api = API_2016,
        .op = operation_find(API_2016, STR("InvokeFunction")),
        .service = STR("s"),
        .function = str_of(function),
        .label = str_of(label),
        .client = STR("127.0.0.1"),
        .attempt = 1,
        .connection_call = 1,
    };
}

/** Decide and release at once: nothing stays in flight. */
static inline struct fault_decision decide_once(struct world *w, const struct fault_call *call)
{
    struct fault_decision decision;

    fault_decide(w->engine, call, w->calls, &decision);
    fault_release(w->engine, &decision);
    return decision;
}

static inline bool strikes(struct world *w, const struct fault_call *call)
{
    return decide_once(w, call).first_rule != NULL;
}

/** A string of '1' (struck) and '0', one a call. */
static inline const char *fates(struct world *w, const struct fault_call *call, size_t calls)
{
    char *text = arena_alloc(w->calls, calls + 1);

    for (size_t i = 0; i < calls; i++)
        text[i] = strikes(w, call) ? '1' : '0';
    return text;
}

static inline struct fault_rule_stats stats_of(struct world *w, size_t rule)
{
    struct fault_rule_stats all[RULES_MAX];

    fault_engine_stats(w->engine, all);
    return all[rule];
}
