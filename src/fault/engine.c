/*
 * The engine as its owner sees it: loading rule sets, live control, numbers to show.
 */
#include "fault/engine.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/units.h"
#include "fault/internal.h"
#include "fault/observer.h"

static const char *const gate_names[] = {
    [GATE_ENABLED] = "enabled",
    [GATE_GUARD_ONLY] = "guard.only",
    [GATE_MATCH] = "match",
    [GATE_TTL] = "ttl",
    [GATE_ATTEMPTS] = "attempts",
    [GATE_LIMIT] = "limit",
    [GATE_WINDOW] = "window",
    [GATE_STATE] = "state",
    [GATE_CALLS] = "calls",
    [GATE_RATE] = "over_rate",
    [GATE_CONCURRENCY] = "over_concurrency",
    [GATE_CHANCE] = "chance",
    [GATE_MAX_ACTIVE] = "max_active",
    [GATE_FIRED] = "fired",
    [GATE_NOT_ASKED] = "not asked",
};

const char *fault_gate_name(enum fault_gate gate)
{
    return gate < N_ELEMENTS(gate_names) ? gate_names[gate] : "";
}

/* ---- life ---- */

int fault_engine_new(struct clock *clock, struct fault_engine **out, struct error *err)
{
    struct fault_engine *engine = mem_alloc(sizeof(*engine));

    (void)err; /* nothing of today's can fail; the signature leaves room */
    engine->clock = clock;
    engine->scratch = regex_scratch_new();
    *out = engine;
    return 0;
}

/* What belongs to the loaded set; the keys of @rules stay with whoever took them over. */
static void unload(struct fault_engine *engine)
{
    mem_free(engine->rules);
    mem_free(engine->groups);
    mem_free(engine->scenario_values);
    rule_index_free(engine->index);
    arena_free(engine->arena);
    fault_ruleset_unref(engine->set);
}

void fault_engine_free(struct fault_engine *engine)
{
    if (!engine)
        return;
    for (size_t i = 0; engine->set && i < engine->set->rule_count; i++)
        key_table_done(&engine->rules[i].keys);
    control_free(engine->control);
    unload(engine);
    fault_watch_stop(engine, engine->halt);
    regex_scratch_free(engine->scratch);
    mem_free(engine);
}

void fault_engine_heed_headers(struct fault_engine *engine, fault_read_header_fn *read)
{
    control_free(engine->control);
    engine->control = read ? control_new(read) : NULL;
}

bool fault_engine_heeds_headers(const struct fault_engine *engine)
{
    return engine->control != NULL;
}

void fault_engine_on_change(struct fault_engine *engine, void (*fn)(void *arg), void *arg)
{
    engine->on_change = fn;
    engine->on_change_arg = arg;
}

void fault_engine_observe_with(struct fault_engine *engine, const struct fault_observer *observer)
{
    engine->observer = observer ? *observer : (struct fault_observer){0};
    engine->decided_elsewhere = false;
    engine->decided_times = 0;
}

void fault_engine_decided_elsewhere(struct fault_engine *engine, bool on, unsigned times)
{
    engine->decided_elsewhere = on;
    engine->decided_times = on ? times : 0;
    engine_changed(engine);
}

/* ---- loading ---- */

/* The state of an unchanged rule is taken over; what is left behind in the old engine is empty. */
static void load_rule(struct fault_engine *old, const struct fault_rule *rule, uint64_t now_ns,
                      struct rule_state *out)
{
    int index = old->set ? fault_ruleset_find(old->set, rule->id) : -1;
    struct rule_state *before = index < 0 ? NULL : &old->rules[index];

    if (before && before->rule->digest == rule->digest) {
        bool switched = before->rule->enabled != rule->enabled;

        *out = *before;
        before->keys = (struct key_table){0};
        if (switched)
            out->turn = (struct live_switch){.on = rule->enabled, .taken = before->turn.taken};
    } else {
        bool taken = old->stopped || (before && before->turn.taken); /* a stop outlives a reload */

        *out = (struct rule_state){
            .turn = {.on = rule->enabled, .taken = taken}
        };
        rule_arm(out, now_ns);
    }
    out->rule = rule;
}

static struct live_switch load_group(const struct fault_engine *old,
                                     const struct fault_group *group)
{
    for (size_t i = 0; old->set && i < old->set->group_count; i++)
        if (str_eq(old->set->groups[i].name, group->name) &&
            old->set->groups[i].enabled == group->enabled)
            return old->groups[i];
    return (struct live_switch){.on = group->enabled};
}

static int load_scenario(const struct fault_engine *old, const struct fault_scenario *scenario)
{
    struct str value;

    if (fault_engine_scenario(old, scenario->name, &value) != 0)
        return 0;
    int index = scenario_value_find(scenario, value);

    return index < 0 ? 0 : index;
}

static void load_states(struct fault_engine *engine, struct fault_engine *old,
                        const struct fault_ruleset *set)
{
    uint64_t now_ns = clock_now_ns(engine->clock);

    engine->rules = mem_alloc_array(set->rule_count, sizeof(*engine->rules));
    engine->groups = mem_alloc_array(set->group_count, sizeof(*engine->groups));
    engine->scenario_values =
        mem_alloc_array(set->scenario_count, sizeof(*engine->scenario_values));
    for (size_t i = 0; i < set->rule_count; i++) {
        load_rule(old, &set->rules[i], now_ns, &engine->rules[i]);
        matcher_compile(&set->rules[i].match, engine->arena, &engine->rules[i].matcher);
    }
    for (size_t i = 0; i < set->group_count; i++)
        engine->groups[i] = load_group(old, &set->groups[i]);
    for (size_t i = 0; i < set->scenario_count; i++)
        engine->scenario_values[i] = load_scenario(old, &set->scenarios[i]);
    switches_changed(engine);
}

