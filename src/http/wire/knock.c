/*
 * http/wire/knock.c - an accepted connection whose first bytes decide where it goes
 *
 * 0x16 begins TLS; "CONNECT " asks for a tunnel, which ends right here: the answer is 200 and the
 * next bytes are looked at the same way; other words are HTTP, and what is no word is neither.
 * Without TLS, the whole head is waited for and judged. Bytes are peeked at, so that libmicrohttpd
 * finds them untouched; SO_RCVLOWAT keeps an incomplete head from waking the loop over and over.
 */
#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/wire/authority.h"
#include "http/wire/knock.h"

enum {
    SILENT_DEADLINE_MS = 10000,
    LAST_PLACE_DEADLINE_MS = 1000, /* of those who want a place that is kept back */
    CONNECT_HEAD_BYTES_MAX = 8192,
    TLS_FIRST_BYTE = 0x16,
};

/* What the first bytes tell of the request behind them; absent where they do not. */
struct first {
    struct str name;
    struct str target;
};

enum knock_kind { KNOCK_MORE, KNOCK_NONE, KNOCK_PLAIN, KNOCK_TLS, KNOCK_TUNNEL };

static void look(struct knock *k);

static void on_deadline(struct loop_timer *timer)
{
    struct knock *k = CONTAINER_OF(timer, struct knock, timer);

    if (k->late)
        knock_send_away(k);
    else
        knock_drop(k);
}

static void hand_over(struct knock *k)
{
    struct peer *peer = k->peer;
    struct sockaddr_storage address = k->address;
    socklen_t len = k->address_len;

    knock_low_water(k, 1);
    peer->head = k->head;
    peer->judged = k->head.len > 0;
    knock_free(k);
    peer->wire->owner.take(peer, (struct sockaddr *)&address, len);
}

static bool is_reserved(const struct knock *k, const struct first *first)
{
    const struct wire *wire = k->wire;

    return k->peer->reserved ||
           (wire->owner.gate.reserved && str_is_set(first->target) &&
            wire->owner.gate.reserved(wire->owner.owner, first->name, first->target));
}

static bool is_wrong_hello(const struct knock *k)
{
    return k->hello != HELLO_OK && k->hello != HELLO_MORE;
}

static void serve(struct knock *k, const struct wire_fate *fate)
{
    k->peer->flaws = fate->flaws;
    k->peer->no_notify = fate->no_notify;
    if (k->head.wrong)
        knock_refuse(k);
    else if (is_wrong_hello(k))
        knock_alert(k);
    else if (fate->old_protocol)
        knock_say_old(k);
    else
        hand_over(k);
}

static void meet(struct knock *k, const struct wire_fate *fate)
{
    switch (fate->end) {
    case DELIVERY_KEEP:
        serve(k, fate);
        break;
    case DELIVERY_CLOSE:
        knock_close(k);
        break;
    case DELIVERY_RESET:
        knock_reset(k);
        break;
    case DELIVERY_SILENCE:
        knock_be_silent(k, fate->silence_ms);
        break;
    }
}

static void admit(struct knock *k, bool tls, const struct first *first)
{
    struct wire *wire = k->wire;
    bool reserved = is_reserved(k, first);
    struct wire_fate fate = {.end = DELIVERY_KEEP};

    k->peer->tls = tls;
    if (reserved) {
        peer_is_busy(k->peer);
        k->peer->kept = true;
        peer_is_quiet(k->peer);
    }
    if (tls && wire->no_tls) {
        knock_drop(k);
        return;
    }
    if (k->late && !reserved) {
        knock_send_away(k);
        return;
    }
    if (wire->owner.gate.accepted && !reserved)
        wire->owner.gate.accepted(wire->owner.owner, str_of(k->peer->client), first->name, tls,
                                  &fate);
    meet(k, &fate);
}

/* There is something to look at: bytes, or an end. */
static void heard(void *listener)
{
    struct knock *k = listener;

    switch (k->state) {
    case KNOCK_LOOKS:
        look(k);
        break;
    case KNOCK_IS_SILENT:
        knock_hang_up(k);
        break;
    case KNOCK_LINGERS:
        if (!socket_drain(k->peer->fd) || !lookout_for_bytes(k->peer))
            knock_hang_up(k);
        break;
    }
}

/* The client has sent all that it will. */
static bool has_ended(const struct knock *k)
{
    return k->peer->half_closed || k->peer->broken;
}

/* Once for the first byte, once for all that follow: the time is that of the whole head. */
static void set_deadline(struct knock *k, size_t have)
{
    uint64_t ms = have ? k->wire->head_timeout_s * 1000ull : SILENT_DEADLINE_MS;

    if (k->late)
        ms = LAST_PLACE_DEADLINE_MS;
    if (!loop_timer_armed(&k->timer) || (have && !k->begun && !k->late))
        loop_timer_arm(k->wire->loop, &k->timer, ms * NS_PER_MS, on_deadline);
    k->begun = have > 0;
}

/* Wait until more than @have bytes are there. */
static void wait_for_more(struct knock *k, size_t have)
{
    knock_low_water(k, (int)have + 1);
    set_deadline(k, have);
    if (!lookout_for_bytes(k->peer))
        knock_drop(k);
}

static enum knock_kind judge_plain(struct knock *k, struct str bytes, struct first *first)
{
    struct str authority;

