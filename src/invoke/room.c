/*
 * Room for a call: the instance that takes it, or a new one where the caps allow it.
 *
 * Source: spec pages invocation §10, limits §4.
 */
#include "base/mem.h"
#include "invoke/internal.h"

/* Warm before cold; among warm ones the one that was used last, so that others can go. */
static struct instance *find_room(struct function *function)
{
    struct instance *best = NULL;
    struct instance *instance;

    DL_FOREACH(function->instances, instance)
    {
        if (!instance_has_room(instance))
            continue;
        if (!best || instance->state == INSTANCE_SERVING)
            best = instance;
    }
    return best;
}

/* ---- who is counted, and who may go ---- */

typedef bool is_counted(const struct function *function, const struct invoke_function *of);

static bool everywhere(const struct function *function, const struct invoke_function *of)
{
    (void)function;
    (void)of;
    return true;
}

static bool in_region(const struct function *function, const struct invoke_function *of)
{
    return str_eq(function->spec.region, of->region);
}

static bool in_account(const struct function *function, const struct invoke_function *of)
{
    return in_region(function, of) && str_eq(function->spec.account, of->account);
}

static size_t count(struct invoke *invoke, is_counted *counted, const struct invoke_function *of)
{
    struct function *function;
    struct function *next;
    size_t instances = 0;

    HASH_ITER(hh, invoke->functions, function, next)
    {
        if (counted(function, of))
            instances += function->instance_count;
    }
    return instances;
}

static bool is_idle(const struct instance *instance)
{
    return instance->state == INSTANCE_SERVING && instance->call_count == 0;
}

/* The idle one that has waited longest. */
static struct instance *find_idle(struct invoke *invoke, is_counted *counted,
                                  const struct invoke_function *of)
{
    struct instance *best = NULL;
    struct function *function;
    struct function *next;

    HASH_ITER(hh, invoke->functions, function, next)
    {
        struct instance *instance;

        if (!counted(function, of))
            continue;
        DL_FOREACH(function->instances, instance)
        {
            if (is_idle(instance) &&
                (!best || instance->timer.deadline_ns < best->timer.deadline_ns))
                best = instance;
        }
    }
    return best;
}

static size_t count_current(const struct function *function)
{
    const struct instance *instance;
    size_t instances = 0;

    DL_FOREACH(function->instances, instance)
    {
        instances += !instance->draining;
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

    if (function->hard_wired && !function->invoke->namespaces && count_current(function) > 0)
        return refuse(refusal, "ResourceExhausted",
                      mem_printf("function '" STR_FMT
                                 "' does not listen at FC_SERVER_PORT: without "
                                 "namespaces there can be one instance of it",
                                 STR_ARG(spec->name)));
    if (count_current(function) >= spec->instances_max)
        return refuse(refusal, "ResourceExhausted",
                      mem_printf("Resource 'the number of on-demand instances of function '" STR_FMT
                                 "'' is exhausted (limit: %u)",
                                 STR_ARG(spec->name), spec->instances_max));
    return true;
}

/* Idle ones go while @counted are as many as there may be. */
static bool make_room(struct function *function, is_counted *counted, size_t most)
{
    while (count(function->invoke, counted, &function->spec) >= most) {
        struct instance *idle = find_idle(function->invoke, counted, &function->spec);

        if (!idle)
            return false;
        instance_end(idle);
    }
    return true;
}

static bool account_allows(struct function *function, const struct refusal *refusal)
{
    if (make_room(function, in_account, function->spec.region_instances_max))
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
        struct instance *idle = find_idle(invoke, everywhere, NULL);

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
    if (make_room(function, everywhere, SUPERVISE_PROGRAMS_MAX))
        return true;
    return refuse(refusal, "ResourceThrottled",
                  mem_printf("this machine runs %d instances already", SUPERVISE_PROGRAMS_MAX));
}

static bool may_grow(struct function *function, const struct refusal *refusal)
{
    static bool (*const allows[])(struct function *, const struct refusal *) = {
        function_allows, account_allows, region_allows, memory_allows, machine_allows,
    };

    for (size_t i = 0; i < N_ELEMENTS(allows); i++) {
        if (!allows[i](function, refusal))
            return false;
    }
    return true;
}

struct instance *function_find_room(struct function *function, const char **code, char **message)
{
    const struct refusal refusal = {code, message};
    struct instance *instance = find_room(function);
    bool may;

    if (instance)
        return instance;
    function->held++; /* idle ones may go meanwhile, and the function with the last */
    may = may_grow(function, &refusal);
    function->held--;
    return may ? instance_new(function) : NULL;
}
