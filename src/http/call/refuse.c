/*
 * http/call/refuse.c - what the server answers by itself
 */
#include "http/call/internal.h"

static void say_refusal(struct http_call *call, const struct refusal *refusal)
{
    static const char *const codes[] = {
        [REFUSAL_MALFORMED] = "BadRequest",       [REFUSAL_LONG_TARGET] = "URITooLong",
        [REFUSAL_LONG_HEADERS] = "HeaderTooLong", [REFUSAL_LARGE_BODY] = "EntityTooLarge",
        [REFUSAL_UNSUPPORTED] = "NotImplemented", [REFUSAL_NO_ROOM] = "ServiceUnavailable",
        [REFUSAL_FOREIGN] = "AccessDenied",       [REFUSAL_CLOSED] = "InternalServerError",
    };

    call->response = (struct http_response){.status = refusal->status};
    http_headers_add(&call->response.headers, call->arena, STR("Content-Type"),
                     STR("application/json"));
    call->response.body = arena_strf(call->arena, "{\"Code\":\"%s\",\"Message\":\"%s\"}",
                                     codes[refusal->kind], refusal->message);
}

void call_refuse(struct http_call *call, const struct refusal *refusal)
{
    struct http_server *server = call->server;

    server->refused++;
    say_refusal(call, refusal);
    if (server->handler.refuse)
        server->handler.refuse(server->owner, call, refusal, &call->response);
    call->response.status = refusal->status;
    call->refused = true;
    call->delivered = true;
    call->delivery = (struct delivery){.end = DELIVERY_CLOSE};
    call->result.outcome = HTTP_REFUSED;
}

void call_refuse_read(struct http_call *call, const struct refusal *refusal)
{
    call_refuse(call, refusal);
    writer_say(call);
    call->phase = CALL_OVER;
}

void call_refuse_unread(struct peer *peer, struct str bytes, const struct refusal *refusal)
{
    struct http_server *server = CONTAINER_OF(peer->wire, struct http_server, wire);
    struct http_call *call = call_new(server, peer);

    request_guess(call, bytes);
    call_refuse(call, refusal);
    writer_say(call);
    call_finish(call);
    call_recycle(call);
}
