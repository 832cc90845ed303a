/*
 * The life of an instance: prepared, started, initialized, serving, idle, gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/units.h"
#include "crypto/id.h"
#include "invoke/batch.h"
#include "invoke/container.h"
#include "invoke/internal.h"
#include "invoke/web.h"

enum {
    LOG_READ_BYTES = 64 * 1024,
    LOG_KEPT_BYTES = 4096, /* more is never shown */
    LOG_MOST_BYTES = 4 * LOG_KEPT_BYTES,
    LOG_READS_MAX = 64, /* in a row: a function that never stops printing must not hold the loop */
    ID_WORD_BITS = 32,
    START_LIMIT_S = 120, /* of a built-in runtime: until user code is loaded */
};

static void on_start_limit(struct loop_timer *timer);
static void on_idle_limit(struct loop_timer *timer);

const char *instance_ran(const struct instance *instance)
{
    if (instance->language == LANGUAGE_GO)
        return "Go program";
    return instance->interpreter ? instance->interpreter->shown : "custom runtime";
}

/* ---- made and forgotten ---- */

static void make_id(struct instance *instance)
{
    snprintf(instance->id, sizeof(instance->id), "c-%08" PRIx64 "-%08" PRIx64 "%08" PRIx64,
             instance->created_wall_ms / MS_PER_S & UINT32_MAX, id_bits() & UINT32_MAX,
             id_bits() >> ID_WORD_BITS);
}

struct instance *instance_new(struct function *function)
{
    struct instance *instance = mem_alloc(sizeof(*instance));
    struct invoke *invoke = function->invoke;

    instance->invoke = invoke;
    instance->function = function;
    instance->arena = arena_new();
    invoke_function_copy(&function->spec, instance->arena, &instance->spec);
    instance->language = function->language;
    instance->generation = function->generation;
    instance->created_wall_ms = clock_wall_ms();
    instance->log_fd = -1;
    instance->memory_charged = (int64_t)instance->spec.memory_mb << 20;
    make_id(instance);
    invoke->memory_used += (uint64_t)instance->memory_charged;
    invoke->instance_count++;
    DL_APPEND(function->instances, instance);
    function->instance_count++;
    return instance;
}

void instance_close_log(struct instance *instance)
{
    loop_watch_stop(GIVE(instance->log_watch));
    prints_flush(instance);
    if (instance->log_fd >= 0)
        close(instance->log_fd);
    instance->log_fd = -1;
}

/* Room that it took; what is left of it holds its function. */
static void uncount(struct instance *instance)
{
    struct invoke *invoke = instance->invoke;

    if (instance->uncounted)
        return;
    instance->uncounted = true;
    invoke->memory_used -= (uint64_t)instance->memory_charged;
    invoke->instance_count--;
    instance->function->instance_count--;
    instance->function->held++;
}

void instance_free(struct instance *instance)
{
    struct invoke *invoke = instance->invoke;

    own_drop(instance);
    execs_lose_instance(instance);
    sessions_forget(instance);
    debug_end(instance);
    uncount(instance);
    provision_lost(instance);
    loop_timer_cancel(invoke->loop, &instance->timer);
    channel_close(GIVE(instance->channel));
    web_free(GIVE(instance->web));
    runtime_api_free(GIVE(instance->api));
    instance_close_log(instance);
    supervised_free(GIVE(instance->program));
    container_forget(instance);
    code_let_go(instance->code);
    code_let_go(instance->layers);
    if (instance->tmp)
        invoke_remove_folder(invoke, GIVE(instance->tmp));
    if (instance->links)
        invoke_remove_folder(invoke, GIVE(instance->links));
    if (instance->place)
        invoke_remove_folder(invoke, GIVE(instance->place));
    DL_DELETE(instance->function->instances, instance);
    instance->function->held--;
    function_let_go(instance->function);
    wind_look(invoke);
    buf_done(&instance->log);
    buf_done(&instance->print);
    arena_free(instance->arena);
    mem_free(instance);
}

