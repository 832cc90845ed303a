/*
 * What is sent to a custom runtime: the request of a client with the service's headers, or an
 * event.
 *
 * Source: spec page invocation §7.3 and §7.4.
 */
#include "crypto/encode.h"
#include "invoke/internal.h"
#include "invoke/web.h"

bool web_wants_pipe(const struct invoke_call *call)
{
    return call->phase == CALL_RUNNING && call->request.stream && call->request.http &&
           str_is_set(http_headers_get(call->request.http->headers, STR("Upgrade")));
}

static struct str or_none(struct str text)
{
    return text.len ? text : STR("");
}

static void add_baggage(struct buf *out, const struct invoke_request *r)
{
    OWN(arena_free) struct arena *arena = arena_new();

    head_add(out, "x-fc-tracing-opentracing-span-baggages",
             base64_text(call_baggage(r, arena), arena));
}

static void add_tracing(struct buf *out, const struct invoke_request *r)
{
    head_add(out, "x-fc-trace-id", or_none(r->trace_id));
    head_add(out, "x-fc-tracing-opentracing-span-context", or_none(r->span_context));
    if (r->baggage_count)
        add_baggage(out, r);
    else
        head_add(out, "x-fc-tracing-opentracing-span-baggages", STR(""));
    /* There, and empty: nothing of the kind is here. */
    buf_puts(out, "x-fc-tracing-jaeger-endpoint: \r\n"
                  "x-fc-api-server-ip: \r\n"
                  "x-fc-eagleeye-rpcid: \r\n"
                  "x-fc-eagleeye-traceid: \r\n"
                  "x-fc-eagleeye-userdata: \r\n");
}

static void add_service_headers(struct buf *out, struct invoke_call *call, const char *control)
{
    const struct instance *i = call->instance;
    const struct invoke_function *f = &i->spec;
    const struct invoke_request *r = &call->request;

    head_add(out, "x-fc-request-id", r->request_id);
    if (control)
        head_add(out, "x-fc-control-path", str_of(control));
    head_add_function(out, i);
    head_add_uint(out, "x-fc-function-timeout", f->timeout_s);
    head_add(out, "x-fc-function-initializer", f->initializer);
    head_add_uint(out, "x-fc-initialization-timeout", f->initializer_timeout_s);
    head_add(out, "x-fc-instance-lifecycle-pre-stop-handler", f->pre_stop.handler);
    head_add(out, "x-fc-instance-lifecycle-pre-freeze-handler", f->pre_freeze.handler);
    head_add_origin(out, f);
    head_add_uint(out, "x-fc-retry-count", r->retry_count);
    head_add(out, "x-fc-instance-id", str_of(i->id));
    head_add(out, "x-fc-client-ip", r->http ? r->http->client : STR(""));
    head_add(out, "x-fc-base-path", r->http ? r->http->base_path : STR(""));
    add_tracing(out, r);
}

/* Another protocol, for which the connection is handed over. */
static void add_upgrade(struct buf *out, const struct invoke_call *call)
{
    if (!web_wants_pipe(call))
        return;
    buf_puts(out, "Connection: Upgrade\r\n");
    head_add(out, "Upgrade", http_headers_get(call->request.http->headers, STR("Upgrade")));
}

static bool is_ours(struct str name)
{
    static const struct str names[] = {
        STR_INIT("connection"),        STR_INIT("keep-alive"), STR_INIT("content-length"),
        STR_INIT("transfer-encoding"), STR_INIT("host"),       STR_INIT("proxy-connection"),
        STR_INIT("upgrade"),
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
    head_add(out, "Host", http->host);
    for (size_t i = 0; http->headers && i < http->headers->count; i++) {
        const struct http_header *header = &http->headers->items[i];

        if (is_ours(header->name))
            continue;
        buf_printf(out, STR_FMT ": ", STR_ARG(header->name));
        buf_add(out, header->value);
        buf_puts(out, "\r\n");
    }
    add_upgrade(out, call);
    add_service_headers(out, call, "/http-invoke");
}

struct own_path {
    const char *method, *path, *control; /* control NULL: the documentation names none */
};

/* What the service asks of its own accord. */
static const struct own_path own_paths[] = {
    [CALL_INITIALIZING] = {"POST", "/initialize", "/initialize"},
    [CALL_RUNNING] = {"POST", "/invoke",     "/invoke"    },
    [CALL_PRE_FREEZE] = {"GET",  "/pre-freeze", NULL         },
    [CALL_PRE_STOP] = {"GET",  "/pre-stop",   NULL         },
};

static void add_own(struct buf *out, struct invoke_call *call)
{
    const struct own_path *own = &own_paths[call->phase];

    buf_printf(out, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n", own->method, own->path,
               call->instance->port);
    if (call->phase == CALL_RUNNING)
        buf_puts(out, "Content-Type: application/octet-stream\r\n");
    add_service_headers(out, call, own->control);
}

void web_request(struct invoke_call *call, struct buf *out)
{
    struct str body = call->phase == CALL_RUNNING ? call->request.event : STR("");

    if (call->phase == CALL_RUNNING && call->request.http)
        add_http(out, call);
    else
        add_own(out, call);
    head_add_uint(out, "Content-Length", body.len);
    buf_puts(out, "\r\n");
    if (body.len)
        buf_add(out, body);
}
