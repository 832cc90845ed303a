/* What a rule set would have done to calls that are over. */
#include "base/clock.h"
#include "base/mem.h"
#include "fault/explain.h"
#include "fault/internal.h"

struct dry_run {
    struct clock clock;
    struct fault_engine *engine;
    const struct fault_dry_call *calls;
    struct fault_dry_result *results;
    struct arena *arena;
};

/* Calls that ended before @now_ns are no longer in flight. @held lists those that may be. */
static size_t let_go(struct dry_run *run, size_t *held, size_t held_count, uint64_t now_ns)
{
    size_t kept = 0;

    for (size_t i = 0; i < held_count; i++) {
        const struct fault_dry_call *dry = &run->calls[held[i]];

        if (dry->at_ns + dry->took_ns > now_ns) {
            held[kept++] = held[i];
            continue;
        }
        fault_release(run->engine, &run->results[held[i]].doors[0]);
        fault_release(run->engine, &run->results[held[i]].doors[1]);
        fault_release(run->engine, &run->results[held[i]].upload);
        fault_release(run->engine, &run->results[held[i]].early);
        fault_release(run->engine, &run->results[held[i]].late);
    }
    return kept;
}

/* True when the connection is struck, so that there is no call; or when there never was one. */
static bool ask_at_door(struct dry_run *run, const struct fault_call *call,
                        struct fault_dry_result *result)
{
    static const enum asking_time times[] = {ASKED_ON_ACCEPT, ASKED_ON_HELLO};

    if (call->connection_call > 1)
        return false;
    for (size_t i = 0; i < N_ELEMENTS(times); i++) {
        if (!fault_asks(run->engine, times[i]) || (times[i] == ASKED_ON_HELLO && !call->tls))
            continue;
        fault_decide_at(run->engine, times[i], call, run->arena, &result->doors[i]);
        if (result->doors[i].outcome)
            return true;
    }
    return !call->method.len;
}

static void ask(struct dry_run *run, size_t i)
{
    struct fault_dry_result *result = &run->results[i];
    struct fault_call call = *run->calls[i].call;

    *result = (struct fault_dry_result){0};
    call.authenticated = false;
    if (ask_at_door(run, &call, result))
        return;
    if (call.body_size && fault_asks(run->engine, ASKED_ON_HEAD))
        fault_decide_at(run->engine, ASKED_ON_HEAD, &call, run->arena, &result->upload);
    if (fault_action_ends_call(result->upload.outcome))
        return;
    fault_decide(run->engine, &call, run->arena, &result->early);
    if (result->early.outcome || result->early.rejected ||
        !fault_asks(run->engine, ASKED_AUTHENTICATED))
        return;
    call.authenticated = true;
    fault_decide(run->engine, &call, run->arena, &result->late);
}

bool fault_dry_run_asks(const struct fault_rule *rule)
{
    enum asking_time time = rule_asking_time(rule);

    return time == ASKED_ON_HEAD || time == ASKED_ON_REQUEST || time == ASKED_AUTHENTICATED ||
           time == ASKED_ON_ACCEPT || time == ASKED_ON_HELLO;
}

void fault_dry_run(struct fault_ruleset *set, uint64_t seed, const struct fault_dry_call *calls,
                   size_t count, struct arena *arena, struct fault_dry_result *out)
{
    struct dry_run run = {.calls = calls, .results = out, .arena = arena};
    OWN(mem_free) char *memory = mem_alloc_array(count, sizeof(size_t));
    size_t *held = (size_t *)(void *)memory;
    size_t held_count = 0;
    struct error err;

    run.clock = (struct clock){.frozen = true, .frozen_ns = count ? calls[0].at_ns : 0};
    if (fault_engine_new(&run.clock, &run.engine, &err) < 0)
        return;
    fault_engine_load(run.engine, set, seed);
    for (size_t i = 0; i < count; i++) {
        run.clock.frozen_ns = calls[i].at_ns;
        held_count = let_go(&run, held, held_count, calls[i].at_ns);
        ask(&run, i);
        held[held_count++] = i;
    }
    let_go(&run, held, held_count, UINT64_MAX);
    fault_engine_free(run.engine);
}
