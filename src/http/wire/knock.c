/*
 * http/wire/knock.c - an accepted connection whose first bytes decide where it goes
 *
 * 0x16 begins TLS; "CONNECT " asks for a tunnel, which ends right here: the answer is 200 and the
 * next bytes are looked at the same way; other words are HTTP, and what is no word is neither.
 * Bytes are peeked at, so that libmicrohttpd finds them untouched; SO_RCVLOWAT keeps an incomplete
 * head from waking the loop over and over.
 */
#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/wire/authority.h"
#include "http/wire/hello.h"
#include "http/wire/internal.h"

enum {
    SILENT_DEADLINE_MS = 10000,
    LAST_PLACE_DEADLINE_MS = 1000, /* of those who want a place that is kept back */
    CONNECT_HEAD_BYTES_MAX = 8192,
    TLS_FIRST_BYTE = 0x16,
};

struct knock {
    struct knock *next;
    struct knock *prev;
    struct wire *wire;
    struct peer *peer;
    struct loop_timer timer;
    struct sockaddr_storage address;
    socklen_t address_len;
    int low_water; /* SO_RCVLOWAT, 0 = never set */
    bool tunnelled;
    bool late;   /* all places but those kept back were taken */
    bool silent; /* nothing will be said any more; who leaves, leaves */
};

/* What the first bytes tell of the request behind them; absent where they do not. */
struct first {
    struct str name;
    struct str target;
};

enum verdict { VERDICT_MORE, VERDICT_NONE, VERDICT_PLAIN, VERDICT_TLS, VERDICT_TUNNEL };

static void look(struct knock *k);

/* Ends the knock; the peer has found, or finds, another owner. */
static void knock_free(struct knock *k)
{
    k->peer->listener = NULL;
    loop_timer_cancel(k->wire->loop, &k->timer);
    if (k->prev)
        k->prev->next = k->next;
    else
        k->wire->knocks = k->next;
    if (k->next)
        k->next->prev = k->prev;
    mem_free(k);
}

static void hang_up(struct knock *k)
{
    struct peer *peer = k->peer;

    knock_free(k);
    close(peer->fd);
    peer_free(peer);
}

static void drop(struct knock *k)
{
    k->wire->refused++;
    hang_up(k);
}

/* Unread bytes would turn the FIN into a RST. */
static void close_clean(struct knock *k)
{
    shutdown(k->peer->fd, SHUT_WR);
    socket_drain(k->peer->fd);
    hang_up(k);
}

static void send_away(struct knock *k)
{
    turn_away(k->wire, k->peer->fd);
    hang_up(k);
}

static void on_deadline(struct loop_timer *timer)
{
    struct knock *k = CONTAINER_OF(timer, struct knock, timer);

    if (k->late)
        send_away(k);
    else
        drop(k);
}

static void on_silence_over(struct loop_timer *timer)
{
    close_clean(CONTAINER_OF(timer, struct knock, timer));
}

static void be_silent(struct knock *k, uint64_t silence_ms)
{
    k->silent = true;
    if (!peer_watch_leaving(k->peer))
        hang_up(k);
    else if (silence_ms == DELIVERY_FOREVER)
        loop_timer_cancel(k->wire->loop, &k->timer);
    else
        loop_timer_arm(k->wire->loop, &k->timer, silence_ms * NS_PER_MS, on_silence_over);
}

static void hand_over(struct knock *k)
{
    struct peer *peer = k->peer;
    struct sockaddr_storage address = k->address;
    socklen_t len = k->address_len;
    int one = 1;

    if (k->low_water > 1)
        setsockopt(peer->fd, SOL_SOCKET, SO_RCVLOWAT, &one, sizeof(one));
    knock_free(k);
    peer->wire->owner.take(peer, (struct sockaddr *)&address, len);
}

static bool is_reserved(const struct knock *k, const struct first *first)
{
    const struct wire *wire = k->wire;

    return k->peer->reserved ||
           (wire->owner.reserved && str_is_set(first->target) &&
            wire->owner.reserved(wire->owner.owner, first->name, first->target));
}

static void admit(struct knock *k, bool tls, const struct first *first)
{
    struct wire *wire = k->wire;
    bool reserved = is_reserved(k, first);
    enum delivery_end end = DELIVERY_KEEP;
    uint64_t silence_ms = DELIVERY_FOREVER;

    k->peer->tls = tls;
    if (tls && wire->no_tls) {
        drop(k);
        return;
    }
    if (k->late && !reserved) {
        send_away(k);
        return;
    }
    if (wire->owner.accepted && !reserved)
        end = wire->owner.accepted(wire->owner.owner, str_of(k->peer->client), first->name, tls,
                                   &silence_ms);
    switch (end) {
    case DELIVERY_KEEP:
        hand_over(k);
        break;
    case DELIVERY_CLOSE:
        close_clean(k);
        break;
    case DELIVERY_RESET:
        socket_reset(k->peer->fd);
        hang_up(k);
        break;
    case DELIVERY_SILENCE:
        be_silent(k, silence_ms);
        break;
    }
}

/* There is something to look at: bytes, or an end. */
static void heard(void *listener)
{
    struct knock *k = listener;

    if (k->silent)
        hang_up(k);
    else
        look(k);
}

/* The client has sent all that it will. */
static bool has_ended(const struct knock *k)
{
    return k->peer->half_closed || k->peer->broken;
}

