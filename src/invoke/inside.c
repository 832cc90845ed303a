/*
 * Faults where code runs: an instance that starts slowly, a process that ends under its call, an
 * answer that does not come, a log that is lost.
 *
 * Source: spec page faults §4.6; invocation §2.5.
 */
#include "base/units.h"
#include "fault/instance.h"

#include <stdio.h>

#include "base/mem.h"
#include "invoke/container.h"
#include "invoke/internal.h"

static enum fault_inside fault_of(const struct invoke_request *request)
{
    return request->fault ? request->fault->fault : INSIDE_NONE;
}

/* ---- starts ---- */

bool inside_wants_start(const struct invoke_request *request)
{
    return fault_of(request) == INSIDE_SLOW_START || fault_of(request) == INSIDE_SLOW_INIT;
}

/* One that had to share an instance has that start behind it. */
void inside_prepare(struct invoke_call *call, bool is_new)
{
    struct instance *instance = call->instance;

    if (!is_new || !inside_wants_start(&call->request))
        return;
    if (fault_of(&call->request) == INSIDE_SLOW_START)
        instance->start_delay_ns = call->request.fault->by_ns;
    else
        instance->init_delay_ns = call->request.fault->by_ns;
}

static uint64_t start_limit_ns(const struct instance *instance)
{
    return instance_is_container(instance) || language_is_program(instance->language)
               ? instance->spec.start_limit_s * NS_PER_S
               : UINT64_MAX;
}

static void on_start(struct loop_timer *timer)
{
    struct instance *instance = CONTAINER_OF(timer, struct instance, timer);
    uint64_t delay = instance->start_delay_ns;

    instance->start_delay_ns = 0;
    if (delay >= start_limit_ns(instance))
        instance_not_started(instance);
    else
        instance_prepare(instance);
}

bool inside_delays_start(struct instance *instance)
{
    uint64_t limit = start_limit_ns(instance);
    uint64_t delay = instance->start_delay_ns < limit ? instance->start_delay_ns : limit;

    if (delay && !loop_timer_armed(&instance->timer))
        loop_timer_arm(instance->invoke->loop, &instance->timer, delay, on_start);
    return delay > 0;
}

static void on_init(struct loop_timer *timer)
{
    struct instance *instance = CONTAINER_OF(timer, struct instance, timer);

    instance->after_init(instance);
}

bool inside_delays_init(struct instance *instance, void (*go_on)(struct instance *instance))
{
    uint64_t delay = instance->init_delay_ns;

    instance->init_delay_ns = 0;
    instance->after_init = go_on;
    if (delay)
        loop_timer_arm(instance->invoke->loop, &instance->timer, delay, on_init);
    return delay > 0;
}

/* ---- calls ---- */

static void on_strike(struct loop_timer *timer)
{
    struct invoke_call *call = CONTAINER_OF(timer, struct invoke_call, strike);

    call_end_process(call, fault_of(&call->request) == INSIDE_OOM);
}

static bool ends_process(enum fault_inside fault)
{
    return fault == INSIDE_CRASH || fault == INSIDE_OOM || fault == INSIDE_KILL;
}

/* The end comes from the loop, as a real one would. */
bool inside_lets_begin(struct invoke_call *call)
{
    const struct fault_instance *fault = call->phase == CALL_RUNNING ? call->request.fault : NULL;

    if (!fault)
        return true;
    call->instance->loses_log = fault->fault == INSIDE_LOSE_LOG;
    call->withheld = fault->fault == INSIDE_TIMEOUT;
    if (ends_process(fault->fault) && !fault->after)
        loop_timer_arm(call->invoke->loop, &call->strike, fault->by_ns, on_strike);
    /* What a Go program asks for it may have at any time. */
    call->handed = call->handed || (!fault->after && !fault->by_ns && ends_process(fault->fault)) ||
                   (call->withheld && !fault->after);
    return !call->handed;
}

bool inside_lets_end(struct invoke_call *call)
{
    const struct fault_instance *fault = call->phase == CALL_RUNNING ? call->request.fault : NULL;

    if (!fault || !(ends_process(fault->fault) && fault->after))
        return !call->withheld;
    call_end_process(call, fault->fault == INSIDE_OOM);
    return false;
}

uint64_t inside_limit_ns(const struct invoke_call *call)
{
    const struct fault_instance *fault = call->phase == CALL_RUNNING ? call->request.fault : NULL;

    if (fault && fault->fault == INSIDE_TIMEOUT && fault->by_ns)
        return fault->by_ns;
    return call_hook(call).timeout_s * NS_PER_S;
}
