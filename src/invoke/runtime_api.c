/*
 * The runtime API that programs built with the public Go library ask for their calls: HTTP on a
 * listener of the instance's own, to which only its processes are let.
 *
 * A program asks for its next call before it has answered the last one: such a request waits until
 * the instance has another.
 *
 * Source: spec page invocation §6.1, §6.2.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/units.h"
#include "crypto/encode.h"
#include "invoke/internal.h"
#include "invoke/runtime_line.h"
#include "invoke/web.h"

enum {
    OWN_PORT = 9001, /* in a network of its own every port is free */
    BACKLOG = 16,
    LINES_MAX = 300, /* a call each, at the most concurrent function */
    SOON_NS = 2 * (int)NS_PER_MS,
};
#define API_ROOT "/2020-11-11/runtime/"

struct runtime_api {
    struct instance *instance;
    int fd; /* -1: it comes */
    uint16_t port;
    struct loop_watch *watch;
    struct loop_timer again;
    struct line *lines;
    size_t line_count;
};

static struct loop *loop_of(const struct runtime_api *api)
{
    return api->instance->invoke->loop;
}

/* ---- the next call ---- */

static void add_call(struct buf *out, struct invoke_call *call, struct arena *arena)
{
    const struct invoke_function *f = &call->instance->spec;
    const struct invoke_request *r = &call->request;
    static const unsigned types[] = {
        [CALL_INITIALIZING] = 1,
        [CALL_PRE_STOP] = 2,
        [CALL_PRE_FREEZE] = 3,
    };
    bool runs = call->phase == CALL_RUNNING;
    uint32_t limit_s = call_hook(call).timeout_s;

    head_add(out, "x-fc-request-id", r->request_id);
    head_add_uint(out, "x-fc-function-type", runs ? 0 : types[call->phase]);
    head_add_uint(out, "x-fc-function-deadline", clock_wall_ms() + (uint64_t)limit_s * MS_PER_S);
    head_add_uint(out, "x-fc-function-timeout", f->timeout_s);
    head_add_uint(out, "x-fc-retry-count", r->retry_count);
    if (r->span_context.len)
        head_add(out, "x-fc-tracing-opentracing-span-context", r->span_context);
    if (r->baggage_count)
        head_add(out, "x-fc-tracing-opentracing-span-baggages",
                 base64_text(call_baggage(r, arena), arena));
    if (r->http && runs)
        head_add(out, "x-fc-http-params", base64_text(call_http_meta(r->http, arena), arena));
}

static void hand(struct line *line, struct invoke_call *call)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct str body = call->phase == CALL_RUNNING ? call->request.event : STR("");

    line->asks = false;
    call->handed = true;
    buf_puts(&line->out, "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n");
    add_call(&line->out, call, arena);
    head_add_function(&line->out, call->instance);
    head_add_origin(&line->out, &call->instance->spec);
    head_add_uint(&line->out, "Content-Length", body.len);
    buf_puts(&line->out, "\r\n");
    buf_add(&line->out, body);
    if (!line_flush(line))
        call->handed = false; /* it left meanwhile, and asks again */
}

static struct line *find_asking(const struct runtime_api *api)
{
    struct line *line;

    DL_FOREACH(api->lines, line)
    {
        if (line->asks)
            return line;
    }
    return NULL;
}

void runtime_api_offer(struct runtime_api *api)
{
    struct invoke_call *call;
    struct line *line;

    DL_FOREACH(api->instance->calls, call)
    {
        if (call->handed || call->phase == CALL_WAITING)
            continue;
        line = find_asking(api);
        if (!line)
            return;
        hand(line, call);
    }
}

static void take_next(struct line *line)
{
    struct runtime_api *api = line->api;

    line->asks = true;
    if (api->instance->state == INSTANCE_STARTING)
        instance_loaded(api->instance);
    else
        runtime_api_offer(api);
}

/* ---- answers of the program ---- */

static struct invoke_call *find_call(const struct runtime_api *api, struct str request_id)
{
    struct invoke_call *call;

    DL_FOREACH(api->instance->calls, call)
    {
        if (call->handed && str_eq(call->request.request_id, request_id))
            return call;
    }
    return NULL; /* it answers twice, or too late */
}

/* A handler over HTTP that writes nothing says status 0. */
static struct str with_status(struct str head, struct arena *arena)
{
    struct str zero = STR("\"status\":0");
    size_t at;

    if (!str_find(head, zero, &at))
        return head;
    return ARENA_CONCAT(arena, str_slice(head, 0, at), STR("\"status\":200"),
                        str_slice(head, at + zero.len, head.len));
}

/* The line has its answer already: what the call's end brings may end the instance, and the line.
 */
static void take_response(struct invoke_call *call, const struct line_request *post)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct invoke_result result = {.outcome = INVOKE_ANSWERED, .body = post->body};
    uint8_t *head = arena_alloc(arena, base64_decoded_max(post->params.len) + 1);
    size_t len = 0;

    if (call->phase == CALL_RUNNING && call->request.http && post->params.len &&
        base64_decode(post->params, head, &len))
        call_http_result(call, with_status((struct str){(const char *)head, len}, arena),
                         post->body);
    else
        call_result(call, &result);
}

