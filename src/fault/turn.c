/*
 * What is on: rules and groups are switched by hand, for good or for a time, and all of them are
 * taken by a stop, which stays in force, through reloads too, until something is enabled.
 */
#include "base/clock.h"
#include "fault/internal.h"

/* ---- for a time ---- */

/* A switch that is moved again meanwhile still goes back to where it was at first. */
static void turn(struct live_switch *sw, bool on, bool taken, uint64_t back_ns)
{
    if (back_ns && !sw->back_ns) {
        sw->back_on = sw->on;
        sw->back_taken = sw->taken;
    }
    sw->on = on;
    sw->taken = taken;
    sw->back_ns = back_ns;
}

static bool turn_back(struct live_switch *sw, uint64_t now_ns)
{
    if (!sw->back_ns || sw->back_ns > now_ns)
        return false;
    sw->on = sw->back_on;
    sw->taken = sw->back_taken;
    sw->back_ns = 0;
    return true;
}

static uint64_t sooner(uint64_t next_ns, const struct live_switch *sw)
{
    return sw->back_ns && sw->back_ns < next_ns ? sw->back_ns : next_ns;
}

void switches_changed(struct fault_engine *engine)
{
    engine->next_back_ns = UINT64_MAX;
    for (size_t i = 0; i < engine->set->rule_count; i++)
        engine->next_back_ns = sooner(engine->next_back_ns, &engine->rules[i].turn);
    for (size_t i = 0; i < engine->set->group_count; i++)
        engine->next_back_ns = sooner(engine->next_back_ns, &engine->groups[i]);
}

size_t fault_engine_taken(const struct fault_engine *engine)
{
    size_t taken = 0;

    for (size_t i = 0; engine->set && i < engine->set->rule_count; i++)
        taken += engine->rules[i].turn.taken;
    return taken;
}

static void arm_group(struct fault_engine *engine, size_t group, uint64_t now_ns)
{
    for (size_t i = 0; i < engine->set->rule_count; i++)
        if (engine->rules[i].rule->group == (int)group)
            rule_arm(&engine->rules[i], now_ns);
}

void switches_settle(struct fault_engine *engine, uint64_t now_ns)
{
    if (!engine->set || now_ns < engine->next_back_ns)
        return;
    for (size_t i = 0; i < engine->set->rule_count; i++) {
        struct rule_state *state = &engine->rules[i];

        if (turn_back(&state->turn, now_ns) && rule_is_on(engine, state))
            rule_arm(state, now_ns);
    }
    for (size_t i = 0; i < engine->set->group_count; i++)
        if (turn_back(&engine->groups[i], now_ns) && engine->groups[i].on)
            arm_group(engine, i, now_ns);
    if (fault_engine_taken(engine) == engine->set->rule_count)
        engine->stopped = engine->set->rule_count > 0;
    switches_changed(engine);
}

/* ---- by hand ---- */

/* What is enabled after a stop is on; the rest stays off until it is enabled as well. */
static void end_stop(struct fault_engine *engine)
{
    if (!engine->stopped)
        return;
    engine->stopped = false;
    halt_start(engine);
}

static uint64_t back_at(const struct fault_engine *engine, uint64_t for_ns)
{
    return for_ns ? clock_now_ns(engine->clock) + for_ns : 0;
}

static void enable(struct fault_engine *engine, struct rule_state *state, uint64_t back_ns)
{
    end_stop(engine);
    turn(&state->turn, true, false, back_ns);
    rule_arm(state, clock_now_ns(engine->clock));
}

int fault_engine_enable_rule(struct fault_engine *engine, struct str id, bool on, uint64_t for_ns)
{
    struct rule_state *state = rule_state_find(engine, id);

    if (!state)
        return FAULT_NOT_FOUND;
    switches_settle(engine, clock_now_ns(engine->clock));
    if (on)
        enable(engine, state, back_at(engine, for_ns));
    else
        turn(&state->turn, false, state->turn.taken, back_at(engine, for_ns));
    switches_changed(engine);
    engine_changed(engine);
    return 0;
}

static int group_find(const struct fault_engine *engine, struct str name)
{
    for (size_t i = 0; engine->set && i < engine->set->group_count; i++)
        if (str_eq(engine->set->groups[i].name, name))
            return (int)i;
    return -1;
}

/* A stop took the rules and not the group: those come back with it, each as it was. */
static void give_back(struct fault_engine *engine, int group, uint64_t back_ns)
{
    for (size_t i = 0; i < engine->set->rule_count; i++) {
        struct live_switch *sw = &engine->rules[i].turn;

        if (sw->taken && (group < 0 || engine->rules[i].rule->group == group))
            turn(sw, sw->on, false, back_ns);
    }
}

int fault_engine_enable_group(struct fault_engine *engine, struct str name, bool on,
                              uint64_t for_ns)
{
    int group = group_find(engine, name);
    uint64_t back_ns = back_at(engine, for_ns);

    if (group < 0)
        return FAULT_NOT_FOUND;
    switches_settle(engine, clock_now_ns(engine->clock));
    turn(&engine->groups[group], on, false, back_ns);
    if (on) {
        end_stop(engine);
        give_back(engine, group, back_ns);
        arm_group(engine, (size_t)group, clock_now_ns(engine->clock));
    }
    switches_changed(engine);
    engine_changed(engine);
    return 0;
}

void fault_engine_enable_all(struct fault_engine *engine, uint64_t for_ns)
{
    uint64_t back_ns = back_at(engine, for_ns);

    if (!engine->set)
        return;
    switches_settle(engine, clock_now_ns(engine->clock));
    end_stop(engine);
    give_back(engine, -1, back_ns);
    for (size_t i = 0; i < engine->set->group_count; i++)
        if (engine->set->groups[i].enabled && !engine->groups[i].on)
            turn(&engine->groups[i], true, false, back_ns);
    for (size_t i = 0; i < engine->set->rule_count; i++) {
        struct rule_state *state = &engine->rules[i];

        if (state->rule->enabled && !state->turn.on)
            turn(&state->turn, true, false, back_ns);
        rule_arm(state, clock_now_ns(engine->clock));
    }
    switches_changed(engine);
    engine_changed(engine);
}

bool fault_engine_group_enabled(struct fault_engine *engine, size_t group)
{
    switches_settle(engine, clock_now_ns(engine->clock));
    return engine->set && group < engine->set->group_count && engine->groups[group].on;
}

/* ---- the stop ---- */

void fault_engine_stop(struct fault_engine *engine)
{
    engine->stopped = true;
    for (size_t i = 0; engine->set && i < engine->set->rule_count; i++) {
        engine->rules[i].turn.taken = true;
        engine->rules[i].turn.back_taken = true;
    }
    engine_changed(engine);
}

bool fault_engine_stopped(const struct fault_engine *engine)
{
    return engine->stopped;
}
