/*
 * Requests that the server refuses before they are calls: what is no HTTP/1.x, or more than can be
 * read. They are answered in the spelling that every client of the service can read, and recorded.
 */
#include <inttypes.h>

#include "base/buf.h"
#include "base/clock.h"
#include "crypto/id.h"
#include "gateway/internal.h"

enum { STATUS_FORBIDDEN = 403 };

/* Of what never came whole nobody knows the length.
 * Source: limits of HTTP triggers; spec page limits.md, section 4. */
static struct str too_long(struct arena *arena, const char *what, uint64_t most, uint64_t actual)
{
    if (actual <= most)
        return arena_strf(arena, "%s exceed the maximum allowed length (max: %" PRIu64 ")", what,
                          most);
    return arena_strf(
        arena, "%s exceed the maximum allowed length (max: %" PRIu64 ", actual: '%" PRIu64 "')",
        what, most, actual);
}

static struct str message_of(const struct gateway *gateway, struct http_call *call,
                             const struct refusal *refusal)
{
    const struct http_request *request = http_call_request(call);
    struct arena *arena = http_call_arena(call);

    switch (refusal->kind) {
    case REFUSAL_LONG_TARGET:
        return too_long(arena, "Path and query", gateway->settings.trigger_url_max,
                        request->target.len);
    case REFUSAL_LONG_HEADERS:
        return too_long(arena, "Request headers", gateway->settings.trigger_headers_max,
                        http_headers_bytes(&request->headers));
    case REFUSAL_MALFORMED:
    case REFUSAL_LARGE_BODY:
    case REFUSAL_UNSUPPORTED:
    case REFUSAL_NO_ROOM:
    case REFUSAL_FOREIGN:
    case REFUSAL_CLOSED:
        break;
    }
    return str_of(refusal->message);
}

/* For the record; an exchange of a call that never was knows no gateway. */
static struct exchange *stand_in(struct http_call *call)
{
    struct exchange *x = ARENA_NEW(http_call_arena(call), struct exchange);
    char *id = arena_alloc(http_call_arena(call), ID_UUID_BYTES);

    id_uuid(id);
    x->request = http_call_request(call);
    x->request_id = str_of(id);
    http_call_set_owner(call, x);
    return x;
}

static struct str code_of(const struct refusal *refusal)
{
    if (refusal->kind == REFUSAL_FOREIGN)
        return refusal->status == STATUS_FORBIDDEN ? STR("AccessDenied")
                                                   : STR("InternalServerError");
    if (refusal->kind == REFUSAL_CLOSED)
        return STR("InternalServerError");
    return refusal->kind == REFUSAL_LARGE_BODY ? STR("EntityTooLarge") : STR("InvalidArgument");
}

/* It was no call of ours, but the journal has it. */
void gateway_passed(void *owner, struct http_call *call, struct str to)
{
    struct exchange *x = stand_in(call);

    (void)owner;
    x->passed_to = arena_str(http_call_arena(call), to);
}

void gateway_refuse(void *owner, struct http_call *call, const struct refusal *refusal,
                    struct http_response *response)
{
    const struct gateway *gateway = owner;
    struct arena *arena = http_call_arena(call);
    OWN(buf_done) struct buf body = {0};
    struct str message = message_of(gateway, call, refusal);
    struct str code = code_of(refusal);
    struct str id = STR("");

    if (!gateway_control_of(gateway, call)) {
        struct exchange *x = http_call_owner(call);

        x = x ? x : stand_in(call);
        x->near_miss = message;
        if (refusal->kind == REFUSAL_CLOSED) {
            x->closed = address_door(gateway, http_call_request(call)->host, &x->closed_by);
            x->closed_by = arena_str(arena, x->closed_by);
        }
        x->reply.code = code;
        id = x->request_id;
    }
    error_body(&body, API_2021, KEYS_BOTH, id, code, message);
    response->body = arena_str(arena, buf_str(&body));
    http_headers_set(&response->headers, arena, STR("Content-Type"), STR("application/json"));
    if (id.len)
        http_headers_set(&response->headers, arena, STR("X-Fc-Request-Id"), id);
}

void record_refusal(struct gateway *gateway, const struct exchange *x,
                    const struct http_result *result)
{
    const struct http_request *request = x->request;
    struct journal_entry entry = {
        .request_id = x->request_id,
        .wall_ms = clock_wall_ms(),
        .started_ns = request->started_ns,
        .ended_ns = clock_monotonic_ns(),
        .client = request->client,
        .client_port = request->client_port,
        .connection = request->connection,
        .connection_call = request->connection_call,
        .tls = request->tls,
        .host = request->host,
        .method = request->method,
        .path = request->path,
        .status = result->status,
        .outcome = result->outcome,
        .code = x->reply.code,
        .near_miss = x->near_miss,
        .response_bytes = result->body_bytes,
        .outcome_kind = x->passed_to.len ? STR("passed on") : address_closed_name(x->closed),
        .rule = x->closed_by,
        .ran = x->passed_to.len ? x->passed_to : STR(""),
    };

    journal_append(gateway->parts.journal, &entry);
}