/* ---- its log ---- */

static void keep_end(struct instance *instance)
{
    struct buf *log = &instance->log;

    if (log->len <= LOG_MOST_BYTES)
        return;
    memmove(log->ptr, log->ptr + log->len - LOG_KEPT_BYTES, LOG_KEPT_BYTES);
    log->len = LOG_KEPT_BYTES;
    log->ptr[log->len] = '\0';
}

void instance_read_log(struct instance *instance)
{
    static char bytes[LOG_READ_BYTES];

    for (int i = 0; i < LOG_READS_MAX && instance->log_fd >= 0; i++) {
        ssize_t got = read(instance->log_fd, bytes, sizeof(bytes));

        if (got == 0)
            instance_close_log(instance);
        if (got <= 0)
            return;
        instance->log_bytes += (uint64_t)got;
        if (instance->loses_log)
            continue;
        buf_add(&instance->log, (struct str){bytes, (size_t)got});
        prints_take(instance, (struct str){bytes, (size_t)got});
        keep_end(instance);
        if (got < LOG_READ_BYTES)
            return;
    }
}

void instance_on_log(void *arg, unsigned events)
{
    (void)events;
    instance_read_log(arg);
}

/* ---- preparation ---- */

void instance_refuse(struct instance *instance, const char *code, const char *message)
{
    struct invoke_result result = {
        .outcome = INVOKE_REFUSED, .code = code, .message = str_of(message)};

    instance_fail(instance, &result);
}

void instance_fail(struct instance *instance, struct invoke_result *result)
{
    struct invoke_result each;

    while (instance->calls) {
        each = *result;
        instance_read_log(instance);
        call_answer(instance->calls, &each);
    }
    instance_free(instance);
}

void instance_prepare(struct instance *instance)
{
    struct error err;

    if (instance->state != INSTANCE_PREPARING || !instance_is_prepared(instance))
        return;
    if (inside_delays_start(instance))
        return;
    if (instance_spawn(instance, &err) < 0) {
        instance_refuse(instance, "CAExited", err.text);
        return;
    }
    instance->state = INSTANCE_STARTING;
    if (instance_is_batch(instance))
        batch_start(instance);
    else if (!instance->debugged)
        loop_timer_arm(instance->invoke->loop, &instance->timer,
                       (instance->web ? instance->spec.start_limit_s : START_LIMIT_S) * NS_PER_S,
                       on_start_limit);
    if (instance->web)
        web_start(instance->web);
}

/* ---- running ---- */

static void run_waiting(struct instance *instance)
{
    struct invoke_call *call;
    struct invoke_call *next;

    DL_FOREACH_SAFE(instance->calls, call, next)
    {
        if (call->phase == CALL_WAITING)
            call_run(call);
    }
}

static void become_ready(struct instance *instance)
{
    instance->state = INSTANCE_SERVING;
    instance->was_ready = true;
    run_waiting(instance);
    if (!instance->calls)
        instance_rest(instance);
}

/* An initializer belongs to the call that needs the instance first. */
static void begin_serving(struct instance *instance)
{
    if (!instance->spec.initializer.len && inside_delays_init(instance, begin_serving))
        return;
    if (instance->spec.initializer.len && !instance->calls)
        own_warm(instance);
    if (instance->spec.initializer.len) {
        instance->state = INSTANCE_INITIALIZING;
        call_run(instance->calls);
        return;
    }
    become_ready(instance);
}

void instance_isolate(struct instance *instance)
{
    loop_timer_cancel(instance->invoke->loop, &instance->timer);
    web_free(GIVE(instance->web));
    instance_close_log(instance);
    supervised_free(GIVE(instance->program));
    instance->own_network = true;
    instance->state = INSTANCE_PREPARING;
    invoke_prepare_on(instance->invoke);
}

