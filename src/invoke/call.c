/*
 * A call on its instance: sent, timed, answered; and the documented words for each way it can end.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "invoke/batch.h"
#include "invoke/container.h"
#include "invoke/internal.h"
#include "invoke/web.h"

enum {
    NS_PER_MS = 1000000,
    LOG_TAIL_BYTES = 4096,
    TEXT_BYTES = 200,
    NS_PER_US = 1000,
    US_PER_MS = 1000,
    DEBUGGER_MB = 512,
    NOTE_BYTES = 128, /* mostly */
};

static const double bytes_per_mb = 1024.0 * 1024.0;
#define NS_PER_S UINT64_C(1000000000)

static double megabytes(uint64_t bytes)
{
    return (double)bytes / bytes_per_mb;
}

uint64_t instance_peak(const struct instance *instance)
{
    if (instance_is_container(instance))
        return container_memory(instance);
    return instance->program ? supervised_peak_bytes(instance->program) : 0;
}

/* A debugger takes memory of its own. */
static uint64_t limit_bytes(const struct instance *instance)
{
    return (uint64_t)(instance->spec.memory_mb + (instance->debugged ? DEBUGGER_MB : 0)) << 20;
}

/* From its start on: what is loaded may take too much already. A container has a limit of its own.
 */
void instance_watch(struct instance *instance)
{
    supervised_watch(instance->program,
                     instance_is_container(instance) ? 0 : limit_bytes(instance));
}

/* ---- the log of a call ---- */

static const char *const phase_names[] = {
    [CALL_INITIALIZING] = "Initialize",
    [CALL_RUNNING] = "Invoke",
    [CALL_PRE_FREEZE] = "PreFreeze",
    [CALL_PRE_STOP] = "PreStop",
};

/* What was printed last need not have ended its line. */
static void end_line(struct buf *log)
{
    if (log->len && log->ptr[log->len - 1] != '\n')
        buf_add_char(log, '\n');
}

/* What a runtime of ours would print, behind all that was read of the log; programs of custom
 * runtimes print it themselves. */
static void note(struct invoke_call *call, const char *phase, bool begins, const char *error)
{
    struct instance *instance = call->instance;
    OWN(buf_done) struct buf line = {0};

    if (!language_has_bootstrap(instance->language))
        return;
    buf_reserve(&line, NOTE_BYTES);
    buf_puts(&line, "FC ");
    buf_puts(&line, phase);
    buf_puts(&line, begins ? " Start" : " End");
    buf_puts(&line, " RequestId: ");
    buf_add(&line, call->request.request_id);
    buf_puts(&line, error);
    prints_note(call, begins, buf_str(&line));
    if (instance->spec.concurrency > 1)
        return;
    end_line(&instance->log);
    buf_add(&instance->log, buf_str(&line));
    buf_add_char(&instance->log, '\n');
}

static const char *error_suffix(enum invoke_outcome outcome)
{
    if (outcome == INVOKE_ANSWERED || outcome == INVOKE_REFUSED)
        return "";
    return outcome == INVOKE_HANDLED ? ", Error: Handled function error"
                                     : ", Error: Unhandled function error";
}

static void add_summary(struct invoke_call *call, const struct invoke_result *result)
{
    struct instance *instance = call->instance;
    uint64_t us = result->duration_ns / NS_PER_US;

    end_line(&instance->log);
    buf_printf(&instance->log,
               "\nDuration: %" PRIu64 ".%02" PRIu64 " ms, Billed Duration: %" PRIu64
               " ms, Memory Size: %u MB, Max Memory Used: %.2f MB",
               us / US_PER_MS, us % US_PER_MS / 10, result->billed_ms, instance->spec.memory_mb,
               megabytes(result->memory_bytes));
}

static void add_log(struct invoke_call *call, struct invoke_result *result)
{
    struct instance *instance = call->instance;

    instance_read_log(instance);
    prints_error(call, result);
    call->told = true;
    if (call->phase != CALL_WAITING)
        note(call, phase_names[call->phase], false, error_suffix(result->outcome));
    if (!call->request.wants_log || instance->spec.concurrency > 1 || instance->loses_log)
        return;
    add_summary(call, result);
    result->log = buf_str(&instance->log);
    if (result->log.len > LOG_TAIL_BYTES)
        result->log = str_slice(result->log, result->log.len - LOG_TAIL_BYTES, result->log.len);
}

/* ---- run ---- */

static void on_time_limit(struct loop_timer *timer);

static void send_hook(struct invoke_call *call)
{
    struct str meta = call_meta(call);
    char kind = call->phase == CALL_INITIALIZING ? 'I' : 'K';

    channel_send(call->instance->channel, kind, call->number, &meta, 1);
}

