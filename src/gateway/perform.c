/*
 * perform: the call is answered by a canned answer, a neighbour, or the operation itself.
 */
#include "fault/instance.h"
#include "gateway/internal.h"
#include "gateway/stations.h"

/* What a function or somebody's upload says, and not the service. */
static bool is_of_user(const struct exchange *x, const struct service_answer *answer)
{
    struct str type = http_headers_get(&answer->headers, STR("Content-Type"));

    return x->download || x->facts.api == API_TRIGGER ||
           (str_is_set(type) && !str_starts_nocase(type, STR("application/json")));
}

static void take_answer(struct exchange *x, const struct service_answer *answer)
{
    x->performed = answer->performed || answer->streamed;
    x->ran = answer->ran;
    x->instance = answer->instance;
    if (answer->error) {
        reply_error(x, answer->error, NULL, 0, answer->message, answer->status, KEYS_DEFAULT);
        return;
    }
    x->reply = (struct reply){
        .http =
            {
                   .status = answer->status,
                   .headers = answer->headers,
                   .body = answer->body,
                   .body_from_arena = true,
                   },
        .of_user = is_of_user(x, answer),
    };
    if (answer->body.len &&
        !str_is_set(http_headers_get(&x->reply.http.headers, STR("Content-Type"))))
        http_headers_add(&x->reply.http.headers, x->arena, STR("Content-Type"),
                         STR("application/json"));
    reply_common_headers(x, &x->reply);
    x->answered = true;
}

/* ---- answers as they come ---- */

enum { UNSENT_MAX_BYTES = 256 * 1024 }; /* of a streamed answer; then its function waits */

static bool may_change_protocol(const struct exchange *x)
{
    return x->facts.api == API_TRIGGER ||
           str_is_set(http_headers_get(&x->request->headers, STR("Upgrade")));
}

/* A rule that wants to do something with the body needs it whole. */
static bool may_stream(const struct exchange *x)
{
    const struct fault_decision *d = &x->decision;

    return x->call && !x->detached && !x->late && may_change_protocol(x) && !d->outcome &&
           !d->corrupt && !d->length && !d->truncate && !d->stall && !d->drip &&
           d->delay_headers_ns == 0 && !x->fixture.first_rule;
}

static void stream_head(void *arg, const struct service_answer *head)
{
    struct exchange *x = arg;

    x->streamed = true;
    take_answer(x, head);
    exchange_advance(x);
}

static void stream_room(void *state, struct http_call *call)
{
    struct exchange *x = state;

    (void)call;
    if (x->pending)
        service_go_on(x->pending);
}

static bool stream_part(void *arg, struct str bytes)
{
    struct exchange *x = arg;

    http_call_push(x->call, bytes);
    http_call_on_room(x->call, stream_room);
    return http_call_unsent(x->call) < UNSENT_MAX_BYTES;
}

static void stream_pipe(void *arg, const struct service_answer *head, int fd, struct str unread)
{
    struct exchange *x = arg;

    x->pipe = fd;
    x->pipe_first = arena_str(x->arena, unread);
    stream_head(x, head);
}

static const struct service_stream stream = {stream_head, stream_part, stream_pipe};

/* The connection ends a pipe by itself when the function's side of it is gone. */
static void end_stream(struct exchange *x, const struct service_answer *answer)
{
    x->pending = NULL;
    x->ran = answer->ran;
    x->instance = answer->instance;
    if (x->pipe >= 0 || !x->call)
        return;
    if (answer->cut)
        http_call_cut(x->call);
    else
        http_call_end(x->call);
}

static void performed(void *arg, const struct service_answer *answer)
{
    struct exchange *x = arg;
    bool was_parked = x->pending != NULL;

    if (x->streamed) {
        end_stream(x, answer);
        return;
    }
    x->pending = NULL;
    take_answer(x, answer);
    if (was_parked)
        exchange_advance(x);
}

/* What stands in front of the URLs we make. One client leaves the port out of Host: when it came
 * straight to an address of ours, the port is the one it came to. */
static const char *base_url(const struct http_request *request, struct arena *arena)
{
    uint16_t preset = request->tls ? 443 : 80;
    struct str scheme = request->tls ? STR("https://") : STR("http://");
    bool has_port = request->authority.len > request->host.len;
    bool direct = str_starts(request->target, STR("/")) &&
                  place_is_control_host(&place_usual_names, request->host);

    if (has_port || !direct || request->local_port == 0 || request->local_port == preset)
        return ARENA_CONCAT(arena, scheme, request->authority).ptr;
    return arena_printf(arena, STR_FMT STR_FMT ":%u", STR_ARG(scheme), STR_ARG(request->authority),
                        request->local_port);
}

static struct service_call service_call_of(struct exchange *x, struct arena *arena)
{
    return (struct service_call){
        .arena = arena,
        .request = x->request,
        .target = &x->target,
        .query = &x->query,
        .account = x->place.account,
        .region = x->place.region,
        .internal = x->place.internal,
        .by_domain = x->place.kind == PLACE_CUSTOM,
        .request_id = x->request_id,
        .access_key = x->auth.access_key,
        .owner = x->auth.account,
        .base_url = base_url,
        .stream = may_stream(x) ? &stream : NULL,
        .fault = fault_action_instance(x->decision.outcome),
    };
}

static void neighbour_performed(void *arg, const struct neighbours_answer *answer)
{
    struct exchange *x = arg;
    bool was_parked = x->neighbour_pending != NULL;

    x->neighbour_pending = NULL;
    x->performed = answer->performed;
    neighbour_replied(x, answer);
    if (was_parked)
        exchange_advance(x);
}

static enum next perform_by_neighbour(struct exchange *x)
{
    struct neighbours_call call = neighbour_call(x);

    x->neighbour_pending =
        neighbours_perform(x->gateway->parts.neighbours, &call, neighbour_performed, x);
    return x->neighbour_pending ? NEXT_PARKED : NEXT_STATION;
}

enum next station_perform(struct exchange *x)
{
    struct service_call call;

    if (x->canned)
        return NEXT_STATION;
    if (x->place.kind == PLACE_NEIGHBOUR)
        return perform_by_neighbour(x);
    call = service_call_of(x, x->arena);
    x->pending = (x->download ? service_download : service_perform)(x->gateway->parts.service,
                                                                    &call, performed, x);
    return x->pending ? NEXT_PARKED : NEXT_STATION;
}
