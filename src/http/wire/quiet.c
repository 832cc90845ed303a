/*
 * http/wire/quiet.c - connections that ask for nothing now, in the order in which they fell quiet
 *
 * Silent from the start, kept alive, or still at their head: they have no claim to a place that is
 * kept back when somebody else comes, and not for ever to their own. Giving one up shuts its
 * socket; whoever reads it finds the end and closes it, in the next turn of the loop.
 */
#include "base/units.h"
#include "http/wire/internal.h"

enum { SWEEP_NS = NS_PER_S };

static void sweep(struct loop_timer *timer);

static struct quiet *list_of(struct peer *peer)
{
    return peer->kept ? &peer->wire->quiet_kept : &peer->wire->quiet;
}

static void unlink_peer(struct peer *peer)
{
    struct quiet *quiet = list_of(peer);

    if (peer->quiet_prev)
        peer->quiet_prev->quiet_next = peer->quiet_next;
    else
        quiet->first = peer->quiet_next;
    if (peer->quiet_next)
        peer->quiet_next->quiet_prev = peer->quiet_prev;
    else
        quiet->last = peer->quiet_prev;
    peer->quiet_prev = peer->quiet_next = NULL;
    peer->quiet = false;
}

void peer_is_busy(struct peer *peer)
{
    if (peer->quiet)
        unlink_peer(peer);
}

void peer_is_quiet(struct peer *peer)
{
    struct wire *wire = peer->wire;
    struct quiet *quiet = list_of(peer);

    if (peer->quiet || peer->given_up)
        return;
    peer->quiet = true;
    peer->quiet_since_ns = loop_now_ns(wire->loop);
    peer->quiet_prev = quiet->last;
    if (quiet->last)
        quiet->last->quiet_next = peer;
    else
        quiet->first = peer;
    quiet->last = peer;
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

bool quiet_give_up(struct wire *wire)
{
    struct peer *peer = wire->quiet_kept.first ? wire->quiet_kept.first : wire->quiet.first;

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