static void send_call(struct invoke_call *call)
{
    struct str meta =
        call->request.event.len >= FRAME_EVENT_LARGE ? call_long_meta(call) : call_meta(call);
    uint32_t len = (uint32_t)meta.len;
    const struct str parts[] = {
        {(const char *)&len, sizeof(len)},
        meta,
    };

    channel_lend(call->instance->channel, call->request.http ? 'H' : 'C', call->number, parts,
                 N_ELEMENTS(parts), call->request.event);
}

static void begin_phase(struct invoke_call *call, enum call_phase phase)
{
    struct instance *instance = call->instance;

    call->phase = phase;
    call->sent_ns = clock_monotonic_ns();
    instance_read_log(instance);
    note(call, phase_names[phase], true, "");
    instance_watch(instance);
    if (!instance->debugged)
        loop_timer_arm(call->invoke->loop, &call->timer, inside_limit_ns(call), on_time_limit);
}

static void send(struct invoke_call *call)
{
    struct instance *instance = call->instance;

    if (instance_is_batch(instance))
        return; /* it has its event */
    if (instance->web)
        web_call(instance->web, call);
    else if (instance->api)
        runtime_api_offer(instance->api);
    else if (call->phase == CALL_RUNNING)
        send_call(call);
    else
        send_hook(call);
}

/* Its call may have left meanwhile. */
static void send_initializer(struct instance *instance)
{
    if (instance->calls && instance->calls->phase == CALL_INITIALIZING)
        send(instance->calls);
}

static bool is_hook(const struct invoke_call *call)
{
    return call->phase >= CALL_PRE_FREEZE;
}

void call_run(struct invoke_call *call)
{
    struct instance *instance = call->instance;
    enum call_phase phase = is_hook(call)                              ? call->phase
                            : instance->state == INSTANCE_INITIALIZING ? CALL_INITIALIZING
                                                                       : CALL_RUNNING;

    if (call->own && phase == CALL_RUNNING) {
        own_forget(call); /* it is warm */
        return;
    }
    instance_fresh_key(instance);
    begin_phase(call, phase);
    if (phase == CALL_INITIALIZING && inside_delays_init(instance, send_initializer))
        return;
    if (inside_lets_begin(call))
        send(call);
}

/* ---- answers ---- */

static void measure(struct invoke_call *call, struct invoke_result *result)
{
    uint64_t now = clock_monotonic_ns();

    if (call->phase != CALL_WAITING)
        result->duration_ns = now - call->sent_ns;
    result->billed_ms = (result->duration_ns + NS_PER_MS - 1) / NS_PER_MS;
    result->memory_bytes = instance_peak(call->instance);
}

static void unbind(struct invoke_call *call)
{
    struct instance *instance = call->instance;

    DL_DELETE(instance->calls, call);
    if (!call->own)
        instance->call_count--;
    loop_timer_cancel(call->invoke->loop, &call->timer);
    loop_timer_cancel(call->invoke->loop, &call->strike);
    if (instance->channel)
        channel_own(instance->channel, call->number);
    if (instance->web)
        web_forget(instance->web, call);
}

void call_answer(struct invoke_call *call, struct invoke_result *result)
{
    struct instance *instance = call->instance;

    result->instance_id = str_of(instance->id);
    result->ran = str_of(instance_ran(instance));
    result->cold = call->cold;
    result->streamed = call->streamed;
    if (!call->told)
        prints_error(call, result);
    unbind(call);
    instance->loses_log = false;
    call->done(call->arg, result);
    buf_done(&instance->log);
    instance->served += !call->own;
    mem_free(call);
}

static struct str exit_text(const struct invoke_result *result, char *text, size_t size)
{
    snprintf(text, size,
             "{\"errorMessage\":\"Process exited unexpectedly before completing request (duration: "
             "%" PRIu64 "ms, maxMemoryUsage: %.2fMB)\"}",
             result->duration_ns / NS_PER_MS, megabytes(result->memory_bytes));
    return str_of(text);
}

static void finish(struct invoke_call *call, struct invoke_result *result)
{
    add_log(call, result);
    call_answer(call, result);
}

void call_exited(struct invoke_call *call)
{
    struct invoke_result result = {.outcome = INVOKE_EXITED};
    char text[TEXT_BYTES];

    if (is_hook(call)) {
        instance_read_log(call->instance);
        own_drop(call->instance);
        return;
    }
    measure(call, &result);
    result.body = exit_text(&result, text, sizeof(text));
    if (call->phase == CALL_INITIALIZING)
        result.outcome = INVOKE_INIT_FAILED;
    finish(call, &result);
}

void call_end_process(struct invoke_call *call, bool for_memory)
{
    struct instance *instance = call->instance;
    struct invoke_result result = {.outcome = INVOKE_EXITED};
    char text[TEXT_BYTES];

    measure(call, &result);
    if (for_memory && result.memory_bytes < limit_bytes(instance))
        result.memory_bytes = limit_bytes(instance);
    result.body = exit_text(&result, text, sizeof(text));
    finish(call, &result);
    instance_stop(instance);
}

