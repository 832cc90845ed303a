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
#include "http/call/internal.h"

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

static struct peer *find(const struct http_server *server, uint64_t name)
{
    struct peer *peer = server->by_fd[(uint32_t)name];

    return peer && name_of(peer) == name ? peer : NULL;
}

static void tell(struct peer *peer, unsigned events)
{
    peer->half_closed = peer->half_closed || (events & EPOLLRDHUP);
    peer->broken = peer->broken || (events & (EPOLLERR | EPOLLHUP));
    if (peer->knock)
        knock_heard(peer->knock);
    else if (peer->waiting)
        call_leaves(peer->waiting);
}

static void on_ready(void *arg, unsigned loop_events)
{
    struct http_server *server = arg;
    struct epoll_event events[EVENTS_A_TURN];
    int count = epoll_wait(server->lookout.fd, events, EVENTS_A_TURN, 0);

    (void)loop_events;
    for (int i = 0; i < count; i++) {
        struct peer *peer = find(server, events[i].data.u64);

        if (peer)
            tell(peer, events[i].events);
    }
}

static bool look_out(struct peer *peer, unsigned events)
{
    struct epoll_event event = {.events = events, .data.u64 = name_of(peer)};
    int how = peer->lookout ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

    if (epoll_ctl(peer->server->lookout.fd, how, peer->fd, &event) < 0)
        return false;
    peer->lookout = events;
    return true;
}

bool lookout_for_bytes(struct peer *peer)
{
    return look_out(peer, EPOLLIN | EPOLLRDHUP | EPOLLONESHOT);
}

bool lookout_for_leaving(struct peer *peer)
{
    unsigned events = EPOLLRDHUP | EPOLLET;

    return peer->lookout == events || look_out(peer, events);
}

void lookout_know(struct peer *peer)
{
    struct http_server *server = peer->server;
    size_t fd = (size_t)peer->fd;

    if (fd >= server->by_fd_count) {
        size_t count = server->by_fd_count ? server->by_fd_count : FDS_MIN;

        while (count <= fd)
            count *= 2;
        server->by_fd = mem_grow(server->by_fd, count, sizeof(*server->by_fd));
        memset(server->by_fd + server->by_fd_count, 0,
               (count - server->by_fd_count) * sizeof(*server->by_fd));
        server->by_fd_count = count;
    }
    server->by_fd[fd] = peer;
}

int lookout_open(struct http_server *server, struct error *err)
{
    struct lookout *lookout = &server->lookout;

    lookout->fd = epoll_create1(EPOLL_CLOEXEC);
    if (lookout->fd < 0)
        return error_errno(err, "create an epoll descriptor");
    lookout->watch =
        loop_watch_start(server->loop, lookout->fd, LOOP_READABLE, on_ready, server, err);
    return lookout->watch ? 0 : -1;
}

void lookout_close(struct http_server *server)
{
    if (server->lookout.fd < 0)
        return;
    loop_watch_stop(GIVE(server->lookout.watch));
    close(server->lookout.fd);
    server->lookout.fd = -1;
    mem_free(GIVE(server->by_fd));
    server->by_fd_count = 0;
}
