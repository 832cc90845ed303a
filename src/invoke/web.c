/*
 * Custom runtimes: HTTP servers that we call. One request at a time on a connection, connections
 * kept. Answers are read whole, unless they do not say how long they are and somebody wants them as
 * they come.
 *
 * Source: spec page invocation §7.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/units.h"
#include "invoke/container.h"
#include "invoke/health.h"
#include "invoke/http1.h"
#include "invoke/internal.h"
#include "invoke/web.h"

enum {
    START_TOKEN = 0, /* calls have numbers from 1 */
    CONNECT_MS = 10000,
    READ_BYTES = 256 * 1024,
    /* A program that dies closes its connections a moment before we hear of its death. */
    GRACE_NS = 200 * (int)NS_PER_MS,
    GRACES_MAX = 50, /* of a container, whose engine has to tell, too */
    SWITCHING = 101,
    /* What publishes the port of a container takes a connection before the program in there does,
       and ends it when that does not. */
    LOOK_NS = 20 * (int)NS_PER_MS,
    PROBE_NS = 500 * (int)NS_PER_MS, /* where nothing else can be looked at */
    NAMED_FACTOR = 6,
};

struct connection {
    struct connection *next, *prev;
    struct web *web;
    int fd;
    struct loop_watch *watch;
    struct invoke_call *call; /* NULL: idle */
    bool reused;              /* it was idle before: the server may have closed it */
    struct buf out;
    size_t sent;
    bool streams; /* its answer is handed on as it comes */
    struct http1 answer;
    struct loop_timer grace;
    unsigned graces;
};

struct web {
    struct instance *instance;
    struct health *health; /* NULL: that it listens is enough */
    struct connection *connections;
    struct connection *probe; /* of a container: whether it stays open */
    struct loop_timer probe_timer;
    uint64_t probe_until_ns;
};

struct web *web_new(struct instance *instance)
{
    struct web *web = mem_alloc(sizeof(*web));

    web->instance = instance;
    return web;
}

static void close_connection(struct connection *c)
{
    if (c->web->probe == c)
        c->web->probe = NULL;
    loop_timer_cancel(c->web->instance->invoke->loop, &c->grace);
    loop_watch_stop(c->watch);
    close(c->fd);
    DL_DELETE(c->web->connections, c);
    buf_done(&c->out);
    http1_done(&c->answer);
    mem_free(c);
}

void web_free(struct web *web)
{
    if (!web)
        return;
    while (web->connections)
        close_connection(web->connections);
    loop_timer_cancel(web->instance->invoke->loop, &web->probe_timer);
    health_free(web->health);
    mem_free(web);
}

void web_start(struct web *web)
{
    struct instance *instance = web->instance;

    /* It may open others, too: where it serves is what it was told, or what the function says. */
    supervised_connect_either(instance->program, START_TOKEN, instance->port,
                              (uint16_t)instance->spec.port,
                              instance->spec.start_limit_s * MS_PER_S);
}

/* ---- answers ---- */

static struct invoke_result result_of(struct connection *c, struct arena *arena)
{
    struct http1 *answer = &c->answer;
    struct invoke_result result = {.outcome = INVOKE_ANSWERED, .body = http1_body(answer)};
    struct str status = http_headers_get(&answer->headers, STR("x-fc-status"));

    if (str_eq(status, STR("404")))
        result.outcome = INVOKE_UNHANDLED;
    if (!c->call->request.http || c->call->phase == CALL_INITIALIZING)
        return result;
    result.is_http = true;
    result.status = answer->status;
    for (size_t i = 0; i < answer->headers.count; i++)
        http_headers_add(&result.headers, arena, answer->headers.items[i].name,
                         answer->headers.items[i].value);
    return result;
}

/* 2xx is fine; anything else has failed. */
static void judge_initializer(struct connection *c, struct invoke_result *result)
{
    if (c->call->phase == CALL_INITIALIZING && (c->answer.status < 200 || c->answer.status > 299))
        result->outcome = INVOKE_UNHANDLED;
}

static void answered(struct connection *c)
{
    struct arena *arena = arena_new();
    struct invoke_call *call = c->call;
    struct invoke_result result = result_of(c, arena);
    struct http1 answer = c->answer;

    judge_initializer(c, &result);
    c->call = NULL;
    c->answer = (struct http1){0};
    c->streams = false;
    if (!answer.keep_alive)
        close_connection(c);
    if (call->streamed && answer.body.len)
        call->request.stream->part(call->arg, http1_body(&answer));
    call_result(call, &result);
    http1_done(&answer);
    arena_free(arena);
}

