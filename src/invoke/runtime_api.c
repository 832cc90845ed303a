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
#include "crypto/encode.h"
#include "http/wire/head.h"
#include "invoke/internal.h"

enum {
    OWN_PORT = 9001, /* in a network of its own every port is free */
    BACKLOG = 16,
    LINES_MAX = 300, /* a call each, at the most concurrent function */
    READ_BYTES = 64 * 1024,
    BODY_BYTES_MAX = 160 << 20,
    MS_PER_S = 1000,
    SOON_NS = 2 * 1000000,
    STATUS_OK = 200,
    STATUS_FORBIDDEN = 403,
    STATUS_NOT_FOUND = 404,
    STATUS_LENGTH = 411,
    STATUS_LARGE = 413,
    STATUS_BAD = 400,
};
#define API_ROOT "/2020-11-11/runtime/"

struct line { /* a connection */
    struct line *next, *prev;
    struct runtime_api *api;
    int fd;
    struct loop_watch *watch;
    bool asks;   /* for a call */
    bool writes; /* the kernel says when there is room */
    bool last;   /* it ends when it has its answer */
    struct buf in, out;
    size_t sent;
};

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

static void close_line(struct line *line)
{
    loop_watch_stop(line->watch);
    close(line->fd);
    DL_DELETE(line->api->lines, line);
    line->api->line_count--;
    buf_done(&line->in);
    buf_done(&line->out);
    mem_free(line);
}

/* ---- out ---- */

/* False when the line is gone. */
static bool flush(struct line *line)
{
    struct error err;

    while (line->sent < line->out.len) {
        ssize_t put = send(line->fd, line->out.ptr + line->sent, line->out.len - line->sent,
                           MSG_DONTWAIT | MSG_NOSIGNAL);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && errno == EAGAIN) {
            line->writes = true;
            return loop_watch_change(line->watch, LOOP_READABLE | LOOP_WRITABLE, &err) == 0;
        }
        if (put < 0) {
            close_line(line);
            return false;
        }
        line->sent += (size_t)put;
    }
    line->sent = 0;
    buf_clear(&line->out);
    if (line->last) {
        close_line(line);
        return false;
    }
    if (line->writes)
        loop_watch_change(line->watch, LOOP_READABLE, &err);
    line->writes = false;
    return true;
}

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {STATUS_OK,        "OK"             },
        {STATUS_BAD,       "Bad Request"    },
        {STATUS_FORBIDDEN, "Forbidden"      },
        {STATUS_NOT_FOUND, "Not Found"      },
        {STATUS_LENGTH,    "Length Required"},
        {STATUS_LARGE,     "Too Large"      },
    };

    for (size_t i = 0; i < N_ELEMENTS(reasons); i++) {
        if (reasons[i].status == status)
            return reasons[i].reason;
    }
    return "";
}

static bool answer(struct line *line, int status, const char *problem)
{
    OWN(buf_done) struct buf body = {0};

    if (problem) {
        buf_puts(&body, "{\"errorMessage\":");
        buf_json_string(&body, str_of(problem));
        buf_add_char(&body, '}');
    }
    line->last = line->last || status != STATUS_OK;
    buf_printf(&line->out,
               "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n",
               status, reason_of(status), body.len, line->last ? "Connection: close\r\n" : "");
    buf_add(&line->out, buf_str(&body));
    return flush(line);
}

/* ---- the next call ---- */

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

static void add_function(struct buf *out, const struct instance *i)
{
    const struct invoke_function *f = &i->spec;

    add_header(out, "x-fc-access-key-id", str_of(i->credentials[0]));
    add_header(out, "x-fc-access-key-secret", str_of(i->credentials[1]));
    add_header(out, "x-fc-security-token", str_of(i->credentials[2]));
    add_header(out, "x-fc-function-name", f->name);
    add_header(out, "x-fc-function-handler", f->handler);
    add_number(out, "x-fc-function-memory", f->memory_mb);
    add_header(out, "x-fc-region", f->region);
    add_header(out, "x-fc-account-id", f->account);
    add_header(out, "x-fc-qualifier", f->qualifier);
    add_header(out, "x-fc-version-id", str_eq(f->version, STR("LATEST")) ? STR("") : f->version);
    add_header(out, "x-fc-service-name", f->service);
    add_header(out, "x-fc-service-logproject", f->log_project);
    add_header(out, "x-fc-service-logstore", f->log_store);
}

static void add_call(struct buf *out, struct invoke_call *call, struct arena *arena)
{
    const struct invoke_function *f = &call->instance->spec;
    const struct invoke_request *r = &call->request;
    bool initialize = call->phase == CALL_INITIALIZING;
    uint32_t limit_s = initialize ? f->initializer_timeout_s : f->timeout_s;

    add_header(out, "x-fc-request-id", r->request_id);
    add_number(out, "x-fc-function-type", initialize ? 1 : 0);
    add_number(out, "x-fc-function-deadline", clock_wall_ms() + (uint64_t)limit_s * MS_PER_S);
    add_number(out, "x-fc-function-timeout", f->timeout_s);
    add_number(out, "x-fc-retry-count", r->retry_count);
    if (r->span_context.len)
        add_header(out, "x-fc-tracing-opentracing-span-context", r->span_context);
    if (r->baggage_count)
        add_header(out, "x-fc-tracing-opentracing-span-baggages",
                   base64_text(call_baggage(r, arena), arena));
    if (r->http && !initialize)
        add_header(out, "x-fc-http-params", base64_text(call_http_meta(r->http, arena), arena));
}