void instance_loaded(struct instance *instance)
{
    if (instance->state != INSTANCE_STARTING)
        return;
    loop_timer_cancel(instance->invoke->loop, &instance->timer);
    begin_serving(instance);
}

void instance_initialized(struct instance *instance)
{
    become_ready(instance);
}

bool instance_has_room(const struct instance *instance)
{
    return !instance->draining && instance->state < INSTANCE_ENDING &&
           !instance_is_batch(instance) && instance->call_count < instance->spec.concurrency;
}

void instance_take(struct instance *instance, struct invoke_call *call)
{
    call->instance = instance;
    call->number = ++instance->next_call;
    call->phase = CALL_WAITING;
    call->cold = instance->state != INSTANCE_SERVING;
    DL_APPEND(instance->calls, call);
    instance->call_count++;
    instance->frozen = false;
    if (instance->state != INSTANCE_SERVING)
        return;
    loop_timer_cancel(instance->invoke->loop, &instance->timer);
    call_run(call);
}

/* The hook before it is frozen. True when that runs now. */
static bool freezes(struct instance *instance)
{
    if (instance->state != INSTANCE_SERVING || instance->frozen ||
        !instance->spec.pre_freeze.handler.len)
        return false;
    instance->frozen = true;
    instance->state = INSTANCE_FREEZING;
    own_hook(instance, CALL_PRE_FREEZE);
    return true;
}

void instance_go_on(struct instance *instance)
{
    if (instance->state == INSTANCE_ENDING) {
        instance_free(instance);
        return;
    }
    instance->state = INSTANCE_SERVING;
    run_waiting(instance);
    if (!instance->calls)
        instance_rest(instance);
}

/* One that has a session waits for it. */
static uint64_t idle_ms(const struct instance *instance)
{
    uint64_t own = instance->invoke->settings.idle_ms;

    return instance->session_idle_ms > own ? instance->session_idle_ms : own;
}

void instance_rest(struct instance *instance)
{
    if (instance->call_count || instance->state >= INSTANCE_FREEZING || freezes(instance))
        return;
    if (instance->program)
        supervised_unwatch(instance->program);
    if (instance->draining || instance_is_batch(instance)) {
        instance_end(instance);
        return;
    }
    /* One whose only call was cancelled may have no interpreter yet. */
    if (instance->state == INSTANCE_SERVING && language_has_bootstrap(instance->language))
        reserve_refill(instance);
    if (instance->state == INSTANCE_SERVING && !instance->provisioned && !instance->debugged)
        loop_timer_arm(instance->invoke->loop, &instance->timer, idle_ms(instance) * NS_PER_MS,
                       on_idle_limit);
}

void instance_drain(struct instance *instance)
{
    instance->draining = true;
    instance_rest(instance);
}

void instance_end(struct instance *instance)
{
    if (instance->state != INSTANCE_SERVING || !instance->spec.pre_stop.handler.len) {
        instance_free(instance);
        return;
    }
    loop_timer_cancel(instance->invoke->loop, &instance->timer);
    instance->draining = true;
    instance->state = INSTANCE_ENDING;
    uncount(instance);
    own_hook(instance, CALL_PRE_STOP);
}

void instance_stop(struct instance *instance)
{
    instance->draining = true;
    if (instance->call_count == 0 || !instance->program) {
        instance_free(instance);
        return;
    }
    instance->state = INSTANCE_STOPPING;
    loop_timer_cancel(instance->invoke->loop, &instance->timer);
    supervised_kill(instance->program);
}

static void on_idle_limit(struct loop_timer *timer)
{
    struct instance *instance = CONTAINER_OF(timer, struct instance, timer);

    if (instance->execs) /* somebody is in there */
        instance_rest(instance);
    else
        instance_end(instance);
}

/* Whether or not it was started yet. */
static bool has_own_server(const struct instance *instance)
{
    return instance_is_container(instance) || instance->language == LANGUAGE_CUSTOM;
}

