/*
 * http/wire/lookout.c - what libmicrohttpd does not look at: first bytes, and clients that leave
 *
 * One epoll set of our own, because calls are parked by the thousand: there a descriptor is
 * registered once, edge-triggered, for as long as it is open, where a watch of the loop would cost
 * several system calls for each call. The kernel forgets a descriptor when it is closed.
 */
#include <sys/epoll.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/wire/internal.h"

enum {
    EVENTS_A_TURN = 128,
    FDS_MIN = 256,
    NUMBER_BITS = 32,
};

/* An event names the descriptor and the low half of its peer's number: one that was on its way when
 * the peer ended, or that a child process still holds, finds nobody. */
static uint64_t name_of(const struct peer *peer)
{
    return peer->number << NUMBER_BITS | (uint32_t)peer->fd;
}

static struct peer *find(const struct wire *wire, uint64_t name)
{
    struct peer *peer = wire->by_fd[(uint32_t)name];

    return peer && name_of(peer) == name ? peer : NULL;
}

static void tell(struct peer *peer, unsigned events)
{
    peer->half_closed = peer->half_closed || (events & EPOLLRDHUP);
    peer->broken = peer->broken || (events & (EPOLLERR | EPOLLHUP));
    if (peer->listener)
        peer->heard(peer->listener);
}

static void on_ready(void *arg, unsigned loop_events)
{
    struct wire *wire = arg;
    struct epoll_event events[EVENTS_A_TURN];
    int count = epoll_wait(wire->lookout.fd, events, EVENTS_A_TURN, 0);

    (void)loop_events;
    for (int i = 0; i < count; i++) {
        struct peer *peer = find(wire, events[i].data.u64);

        if (peer)
            tell(peer, events[i].events);
    }
}

static bool look_out(struct peer *peer, unsigned events)
{
    struct epoll_event event = {.events = events, .data.u64 = name_of(peer)};
    int how = peer->lookout ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

    if (epoll_ctl(peer->wire->lookout.fd, how, peer->fd, &event) < 0)
        return false;
    peer->lookout = events;
    return true;
}

bool lookout_for_bytes(struct peer *peer)
{
    return look_out(peer, EPOLLIN | EPOLLRDHUP | EPOLLONESHOT);
}

bool peer_watch_leaving(struct peer *peer)
{
    unsigned events = EPOLLRDHUP | EPOLLET;

    return peer->lookout == events || look_out(peer, events);
}

struct peer *peer_of_descriptor(const struct wire *wire, int fd)
{
    return fd >= 0 && (size_t)fd < wire->by_fd_count ? wire->by_fd[fd] : NULL;
}

void lookout_know(struct peer *peer)
{
    struct wire *wire = peer->wire;
    size_t fd = (size_t)peer->fd;

    if (fd >= wire->by_fd_count) {
        size_t count = wire->by_fd_count ? wire->by_fd_count : FDS_MIN;

        while (count <= fd)
            count *= 2;
        wire->by_fd = mem_grow(wire->by_fd, count, sizeof(*wire->by_fd));
        memset(wire->by_fd + wire->by_fd_count, 0,
               (count - wire->by_fd_count) * sizeof(*wire->by_fd));
        wire->by_fd_count = count;
    }
    wire->by_fd[fd] = peer;
}

int lookout_open(struct wire *wire, struct error *err)
{
    struct lookout *lookout = &wire->lookout;

    lookout->fd = epoll_create1(EPOLL_CLOEXEC);
    if (lookout->fd < 0)
        return error_errno(err, "create an epoll descriptor");
    lookout->watch = loop_watch_start(wire->loop, lookout->fd, LOOP_READABLE, on_ready, wire, err);
    return lookout->watch ? 0 : -1;
}

void lookout_close(struct wire *wire)
{
    if (wire->lookout.fd < 0)
        return;
    loop_watch_stop(GIVE(wire->lookout.watch));
    close(wire->lookout.fd);
    wire->lookout.fd = -1;
    mem_free(GIVE(wire->by_fd));
    wire->by_fd_count = 0;
}