static bool action_wants_answers(const struct fault_action *action)
{
    if (action->outcome != OUTCOME_NONE && fault_outcome_row(action->outcome)->wants_answers)
        return true;
    for (size_t i = 0; i < action->choice_count; i++)
        if (action_wants_answers(action->choices[i].action))
            return true;
    return false;
}

static bool set_wants_answers(const struct fault_ruleset *set)
{
    for (size_t i = 0; i < set->rule_count; i++)
        if (action_wants_answers(set->rules[i].action))
            return true;
    return false;
}

static bool match_counts_attempts(const struct fault_match *match)
{
    if (match->attempt.given || (match->not &&match_counts_attempts(match->not )))
        return true;
    for (size_t i = 0; i < match->any_count; i++)
        if (match_counts_attempts(&match->any[i]))
            return true;
    return false;
}

static bool set_counts_attempts(const struct fault_ruleset *set)
{
    if (set->guard.has_only && match_counts_attempts(&set->guard.only))
        return true;
    for (size_t i = 0; i < set->rule_count; i++)
        if (set->rules[i].when.draw_by_request || match_counts_attempts(&set->rules[i].match))
            return true;
    return false;
}

void fault_engine_load(struct fault_engine *engine, struct fault_ruleset *set, uint64_t seed)
{
    struct fault_engine old = *engine;

    fault_ruleset_ref(set);
    for (; engine->lent > 0; engine->lent--)
        fault_ruleset_ref(old.set);
    engine->loads++;
    engine->set = set;
    engine->arena = arena_new();
    engine->index = rule_index_new(set);
    load_states(engine, &old, set);
    if (set->guard.has_only)
        matcher_compile(&set->guard.only, engine->arena, &engine->only);
    engine->wants_answers = set_wants_answers(set);
    engine->counts_attempts = set_counts_attempts(set);
    engine->seed = set->seed_random ? seed : set->seed;
    for (size_t i = 0; old.set && i < old.set->rule_count; i++)
        key_table_done(&old.rules[i].keys); /* of rules that changed or went */
    unload(&old);
    if (engine->observer.set_gone)
        engine->observer.set_gone(engine->observer.arg);
    halt_start(engine);
    engine_changed(engine);
}

const struct fault_ruleset *fault_engine_ruleset(const struct fault_engine *engine)
{
    return engine->set;
}

uint64_t fault_engine_seed(const struct fault_engine *engine)
{
    return engine->seed;
}

/* ---- numbers ---- */

static uint64_t expires_in_ms(const struct rule_state *state, uint64_t now_ns)
{
    if (state->rule->ttl_ns == 0)
        return UINT64_MAX;
    if (rule_is_expired(state, now_ns))
        return 0;
    /* Rounded up, so that 0 means expired and nothing else. */
    return (state->rule->ttl_ns - rule_armed_for_ns(state, now_ns) + NS_PER_MS - 1) / NS_PER_MS;
}

/* A clock that was moved backwards is behind what it saw. */
static uint64_t last_fired_wall_ms(const struct rule_state *state, uint64_t now_ns,
                                   uint64_t wall_ms)
{
    int64_t since_ns = (int64_t)(now_ns - state->last_fired_ns);

    return state->fired ? (uint64_t)((int64_t)wall_ms - since_ns / (int64_t)NS_PER_MS) : 0;
}

/* 0: it stays as it is. */
static uint64_t goes_back_in_ms(const struct live_switch *turn, uint64_t now_ns)
{
    return turn->back_ns ? (turn->back_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS : 0;
}

void fault_engine_stats(struct fault_engine *engine, struct fault_rule_stats *out)
{
    uint64_t now_ns = clock_now_ns(engine->clock);
    uint64_t wall_ms = clock_now_wall_ms(engine->clock);

    switches_settle(engine, now_ns);

    for (size_t i = 0; engine->set && i < engine->set->rule_count; i++) {
        const struct rule_state *state = &engine->rules[i];

        out[i] = (struct fault_rule_stats){
            .rule = state->rule,
            .matched = state->matched,
            .reached = state->reached,
            .fired = state->fired,
            .capped = state->capped,
            .dropped_keys = state->keys.dropped,
            .enabled = !engine->stopped && rule_is_on(engine, state) &&
                       !(state->spent && !state->rule->limit_then_pass),
            .expired = rule_is_expired(state, now_ns),
            .spent = state->spent,
            .taken = state->turn.taken,
            .goes_back_in_ms = goes_back_in_ms(&state->turn, now_ns),
            .expires_in_ms = expires_in_ms(state, now_ns),
            .last_fired_wall_ms = last_fired_wall_ms(state, now_ns, wall_ms),
        };
    }
}

uint32_t fault_engine_active(const struct fault_engine *engine)
{
    return engine->active;
}

uint64_t fault_engine_in_flight(const struct fault_engine *engine)
{
    return engine->in_flight;
}