static void give_up(struct invoke_call *call, const char *why)
{
    OWN(mem_free)
    char *text = mem_printf("{\"errorMessage\":\"%s\"}", why);
    struct invoke_result result = {.outcome = INVOKE_UNHANDLED, .body = str_of(text)};

    /* It may be about to end: the next call has another one. */
    call->instance->draining = true;
    call_result(call, &result);
}

static void on_grace(struct loop_timer *timer)
{
    struct connection *c = CONTAINER_OF(timer, struct connection, grace);
    struct invoke_call *call = c->call;
    const struct instance *instance = call->instance;

    if (instance_is_container(instance) && ++c->graces < GRACES_MAX &&
        container_port(instance) != CONTAINER_PORT_OPEN) {
        loop_timer_arm(instance->invoke->loop, timer, GRACE_NS, on_grace);
        return;
    }
    c->call = NULL;
    close_connection(c);
    give_up(call, "The function's HTTP server closed the connection without an answer");
}

static void on_events(void *arg, unsigned events);

static void connect_for(struct web *web, struct invoke_call *call)
{
    supervised_connect(web->instance->program, call->number, web->instance->port, CONNECT_MS);
}

/* Between two requests a server may close; that is no answer to the second one. */
static void on_closed(struct connection *c)
{
    struct invoke_call *call = c->call;
    struct web *web = c->web;

    if (call && http1_end(&c->answer)) {
        answered(c);
        return;
    }
    if (!call || (c->reused && !c->answer.started)) {
        c->call = NULL;
        close_connection(c);
        if (call)
            connect_for(web, call);
        return;
    }
    loop_watch_stop(GIVE(c->watch));
    loop_timer_arm(web->instance->invoke->loop, &c->grace, GRACE_NS, on_grace);
}

static void on_bad_answer(struct connection *c)
{
    struct invoke_call *call = c->call;

    c->call = NULL;
    close_connection(c);
    give_up(call, "The function's HTTP server answered with what is no HTTP");
}

/* ---- answers as they come ---- */

static struct invoke_result head_of(const struct connection *c)
{
    return (struct invoke_result){
        .outcome = INVOKE_ANSWERED,
        .is_http = true,
        .status = c->answer.status,
        .headers = c->answer.headers,
        .instance_id = str_of(c->web->instance->id),
        .ran = str_of(instance_ran(c->web->instance)),
    };
}

/* The connection is the taker's; ours goes without closing it. */
static void become_pipe(struct connection *c)
{
    struct invoke_call *call = c->call;
    struct invoke_result head = head_of(c);
    struct http1 answer = c->answer;
    int fd = fcntl(c->fd, F_DUPFD_CLOEXEC, 0);

    c->call = NULL;
    c->answer = (struct http1){0};
    close_connection(c);
    call->streamed = true;
    call->request.stream->pipe(call->arg, &head, fd, http1_body(&answer));
    http1_done(&answer);
}

/* A head is in, of an answer whose length nobody knows; and it is not whole yet. */
static bool begins_stream(const struct connection *c)
{
    const struct http1 *answer = &c->answer;
    bool open_ended = answer->state != HTTP1_HEAD && answer->state != HTTP1_LENGTH;

    return open_ended && !c->streams && c->call->phase == CALL_RUNNING && c->call->request.stream &&
           c->call->request.http;
}

/* False when no more is wanted for now. */
static bool hand_on(struct connection *c)
{
    struct invoke_call *call = c->call;
    bool more = true;

    if (begins_stream(c)) {
        struct invoke_result head = head_of(c);

        c->streams = true;
        call->streamed = true;
        call->request.stream->head(call->arg, &head);
    }
    if (c->streams && c->answer.body.len) {
        more = call->request.stream->part(call->arg, http1_body(&c->answer));
        buf_clear(&c->answer.body);
    }
    if (!more)
        loop_watch_stop(GIVE(c->watch));
    return more;
}

void web_go_on(struct web *web, struct invoke_call *call)
{
    struct connection *c;
    struct error err;

    DL_FOREACH(web->connections, c)
    {
        if (c->call == call && c->streams && !c->watch)
            c->watch = loop_watch_start(web->instance->invoke->loop, c->fd, LOOP_READABLE,
                                        on_events, c, &err);
    }
}

/* True when the connection may be read on. */
static bool take(struct connection *c, struct str bytes)
{
    if (!c->call) {
        close_connection(c); /* nobody asked */
        return false;
    }
    switch (http1_take(&c->answer, bytes)) {
    case HTTP1_MORE:
        if (c->answer.status == SWITCHING && c->answer.state != HTTP1_HEAD) {
            if (!web_wants_pipe(c->call))
                break;
            become_pipe(c);
            return false;
        }
        return hand_on(c);
    case HTTP1_WHOLE:
        answered(c);
        return false;
    case HTTP1_BAD:
        break;
    }
    on_bad_answer(c);
    return false;
}