static void hand(struct line *line, struct invoke_call *call)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct str body = call->phase == CALL_INITIALIZING ? STR("") : call->request.event;

    line->asks = false;
    call->handed = true;
    buf_puts(&line->out, "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n");
    add_call(&line->out, call, arena);
    add_function(&line->out, call->instance);
    add_number(&line->out, "Content-Length", body.len);
    buf_puts(&line->out, "\r\n");
    buf_add(&line->out, body);
    if (!flush(line))
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

struct post {
    struct str target, params, body;
};

/* The line has its answer already: what the call's end brings may end the instance, and the line.
 */
static void take_response(struct invoke_call *call, const struct post *post)
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

static void take_error(struct invoke_call *call, const struct post *post)
{
    struct invoke_result result = {.outcome = INVOKE_UNHANDLED, .body = post->body};

    call_result(call, &result);
}

static void take_call_post(struct line *line, const struct post *post)
{
    struct runtime_api *api = line->api;
    struct str rest = str_slice(post->target, strlen(API_ROOT "invocation/"), post->target.len);
    struct invoke_call *call;
    struct str id;
    struct str what;

    str_cut(rest, '/', &id, &what);
    if (!str_eq(what, STR("response")) && !str_eq(what, STR("error"))) {
        answer(line, STATUS_NOT_FOUND, "no such path of the runtime API");
        return;
    }
    call = find_call(api, id);
    answer(line, STATUS_OK, NULL);
    if (call && str_eq(what, STR("response")))
        take_response(call, post);
    else if (call)
        take_error(call, post);
}

static void take_start_failure(struct line *line, const struct post *post)
{
    struct instance *instance = line->api->instance;
    struct invoke_result result = {.outcome = INVOKE_UNHANDLED, .body = post->body};

    answer(line, STATUS_OK, NULL);
    if (instance->state == INSTANCE_STARTING)
        call_load_failed(instance, &result);
}

/* ---- requests ---- */

static struct str header_of(struct str head, struct str wanted)
{
    struct str line;
    struct str name;
    struct str value;

    while (head_line(&head, &line)) {
        if (head_field(line, &name, &value) && str_eq_nocase(name, wanted))
            return value;
    }
    return STR_NONE;
}

static void dispatch(struct line *line, struct str method, const struct post *post)
{
    bool posts = str_eq(method, STR("POST"));

    if (str_eq(method, STR("GET")) && str_eq(post->target, STR(API_ROOT "invocation/next")))
        take_next(line);
    else if (posts && str_starts(post->target, STR(API_ROOT "invocation/")))
        take_call_post(line, post);
    else if (posts && str_eq(post->target, STR(API_ROOT "init/error")))
        take_start_failure(line, post);
    else
        answer(line, STATUS_NOT_FOUND, "no such path of the runtime API");
}

/* How long the body is; false when it is refused. */
static bool judge_length(struct line *line, struct str head, uint64_t *out)
{
    struct str length = header_of(head, STR("Content-Length"));

    *out = 0;
    if (str_is_set(header_of(head, STR("Transfer-Encoding")))) {
        answer(line, STATUS_LENGTH, "the runtime API takes bodies with a Content-Length");
        return false;
    }
    if (str_is_set(length) && str_to_uint(length, BODY_BYTES_MAX, out) != NUMBER_OK) {
        answer(line, STATUS_LARGE, "the body is too large");
        return false;
    }
    return true;
}

/* What is asked may end the instance, and the line with it: nothing of them is touched behind
 * dispatch(). */
static void take_whole(struct line *line, size_t head_len, size_t body_len)
{
    OWN(buf_done) struct buf taken = line->in;
    struct str all = buf_str(&taken);
    struct str rest = str_slice(all, 0, head_len);
    struct str first = STR_NONE;
    struct str method;
    struct str version;
    struct post post = {.params = header_of(rest, STR("x-fc-http-params")),
                        .body = str_slice(all, head_len, head_len + body_len)};

    line->in = (struct buf){0};
    buf_add(&line->in, str_slice(all, head_len + body_len, all.len));
    while (first.len == 0 && head_line(&rest, &first))
        ;
    head_request_line(first, &method, &post.target, &version);
    dispatch(line, method, &post);
}

/* One request: the next one comes when this one has its answer. */
static void take_request(struct line *line)
{
    struct str all = buf_str(&line->in);
    struct head head;
    uint64_t length;

    switch (head_judge(all, BODY_BYTES_MAX, &head)) {
    case HEAD_MORE:
        return;
    case HEAD_WRONG:
        answer(line, STATUS_BAD, "that is no HTTP");
        return;
    case HEAD_WHOLE:
        break;
    }
    if (!judge_length(line, str_slice(all, 0, head.len), &length))
        return;
    if (all.len - head.len < length)
        buf_reserve(&line->in, head.len + (size_t)length - all.len);
    else
        take_whole(line, head.len, (size_t)length);
}

static void on_line(void *arg, unsigned events)
{
    struct line *line = arg;
    char *bytes;
    ssize_t got;

    if ((events & LOOP_WRITABLE) && !flush(line))
        return;
    if (!(events & (LOOP_READABLE | LOOP_HANGUP)))
        return;
    bytes = mem_alloc(READ_BYTES);
    got = recv(line->fd, bytes, READ_BYTES, MSG_DONTWAIT);
    if (got > 0)
        buf_add(&line->in, (struct str){bytes, (size_t)got});
    mem_free(bytes);
    if (got > 0 && !line->asks)
        take_request(line);
    else if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    else if (got <= 0)
        close_line(line);
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

static void admit(struct runtime_api *api, int fd)
{
    struct line *line = mem_alloc(sizeof(*line));
    struct error err;

    line->api = api;
    line->fd = fd;
    line->watch = loop_watch_start(loop_of(api), fd, LOOP_READABLE, on_line, line, &err);
    DL_APPEND(api->lines, line);
    api->line_count++;
    if (!line->watch)
        close_line(line);
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
        close_line(api->lines);
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
