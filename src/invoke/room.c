/*
 * Room for a call: the instance that takes it, or a new one where the caps allow it.
 *
 * Source: spec pages invocation §10, limits §4.
 */
#include "base/mem.h"
#include "invoke/internal.h"

/* Warm before cold, kept ready before on demand; of several the last, so that others can go. */
static int rank(const struct instance *instance)
{
    return (instance->state == INSTANCE_SERVING ? 2 : 0) + instance->provisioned;
}

static struct instance *find_room(struct function *function, uint32_t most_sessions)
{
    struct instance *best = NULL;
    struct instance *instance;

    DL_FOREACH(function->instances, instance)
    {
        if (instance_has_room(instance) && instance->session_count < most_sessions &&
            (!best || rank(instance) > rank(best) ||
             (rank(instance) == rank(best) && instance->state == INSTANCE_SERVING)))
            best = instance;
    }
    return best;
}

/* ---- who is counted, and who may go ---- */

typedef bool is_counted(const struct instance *instance, const struct invoke_function *of);

static bool everywhere(const struct instance *instance, const struct invoke_function *of)
{
    (void)of;
    return !instance->uncounted;
}

static bool in_region(const struct instance *instance, const struct invoke_function *of)
{
    return !instance->uncounted && str_eq(instance->spec.region, of->region);
}

/* What is kept ready and what is reserved does not share in what is left. */
static bool in_account(const struct instance *instance, const struct invoke_function *of)
{
    return in_region(instance, of) && str_eq(instance->spec.account, of->account) &&
           !instance->provisioned && !instance->function->spec.reserved;
}

static bool is_idle(const struct instance *instance)
{
    return instance->state == INSTANCE_SERVING && instance->call_count == 0 &&
           !instance->provisioned && !instance->execs;
}

struct tally {
    size_t count;
    struct instance *idle; /* that has waited longest */
};

static struct tally tally(struct invoke *invoke, is_counted *counted,
                          const struct invoke_function *of)
{
    struct tally found = {0};
    struct function *function;
    struct function *next;
    struct instance *instance;

    HASH_ITER(hh, invoke->functions, function, next)
    {
        DL_FOREACH(function->instances, instance)
        {
            if (!counted(instance, of))
                continue;
            found.count++;
            if (is_idle(instance) &&
                (!found.idle || instance->timer.deadline_ns < found.idle->timer.deadline_ns))
                found.idle = instance;
        }
    }
    return found;
}

static size_t count_on_demand(const struct function *function)
{
    const struct instance *instance;
    size_t instances = 0;

    DL_FOREACH(function->instances, instance)
    {
        instances += !instance->draining && !instance->provisioned;
    }
    return instances;
}

/* ---- the caps ---- */

struct refusal {
    const char **code;
    char **message;
};

static bool refuse(const struct refusal *refusal, const char *code, char *text)
{
    *refusal->code = code;
    *refusal->message = text;
    return false;
}

static bool function_allows(struct function *function, const struct refusal *refusal)
{
    const struct invoke_function *spec = &function->spec;

    if (function->hard_wired && !function->invoke->namespaces && count_on_demand(function) > 0)
        return refuse(refusal, "ResourceExhausted",
                      mem_printf("function '" STR_FMT
                                 "' does not listen at FC_SERVER_PORT: without "
                                 "namespaces there can be one instance of it",
                                 STR_ARG(spec->name)));
    if (count_on_demand(function) >= spec->instances_max)
        return refuse(refusal, "ResourceExhausted",
                      mem_printf("Resource 'the number of on-demand instances of function '" STR_FMT
                                 "'' is exhausted (limit: %u)",
                                 STR_ARG(spec->name), spec->instances_max));
    return true;
}

/* Idle ones go while @counted are as many as there may be. */
static bool make_room(struct function *function, is_counted *counted, size_t most)
{
    for (;;) {
        struct tally found = tally(function->invoke, counted, &function->spec);

        if (found.count < most)
            return true;
        if (!found.idle)
            return false;
        instance_end(found.idle);
    }
}

