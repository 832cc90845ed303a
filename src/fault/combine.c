/*
 * What the rules that fired ask for together: delays add up, header edits follow one another, of
 * the other shapers the one that hurts most or was asked first counts, and the first outcome ends
 * the asking.
 */
#include "base/draw.h"
#include "fault/internal.h"

enum { CHOICE_DEPTH_MAX = 4 }; /* one_of and sequence inside one another */

/* ---- which branch ---- */

static uint64_t sequence_length(const struct fault_action *action)
{
    uint64_t length = 0;

    for (size_t i = 0; i < action->choice_count; i++)
        length += action->choices[i].times;
    return length;
}

bool sequence_is_over(const struct fault_action *action, uint64_t fires)
{
    return action->outcome == OUTCOME_SEQUENCE && action->sequence_then == SEQUENCE_PASS &&
           fires >= sequence_length(action);
}

/* The step for the fire after @fires earlier ones; -1 when the sequence is over. */
static int sequence_step(const struct fault_action *action, uint64_t fires)
{
    uint64_t length = sequence_length(action);

    if (length == 0 || (fires >= length && action->sequence_then == SEQUENCE_PASS))
        return -1;
    if (fires >= length && action->sequence_then == SEQUENCE_HOLD)
        fires = length - 1;
    fires %= length;
    for (size_t i = 0; i < action->choice_count; i++) {
        if (fires < action->choices[i].times)
            return (int)i;
        fires -= action->choices[i].times;
    }
    return -1;
}

static int weighted_branch(const struct fault_action *action, double u)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < action->choice_count; i++)
        sum += action->choices[i].weight;
    double left = u * (double)sum;

    for (size_t i = 0; i < action->choice_count; i++) {
        if (left < (double)action->choices[i].weight)
            return (int)i;
        left -= (double)action->choices[i].weight;
    }
    return (int)action->choice_count - 1;
}

static double draw_for(const struct asking *asking, const struct strike *strike, struct str purpose)
{
    return draw_unit(asking->engine->seed, strike->rule->rule->id, strike->evidence->key, purpose,
                     strike->evidence->n);
}

/* Choices inside choices draw for purposes of their own, or they would go hand in hand. */
static const struct str choice_purposes[CHOICE_DEPTH_MAX] = {
    STR_INIT("choice"),
    STR_INIT("choice2"),
    STR_INIT("choice3"),
    STR_INIT("choice4"),
};

static const struct fault_action *branch(const struct asking *asking, const struct strike *strike,
                                         const struct fault_action *action, size_t depth)
{
    int chosen = -1;

    if (depth == CHOICE_DEPTH_MAX)
        return NULL;
    if (action->outcome == OUTCOME_ONE_OF)
        chosen = weighted_branch(action, draw_for(asking, strike, choice_purposes[depth]));
    else if (action->outcome == OUTCOME_SEQUENCE)
        chosen = sequence_step(action, strike->key->fired - 1); /* this fire is counted already */
    if (depth == 0)
        strike->evidence->choice = chosen;
    return chosen < 0 ? NULL : action->choices[chosen].action;
}

/* ---- shapers ---- */

static void add_delay(const struct asking *asking, const struct strike *strike,
                      const struct fault_action *action)
{
    struct fault_decision *out = asking->out;
    uint64_t ns = fault_latency_draw(action->delay, draw_for(asking, strike, STR("delay")),
                                     draw_for(asking, strike, STR("delay2")),
                                     rule_armed_for_ns(strike->rule, asking->now_ns));
    uint64_t *sum = action->delay_at == PHASE_EFFECT    ? &out->delay_effect_ns
                    : action->delay_at == PHASE_HEADERS ? &out->delay_headers_ns
                                                        : &out->delay_request_ns;

    if (action->delay_max_ns && ns > action->delay_max_ns)
        ns = action->delay_max_ns;
    *sum = ns > UINT64_MAX - *sum ? UINT64_MAX : *sum + ns;
}

static void add_header_edits(const struct asking *asking, const struct fault_action *action)
{
    struct fault_edits *edits = &asking->out->header_edits;
    const struct fault_header_edit **items;

    if (action->header_count == 0)
        return;
    items = ARENA_ARRAY(asking->arena, edits->count + action->header_count,
                        const struct fault_header_edit *);
    if (edits->count)
        memcpy(items, edits->items, edits->count * sizeof(*items));
    for (size_t i = 0; i < action->header_count; i++)
        items[edits->count++] = &action->headers[i];
    edits->items = items;
}

