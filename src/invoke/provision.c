/*
 * Instances that are kept ready: started before anybody calls, and again when one of them ends.
 *
 * One that does not come up is tried again when its function has changed, or when something is
 * written ten seconds later.
 *
 * Source: spec pages api-2016-08-15 §6.10, api-2023-03-30 §7.8; invocation §10.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "invoke/internal.h"

#define RETRY_NS (UINT64_C(10) * 1000 * 1000 * 1000)

static bool is_kept(const struct instance *instance)
{
    return instance->provisioned && !instance->draining;
}

static uint32_t count_kept(const struct function *function)
{
    const struct instance *instance;
    uint32_t count = 0;

    DL_FOREACH(function->instances, instance)
    {
        count += is_kept(instance);
    }
    return count;
}

/* One without a call, if there is one. */
static struct instance *find_spare(const struct function *function)
{
    struct instance *best = NULL;
    struct instance *instance;

    DL_FOREACH(function->instances, instance)
    {
        if (is_kept(instance) && (!best || instance->call_count == 0))
            best = instance;
    }
    return best;
}

static bool add_one(struct function *function)
{
    char *problem = NULL;
    struct instance *instance = function_find_ready_room(function, &problem);

    if (!instance) {
        mem_free(function->problem);
        function->problem = problem;
        return false;
    }
    instance->provisioned = true;
    own_warm(instance);
    invoke_prepare_on(function->invoke);
    return true;
}

static void drop_one(struct function *function)
{
    struct instance *instance = find_spare(function);

    instance->provisioned = false;
    instance_drain(instance);
}

/* What does not come up is not started again and again. */
static bool has_failed_lately(const struct function *function)
{
    return function->failed_ns && clock_monotonic_ns() - function->failed_ns < RETRY_NS;
}

static void fill(struct function *function)
{
    function->held++;
    if (!has_failed_lately(function))
        mem_free(GIVE(function->problem));
    while (count_kept(function) > function->target)
        drop_one(function);
    while (count_kept(function) < function->target && !has_failed_lately(function) &&
           add_one(function))
        ;
    function->held--;
}

/* ---- a lost one ---- */

/* Making room for one function may take the last instance of another, and that with it: each search
 * begins anew. */
static struct function *find_unfilled(struct invoke *invoke)
{
    struct function *function;
    struct function *next;

    HASH_ITER(hh, invoke->functions, function, next)
    {
        if (function->target && function->fill_round != invoke->fill_round)
            return function;
    }
    return NULL;
}

static void fill_all(struct loop_timer *timer)
{
    struct invoke *invoke = CONTAINER_OF(timer, struct invoke, fill_due);
    struct function *function;

    invoke->fill_round++;
    while ((function = find_unfilled(invoke))) {
        function->fill_round = invoke->fill_round;
        fill(function);
    }
}

void provision_lost(struct instance *instance)
{
    struct invoke *invoke = instance->invoke;

    if (!instance->provisioned || !instance->was_ready || invoke->ending ||
        loop_timer_armed(&invoke->fill_due))
        return;
    loop_timer_arm(invoke->loop, &invoke->fill_due, 0, fill_all);
}

/* ---- what is wanted ---- */

void invoke_provision_begin(struct invoke *invoke)
{
    invoke->provision_round++;
}

void invoke_provision(struct invoke *invoke, const struct invoke_function *spec, uint32_t target)
{
    struct function *function;

    if (target == 0)
        return;
    function = function_take(invoke, spec);
    if (function->target != target)
        function->failed_ns = 0;
    function->target = target;
    function->provision_round = invoke->provision_round;
    fill(function);
}

void invoke_provision_end(struct invoke *invoke)
{
    struct function *function;
    struct function *next;

    HASH_ITER(hh, invoke->functions, function, next)
    {
        if (!function->target || function->provision_round == invoke->provision_round)
            continue;
        function->target = 0;
        fill(function);
        function_let_go(function);
    }
}

uint32_t invoke_provisioned(struct invoke *invoke, const struct invoke_function *spec,
                            struct str *problem)
{
    const struct function *function = function_find(invoke, spec);
    const struct instance *instance;
    uint32_t ready = 0;

    *problem = STR("");
    if (!function)
        return 0;
    if (function->problem)
        *problem = str_of(function->problem);
    DL_FOREACH(function->instances, instance)
    {
        ready += is_kept(instance) && instance->was_ready;
    }
    return ready;
}

/* ---- changes ---- */

void invoke_sweep(struct invoke *invoke,
                  bool (*keeps)(void *arg, const struct invoke_function *function), void *arg)
{
    struct function *function;
    struct function *next;

    HASH_ITER(hh, invoke->functions, function, next)
    {
        if (keeps(arg, &function->spec))
            continue;
        function_drain(function);
        function_let_go(function);
    }
}

static void abort_calls(struct instance *instance, const struct invoke_result *result)
{
    struct invoke_call *call;
    struct invoke_call *next;

    DL_FOREACH_SAFE(instance->calls, call, next)
    {
        struct invoke_result own = *result;

        if (!call->own)
            call_answer(call, &own);
    }
    instance_stop(instance);
}

void invoke_abort(struct invoke *invoke, const struct invoke_function *of, const char *code,
                  struct str message)
{
    const struct invoke_result result = {
        .outcome = INVOKE_REFUSED, .code = code, .message = message};
    struct function *function;
    struct function *next;

    HASH_ITER(hh, invoke->functions, function, next)
    {
        const struct invoke_function *spec = &function->spec;
        struct instance *instance;
        struct instance *after;

        if (!str_eq(spec->account, of->account) || !str_eq(spec->region, of->region) ||
            !str_eq(spec->service, of->service) || !str_eq(spec->name, of->name))
            continue;
        function->held++;
        DL_FOREACH_SAFE(function->instances, instance, after)
        {
            if (instance->call_count)
                abort_calls(instance, &result);
        }
        function->held--;
        function_let_go(function);
    }
}
