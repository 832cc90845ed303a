/* Why a rule struck a call or did not, and what a rule set would have done. */
#include "fault/explain.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/draw.h"
#include "fault/internal.h"

static const struct fault_evidence *record_of(const struct fault_rule *rule,
                                              const struct fault_evidence *evidence, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(evidence[i].rule->id, rule->id))
            return &evidence[i];
    return NULL;
}

/* A rule that left no record did not get past its match, if it was asked at all. */
static void look_at(struct fault_engine *engine, struct match_call *match,
                    const struct rule_state *state, struct fault_explanation *out)
{
    if (engine->stopped || !rule_is_on(engine, state)) {
        out->gate = GATE_ENABLED;
        return;
    }
    if (engine->set->guard.has_only && !matcher_holds(&engine->only, match, &out->key)) {
        out->gate = GATE_GUARD_ONLY;
        return;
    }
    match->authenticated = rule_asking_time(state->rule) == ASKED_AUTHENTICATED;
    out->gate = matcher_holds(&state->matcher, match, &out->key) ? GATE_NOT_ASKED : GATE_MATCH;
}

static void explain_rule(struct fault_engine *engine, struct match_call *match,
                         const struct rule_state *state, struct fault_explanation *out)
{
    if (out->evidence)
        out->gate = out->evidence->gate;
    else
        look_at(engine, match, state, out);
    if (out->key)
        out->had = match_value_of(out->key, match->call);
}

static bool action_delays(const struct fault_action *action)
{
    if (action->delay)
        return true;
    for (size_t i = 0; i < action->choice_count; i++)
        if (action_delays(action->choices[i].action))
            return true;
    return false;
}

void fault_explain(struct fault_engine *engine, const struct fault_call *call,
                   const struct fault_evidence *evidence, size_t evidence_count, bool delay_cut,
                   struct fault_explanation *out)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct match_call match = match_call_start(call, arena, engine->scratch);

    switches_settle(engine, clock_now_ns(engine->clock));
    for (size_t i = 0; engine->set && i < engine->set->rule_count; i++) {
        const struct fault_rule *rule = &engine->set->rules[i];

        out[i] = (struct fault_explanation){.rule = rule,
                                            .evidence = record_of(rule, evidence, evidence_count)};
        explain_rule(engine, &match, &engine->rules[i], &out[i]);
        out[i].rejects = engine->set->guard.overflow_reject;
        out[i].delay_cut =
            delay_cut && out[i].gate == GATE_FIRED && !rule->shadow && action_delays(rule->action);
    }
    match_call_done(&match);
}

/* ---- in words ---- */

static const char *const gate_sentences[] = {
    [GATE_ENABLED] = "not asked: it, its group or everything is switched off",
    [GATE_GUARD_ONLY] = "not asked: outside of guard.only",
    [GATE_MATCH] = "no match",
    [GATE_ATTEMPTS] = "stopped: the call runs no function, or has no such attempt",
    [GATE_TTL] = "stopped: its ttl is over",
    [GATE_LIMIT] = "stopped: its limit is used up, or its sequence is over",
    [GATE_WINDOW] = "stopped: its window is shut",
    [GATE_STATE] = "stopped: the scenario is in another state",
    [GATE_CALLS] = "stopped: not one of its calls",
    [GATE_RATE] = "stopped: within the rate",
    [GATE_CONCURRENCY] = "stopped: not enough calls in flight",
    [GATE_CHANCE] = "passed by",
    [GATE_MAX_ACTIVE] = "capped: as many faults were active as guard.max_active allows",
    [GATE_FIRED] = "fired",
    [GATE_NOT_ASKED] = "not asked: an earlier rule ended the asking",
};

static void print_evidence(const struct fault_evidence *e, struct buf *out)
{
    if (e->draw >= 0)
        buf_printf(out, ": draw %.4f %s %.4g", e->draw,
                   e->draw < e->threshold ? "<" : ">=", e->threshold);
    buf_printf(out, " at call %" PRIu64, e->n);
    if (e->key.len)
        buf_printf(out, " of '" STR_FMT "'", STR_ARG(e->key));
    if (e->choice >= 0)
        buf_printf(out, ", branch %d", e->choice + 1);
    if (e->shadow)
        buf_puts(out, ", in shadow: nothing changed");
}

void fault_explanation_print(const struct fault_explanation *explanation, struct buf *out)
{
    buf_puts(out, explanation->gate == GATE_NOT_ASKED && !explanation->evidence
                      ? "not asked: it was not loaded then, or strikes at another moment"
                      : gate_sentences[explanation->gate]);
    if (explanation->gate == GATE_MAX_ACTIVE)
        buf_puts(out,
                 explanation->rejects ? ", so the call was answered 503" : ", so the call passed");
    if (explanation->key)
        buf_printf(out, ": %s does not hold", explanation->key);
    if (str_is_set(explanation->had))
        buf_printf(out, " for '" STR_FMT "'", STR_ARG(explanation->had));
    if (explanation->evidence)
        print_evidence(explanation->evidence, out);
    if (explanation->delay_cut)
        buf_puts(out, ", delay cut to guard.max_delay");
}

double fault_recompute(const struct fault_evidence *evidence, uint64_t seed)
{
    if (evidence->draw < 0)
        return -1;
    return draw_unit(seed, evidence->rule->id, evidence->key, STR("gate"), evidence->n);
}
