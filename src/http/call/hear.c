/*
 * http/call/hear.c - what libmicrohttpd reads
 *
 * It judges heads by rules of its own. So it is watched at its hands: recv(), send() and their like
 * of GnuTLS, which it calls for its connections alone, are ours here (a program's own symbols come
 * before those of libraries), do what they always do, and note whose bytes these are. What is read
 * between two requests is the next head: it is judged before libmicrohttpd sees it, by the rules
 * that the first one met (http/wire/knock.c), and a wrong one is answered here; libmicrohttpd is
 * told that the client has ended. Where the symbols are not taken from here, nothing is noted, and
 * nothing is answered past libmicrohttpd.
 */
#include <errno.h>

#include "http/call/internal.h"

/* Read on from a connection as libmicrohttpd would: what recv() and gnutls_record_recv() return. */
typedef ssize_t reader(struct peer *peer, void *out, size_t max);

static bool ends_blank(struct str bytes)
{
    return str_ends(bytes, STR("\n\r\n")) || str_ends(bytes, STR("\n\n"));
}

static void forget_begun(struct hearing *hearing)
{
    buf_done(&hearing->begun);
    hearing->begun = (struct buf){0};
    hearing->given = 0;
}

/* What is behind the head, of all that was read so far. */
static struct str body_part(const struct hearing *hearing, struct str bytes)
{
    uint64_t before = hearing->got - bytes.len;
    uint64_t skip = hearing->head_bytes > before ? hearing->head_bytes - before : 0;

    return str_slice(bytes, skip < bytes.len ? (size_t)skip : bytes.len, bytes.len);
}

static bool follow_chunks(struct peer *peer, struct str bytes)
{
    struct hearing *hearing = &peer->hearing;

    if (!hearing->chunked || !hearing->head_bytes ||
        chunks_follow(&hearing->chunks, body_part(hearing, bytes), peer->wire->body_max))
        return true;
    overtake_body(peer, refusal_large_chunk);
    return false;
}

static void note(struct hearing *hearing, struct str bytes)
{
    hearing->works = true;
    hearing->got += bytes.len;
    hearing->blank = ends_blank(bytes);
}

static void begin_body(struct hearing *hearing, const struct head *head)
{
    hearing->between = false;
    hearing->head_bytes = head->len;
    hearing->chunked = head->chunked;
    hearing->chunks = (struct chunks){0};
}

/* Most targets begin with a slash. */
static bool begins_absolute(struct str all)
{
    size_t at;

    return str_find(all, STR(" "), &at) &&
           str_starts_nocase(str_slice(all, at + 1, all.len), STR("http://"));
}

enum going { GO_ON, WAIT, STOP };

/* @all is the head so far, and maybe more. */
static enum going judge(struct peer *peer, struct str all)
{
    struct head head;

    switch (head_judge(all, peer->wire->body_max, &head)) {
    case HEAD_MORE:
        return WAIT;
    case HEAD_WRONG:
        overtake_unread(peer, all, head.wrong);
        return STOP;
    case HEAD_WHOLE:
        break;
    }
    begin_body(&peer->hearing, &head);
    peer->head = head;
    peer->judged = true;
    return follow_chunks(peer, all) ? GO_ON : STOP;
}

/* True when the connection goes on elsewhere, with @all that was read. */
static bool move(struct peer *peer, struct str all)
{
    if (!engines_must_move(peer))
        return false;
    if (!peer->hearing.begun.len)
        buf_add(&peer->hearing.begun, all);
    return engines_move(peer);
}

/* True when it is served elsewhere: libmicrohttpd is told that the client has ended. */
static bool pass_on(struct peer *peer, struct str all)
{
    struct http_server *server = CONTAINER_OF(peer->wire, struct http_server, wire);
    OWN(arena_free) struct arena *arena = NULL;
    struct peer *withdrawn;
    struct str to;

    if (peer->session || !server->handler.pass || !begins_absolute(all))
        return false;
    arena = arena_new();
    withdrawn = pass_is_due(peer, all, arena, &to) ? engines_withdraw(peer) : NULL;
    if (withdrawn)
        pass_begin(server, withdrawn, all, to, PASS_REQUEST);
    return withdrawn != NULL;
}

/* Give of what was kept, and then of what else is there: who gets less than asked for takes that
 * for all. */