/* A share and a number of bytes cannot be compared before the body is known: the first stays. */
static bool is_earlier(const struct fault_amount *a, const struct fault_amount *b)
{
    if (a->is_ratio != b->is_ratio)
        return false;
    return a->is_ratio ? a->ratio < b->ratio : a->bytes < b->bytes;
}

static bool is_slower(const struct fault_action *a, const struct fault_action *b)
{
    return (uint64_t)a->drip_bytes * b->drip_every_ms < (uint64_t)b->drip_bytes * a->drip_every_ms;
}

static void take_corrupt(const struct asking *asking, const struct strike *strike,
                         const struct fault_action *action)
{
    if (action->corrupt == CORRUPT_NONE || asking->out->corrupt)
        return;
    asking->out->corrupt = action;
    asking->out->corrupt_draw = draw_bits(asking->engine->seed, strike->rule->rule->id,
                                          strike->evidence->key, STR("bytes"), strike->evidence->n);
}

static void take_shapers(struct asking *asking, const struct strike *strike,
                         const struct fault_action *action)
{
    struct fault_decision *out = asking->out;

    if (action->delay)
        add_delay(asking, strike, action);
    add_header_edits(asking, action);
    take_corrupt(asking, strike, action);
    if (action->has_length && !out->length)
        out->length = action;
    if (action->truncate.given &&
        (!out->truncate || is_earlier(&action->truncate, &out->truncate->truncate)))
        out->truncate = action;
    if (action->stall_after.given &&
        (!out->stall || is_earlier(&action->stall_after, &out->stall->stall_after)))
        out->stall = action;
    if (action->drip_bytes && (!out->drip || is_slower(action, out->drip)))
        out->drip = action;
    if (action->effect != EFFECT_DEFAULT && !out->effect_rule) {
        out->effect = action->effect;
        out->effect_rule = strike->rule->rule;
    }
    if (action->set_scenario >= 0)
        asking->engine->scenario_values[action->set_scenario] = action->set_value;
}

static bool has_shapers(const struct fault_action *a)
{
    return a->delay || a->header_count || a->corrupt != CORRUPT_NONE || a->has_length ||
           a->truncate.given || a->stall_after.given || a->drip_bytes ||
           a->effect != EFFECT_DEFAULT;
}

bool action_changes(const struct fault_action *action)
{
    return has_shapers(action) ||
           (action->outcome != OUTCOME_NONE && !fault_outcome_row(action->outcome)->exempts);
}

/* ---- the outcome ---- */

static void take_outcome(struct asking *asking, const struct strike *strike,
                         const struct fault_action *action)
{
    asking->out->outcome_rule = strike->rule->rule;
    asking->outcome_taken = true;
    if (fault_outcome_row(action->outcome)->exempts)
        asking->ended = true; /* an exemption: no further rule is asked, whatever `stop` says */
    else
        asking->out->outcome = action;
}

void combine_fire(struct asking *asking, struct strike *strike)
{
    const struct fault_rule *rule = strike->rule->rule;
    const struct fault_action *action = rule->action;

    for (size_t depth = 0; action; depth++) {
        const struct fault_action *next = branch(asking, strike, action, depth);

        if (!rule->shadow) {
            take_shapers(asking, strike, action);
            if (action_changes(action) && !asking->out->first_rule)
                asking->out->first_rule = rule;
            if (!action->choice_count && action->outcome != OUTCOME_NONE)
                take_outcome(asking, strike, action);
        }
        action = next;
    }
    if (rule->stop && !rule->shadow)
        asking->ended = true;
}

/* The guard's budget goes to the delays in the order they are served. */
static void cap_delays(struct fault_decision *out, uint64_t budget_ns)
{
    uint64_t *delays[] = {&out->delay_request_ns, &out->delay_effect_ns, &out->delay_headers_ns};

    for (size_t i = 0; i < N_ELEMENTS(delays); i++) {
        if (*delays[i] > budget_ns) {
            *delays[i] = budget_ns;
            out->delay_capped = true;
        }
        budget_ns -= *delays[i];
    }
}

void combine_finish(struct asking *asking)
{
    struct fault_decision *out = asking->out;
    uint64_t budget_ns = asking->engine->set->guard.max_delay_ns;

    if (out->effect == EFFECT_DEFAULT)
        out->effect = fault_action_effect(out->outcome);
    if (budget_ns)
        cap_delays(out, budget_ns);
}