/* Wait until more than @have bytes are there. */
static void wait_for_more(struct knock *k, size_t have)
{
    int low_water = (int)have + 1;

    if (k->low_water != low_water && (low_water > 1 || k->low_water > 1)) {
        setsockopt(k->peer->fd, SOL_SOCKET, SO_RCVLOWAT, &low_water, sizeof(low_water));
        k->low_water = low_water;
    }
    if (!lookout_for_bytes(k->peer))
        drop(k);
    else if (!loop_timer_armed(&k->timer))
        loop_timer_arm(k->wire->loop, &k->timer,
                       (uint64_t)(k->late ? LAST_PLACE_DEADLINE_MS : SILENT_DEADLINE_MS) *
                           NS_PER_MS,
                       on_deadline);
}

static enum verdict judge_plain(const struct knock *k, struct str bytes, struct first *first)
{
    struct str authority;

    if (!k->wire->owner.accepted && !k->wire->owner.reserved)
        return VERDICT_PLAIN;
    if (authority_peek(bytes, &authority, &first->target) == PEEK_MORE)
        return VERDICT_MORE;
    first->name = authority_host(authority);
    return VERDICT_PLAIN;
}

static enum verdict judge_tls(const struct knock *k, struct str bytes, char *room,
                              struct first *first)
{
    enum hello_result r;

    if (!k->wire->owner.accepted)
        return VERDICT_TLS;
    r = hello_name(bytes, room);
    if (r == HELLO_MORE)
        return VERDICT_MORE;
    if (r == HELLO_OK && room[0])
        first->name = str_of(room);
    return VERDICT_TLS;
}

static bool is_connect(struct str bytes)
{
    struct str word = STR("CONNECT ");

    return str_starts(bytes, word) || str_starts(word, bytes);
}

/* A request begins with a word, maybe behind an empty line. Anything else would wait for the rest
 * of a line that never comes. */
static bool is_no_protocol(struct str bytes)
{
    unsigned char first = (unsigned char)bytes.ptr[0];

    return first != '\r' && first != '\n' && (first <= ' ' || first > '~');
}

static enum verdict judge(const struct knock *k, struct str bytes, char *room, struct first *first)
{
    size_t end;

    if ((unsigned char)bytes.ptr[0] == TLS_FIRST_BYTE)
        return judge_tls(k, bytes, room, first);
    if (is_no_protocol(bytes))
        return VERDICT_NONE;
    if (!k->tunnelled && is_connect(bytes))
        return str_find(bytes, STR("\r\n\r\n"), &end) ? VERDICT_TUNNEL : VERDICT_MORE;
    return judge_plain(k, bytes, first);
}

/* The tunnel leads back to us, whatever it was asked for: only emulated hosts are served here. */
static bool open_tunnel(struct knock *k, struct str bytes)
{
    struct str answer = STR("HTTP/1.1 200 Connection established\r\n\r\n");
    char head[CONNECT_HEAD_BYTES_MAX];
    size_t end = 0;

    str_find(bytes, STR("\r\n\r\n"), &end);
    end += sizeof("\r\n\r\n") - 1;
    if (end > sizeof(head) || recv(k->peer->fd, head, end, MSG_DONTWAIT) != (ssize_t)end)
        return false;
    k->tunnelled = true;
    return peer_send(k->peer, answer, false) == (ssize_t)answer.len;
}

/* What comes of bytes that will not become more. */
static enum verdict without_name(const struct knock *k, struct str bytes)
{
    if ((unsigned char)bytes.ptr[0] == TLS_FIRST_BYTE)
        return VERDICT_TLS;
    return !k->tunnelled && is_connect(bytes) ? VERDICT_MORE : VERDICT_PLAIN;
}

static void act(struct knock *k, struct str bytes)
{
    struct first first = {0};
    char room[WIRE_PEEK_BYTES];
    enum verdict verdict = judge(k, bytes, room, &first);

    /* SO_RCVLOWAT means nothing to a socket file: no second look there. */
    if (verdict == VERDICT_MORE && (has_ended(k) || bytes.len == WIRE_PEEK_BYTES || !k->peer->tcp))
        verdict = without_name(k, bytes);
    switch (verdict) {
    case VERDICT_MORE:
        if (has_ended(k) || !k->peer->tcp ||
            (is_connect(bytes) && bytes.len > CONNECT_HEAD_BYTES_MAX))
            drop(k);
        else
            wait_for_more(k, bytes.len);
        break;
    case VERDICT_NONE:
        drop(k);
        break;
    case VERDICT_PLAIN:
    case VERDICT_TLS:
        if (str_is_set(first.name) && first.name.ptr != room) {
            authority_lower(first.name, room);
            first.name.ptr = room;
        }
        admit(k, verdict == VERDICT_TLS, &first);
        break;
    case VERDICT_TUNNEL:
        if (open_tunnel(k, bytes))
            look(k);
        else
            drop(k);
        break;
    }
}

static void look(struct knock *k)
{
    unsigned char *peek = k->wire->peek;
    ssize_t n = recv(k->peer->fd, peek, WIRE_PEEK_BYTES, MSG_PEEK | MSG_DONTWAIT);

    if (n > 0)
        act(k, (struct str){(char *)peek, (size_t)n});
    else if (n < 0 && (errno == EAGAIN || errno == EINTR))
        wait_for_more(k, 0);
    else
        hang_up(k);
}

void knock_new(struct listener *listener, int fd, const struct sockaddr_storage *address,
               socklen_t len)
{
    struct wire *wire = listener->wire;
    struct knock *k = mem_alloc(sizeof(*k));

    k->wire = wire;
    k->late = wire->connections >= wire->connections_max;
    k->peer = peer_new(listener, fd, address);
    k->peer->heard = heard;
    k->peer->listener = k;
    k->address = *address;
    k->address_len = len;
    k->next = wire->knocks;
    if (k->next)
        k->next->prev = k;
    wire->knocks = k;
    look(k);
}

void knocks_close(struct wire *wire)
{
    while (wire->knocks)
        hang_up(wire->knocks);
}
