/*
 * Calls that nobody made: the hooks between calls and before the end, and the start of an instance
 * that is kept ready.
 *
 * They stand among the calls of their instance without being counted, and what they answer is of no
 * account.
 *
 * Source: spec page invocation §6.4, §6.6, §7.3.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "crypto/id.h"
#include "invoke/internal.h"
#include "invoke/web.h"

struct own_call {
    struct invoke_call call;
    char id[ID_UUID_BYTES];
};

static void ignore(void *arg, const struct invoke_result *result)
{
    (void)arg;
    (void)result;
}

static struct own_call *new_call(struct instance *instance)
{
    struct own_call *own = mem_alloc(sizeof(*own));

    id_uuid(own->id);
    own->call.own = true;
    own->call.invoke = instance->invoke;
    own->call.instance = instance;
    own->call.done = ignore;
    own->call.number = ++instance->next_call;
    own->call.request = (struct invoke_request){.request_id = str_of(own->id), .event = STR("")};
    DL_APPEND(instance->calls, &own->call);
    return own;
}

void own_hook(struct instance *instance, enum call_phase phase)
{
    struct own_call *own = new_call(instance);

    own->call.phase = phase;
    call_run(&own->call);
}

static void on_warm(void *arg, const struct invoke_result *result)
{
    struct function *function = arg;

    if (result->outcome == INVOKE_ANSWERED)
        return;
    function->failed_ns = clock_monotonic_ns();
    mem_free(function->problem);
    function->problem = result->outcome == INVOKE_REFUSED
                            ? mem_printf("%s: " STR_FMT, result->code, STR_ARG(result->message))
                            : mem_printf(STR_FMT, STR_ARG(result->body));
}

void own_warm(struct instance *instance)
{
    struct own_call *own = new_call(instance);

    own->call.done = on_warm;
    own->call.arg = instance->function;
}

void own_forget(struct invoke_call *call)
{
    struct instance *instance = call->instance;

    DL_DELETE(instance->calls, call);
    loop_timer_cancel(call->invoke->loop, &call->timer);
    if (instance->web)
        web_forget(instance->web, call);
    mem_free(CONTAINER_OF(call, struct own_call, call));
}

void own_over(struct invoke_call *call)
{
    struct instance *instance = call->instance;

    own_forget(call);
    buf_done(&instance->log);
    instance_go_on(instance);
}

void own_drop(struct instance *instance)
{
    struct invoke_call *call;
    struct invoke_call *next;

    DL_FOREACH_SAFE(instance->calls, call, next)
    {
        if (call->own)
            own_forget(call);
    }
}

struct invoke_hook call_hook(const struct invoke_call *call)
{
    const struct invoke_function *spec = &call->instance->spec;

    switch (call->phase) {
    case CALL_INITIALIZING:
        return (struct invoke_hook){spec->initializer, spec->initializer_timeout_s};
    case CALL_PRE_FREEZE:
        return spec->pre_freeze;
    case CALL_PRE_STOP:
        return spec->pre_stop;
    case CALL_WAITING:
    case CALL_RUNNING:
        break;
    }
    return (struct invoke_hook){spec->handler, spec->timeout_s};
}