static void take_error(struct invoke_call *call, const struct line_request *post)
{
    struct invoke_result result = {.outcome = INVOKE_UNHANDLED, .body = post->body};

    call_result(call, &result);
}

static void take_call_post(struct line *line, const struct line_request *post)
{
    struct runtime_api *api = line->api;
    struct str rest = str_slice(post->target, strlen(API_ROOT "invocation/"), post->target.len);
    struct invoke_call *call;
    struct str id;
    struct str what;

    str_cut(rest, '/', &id, &what);
    if (!str_eq(what, STR("response")) && !str_eq(what, STR("error"))) {
        line_answer(line, LINE_NOT_FOUND, "no such path of the runtime API");
        return;
    }
    call = find_call(api, id);
    line_answer(line, LINE_OK, NULL);
    if (call && str_eq(what, STR("response")))
        take_response(call, post);
    else if (call)
        take_error(call, post);
}

static void take_start_failure(struct line *line, const struct line_request *post)
{
    struct instance *instance = line->api->instance;
    struct invoke_result result = {.outcome = INVOKE_UNHANDLED, .body = post->body};

    line_answer(line, LINE_OK, NULL);
    if (instance->state == INSTANCE_STARTING)
        call_load_failed(instance, &result);
}

static void on_request(struct line *line, const struct line_request *post)
{
    bool posts = str_eq(post->method, STR("POST"));

    if (str_eq(post->method, STR("GET")) && str_eq(post->target, STR(API_ROOT "invocation/next")))
        take_next(line);
    else if (posts && str_starts(post->target, STR(API_ROOT "invocation/")))
        take_call_post(line, post);
    else if (posts && str_eq(post->target, STR(API_ROOT "init/error")))
        take_start_failure(line, post);
    else
        line_answer(line, LINE_NOT_FOUND, "no such path of the runtime API");
}

/* ---- who comes ---- */

static void refuse(struct runtime_api *api, int fd)
{
    static const char text[] =
        "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: 75\r\n"
        "Connection: close\r\n\r\n"
        "{\"errorMessage\":\"only the processes of this instance may use its API here\"}";

    log_warn("runtime API refused", "instance=%s", api->instance->id);
    (void)!send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(fd, SHUT_WR);
    close(fd);
}

static void on_line_ended(struct line *line)
{
    DL_DELETE(line->api->lines, line);
    line->api->line_count--;
}

static void admit(struct runtime_api *api, int fd)
{
    struct line *line = line_open(loop_of(api), fd, on_request, on_line_ended);

    if (!line)
        return;
    line->api = api;
    DL_APPEND(api->lines, line);
    api->line_count++;
}

static void on_again(struct loop_timer *timer)
{
    struct runtime_api *api = CONTAINER_OF(timer, struct runtime_api, again);
    struct error err;

    loop_watch_change(api->watch, LOOP_READABLE, &err);
}

static void take_caller(struct runtime_api *api, int fd)
{
    struct supervised *program = api->instance->program;

    if (!program || supervised_peer(program, fd) != SUPERVISED_OURS)
        refuse(api, fd);
    else if (api->line_count >= LINES_MAX)
        close(fd);
    else
        admit(api, fd);
}

static void on_caller(void *arg, unsigned events)
{
    struct runtime_api *api = arg;
    struct supervised *program = api->instance->program;
    struct error err;
    int fd;

    (void)events;
    if (program && supervised_peer(program, -1) == SUPERVISED_SOON) {
        loop_watch_change(api->watch, 0, &err);
        loop_timer_arm(loop_of(api), &api->again, SOON_NS, on_again);
        return;
    }
    while ((fd = accept4(api->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
        take_caller(api, fd);
}

/* ---- made and ended ---- */

static int open_listener(uint16_t *out_port, struct error *err)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0 &&
        listen(fd, BACKLOG) == 0 && getsockname(fd, (struct sockaddr *)&at, &len) == 0) {
        *out_port = ntohs(at.sin_port);
        return fd;
    }
    error_errno(err, "open the runtime API");
    if (fd >= 0)
        close(fd);
    return -1;
}

void runtime_api_listen(struct runtime_api *api, int fd)
{
    struct error err;

    if (fd < 0)
        return; /* the limit of the start has its own timer */
    api->fd = fd;
    api->watch = loop_watch_start(loop_of(api), fd, LOOP_READABLE, on_caller, api, &err);
}

struct runtime_api *runtime_api_new(struct instance *instance, struct error *err)
{
    struct runtime_api *api = mem_alloc(sizeof(*api));
    int fd;

    api->instance = instance;
    api->fd = -1;
    api->port = OWN_PORT;
    if (instance->own_network)
        return api;
    fd = open_listener(&api->port, err);
    if (fd < 0) {
        mem_free(api);
        return NULL;
    }
    runtime_api_listen(api, fd);
    return api;
}

void runtime_api_free(struct runtime_api *api)
{
    if (!api)
        return;
    while (api->lines)
        line_close(api->lines);
    loop_timer_cancel(loop_of(api), &api->again);
    loop_watch_stop(api->watch);
    if (api->fd >= 0)
        close(api->fd);
    mem_free(api);
}

uint16_t runtime_api_port(const struct runtime_api *api)
{
    return api->port;
}
