/*
 * http/wire/quiet.c - connections that ask for nothing now, in the order in which they fell quiet
 *
 * Silent from the start, kept alive, or still at their head: they have no claim to a place that is
 * kept back when somebody else comes, and not for ever to their own. When there are none, those in
 * such places go whose request is still to come, or whose answer has no end. Giving one up shuts
 * its socket; whoever reads it finds the end and closes it, in the next turn of the loop.
 */
#include "base/own.h"
#include "base/units.h"
#include "http/wire/internal.h"

enum { SWEEP_NS = NS_PER_S, NEW_NS = NS_PER_S };

static void sweep(struct loop_timer *timer);

static void unlink_peer(struct peer *peer)
{
    struct quiet *quiet = GIVE(peer->in);

    if (peer->quiet_prev)
        peer->quiet_prev->quiet_next = peer->quiet_next;
    else
        quiet->first = peer->quiet_next;
    if (peer->quiet_next)
        peer->quiet_next->quiet_prev = peer->quiet_prev;
    else
        quiet->last = peer->quiet_prev;
    peer->quiet_prev = peer->quiet_next = NULL;
}

void peer_is_busy(struct peer *peer)
{
    if (peer->in)
        unlink_peer(peer);
}

static void append(struct quiet *quiet, struct peer *peer)
{
    peer->in = quiet;
    peer->quiet_since_ns = loop_now_ns(peer->wire->loop);
    peer->quiet_prev = quiet->last;
    if (quiet->last)
        quiet->last->quiet_next = peer;
    else
        quiet->first = peer;
    quiet->last = peer;
}

void peer_waits(struct peer *peer)
{
    peer_is_busy(peer);
    if (peer->kept && !peer->given_up)
        append(&peer->wire->waiting, peer);
}

void peer_is_quiet(struct peer *peer)
{
    struct wire *wire = peer->wire;

    if (peer->in == &wire->waiting)
        unlink_peer(peer);
    if (peer->in || peer->given_up)
        return;
    append(peer->kept ? &wire->quiet_kept : &wire->quiet, peer);
    if (!loop_timer_armed(&wire->sweep))
        loop_timer_arm(wire->loop, &wire->sweep, (uint64_t)wire->head_timeout_s * NS_PER_S, sweep);
}

static void give_up(struct peer *peer)
{
    unlink_peer(peer);
    peer->given_up = true;
    peer->wire->leaving++;
    shutdown(peer->fd, SHUT_RDWR);
}

/* What it sends may be on its way. */
static bool is_new(const struct peer *peer)
{
    return loop_now_ns(peer->wire->loop) < peer->quiet_since_ns + NEW_NS;
}

bool quiet_give_up(struct wire *wire)
{
    struct peer *peer = wire->quiet_kept.first ? wire->quiet_kept.first : wire->quiet.first;

    if (!peer || (wire->waiting.first && is_new(peer)))
        peer = wire->waiting.first;
    if (peer)
        give_up(peer);
    return peer != NULL;
}

/* A first request has the time of a head; a later one may have been silent before that. */
static uint64_t deadline_of(const struct peer *peer)
{
    const struct wire *wire = peer->wire;
    uint64_t s = wire->head_timeout_s + (peer->calls ? wire->idle_timeout_s : 0);

    return peer->quiet_since_ns + s * NS_PER_S;
}

static void give_up_late(const struct quiet *quiet, uint64_t now_ns)
{
    struct peer *next;

    for (struct peer *peer = quiet->first; peer; peer = next) {
        next = peer->quiet_next;
        if (now_ns >= deadline_of(peer))
            give_up(peer);
    }
}

static void sweep(struct loop_timer *timer)
{
    struct wire *wire = CONTAINER_OF(timer, struct wire, sweep);
    uint64_t now_ns = loop_now_ns(wire->loop);

    give_up_late(&wire->quiet_kept, now_ns);
    give_up_late(&wire->quiet, now_ns);
    if (wire->quiet_kept.first || wire->quiet.first)
        loop_timer_arm(wire->loop, timer, SWEEP_NS, sweep);
}