/* Nothing listens, or user code is never loaded. */
void instance_not_started(struct instance *instance)
{
    char text[sizeof(instance->problem)];
    unsigned port = instance_is_container(instance) ? instance->spec.port : instance->port;

    if (has_own_server(instance))
        snprintf(text, sizeof(text),
                 "The CA's http server cannot be started: the health check failed on port %u in %u "
                 "seconds, dial tcp 127.0.0.1:%u: connection refused",
                 port, instance->spec.start_limit_s, port);
    else
        snprintf(text, sizeof(text), "The function was not loaded in %d seconds", START_LIMIT_S);
    instance_refuse(instance, "FunctionNotStarted", text);
}

static void on_start_limit(struct loop_timer *timer)
{
    instance_not_started(CONTAINER_OF(timer, struct instance, timer));
}

/* ---- the end of its process ---- */

static void describe_exit(struct instance *instance, int status, const char *problem)
{
    char how[PROBLEM_TEXT_BYTES];

    instance_read_log(instance);
    if (problem)
        snprintf(how, sizeof(how), "%s", problem);
    else if (instance_is_container(instance))
        container_exit_text(instance, status, how, sizeof(how));
    else if (WIFSIGNALED(status))
        snprintf(how, sizeof(how), "killed by signal %d", WTERMSIG(status));
    else
        snprintf(how, sizeof(how), "exit status %d", WEXITSTATUS(status));
    snprintf(instance->problem, sizeof(instance->problem),
             "The function either cannot be started or exited: %s. Log: %.*s", how, LOG_SHOWN_BYTES,
             buf_text(&instance->log));
}

/* The port it wants may be taken by somebody else; one that ended well was content. */
static bool may_want_port(const struct instance *instance, int status)
{
    bool content = status == -1 || (WIFEXITED(status) && WEXITSTATUS(status) == 0);

    return instance->state == INSTANCE_STARTING && instance->web && !content &&
           instance->invoke->namespaces && !instance->own_network &&
           !instance_is_container(instance);
}

void instance_on_exited(void *arg, int status, bool over_memory, const char *problem)
{
    struct instance *instance = arg;
    char text[sizeof(instance->problem)];

    describe_exit(instance, status, over_memory ? "it took more than its memory" : problem);
    if (batch_ended(instance, status))
        return;
    if (!over_memory && may_want_port(instance, status)) {
        buf_clear(&instance->log);
        instance_isolate(instance);
        return;
    }
    if (instance->state == INSTANCE_STARTING && (instance->web || status == -1)) {
        memcpy(text, instance->problem, sizeof(text));
        instance_refuse(instance, "CAExited", text);
        return;
    }
    if (instance->call_count == 0)
        log_debug("instance ended", "id=%s problem=\"%s\"", instance->id, instance->problem);
    while (instance->calls)
        call_exited(instance->calls);
    instance_free(instance);
}

/* It does not take the port it is given: in the machine's network there can be one of it. */
static void listens_elsewhere(struct instance *instance, uint16_t port)
{
    instance->function->hard_wired = true;
    log_info("port ignored", "function=" STR_FMT " given=%u listens=%u",
             STR_ARG(instance->spec.name), instance->port, port);
    if (instance->invoke->namespaces) {
        instance_isolate(instance);
        return;
    }
    instance->port = port;
    web_start(instance->web);
}

void instance_on_socket(void *arg, uint32_t token, int fd, int sys_errno, uint16_t port)
{
    struct instance *instance = arg;

    if (instance->api && token == SUPERVISE_LISTENS)
        runtime_api_listen(instance->api, fd);
    else if (instance->web && fd < 0 && sys_errno == EADDRNOTAVAIL &&
             instance->state == INSTANCE_STARTING)
        listens_elsewhere(instance, port);
    else if (instance->web)
        web_socket(instance->web, token, fd, sys_errno);
    else if (fd >= 0)
        close(fd);
}
