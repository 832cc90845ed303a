/*
 * The gates of `when`, in their fixed order. A call that a gate stops is not counted by the gates
 * behind it.
 */
#include "base/clock.h"
#include "base/draw.h"
#include "fault/internal.h"

bool rule_is_on(const struct fault_engine *engine, const struct rule_state *state)
{
    int group = state->rule->group;

    return state->turn.on && !state->turn.taken && (group < 0 || engine->groups[group].on);
}

static uint64_t since_ns(uint64_t then_ns, uint64_t now_ns)
{
    return now_ns > then_ns ? now_ns - then_ns : 0;
}

uint64_t rule_armed_for_ns(const struct rule_state *state, uint64_t now_ns)
{
    return since_ns(state->armed_ns, now_ns);
}

bool rule_is_expired(const struct rule_state *state, uint64_t now_ns)
{
    return state->rule->ttl_ns && rule_armed_for_ns(state, now_ns) >= state->rule->ttl_ns;
}

static bool gate_asked(struct asking *asking, struct strike *strike)
{
    return !asking->ended &&
           !(asking->outcome_taken && strike->rule->rule->action->outcome != OUTCOME_NONE);
}

/* What strikes a function is for calls of one. A synchronous call is its own first attempt, those
 * of an asynchronous one come. */
static bool gate_attempts(struct asking *asking, struct strike *strike)
{
    const struct fault_rule *rule = strike->rule->rule;
    uint64_t first = UINT64_C(1) << 1;

    if (!rule->inside)
        return true;
    return asking->call->invocation == INVOCATION_ASYNC ||
           (asking->call->invocation == INVOCATION_SYNC &&
            (!rule->when.attempts || rule->when.attempts & first));
}

static bool gate_ttl(struct asking *asking, struct strike *strike)
{
    return !rule_is_expired(strike->rule, asking->now_ns);
}

static bool gate_limit(struct asking *asking, struct strike *strike)
{
    struct rule_state *state = strike->rule;
    const struct fault_rule *rule = state->rule;

    if (rule->limit_fires && state->armed_fires >= rule->limit_fires)
        state->spent = true;
    if (rule->limit_for_ns && state->armed_fires &&
        since_ns(state->first_fire_ns, asking->now_ns) >= rule->limit_for_ns)
        state->spent = true;
    return !state->spent && !sequence_is_over(rule->action, strike->key->fired);
}

static bool relative_open(const struct fault_when *when, uint64_t armed_for_ns)
{
    if (armed_for_ns < when->window_after_ns)
        return false;
    uint64_t inside_ns = armed_for_ns - when->window_after_ns;

    if (when->window_every_ns)
        inside_ns %= when->window_every_ns;
    return when->window_for_ns == 0 || inside_ns < when->window_for_ns;
}

static bool absolute_open(const struct fault_when *when, uint64_t wall_ms)
{
    return (when->window_from_ms == 0 || wall_ms >= when->window_from_ms) &&
           (when->window_until_ms == 0 || wall_ms < when->window_until_ms);
}

static bool gate_window(struct asking *asking, struct strike *strike)
{
    const struct fault_when *when = &strike->rule->rule->when;

    if (!when->has_window)
        return true;
    if (when->window_is_absolute)
        return absolute_open(when, clock_now_wall_ms(asking->engine->clock));
    return relative_open(when, rule_armed_for_ns(strike->rule, asking->now_ns));
}

static bool gate_state(struct asking *asking, struct strike *strike)
{
    const struct fault_when *when = &strike->rule->rule->when;

    if (when->state_scenario < 0)
        return true;
    for (size_t i = 0; i < when->state_count; i++)
        if (when->state_is[i] == asking->engine->scenario_values[when->state_scenario])
            return true;
    return false;
}

static bool in_list(const uint64_t *sorted, size_t count, uint64_t n)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (sorted[middle] < n)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && sorted[low] == n;
}

static bool calls_hold(const struct fault_when *when, uint64_t n)
{
    uint64_t start = when->calls_start ? when->calls_start : when->calls_n;

    switch (when->calls) {
    case CALLS_ALL:
        return true;
    case CALLS_FIRST:
        return n <= when->calls_n;
    case CALLS_NTH:
        return in_list(when->calls_nth, when->calls_nth_count, n);
    case CALLS_EVERY:
        return n >= start && (n - start) % when->calls_n == 0;
    case CALLS_RANGE:
        return n >= when->calls_from && n <= when->calls_to;
    }
    return true;
}

