/*
 * http/call/overtake.c - errors that libmicrohttpd finds, answered by us before it can
 *
 * It has pages of its own for them, which cannot be replaced; 0.9.75 even sends some of them twice.
 * But it logs each error before it answers. That line is heard here, and the connection in hand is
 * the one that it is about (hand.c): the answer goes out at once, and the sending side is shut, so
 * that libmicrohttpd finds a connection that has ended.
 */
#include "http/call/internal.h"

/* Chunks are read on, for a while, when the answer is there already. */
static bool is_in_chunks(const struct http_call *call)
{
    return call->phase != CALL_LINE && call->framing.codings > 0 && !call->request.body_complete;
}

static struct http_call *call_of(const struct peer *peer)
{
    struct http_server *server = CONTAINER_OF(peer->wire, struct http_server, wire);
    struct http_call *call = server->calls;

    while (call && call->peer != peer)
        call = call->next;
    return call;
}

static bool is_being_read(const struct http_call *call)
{
    bool in_chunks = call->phase == CALL_BODY && is_in_chunks(call);

    return (call->phase == CALL_LINE || in_chunks) && !call->delivered && !call->refused;
}

static const struct refusal *refusal_for(const struct http_call *call, unsigned status)
{
    static const struct refusal head = {400, REFUSAL_MALFORMED, "the head is not HTTP/1.1"};
    static const struct refusal chunk = {400, REFUSAL_MALFORMED,
                                         "the chunks of the body are not HTTP/1.1"};
    const struct refusal *known = head_refusal(status);
    const struct refusal *wrong = call && call->phase == CALL_LINE ? request_check(call) : NULL;

    if (wrong || known)
        return wrong ? wrong : known;
    return call && call->phase == CALL_BODY ? &chunk : &head;
}

static void end_sending(struct peer *peer)
{
    if (peer->session)
        gnutls_bye(peer->session, GNUTLS_SHUT_WR);
    shutdown(peer->fd, SHUT_WR);
    socket_drain(peer->fd);
}

void overtake_unread(struct peer *peer, struct str bytes, const struct refusal *refusal)
{
    peer->overtaken = true;
    call_refuse_unread(peer, bytes, refusal);
    end_sending(peer);
}

void overtake_body(struct peer *peer, const struct refusal *refusal)
{
    struct http_call *call = call_of(peer);

    peer->overtaken = true;
    if (call && is_being_read(call) && call->phase == CALL_BODY)
        call_refuse_read(call, refusal);
    end_sending(peer);
}

void overtake(struct engine *engine, unsigned status)
{
    struct peer *peer = engine->in_hand;
    struct http_call *call = peer ? call_of(peer) : NULL;

    if (!peer || !peer->hearing.works || peer->overtaken || (call && !is_being_read(call)))
        return;
    peer->overtaken = true;
    if (call && call->phase == CALL_LINE)
        request_head(call, "", "");
    if (call)
        call_refuse_read(call, refusal_for(call, status));
    else
        call_refuse_unread(peer, buf_str(&peer->hearing.begun), refusal_for(NULL, status));
    end_sending(peer);
}