    if (head_judge(bytes, k->wire->body_max, &k->head) == HEAD_MORE)
        return KNOCK_MORE;
    authority_peek(bytes, &authority, &first->target);
    first->name = authority_host(authority);
    return KNOCK_PLAIN;
}

static enum knock_kind judge_tls(struct knock *k, struct str bytes, char *room, struct first *first)
{
    k->hello = hello_name(bytes, room);
    if (k->hello == HELLO_MORE)
        return KNOCK_MORE;
    if (room[0])
        first->name = str_of(room);
    return KNOCK_TLS;
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

static enum knock_kind judge(struct knock *k, struct str bytes, char *room, struct first *first)
{
    size_t end;

    if ((unsigned char)bytes.ptr[0] == TLS_FIRST_BYTE)
        return judge_tls(k, bytes, room, first);
    if (is_no_protocol(bytes))
        return KNOCK_NONE;
    if (!k->tunnelled && is_connect(bytes))
        return str_find(bytes, STR("\r\n\r\n"), &end) ? KNOCK_TUNNEL : KNOCK_MORE;
    return judge_plain(k, bytes, first);
}

/* The owner has it, with all of it still to be read. */
static void let_go(struct knock *k)
{
    knock_low_water(k, 1);
    knock_free(k);
}

static struct str connect_authority(struct str bytes)
{
    struct str method, target, version;

    head_request_line(bytes, &method, &target, &version);
    return target;
}

/* True when nothing is left to do here: it is passed on, or refused. */
static bool goes_elsewhere(struct knock *k, struct str bytes)
{
    struct wire *wire = k->wire;
    struct str line;
    size_t end = 0;

    if (!wire->owner.connect || k->late || !head_line(&(struct str){bytes.ptr, bytes.len}, &line) ||
        !str_find(bytes, STR("\r\n\r\n"), &end))
        return false;
    k->head.wrong = NULL;
    if (wire->owner.connect(k->peer, str_slice(bytes, 0, end + 4), connect_authority(line),
                            &k->head.wrong))
        let_go(k);
    else if (k->head.wrong)
        knock_refuse(k);
    else
        return false;
    return true;
}

/* A request for an absolute target that is not ours. */
static bool is_passed_on(struct knock *k, struct str bytes)
{
    const struct wire_owner *owner = &k->wire->owner;

    if (k->late || k->head.wrong || !k->head.len || !owner->request ||
        !owner->request(k->peer, str_slice(bytes, 0, k->head.len)))
        return false;
    let_go(k);
    return true;
}

/* The tunnel leads back to us: emulated hosts are served here. */
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
static enum knock_kind without_name(const struct knock *k, struct str bytes)
{
    if ((unsigned char)bytes.ptr[0] == TLS_FIRST_BYTE)
        return KNOCK_TLS;
    return !k->tunnelled && is_connect(bytes) ? KNOCK_MORE : KNOCK_PLAIN;
}

static void act(struct knock *k, struct str bytes)
{
    struct first first = {0};
    char room[WIRE_PEEK_BYTES];
    enum knock_kind verdict = judge(k, bytes, room, &first);

    /* SO_RCVLOWAT means nothing to a socket file: no second look there. */
    k->heard = bytes.len;
    if (verdict == KNOCK_MORE && (has_ended(k) || bytes.len == WIRE_PEEK_BYTES || !k->peer->tcp))
        verdict = without_name(k, bytes);
    switch (verdict) {
    case KNOCK_MORE:
        if (has_ended(k) || !k->peer->tcp ||
            (is_connect(bytes) && bytes.len > CONNECT_HEAD_BYTES_MAX))
            knock_drop(k);
        else
            wait_for_more(k, bytes.len);
        break;
    case KNOCK_NONE:
        knock_drop(k);
        break;
    case KNOCK_PLAIN:
        if (is_passed_on(k, bytes))
            break;
        /* fallthrough */
    case KNOCK_TLS:
        if (str_is_set(first.name) && first.name.ptr != room) {
            authority_lower(first.name, room);
            first.name.ptr = room;
        }
        admit(k, verdict == KNOCK_TLS, &first);
        break;
    case KNOCK_TUNNEL:
        if (goes_elsewhere(k, bytes))
            break;
        if (open_tunnel(k, bytes))
            look(k);
        else
            knock_drop(k);
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
        knock_hang_up(k);
}

static void begin(struct knock *k, struct peer *peer)
{
    struct wire *wire = peer->wire;

    k->wire = wire;
    k->peer = peer;
    peer->heard = heard;
    peer->listener = k;
    k->next = wire->knocks;
    if (k->next)
        k->next->prev = k;
    wire->knocks = k;
    look(k);
}

void knock_new(struct listener *listener, int fd, const struct sockaddr_storage *address,
               socklen_t len)
{
    struct wire *wire = listener->wire;
    struct knock *k = mem_alloc(sizeof(*k));

    k->late = wire->connections - wire->leaving >= wire->connections_max;
    k->address = *address;
    k->address_len = len;
    begin(k, peer_new(listener, fd, address));
}

void wire_enter(struct peer *outer, int fd)
{
    struct knock *k = mem_alloc(sizeof(*k));

    k->tunnelled = true;
    k->address.ss_family = AF_UNIX;
    k->address_len = sizeof(sa_family_t);
    begin(k, peer_within(outer, fd));
}

void knocks_close(struct wire *wire)
{
    while (wire->knocks)
        knock_hang_up(wire->knocks);
}
