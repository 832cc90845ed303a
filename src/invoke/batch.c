/*
 * Images that are run to their end (`webServerMode: false`): a call starts a container, which finds
 * the event in a variable; it has succeeded when that ends with 0 within the function's time limit.
 *
 * Source: product page "Custom Container", event handlers, read 2026; spec page invocation §7.1.
 */
#include "invoke/batch.h"

#include <stdio.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/units.h"
#include "invoke/container.h"

enum {
    VARIABLE_BYTES = 128 << 10, /* of the kernel: name, value and end */
    LOOK_NS = 20 * (int)NS_PER_MS,
};

#define EVENT "FC_CUSTOM_CONTAINER_EVENT"
#define NOT_RUN "The function either cannot be started or exited: webServerMode is false, and "

bool instance_is_batch(const struct instance *instance)
{
    return instance_is_container(instance) && instance->spec.runs_to_end;
}

const char *batch_problem(const struct instance *instance)
{
    const struct invoke_call *call = instance->calls;

    if (!instance_is_batch(instance) || !call)
        return NULL;
    if (instance->provisioned)
        return NOT_RUN "what is run to its end cannot be kept ready";
    if (call->request.http)
        return NOT_RUN "what serves nothing answers no HTTP trigger: call it with an event";
    if (call->request.event.len + sizeof(EVENT "=") > VARIABLE_BYTES)
        return NOT_RUN "the event does not fit into the variable " EVENT " (128 KiB with its name)";
    if (memchr(call->request.event.ptr ? call->request.event.ptr : "", '\0',
               call->request.event.len))
        return NOT_RUN "the event has a NUL, which the variable " EVENT " cannot hold";
    return NULL;
}

/* By its name alone, so that the event stands in no command. */
void batch_add(const struct instance *instance, struct texts *argv)
{
    if (instance_is_batch(instance))
        texts_add(argv, "--env=" EVENT);
}

void batch_add_event(const struct instance *instance, struct texts *env)
{
    if (instance_is_batch(instance))
        texts_add(env, EVENT "=" STR_FMT, STR_ARG(instance->calls->request.event));
}

/* ---- its start ---- */

static void on_look(struct loop_timer *timer);

static void look_again(struct instance *instance)
{
    loop_timer_arm(instance->invoke->loop, &instance->timer, LOOK_NS, on_look);
}

static void on_look(struct loop_timer *timer)
{
    struct instance *instance = CONTAINER_OF(timer, struct instance, timer);
    char text[PROBLEM_TEXT_BYTES];

    if (container_is_named(instance)) {
        instance_loaded(instance);
    } else if (clock_monotonic_ns() < instance->batch_until_ns) {
        look_again(instance);
    } else {
        snprintf(text, sizeof(text),
                 "The image of the function was not pulled and started in %u seconds",
                 instance->spec.start_limit_s);
        instance_refuse(instance, "FunctionNotStarted", text);
    }
}

void batch_start(struct instance *instance)
{
    instance->batch_until_ns = clock_monotonic_ns() + instance->spec.start_limit_s * NS_PER_S;
    look_again(instance);
}

/* ---- its end ---- */

/* What a fault keeps back has the time limit of its call still before it. */
static void succeed(struct instance *instance)
{
    struct invoke_result result = {.outcome = INVOKE_ANSWERED, .body = STR("")};

    if (instance->calls->withheld)
        supervised_free(GIVE(instance->program));
    else
        call_result(instance->calls, &result);
}

bool batch_ended(struct instance *instance, int status)
{
    if (!instance_is_batch(instance) || status == -1)
        return false;
    if (container_was_not_run(status)) {
        OWN(mem_free) char *text = mem_dup(instance->problem);

        instance_refuse(instance, "CAExited", text);
        return true;
    }
    instance->init_delay_ns = 0;
    instance_loaded(instance); /* it was too quick to be seen */
    if (!instance->calls || instance->state != INSTANCE_SERVING || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 0)
        return false;
    succeed(instance);
    return true;
}
