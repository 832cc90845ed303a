/*
 * http/wire/knock_end.c - how a connection ends that nobody takes: without a word, with one that
 * says why, or as a rule wants it
 */
#include <unistd.h>

#include <gnutls/crypto.h>

#include "base/mem.h"
#include "http/wire/knock.h"

enum {
    LINGER_MS = 3000, /* time for a client in mid-upload to read its answer */
    TLS_ALERT = 0x15,
    TLS_HANDSHAKE = 0x16,
    TLS_FATAL = 2,
};

void knock_low_water(struct knock *k, int bytes)
{
    if (k->low_water == bytes || (bytes == 1 && k->low_water == 0))
        return;
    setsockopt(k->peer->fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof(bytes));
    k->low_water = bytes;
}

/* Ends the knock; the peer has found, or finds, another owner. */
void knock_free(struct knock *k)
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

void knock_hang_up(struct knock *k)
{
    struct peer *peer = k->peer;

    knock_free(k);
    close(peer->fd);
    peer_free(peer);
}

void knock_drop(struct knock *k)
{
    k->wire->refused++;
    knock_hang_up(k);
}

/* Unread bytes would turn the FIN into a RST. */
void knock_close(struct knock *k)
{
    shutdown(k->peer->fd, SHUT_WR);
    socket_drain(k->peer->fd);
    knock_hang_up(k);
}

void knock_reset(struct knock *k)
{
    socket_reset(k->peer->fd);
    knock_hang_up(k);
}

void knock_send_away(struct knock *k)
{
    turn_away(k->wire, k->peer->fd);
    knock_hang_up(k);
}

static void on_silence_over(struct loop_timer *timer);

/* The answer is out; a FIN follows, and no RST that would take the answer with it. */
static void linger(struct knock *k)
{
    shutdown(k->peer->fd, SHUT_WR);
    knock_low_water(k, 1);
    k->state = KNOCK_LINGERS;
    if (!socket_drain(k->peer->fd) || !lookout_for_bytes(k->peer))
        knock_hang_up(k);
    else
        loop_timer_arm(k->wire->loop, &k->timer, LINGER_MS * (uint64_t)NS_PER_MS, on_silence_over);
}

/* GnuTLS would close without a word. Source: RFC 8446 §6. */
void knock_alert(struct knock *k)
{
    static const char alerts[] = {[HELLO_BAD] = 50, [HELLO_ODD_NAME] = 112, [HELLO_NO_ECDSA] = 40};
    char record[] = {TLS_ALERT, 3, 3, 0, 2, TLS_FATAL, alerts[k->hello]};

    k->wire->refused++;
    peer_send(k->peer, (struct str){record, sizeof(record)}, false);
    linger(k);
}

/* The ServerHello of a server that speaks SSL 3.0 alone, to which every client of today says no by
 * itself. (Of TLS 1.0, some would take the version and stumble over what comes behind it.)
 * Source: RFC 6101 §5.6.1.3. */
void knock_say_old(struct knock *k)
{
    enum { RANDOM_AT = 11, RANDOM_BYTES = 32 };
    unsigned char hello[] = {
        TLS_HANDSHAKE,
        3,
        0,
        0,
        42,
        2,
        0,
        0,
        38,
        3,
        0,
        [RANDOM_AT + RANDOM_BYTES] = 0,
        0,
        0x2f, /* TLS_RSA_WITH_AES_128_CBC_SHA */
        0,
    };

    if (gnutls_rnd(GNUTLS_RND_NONCE, hello + RANDOM_AT, RANDOM_BYTES) < 0) {
        knock_drop(k);
        return;
    }
    peer_send(k->peer, (struct str){(const char *)hello, sizeof(hello)}, false);
    linger(k);
}

void knock_refuse(struct knock *k)
{
    struct str bytes = {(char *)k->wire->peek, k->heard};

    k->wire->owner.refuse(k->peer, bytes, k->head.wrong);
    linger(k);
}

static void on_silence_over(struct loop_timer *timer)
{
    knock_close(CONTAINER_OF(timer, struct knock, timer));
}

void knock_be_silent(struct knock *k, uint64_t silence_ms)
{
    peer_is_busy(k->peer);
    k->state = KNOCK_IS_SILENT;
    if (!peer_watch_leaving(k->peer))
        knock_hang_up(k);
    else if (silence_ms == DELIVERY_FOREVER)
        loop_timer_cancel(k->wire->loop, &k->timer);
    else
        loop_timer_arm(k->wire->loop, &k->timer, silence_ms * NS_PER_MS, on_silence_over);
}

size_t knocks_release(struct wire *wire)
{
    size_t count = 0;

    for (struct knock *k = wire->knocks, *next; k; k = next) {
        next = k->next;
        if (k->state != KNOCK_IS_SILENT)
            continue;
        knock_close(k);
        count++;
    }
    return count;
}
