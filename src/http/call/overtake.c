/*
 * http/call/overtake.c - errors that libmicrohttpd finds, answered by us before it can
 *
 * It has pages of its own for them, which cannot be replaced; 0.9.75 even sends some of them twice.
 * But it logs each error before it answers. That line is heard here: the answer goes out at once,
 * and the sending side is shut, so that libmicrohttpd finds a connection that has ended.
 *
 * The line does not say which connection it is about, and nobody may get the answer of somebody
 * else. So all that can be meant are counted, rather too many than too few, and only when that is
 * one, it is answered. The page tells errors of chunks and lengths from others. With TLS, GnuTLS
 * tells who read last. Without, any connection between two requests can be meant by other errors:
 * only the first request of each was judged before libmicrohttpd saw it (http/wire/knock.c).
 * When in doubt, libmicrohttpd's page goes out, and the call is not in the journal.
 */
#include "http/call/internal.h"

enum about { ABOUT_ANYTHING, ABOUT_LENGTH, ABOUT_CHUNKS };

/* The words are those of 0.9.75. */
static enum about about_what(struct str page)
{
    static const struct {
        struct str words;
        enum about about;
    } known[] = {
        {STR("value for <b>Content-Length</b> header."), ABOUT_LENGTH},
        {STR("Your HTTP chunked encoding was"),          ABOUT_CHUNKS},
        {STR("The chunk size used in your HTTP"),        ABOUT_CHUNKS},
    };
    size_t at;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (str_find(page, known[i].words, &at))
            return known[i].about;
    return ABOUT_ANYTHING;
}

/* To libmicrohttpd, which checks lengths only then. */
static bool has_whole_head(const struct peer *peer)
{
    return MHD_get_connection_info(peer->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE) != NULL;
}

/* Chunks are read on, for a while, when the answer is there already. */
static bool is_in_chunks(const struct http_call *call)
{
    return call->phase != CALL_LINE && call->framing.codings > 0 && !call->request.body_complete;
}

/* One that was answered here can be meant again: libmicrohttpd finds two errors in some heads. */
static bool can_be_meant(const struct http_call *call, enum about about)
{
    bool in_head = call->phase == CALL_LINE || call->phase == CALL_OVER;

    switch (about) {
    case ABOUT_LENGTH:
        return in_head && has_whole_head(call->peer);
    case ABOUT_CHUNKS:
        return is_in_chunks(call);
    case ABOUT_ANYTHING:
        break;
    }
    return in_head || is_in_chunks(call);
}

static struct http_call *only_call(const struct engine *engine, enum about about)
{
    struct http_call *found = NULL;
    uint32_t between = engine->connections; /* two requests */
    uint32_t count = 0;

    for (struct http_call *call = engine->server->calls; call; call = call->next) {
        if (call->peer->engine != engine)
            continue;
        between--;
        if (can_be_meant(call, about)) {
            found = call;
            count++;
        }
    }
    if (about == ABOUT_ANYTHING)
        count += between;
    return count == 1 ? found : NULL;
}

/* Nobody but the one in hand can have come to new bytes: not from what GnuTLS kept, and not behind
 * a "100 Continue", where they may wait for its sending. */
static bool alone_has_bytes(const struct engine *engine)
{
    const struct http_server *server = engine->server;
    const struct wire *wire = &server->wire;

    for (size_t fd = 0; fd < wire->by_fd_count; fd++) {
        const struct peer *peer = wire->by_fd[fd];

        if (peer && peer->engine == engine && peer != engine->in_hand && peer->unread)
            return false;
    }
    for (const struct http_call *call = server->calls; call; call = call->next)
        if (call->peer->engine == engine && call->peer != engine->in_hand && is_in_chunks(call))
            return false;
    return true;
}

static struct http_call *call_of(const struct peer *peer)
{
    struct http_server *server = CONTAINER_OF(peer->wire, struct http_server, wire);
    struct http_call *call = server->calls;

    while (call && call->peer != peer)
        call = call->next;
    return call;
}

static struct peer *peer_meant(const struct engine *engine, enum about about)
{
    struct http_call *call;

    if (about == ABOUT_ANYTHING && engine->kind == ENGINE_TLS && engine->in_hand &&
        alone_has_bytes(engine))
        return engine->in_hand;
    call = only_call(engine, about);
    return call ? call->peer : NULL;
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

void overtake(struct engine *engine, unsigned status, struct str page)
{
    struct peer *peer = peer_meant(engine, about_what(page));
    struct http_call *call = peer ? call_of(peer) : NULL;

    if (!peer || peer->overtaken || (call && !is_being_read(call)))
        return;
    peer->overtaken = true;
    if (call && call->phase == CALL_LINE)
        request_head(call, "", "");
    if (call)
        call_refuse_read(call, refusal_for(call, status));
    else
        call_refuse_unread(peer, STR(""), refusal_for(NULL, status));
    end_sending(peer);
}
