/*
 * What the server tells: heads, requests, clients that leave, and the end of each call.
 */
#include "gateway/internal.h"
#include "gateway/stations.h"

static void learn_from_head(struct exchange *x)
{
    const struct http_request *r = x->request;

    x->facts.method = r->method;
    x->facts.path = r->path;
    x->facts.query = r->query;
    x->facts.client = r->client;
    x->facts.client_port = r->client_port;
    x->facts.tls = r->tls;
    x->facts.by_region = r->by_region;
    x->facts.host = r->host;
    x->facts.user_agent = exchange_header(x, STR("User-Agent"));
    x->facts.headers = &r->headers;
    x->facts.label = exchange_header(x, STR("X-Fcemu-Label"));
    x->facts.sdk = fault_sdk_of(x->facts.user_agent);
    x->facts.connection = r->connection;
    x->facts.connection_call = r->connection_call;
}

static void on_head(void *owner, struct http_call *call)
{
    struct gateway *gateway = owner;
    const struct http_request *request = http_call_request(call);
    const struct gateway_control *control = gateway_control_of(gateway, call);

    if (control) {
        control->head(gateway->parts.control_owner, call);
        return;
    }
    struct exchange *x = ARENA_NEW(http_call_arena(call), struct exchange);

    x->gateway = gateway;
    x->call = call;
    x->pipe = -1;
    x->arena = http_call_arena(call);
    x->request = request;
    x->wall_ms = clock_wall_ms_at(gateway->parts.clock, request->started_ns);
    gateway->in_flight++;
    http_call_set_owner(call, x);
    learn_from_head(x);
    exchange_advance(x);
}

static uint64_t body_limit(const struct exchange *x)
{
    const struct gateway_settings *settings = &x->gateway->settings;

    if (!x->target.op || !(x->target.op->classes & OP_INVOKE))
        return settings->body_max;
    if (x->facts.invocation == INVOCATION_ASYNC)
        return settings->event_async_max;
    return x->facts.api == API_TRIGGER ? settings->trigger_body_max : settings->event_sync_max;
}

enum next station_receive_body(struct exchange *x)
{
    http_call_limit_body(x->call, body_limit(x));
    return NEXT_PARKED;
}

static void on_paused(void *owner, struct http_call *call)
{
    (void)owner;
    upload_met(http_call_owner(call));
}

static void on_request(void *owner, struct http_call *call)
{
    struct gateway *gateway = owner;
    const struct gateway_control *control = gateway_control_of(gateway, call);
    struct exchange *x = http_call_owner(call);

    if (control) {
        control->request(gateway->parts.control_owner, call);
        return;
    }
    if (x->rest) {
        x->rest->body = http_call_request(call)->body;
        x->rest->body_complete = true;
    }
    x->facts.body_known = true;
    x->facts.body = x->request->body;
    x->facts.body_size = x->request->body.len;
    exchange_advance(x);
}

/* Which of the documented errors an oversized body is, by what was asked for (official limits
 * pages, 2020 to 2026). */
static const struct fc_error *too_large_error(const struct exchange *x, uint64_t limit,
                                              struct str *out_arg)
{
    bool event = x->target.op && (x->target.op->classes & OP_INVOKE) && x->facts.api != API_TRIGGER;

    *out_arg = event ? arena_strf(x->arena, "%llu", (unsigned long long)limit)
                     : arena_strf(x->arena,
                                  "The request body exceeds the maximum allowed length (max: %llu)",
                                  (unsigned long long)limit);
    return fc_error_find(event ? STR("EntityTooLarge") : STR("InvalidArgument"));
}

static void on_too_large(void *owner, struct http_call *call, uint64_t limit)
{
    struct gateway *gateway = owner;
    const struct gateway_control *control = gateway_control_of(gateway, call);
    struct exchange *x = http_call_owner(call);
    struct str arg;

    if (control) {
        control->too_large(gateway->parts.control_owner, call, limit);
        return;
    }
    reply_error(x, too_large_error(x, limit, &arg), &arg, 1, STR_NONE, 0, KEYS_DEFAULT);
    x->delivery.end = DELIVERY_CLOSE;
    exchange_stand_at(x, station_deliver);
    exchange_advance(x);
}

/* Nobody waits for what is being worked on. */
static void abandon(struct exchange *x)
{
    service_cancel(x->pending);
    x->pending = NULL;
    neighbours_cancel(x->neighbour_pending);
    x->neighbour_pending = NULL;
}

static void on_gone(void *owner, struct http_call *call)
{
    struct gateway *gateway = owner;
    const struct gateway_control *control = gateway_control_of(gateway, call);
    struct exchange *x = http_call_owner(call);

    if (control) {
        control->gone(gateway->parts.control_owner, call);
        return;
    }
    exchange_unhold(x);
    if (x->uploading)
        upload_is_all(x);
    abandon(x);
}

static void on_finished(void *owner, struct http_call *call, const struct http_result *result)
{
    struct gateway *gateway = owner;
    const struct gateway_control *control = gateway_control_of(gateway, call);
    struct exchange *x = http_call_owner(call);

    if (control) {
        control->finished(gateway->parts.control_owner, call);
        return;
    }
    if (!x->gateway) {
        record_refusal(gateway, x, result);
        return;
    }
    exchange_unhold(x);
    if (x->pipe >= 0 && x->pending)
        service_pipe_over(x->pending);
    abandon(x); /* cut while it ran: the daemon ends; or its client has left a stream */
    exchange_record(x, result);
    late_begin(x);
    if (x->asked)
        fault_release(gateway->parts.faults, &x->decision);
    if (x->second)
        fault_release(gateway->parts.faults, x->second);
    if (x->upload)
        fault_release(gateway->parts.faults, x->upload);
    if (x->fixture_asked)
        fault_release(gateway->parts.fixtures, &x->fixture);
    gateway->in_flight--;
}

const struct http_handler *gateway_handler(void)
{
    static const struct http_handler handler = {
        .gate = {.accepted = gateway_accept, .reserved = gateway_reserved},
        .head = on_head,
        .paused = on_paused,
        .request = on_request,
        .too_large = on_too_large,
        .gone = on_gone,
        .finished = on_finished,
        .refuse = gateway_refuse,
        .pass = gateway_pass,
        .may_pass = gateway_may_pass,
        .passed = gateway_passed,
    };

    return &handler;
}