static bool account_allows(struct function *function, const struct refusal *refusal)
{
    if (function->spec.reserved ||
        make_room(function, in_account, function->spec.region_instances_max))
        return true;
    return refuse(refusal, "ResourceExhausted",
                  mem_printf("Resource 'the number of on-demand instances' is exhausted "
                             "(limit: %u)",
                             function->spec.region_instances_max));
}

static bool region_allows(struct function *function, const struct refusal *refusal)
{
    uint32_t most = function->invoke->settings.machines;

    if (!most || make_room(function, in_region, most))
        return true;
    return refuse(refusal, "ResourceThrottled",
                  mem_printf("no machine is free in " STR_FMT ": invoke.machines is %u",
                             STR_ARG(function->spec.region), most));
}

static bool memory_allows(struct function *function, const struct refusal *refusal)
{
    struct invoke *invoke = function->invoke;
    uint64_t most = invoke->settings.memory_bytes;
    uint64_t more = (uint64_t)function->spec.memory_mb << 20;

    while (invoke->memory_used + more > most) {
        struct instance *idle;

        if (reserve_drop(invoke))
            continue;
        idle = tally(invoke, everywhere, NULL).idle;
        if (!idle)
            return refuse(refusal, "ResourceThrottled",
                          mem_printf("no room for an instance of %u MB beside what runs: "
                                     "invoke.memory is %llu MB",
                                     function->spec.memory_mb, (unsigned long long)(most >> 20)));
        instance_end(idle);
    }
    return true;
}

static bool machine_allows(struct function *function, const struct refusal *refusal)
{
    struct invoke *invoke = function->invoke;

    while (invoke->instance_count + invoke->reserve_count >= SUPERVISE_PROGRAMS_MAX &&
           reserve_drop(invoke))
        ;
    if (make_room(function, everywhere, SUPERVISE_PROGRAMS_MAX))
        return true;
    return refuse(refusal, "ResourceThrottled",
                  mem_printf("this machine runs %d instances already", SUPERVISE_PROGRAMS_MAX));
}

/* Nothing begins any more. */
static bool end_allows(struct function *function, const struct refusal *refusal)
{
    return !function->invoke->winding ||
           refuse(refusal, "ResourceThrottled", mem_dup("the daemon is about to end"));
}

typedef bool allows(struct function *function, const struct refusal *refusal);

/* Those of what is kept ready come first there. */
static allows *const caps[] = {
    end_allows, region_allows, memory_allows, machine_allows, function_allows, account_allows,
};
enum { READY_CAPS = 4 };

static bool may_grow(struct function *function, size_t from, size_t to,
                     const struct refusal *refusal)
{
    bool may = true;

    function->held++; /* idle ones may go meanwhile, and the function with the last */
    for (size_t i = from; may && i < to; i++)
        may = caps[i](function, refusal);
    function->held--;
    return may;
}

struct instance *function_find_session_room(struct function *function, uint32_t most,
                                            const char **code, char **message)
{
    const struct refusal refusal = {code, message};
    struct instance *instance = find_room(function, most);

    if (instance)
        return instance;
    if (!may_grow(function, READY_CAPS, N_ELEMENTS(caps), &refusal) ||
        !may_grow(function, 0, READY_CAPS, &refusal))
        return NULL;
    return instance_new(function);
}

struct instance *function_find_room(struct function *function, const char **code, char **message)
{
    return function_find_session_room(function, UINT32_MAX, code, message);
}

struct instance *function_find_new_room(struct function *function, const char **code,
                                        char **message)
{
    const struct refusal refusal = {code, message};
    struct instance *instance;

    if (may_grow(function, READY_CAPS, N_ELEMENTS(caps), &refusal) &&
        may_grow(function, 0, READY_CAPS, &refusal))
        return instance_new(function);
    instance = find_room(function, UINT32_MAX);
    if (instance)
        mem_free(GIVE(*message));
    return instance;
}

struct instance *function_find_ready_room(struct function *function, char **message)
{
    const char *code;
    char *text;

    if (may_grow(function, 0, READY_CAPS, &(struct refusal){&code, &text}))
        return instance_new(function);
    *message = mem_printf("%s: %s", code, text);
    mem_free(text);
    return NULL;
}
