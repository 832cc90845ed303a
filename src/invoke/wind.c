/*
 * The end of all: instances that are idle run their last hook, for a while, and the rest is killed
 * by whoever frees the room.
 */
#include "invoke/internal.h"

static bool runs_a_hook(const struct instance *instance)
{
    return instance->state == INSTANCE_ENDING || instance->state == INSTANCE_FREEZING;
}

static bool any_runs_a_hook(const struct invoke *invoke)
{
    struct function *function;
    struct function *next;
    const struct instance *instance;

    HASH_ITER(hh, invoke->functions, function, next)
    {
        DL_FOREACH(function->instances, instance)
        {
            if (runs_a_hook(instance))
                return true;
        }
    }
    return false;
}

static void finish(struct invoke *invoke)
{
    void (*wound)(void *arg) = GIVE(invoke->wound);

    loop_timer_cancel(invoke->loop, &invoke->wind_limit);
    loop_timer_cancel(invoke->loop, &invoke->wind_due);
    if (wound)
        wound(invoke->wound_arg);
}

static void on_limit(struct loop_timer *timer)
{
    finish(CONTAINER_OF(timer, struct invoke, wind_limit));
}

static void on_due(struct loop_timer *timer)
{
    struct invoke *invoke = CONTAINER_OF(timer, struct invoke, wind_due);

    if (!any_runs_a_hook(invoke))
        finish(invoke);
}

void wind_look(struct invoke *invoke)
{
    if (invoke->wound && !invoke->ending && !loop_timer_armed(&invoke->wind_due))
        loop_timer_arm(invoke->loop, &invoke->wind_due, 0, on_due);
}

bool invoke_wind_down(struct invoke *invoke, uint64_t grace_ns, void (*done)(void *arg), void *arg)
{
    struct function *function;
    struct function *next;

    invoke->winding = true;
    if (grace_ns == 0)
        return false;
    HASH_ITER(hh, invoke->functions, function, next)
    {
        function->held++;
        function->target = 0;
        function_drain(function);
        function->held--;
        function_let_go(function);
    }
    if (!any_runs_a_hook(invoke))
        return false;
    invoke->wound = done;
    invoke->wound_arg = arg;
    loop_timer_arm(invoke->loop, &invoke->wind_limit, grace_ns, on_limit);
    return true;
}

void wind_stop(struct invoke *invoke)
{
    invoke->wound = NULL;
    finish(invoke);
}
