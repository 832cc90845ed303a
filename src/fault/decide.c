/*
 * One decision: the rules that can match are asked in their order, and what they ask for is
 * combined. Rules behind an outcome are still looked at, because they count what they matched.
 */
#include "base/clock.h"
#include "fault/internal.h"

static void ask_rule(struct asking *asking, struct rule_state *rule)
{
    if (asking->call->runs_code && !rule->rule->instead)
        return;
    if (!rule_is_on(asking->engine, rule) || !matcher_holds(&rule->matcher, &asking->match, NULL))
        return;
    strike_rule(asking, rule, key_of_call(&rule->rule->when, asking->call, asking->arena));
}

static bool inside_guard(struct asking *asking)
{
    return !asking->engine->set->guard.has_only ||
           matcher_holds(&asking->engine->only, &asking->match, NULL);
}

static void ask_rules(struct asking *asking)
{
    struct fault_engine *engine = asking->engine;
    struct index_walk walk;
    uint32_t rule;

    index_walk_start(engine->index, asking->time, asking->call, asking->match.op_index, &walk);
    if ((walk.lists == 0 && !engine->control) || !inside_guard(asking))
        return;
    if (engine->control && asking->time == ASKED_ON_REQUEST)
        control_ask(asking);
    while (index_walk_next(&walk, &rule))
        ask_rule(asking, &engine->rules[rule]);
}

static void begin_call(struct asking *asking)
{
    asking->engine->in_flight++;
    asking->out->in_flight = true;
    watches_note_call(asking->engine, asking->now_ns);
}

static struct fault_sight sight_of(const struct asking *asking)
{
    return (struct fault_sight){
        .call = asking->call,
        .time = asking->time,
        .has_brought = asking->has_brought,
        .arena = asking->arena,
        .decision = asking->out,
    };
}

/* Not as the rules would have it. */
static void decide_elsewhere(struct asking *asking)
{
    const struct fault_observer *observer = &asking->engine->observer;
    const struct fault_sight sight = sight_of(asking);

    if (!observer->decides(observer->arg, &sight))
        asking->out->effect = EFFECT_DONE;
    else if (asking->out->first_rule)
        take_active(asking);
}

static void decide_by_rules(struct asking *asking)
{
    ask_rules(asking);
    combine_finish(asking);
    watches_check(asking->engine, asking->now_ns);
}

static void tell(const struct asking *asking,
                 void (*what)(void *arg, const struct fault_sight *sight))
{
    const struct fault_sight sight = sight_of(asking);

    if (what)
        what(asking->engine->observer.arg, &sight);
}

static void strike_call(struct asking *asking)
{
    struct fault_engine *engine = asking->engine;

    tell(asking, engine->observer.begins);
    if (engine->decided_elsewhere)
        decide_elsewhere(asking);
    else
        decide_by_rules(asking);
    tell(asking, engine->observer.ends);
}

bool fault_has_work(const struct fault_engine *engine)
{
    return !engine->stopped && (engine->decided_elsewhere ||
                                (engine->set && (engine->set->rule_count > 0 || engine->control)));
}

static bool looks_at_the_clock(const struct fault_engine *engine)
{
    return fault_has_work(engine) || engine->watches;
}

static void decide(struct fault_engine *engine, const struct fault_call *call, struct arena *arena,
                   enum asking_time time, struct fault_decision *out)
{
    struct asking asking = {
        .engine = engine,
        .call = call,
        .arena = arena,
        .match = match_call_start(call, arena, engine->scratch),
        .now_ns = looks_at_the_clock(engine) ? clock_now_ns(engine->clock) : 0,
        .time = time,
        .out = out,
    };

    *out = (struct fault_decision){0};
    if (time == ASKED_ON_REQUEST)
        begin_call(&asking);
    switches_settle(engine, asking.now_ns);
    if (fault_has_work(engine))
        strike_call(&asking);
    else
        out->effect = EFFECT_DONE;
    match_call_done(&asking.match);
}

void fault_decide(struct fault_engine *engine, const struct fault_call *call, struct arena *arena,
                  struct fault_decision *out)
{
    decide(engine, call, arena, call->authenticated ? ASKED_AUTHENTICATED : ASKED_ON_REQUEST, out);
}

void fault_decide_at(struct fault_engine *engine, unsigned time, const struct fault_call *call,
                     struct arena *arena, struct fault_decision *out)
{
    decide(engine, call, arena, (enum asking_time)time, out);
}

const struct fault_rule *fault_capped_rule(const struct fault_decision *decision)
{
    for (size_t i = 0; i < decision->evidence_count; i++)
        if (decision->evidence[i].gate == GATE_MAX_ACTIVE)
            return decision->evidence[i].rule;
    return NULL;
}

/* A call holds the set that is loaded without an atomic count, which would wait for all that was
 * written before: whoever loads another one counts for those that are out. */
void set_lend(struct fault_engine *engine, struct fault_decision *decision)
{
    decision->set = engine->set;
    decision->lent = engine->loads;
    engine->lent++;
}

static void set_take_back(struct fault_engine *engine, struct fault_decision *decision)
{
    if (decision->lent && decision->lent == engine->loads)
        engine->lent--;
    else
        fault_ruleset_unref(decision->set);
    decision->set = NULL;
    decision->lent = 0;
}

void fault_release(struct fault_engine *engine, struct fault_decision *decision)
{
    struct tickets *tickets = decision->tickets;

    for (struct ticket *t = tickets ? tickets->first : NULL; t; t = t->next) {
        t->state->in_flight--;
        key_state_unref(t->state);
    }
    if (tickets && tickets->active)
        engine->active--;
    if (decision->in_flight)
        engine->in_flight--;
    set_take_back(engine, decision);
    decision->tickets = NULL;
    decision->in_flight = false;
    decision->holds = false;
}

/* ---- what the gateway asks beforehand ---- */

bool fault_asks(const struct fault_engine *engine, unsigned time)
{
    if (engine->stopped)
        return false;
    return engine->decided_elsewhere ? engine->decided_times >> time & 1
                                     : rule_index_count(engine->index, (enum asking_time)time) > 0;
}

bool fault_wants_answers(const struct fault_engine *engine)
{
    return engine->wants_answers;
}

bool fault_counts_attempts(const struct fault_engine *engine)
{
    return engine->counts_attempts;
}
