/*
 * http/call/hand.c - whom libmicrohttpd works on, and how far it has read
 *
 * It has pages of its own for what it refuses, of which it tells nobody whom they are for. So what
 * it does to its connections (hear.c) is noted here.
 */
#include "base/mem.h"
#include "http/call/internal.h"

static _Thread_local struct http_server *running;

struct http_server *hand_begin(struct http_server *server)
{
    struct http_server *outer = running;

    running = server;
    return outer;
}

void hand_end(struct http_server *outer)
{
    running = outer;
}

struct http_server *hand_server(void)
{
    return running;
}

void hand_take(struct peer *peer)
{
    if (peer->engine)
        peer->engine->in_hand = peer;
}

/* ---- how far ---- */

/* The first head without TLS was judged before. */
void hearing_init(struct peer *peer)
{
    peer->hearing = (struct hearing){
        .between = peer->tls, .head_bytes = peer->head.len, .chunked = peer->head.chunked};
}

void hearing_done(struct peer *peer)
{
    buf_done(&peer->hearing.begun);
}

/* Does libmicrohttpd hold nothing of what follows this request? What it holds would be the begin of
 * a head, in which no empty line stands. */
static bool is_read_to_its_end(const struct hearing *hearing, const struct http_call *call)
{
    if (call->framing.codings > 0 || call->declared_bytes == 0)
        return hearing->blank;
    return hearing->head_bytes && hearing->got == hearing->head_bytes + call->declared_bytes;
}

void hearing_request_over(struct http_call *call)
{
    struct hearing *hearing = &call->peer->hearing;

    hearing->between = is_read_to_its_end(hearing, call);
    hearing->chunked = false;
    hearing->head_bytes = 0;
    hearing->got = 0;
}

/* ---- past its hands ---- */

ssize_t socket_read(int fd, void *out, size_t max)
{
    return recvfrom(fd, out, max, MSG_DONTWAIT, NULL, NULL);
}

ssize_t socket_write(int fd, const void *bytes, size_t len)
{
    return sendto(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
}