static bool gate_calls(struct asking *asking, struct strike *strike)
{
    const struct fault_when *when = &strike->rule->rule->when;

    strike->rule->reached++;
    strike->key->reached++;
    strike->count = when->count_seen ? strike->key->matched : strike->key->reached;
    if (when->draw_by_request) {
        strike->evidence->key = key_of_request(asking->call, asking->arena);
        strike->evidence->n = asking->call->attempt ? asking->call->attempt : 1;
    } else {
        strike->evidence->n = strike->count;
    }
    return calls_hold(when, strike->count);
}

static bool gate_rate(struct asking *asking, struct strike *strike)
{
    const struct fault_when *when = &strike->rule->rule->when;

    return when->rate == RATE_NONE || rate_over(when, &strike->key->rate, asking->now_ns);
}

static struct tickets *tickets_of(struct asking *asking)
{
    if (!asking->out->tickets)
        asking->out->tickets = ARENA_NEW(asking->arena, struct tickets);
    return asking->out->tickets;
}

static bool gate_concurrency(struct asking *asking, struct strike *strike)
{
    uint64_t limit = strike->rule->rule->when.concurrency_limit;

    if (limit == 0)
        return true;
    struct ticket *ticket = ARENA_NEW(asking->arena, struct ticket);
    struct tickets *tickets = tickets_of(asking);

    *ticket = (struct ticket){.next = tickets->first, .state = strike->key};
    tickets->first = ticket;
    strike->key->refs++;
    return strike->key->in_flight++ >= limit;
}

static bool gate_chance(struct asking *asking, struct strike *strike)
{
    const struct fault_rule *rule = strike->rule->rule;
    struct fault_evidence *evidence = strike->evidence;
    struct burst_state own = {0}; /* by request there is no chain to go on with */
    struct chance chance = {
        .seed = asking->engine->seed,
        .rule = rule->id,
        .key = evidence->key,
        .n = evidence->n,
        .armed_for_ns = rule_armed_for_ns(strike->rule, asking->now_ns),
    };

    if (rule->when.chance == CHANCE_ALWAYS)
        return true;
    evidence->threshold = chance_threshold(&rule->when, &chance,
                                           rule->when.draw_by_request ? &own : &strike->key->burst);
    evidence->draw = draw_unit(chance.seed, rule->id, evidence->key, STR("gate"), evidence->n);
    return evidence->draw < evidence->threshold;
}

static void reject(struct asking *asking)
{
    if (!asking->engine->set->guard.overflow_reject)
        return;
    asking->out->rejected = true;
    asking->ended = true;
}

void take_active(struct asking *asking)
{
    asking->engine->active++;
    tickets_of(asking)->active = true;
    asking->out->holds = true;
}

static bool gate_max_active(struct asking *asking, struct strike *strike)
{
    struct fault_engine *engine = asking->engine;

    if (strike->rule->rule->shadow || asking->out->holds ||
        !action_changes(strike->rule->rule->action))
        return true;
    if (engine->active >= engine->set->guard.max_active) {
        strike->rule->capped++;
        strike->key->capped++;
        reject(asking);
        return false;
    }
    take_active(asking);
    return true;
}

static const struct {
    enum fault_gate gate;
    bool (*open)(struct asking *asking, struct strike *strike);
} gates[] = {
    {GATE_NOT_ASKED,   gate_asked      },
    {GATE_ATTEMPTS,    gate_attempts   },
    {GATE_TTL,         gate_ttl        },
    {GATE_LIMIT,       gate_limit      },
    {GATE_WINDOW,      gate_window     },
    {GATE_STATE,       gate_state      },
    {GATE_CALLS,       gate_calls      },
    {GATE_RATE,        gate_rate       },
    {GATE_CONCURRENCY, gate_concurrency},
    {GATE_CHANCE,      gate_chance     },
    {GATE_MAX_ACTIVE,  gate_max_active },
};

/* Of the gates those that depend on no call; nothing is counted. */
bool gates_stand_open(struct asking *asking, struct rule_state *rule)
{
    struct key_state none = {0};
    struct strike strike = {.rule = rule, .key = &none};

    return gate_ttl(asking, &strike) && gate_limit(asking, &strike) &&
           gate_window(asking, &strike) && gate_state(asking, &strike);
}

enum fault_gate gates_ask(struct asking *asking, struct strike *strike)
{
    strike->rule->matched++;
    strike->key->matched++;
    for (size_t i = 0; i < N_ELEMENTS(gates); i++)
        if (!gates[i].open(asking, strike))
            return gates[i].gate;
    return GATE_FIRED;
}