static void read_answer(struct connection *c)
{
    static char bytes[READ_BYTES];

    for (;;) {
        ssize_t got = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got <= 0) {
            on_closed(c);
            return;
        }
        if (!take(c, (struct str){bytes, (size_t)got}))
            return;
    }
}

static void write_request(struct connection *c)
{
    struct error err;

    while (c->sent < c->out.len) {
        ssize_t put =
            send(c->fd, c->out.ptr + c->sent, c->out.len - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            loop_watch_change(c->watch, LOOP_READABLE | (errno == EAGAIN ? LOOP_WRITABLE : 0u),
                              &err);
            return;
        }
        c->sent += (size_t)put;
    }
    buf_done(&c->out);
    c->sent = 0;
    loop_watch_change(c->watch, LOOP_READABLE, &err);
}

static void on_events(void *arg, unsigned events)
{
    struct connection *c = arg;

    if (events & LOOP_WRITABLE)
        write_request(c);
    if (events & (LOOP_READABLE | LOOP_HANGUP))
        read_answer(c);
}

/* ---- requests ---- */

static void send_on(struct connection *c, struct invoke_call *call)
{
    c->call = call;
    http1_done(&c->answer);
    c->streams = false;
    c->answer.head_only = call->phase == CALL_RUNNING && call->request.http &&
                          str_eq(call->request.http->method, STR("HEAD"));
    c->sent = 0;
    buf_clear(&c->out);
    web_request(call, &c->out);
    write_request(c);
}

static struct connection *open_connection(struct web *web, int fd)
{
    struct connection *c = mem_alloc(sizeof(*c));
    struct error err;

    c->web = web;
    c->fd = fd;
    c->watch = loop_watch_start(web->instance->invoke->loop, fd, LOOP_READABLE, on_events, c, &err);
    DL_APPEND(web->connections, c);
    return c;
}

static struct invoke_call *find_call(struct web *web, uint32_t number)
{
    struct invoke_call *call;

    DL_FOREACH(web->instance->calls, call)
    {
        if (call->number == number && call->phase != CALL_WAITING)
            return call;
    }
    return NULL;
}

static void on_probe(struct loop_timer *timer)
{
    struct web *web = CONTAINER_OF(timer, struct web, probe_timer);
    struct loop *loop = web->instance->invoke->loop;
    enum container_port port = container_port(web->instance);

    if (port == CONTAINER_PORT_CLOSED ||
        (port == CONTAINER_PORT_UNKNOWN && loop_now_ns(loop) < web->probe_until_ns))
        loop_timer_arm(loop, timer, LOOK_NS, on_probe);
    else if (port == CONTAINER_PORT_OPEN || web->probe)
        instance_loaded(web->instance);
    else
        web_start(web);
}

static void begin_probe(struct web *web, struct connection *c)
{
    struct loop *loop = web->instance->invoke->loop;

    web->probe = c;
    /* It may not have begun, and never will: that is told within some seconds. */
    web->probe_until_ns =
        loop_now_ns(loop) +
        (container_is_named(web->instance) ? NAMED_FACTOR : UINT64_C(1)) * PROBE_NS;
    loop_timer_arm(loop, &web->probe_timer, LOOK_NS, on_probe);
}

void web_socket(struct web *web, uint32_t token, int fd, int sys_errno)
{
    struct invoke_call *call = token == START_TOKEN ? NULL : find_call(web, token);

    (void)sys_errno;
    if (token == HEALTH_TOKEN) {
        if (web->health)
            health_socket(web->health, fd);
        else if (fd >= 0)
            close(fd);
        return;
    }
    if (fd < 0) {
        /* The limit of the start has its own timer. */
        if (call)
            give_up(call, "The function's HTTP server does not accept connections");
        return;
    }
    struct connection *c = open_connection(web, fd);

    if (token == START_TOKEN && web->instance->spec.health.path.len)
        web->health = health_new(web->instance);
    else if (token == START_TOKEN && instance_is_container(web->instance))
        begin_probe(web, c);
    else if (token == START_TOKEN)
        instance_loaded(web->instance);
    else if (call)
        send_on(c, call);
}

static struct connection *find_idle(struct web *web)
{
    struct connection *c;

    DL_FOREACH(web->connections, c)
    {
        if (!c->call && c->watch)
            return c;
    }
    return NULL;
}

void web_call(struct web *web, struct invoke_call *call)
{
    struct connection *c = find_idle(web);

    if (c) {
        c->reused = true;
        send_on(c, call);
    } else {
        connect_for(web, call);
    }
}

void web_forget(struct web *web, struct invoke_call *call)
{
    struct connection *c;
    struct connection *next;

    DL_FOREACH_SAFE(web->connections, c, next)
    {
        if (c->call == call)
            close_connection(c);
    }
}