static void on_time_limit(struct loop_timer *timer)
{
    struct invoke_call *call = CONTAINER_OF(timer, struct invoke_call, timer);
    struct instance *instance = call->instance;
    bool initializing = call->phase == CALL_INITIALIZING;
    struct invoke_result result = {.outcome = initializing ? INVOKE_INIT_FAILED : INVOKE_TIMED_OUT};
    char text[TEXT_BYTES];

    measure(call, &result);
    snprintf(text, sizeof(text),
             "{\"errorMessage\":\"Function timed out after %u seconds (maxMemoryUsage: %.2fMB)\"}",
             call_hook(call).timeout_s, megabytes(result.memory_bytes));
    result.body = str_of(text);
    if (is_hook(call)) {
        add_log(call, &result);
        own_drop(instance);
    } else {
        finish(call, &result);
    }
    instance_stop(instance);
}

/* Beyond its memory at the very end: the keeper would have ended it a moment later. */
static bool is_over_memory(const struct instance *instance, const struct invoke_result *result)
{
    return result->memory_bytes > limit_bytes(instance);
}

void call_result(struct invoke_call *call, struct invoke_result *result)
{
    struct instance *instance = call->instance;
    bool initializer_failed =
        call->phase == CALL_INITIALIZING && result->outcome != INVOKE_ANSWERED;
    char text[TEXT_BYTES];

    measure(call, result);
    if (is_hook(call)) {
        add_log(call, result);
        own_over(call);
        return;
    }
    if (!inside_lets_end(call))
        return;
    if (is_over_memory(instance, result)) {
        result->outcome = INVOKE_EXITED;
        result->is_http = false;
        result->body = exit_text(result, text, sizeof(text));
        finish(call, result);
        instance_stop(instance);
        return;
    }
    if (call->phase == CALL_INITIALIZING && !initializer_failed) {
        instance_read_log(instance);
        note(call, "Initialize", false, "");
        loop_timer_cancel(call->invoke->loop, &call->timer);
        call->phase = CALL_WAITING;
        call->handed = false;
        instance_initialized(instance);
        return;
    }
    if (initializer_failed)
        result->outcome = INVOKE_INIT_FAILED;
    finish(call, result);
    if (initializer_failed)
        instance_stop(instance);
    else
        instance_rest(instance);
}

void call_load_failed(struct instance *instance, const struct invoke_result *result)
{
    while (instance->calls) {
        struct invoke_result each = *result;

        measure(instance->calls, &each);
        finish(instance->calls, &each);
    }
    instance_free(instance);
}

/* It has been started for one call alone, that nobody will make again. */
static bool is_for_nothing(const struct instance *instance)
{
    return !instance->was_ready && !instance->provisioned && instance->call_count == 0 &&
           !instance->calls;
}

static void cancel(struct invoke_call *call, bool for_good)
{
    struct instance *instance = call ? call->instance : NULL;
    bool running = call && call->phase != CALL_WAITING;

    if (!call)
        return;
    loop_timer_cancel(call->invoke->loop, &call->refusal);
    if (instance)
        unbind(call);
    mem_free(call->message);
    mem_free(call);
    if (!instance)
        return;
    if (running && instance->call_count == 0)
        instance_stop(instance);
    else if (running)
        instance_drain(instance);
    else if (for_good && is_for_nothing(instance))
        instance_free(instance);
    else
        instance_rest(instance);
}

/* Nobody is answered, so its log has to say it. */
static void tell_canceled(struct invoke_call *call)
{
    struct invoke_result result = {.outcome = INVOKE_UNHANDLED};
    char text[TEXT_BYTES];

    measure(call, &result);
    snprintf(text, sizeof(text),
             "{\"errorMessage\":\"Invocation canceled by client (duration: %" PRIu64
             "ms, maxMemoryUsage: %.2fMB)\"}",
             result.duration_ns / NS_PER_MS, megabytes(result.memory_bytes));
    result.body = str_of(text);
    add_log(call, &result);
}

void invoke_cancel(struct invoke_call *call)
{
    if (call && call->instance && call->phase != CALL_WAITING)
        tell_canceled(call);
    cancel(call, false);
}

void invoke_stop(struct invoke_call *call)
{
    cancel(call, true);
}

void invoke_go_on(struct invoke_call *call)
{
    if (call->instance && call->instance->web)
        web_go_on(call->instance->web, call);
}

void invoke_pipe_over(struct invoke_call *call)
{
    struct invoke_result result = {.outcome = INVOKE_ANSWERED};

    call_result(call, &result);
}
