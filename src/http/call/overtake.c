/*
 * http/call/overtake.c - errors that libmicrohttpd finds, answered by us before it can
 *
 * It has pages of its own for them, which cannot be replaced; 0.9.75 even sends some of them twice.
 * But it logs each error before it answers. That line is heard here: the answer goes out at once,
 * and the sending side is shut, so that libmicrohttpd finds a connection that has ended.
 *
 * The line does not say which connection it is about. With TLS it is the one that read last.
 * Without, the first request of a connection was judged before libmicrohttpd saw it
 * (http/wire/knock.c); of those behind it, and of chunks, the call is known when it is the only one
 * that can be meant. Otherwise libmicrohttpd answers.
 */
#include "http/call/internal.h"

static bool is_being_read(const struct http_call *call, const struct engine *engine)
{
    bool in_chunks = call->phase == CALL_BODY && call->framing.codings > 0;

    return call->peer->engine == engine && !call->delivered && !call->refused &&
           (call->phase == CALL_LINE || in_chunks);
}

static struct http_call *call_of(const struct engine *engine, const struct peer *reader)
{
    struct http_call *found = NULL;

    for (struct http_call *call = engine->server->calls; call; call = call->next) {
        if (!is_being_read(call, engine) || (reader && call->peer != reader))
            continue;
        if (found)
            return NULL;
        found = call;
    }
    return found;
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

void overtake(struct engine *engine, unsigned status)
{
    struct http_call *call = call_of(engine, engine->reader);
    struct peer *peer = call ? call->peer : engine->reader;

    if (!peer)
        return;
    if (call && call->phase == CALL_LINE)
        request_head(call, "", "");
    if (call)
        call_refuse_read(call, refusal_for(call, status));
    else
        call_refuse_unread(peer, STR(""), refusal_for(NULL, status));
    end_sending(peer);
}
