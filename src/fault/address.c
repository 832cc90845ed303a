/*
 * Rules that close an address: nobody is seen who comes there, so that they are not asked by calls
 * but hold or do not hold at a moment.
 */
#include "base/clock.h"
#include "base/own.h"
#include "fault/internal.h"

static bool holds(struct asking *asking, struct rule_state *state)
{
    return rule_is_on(asking->engine, state) && !state->rule->shadow &&
           matcher_holds(&state->matcher, &asking->match, NULL) && gates_stand_open(asking, state);
}

static const struct fault_rule *find(struct asking *asking)
{
    struct fault_engine *engine = asking->engine;
    struct index_walk walk;
    uint32_t rule;

    if (engine->set->guard.has_only && !matcher_holds(&engine->only, &asking->match, NULL))
        return NULL;
    index_walk_start(engine->index, ASKED_AT_ADDRESS, asking->call, asking->match.op_index, &walk);
    while (index_walk_next(&walk, &rule))
        if (holds(asking, &engine->rules[rule]))
            return engine->rules[rule].rule;
    return NULL;
}

const struct fault_rule *fault_closes(struct fault_engine *engine, const struct fault_call *address)
{
    if (engine->decided_elsewhere || !fault_asks(engine, ASKED_AT_ADDRESS))
        return NULL;
    OWN(arena_free) struct arena *arena = arena_new();
    struct asking asking = {
        .engine = engine,
        .call = address,
        .arena = arena,
        .match = match_call_start(address, arena, engine->scratch),
        .now_ns = clock_now_ns(engine->clock),
        .time = ASKED_AT_ADDRESS,
    };
    const struct fault_rule *rule;

    switches_settle(engine, asking.now_ns);
    rule = find(&asking);
    match_call_done(&asking.match);
    return rule;
}