static ssize_t give(struct peer *peer, reader *read_on, char *out, size_t max)
{
    struct hearing *hearing = &peer->hearing;
    struct str rest = str_slice(buf_str(&hearing->begun), hearing->given, hearing->begun.len);
    size_t n = rest.len < max ? rest.len : max;
    ssize_t more = 0;

    if (n > 0)
        memcpy(out, rest.ptr, n);
    hearing->given += n;
    if (hearing->given < hearing->begun.len)
        return (ssize_t)n;
    forget_begun(hearing);
    if (n < max)
        more = read_on(peer, out + n, max - n);
    if (more <= 0)
        return (ssize_t)n;
    note(hearing, (struct str){out + n, (size_t)more});
    return follow_chunks(peer, (struct str){out + n, (size_t)more}) ? (ssize_t)n + more : 0;
}

static bool has_more(const struct peer *peer)
{
    return peer->session && gnutls_record_check_pending(peer->session) > 0;
}

static ssize_t nothing_to_read(const struct peer *peer)
{
    errno = EAGAIN;
    return peer->session ? GNUTLS_E_AGAIN : -1;
}

/* Nothing of a head is given before it is whole: what is judged is what libmicrohttpd reads. */
static ssize_t hear_head(struct peer *peer, reader *read_on, char *out, size_t max)
{
    struct hearing *hearing = &peer->hearing;

    for (;;) {
        ssize_t n = read_on(peer, out, max);
        struct str bytes = {out, n > 0 ? (size_t)n : 0};
        bool kept = hearing->begun.len > 0;

        if (n <= 0)
            return n;
        note(hearing, bytes);
        if (kept)
            buf_add(&hearing->begun, bytes);
        switch (judge(peer, kept ? buf_str(&hearing->begun) : bytes)) {
        case STOP:
            return 0;
        case GO_ON:
            if (!kept && bytes.len < max && !has_more(peer) && at_once(peer, bytes))
                return nothing_to_read(peer);
            if (pass_on(peer, kept ? buf_str(&hearing->begun) : bytes) || move(peer, bytes))
                return 0;
            return hearing->begun.len ? give(peer, read_on, out, max) : n;
        case WAIT:
            if (!kept)
                buf_add(&hearing->begun, bytes);
            break;
        }
    }
}

static ssize_t hear(struct peer *peer, reader *read_on, void *out, size_t max)
{
    struct hearing *hearing = &peer->hearing;
    ssize_t n;

    hand_take(peer);
    if (hearing->between)
        return hear_head(peer, read_on, out, max);
    if (hearing->begun.len)
        return give(peer, read_on, out, max);
    n = read_on(peer, out, max);
    if (n <= 0)
        return n;
    note(hearing, (struct str){out, (size_t)n});
    return follow_chunks(peer, (struct str){out, (size_t)n}) ? n : 0;
}

/* ---- its hands ---- */

/* libmicrohttpd's sockets do not block, so that it asks for nothing of that kind; what else is read
 * and written here is our own. */
static struct peer *peer_at(int fd, int flags)
{
    struct http_server *running = hand_server();
    bool own = !running || flags & (MSG_DONTWAIT | MSG_PEEK);
    struct peer *peer = own ? NULL : peer_of_descriptor(&running->wire, fd);

    return peer && peer->mhd ? peer : NULL;
}

#define HAND __attribute__((visibility("default"), used))

static ssize_t read_plain(struct peer *peer, void *out, size_t max)
{
    return recvfrom(peer->fd, out, max, 0, NULL, NULL);
}

static ssize_t read_tls(struct peer *peer, void *out, size_t max)
{
    unsigned char number[8]; /* of the record; nobody asks */

    return gnutls_record_recv_seq(peer->session, out, max, number);
}

HAND ssize_t recv(int fd, void *out, size_t max, int flags)
{
    struct peer *peer = peer_at(fd, flags);

    if (peer && !peer->session)
        return hear(peer, read_plain, out, max);
    return recvfrom(fd, out, max, flags, NULL, NULL);
}

HAND ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
    struct peer *peer = peer_at(fd, flags);

    if (peer)
        hand_take(peer);
    return sendto(fd, bytes, len, flags, NULL, 0);
}

HAND ssize_t gnutls_record_recv(gnutls_session_t session, void *out, size_t max)
{
    struct peer *peer = peer_at(gnutls_transport_get_int(session), 0);
    unsigned char number[8];

    if (peer && peer->session == session)
        return hear(peer, read_tls, out, max);
    return gnutls_record_recv_seq(session, out, max, number);
}
