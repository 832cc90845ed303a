/*
 * Custom runtimes: HTTP servers that we call. One request at a time on a connection, connections
 * kept; answers are read whole.
 *
 * Source: spec page invocation §7.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "invoke/http1.h"
#include "invoke/internal.h"

enum {
    START_TOKEN = 0, /* calls have numbers from 1 */
    MS_PER_S = 1000,
    CONNECT_MS = 10000,
    READ_BYTES = 256 * 1024,
    /* A program that dies closes its connections a moment before we hear of its death. */
    GRACE_NS = 200 * 1000000,
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
    struct http1 answer;
    struct loop_timer grace;
};

struct web {
    struct instance *instance;
    struct connection *connections;
};

struct web *web_new(struct instance *instance)
{
    struct web *web = mem_alloc(sizeof(*web));

    web->instance = instance;
    return web;
}

static void close_connection(struct connection *c)
{
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
    mem_free(web);
}

void web_start(struct web *web)
{
    struct instance *instance = web->instance;

    supervised_connect(instance->program, START_TOKEN, instance->port,
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
    if (!answer.keep_alive)
        close_connection(c);
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

    c->call = NULL;
    close_connection(c);
    give_up(call, "The function's HTTP server closed the connection without an answer");
}

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

/* True when the connection may be read on. */
static bool take(struct connection *c, struct str bytes)
{
    if (!c->call) {
        close_connection(c); /* nobody asked */
        return false;
    }
    switch (http1_take(&c->answer, bytes)) {
    case HTTP1_MORE:
        return true;
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

static void add_header(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, "%s: ", name);
    buf_add(out, value);
    buf_puts(out, "\r\n");
}

static void add_number(struct buf *out, const char *name, uint64_t value)
{
    buf_printf(out, "%s: ", name);
    buf_add_uint(out, value);
    buf_puts(out, "\r\n");
}

static void add_service_headers(struct buf *out, struct invoke_call *call, const char *control)
{
    const struct instance *i = call->instance;
    const struct invoke_function *f = &i->spec;
    const struct invoke_request *r = &call->request;

    add_header(out, "x-fc-request-id", r->request_id);
    add_header(out, "x-fc-control-path", str_of(control));
    add_header(out, "x-fc-access-key-id", str_of(i->credentials[0]));
    add_header(out, "x-fc-access-key-secret", str_of(i->credentials[1]));
    add_header(out, "x-fc-security-token", str_of(i->credentials[2]));
    add_header(out, "x-fc-function-name", f->name);
    add_header(out, "x-fc-function-handler", f->handler);
    add_number(out, "x-fc-function-memory", f->memory_mb);
    add_number(out, "x-fc-function-timeout", f->timeout_s);
    add_header(out, "x-fc-function-initializer", f->initializer);
    add_number(out, "x-fc-initialization-timeout", f->initializer_timeout_s);
    add_header(out, "x-fc-region", f->region);
    add_header(out, "x-fc-account-id", f->account);
    add_header(out, "x-fc-qualifier", f->qualifier);
    add_header(out, "x-fc-version-id", str_eq(f->version, STR("LATEST")) ? STR("") : f->version);
    add_header(out, "x-fc-service-name", f->service);
    add_header(out, "x-fc-service-logproject", f->log_project);
    add_header(out, "x-fc-service-logstore", f->log_store);
    add_number(out, "x-fc-retry-count", r->retry_count);
    add_header(out, "x-fc-instance-id", str_of(i->id));
    add_header(out, "x-fc-client-ip", r->http ? r->http->client : STR(""));
    add_header(out, "x-fc-base-path", r->http ? r->http->base_path : STR(""));
    add_header(out, "x-fc-tracing-opentracing-span-context",
               r->span_context.len ? r->span_context : STR(""));
}

static bool is_ours(struct str name)
{
    static const struct str names[] = {
        STR_INIT("connection"),        STR_INIT("keep-alive"), STR_INIT("content-length"),
        STR_INIT("transfer-encoding"), STR_INIT("host"),       STR_INIT("proxy-connection"),
    };

    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        if (str_eq_nocase(name, names[i]))
            return true;
    }
    return str_starts_nocase(name, STR("x-fc-"));
}

static void add_http(struct buf *out, struct invoke_call *call)
{
    const struct invoke_http *http = call->request.http;

    buf_printf(out, STR_FMT " " STR_FMT "%s" STR_FMT " HTTP/1.1\r\n", STR_ARG(http->method),
               STR_ARG(http->path.len ? http->path : STR("/")), http->query.len ? "?" : "",
               STR_ARG(http->query));
    add_header(out, "Host", http->host);
    for (size_t i = 0; http->headers && i < http->headers->count; i++) {
        const struct http_header *header = &http->headers->items[i];

        if (is_ours(header->name))
            continue;
        buf_printf(out, STR_FMT ": ", STR_ARG(header->name));
        buf_add(out, header->value);
        buf_puts(out, "\r\n");
    }
    add_service_headers(out, call, "/http-invoke");
}

static void build(struct buf *out, struct invoke_call *call)
{
    bool initialize = call->phase == CALL_INITIALIZING;
    struct str body = initialize ? STR("") : call->request.event;

    if (initialize || !call->request.http) {
        const char *path = initialize ? "/initialize" : "/invoke";

        buf_printf(out, "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n", path, call->instance->port);
        if (!initialize)
            buf_puts(out, "Content-Type: application/octet-stream\r\n");
        add_service_headers(out, call, path);
    } else {
        add_http(out, call);
    }
    add_number(out, "Content-Length", body.len);
    buf_puts(out, "\r\n");
    if (body.len)
        buf_add(out, body);
}

static void send_on(struct connection *c, struct invoke_call *call)
{
    c->call = call;
    http1_done(&c->answer);
    c->answer.head_only = call->phase == CALL_RUNNING && call->request.http &&
                          str_eq(call->request.http->method, STR("HEAD"));
    c->sent = 0;
    buf_clear(&c->out);
    build(&c->out, call);
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

void web_socket(struct web *web, uint32_t token, int fd, int sys_errno)
{
    struct invoke_call *call = token == START_TOKEN ? NULL : find_call(web, token);

    (void)sys_errno;
    if (fd < 0) {
        /* The limit of the start has its own timer. */
        if (call)
            give_up(call, "The function's HTTP server does not accept connections");
        return;
    }
    struct connection *c = open_connection(web, fd);

    if (token == START_TOKEN)
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

void web_initialize(struct web *web, struct invoke_call *call)
{
    web_call(web, call);
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
