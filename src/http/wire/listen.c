/*
 * http/wire/listen.c - listening sockets
 */
#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/wire/address.h"
#include "http/wire/internal.h"

enum {
    ACCEPTS_A_WAKE = 64,
    ACCEPT_PAUSE_NS = 100 * NS_PER_MS, /* when the process is out of descriptors */
};

static bool has_place(const struct wire *wire)
{
    uint32_t kept = wire->owner.gate.reserved ? wire->reserved_max : 0;

    return wire->connections < wire->connections_max + kept;
}

/* No place, but soon. */
static bool makes_room(struct wire *wire)
{
    return wire->owner.gate.reserved && (wire->leaving > 0 || quiet_give_up(wire));
}

static void set_watching(struct wire *wire, unsigned events)
{
    struct error err;

    for (uint16_t i = 0; i < wire->listener_count; i++)
        if (wire->listeners[i]->watch)
            loop_watch_change(wire->listeners[i]->watch, events, &err);
}

static void on_pause_over(struct loop_timer *timer)
{
    set_watching(CONTAINER_OF(timer, struct wire, accept_pause), LOOP_READABLE);
}

static void on_connection(void *arg, unsigned events)
{
    struct listener *listener = arg;
    struct wire *wire = listener->wire;

    (void)events;
    for (int i = 0; i < ACCEPTS_A_WAKE; i++) {
        if (!has_place(wire) && makes_room(wire))
            return;
        struct sockaddr_storage address = {0};
        socklen_t len = sizeof(address);
        int fd =
            accept4(listener->fd, (struct sockaddr *)&address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                quiet_give_up(wire);
                set_watching(wire, 0);
                loop_timer_arm(wire->loop, &wire->accept_pause, ACCEPT_PAUSE_NS, on_pause_over);
            }
            return;
        }
        wire->accepted++;
        if (has_place(wire)) {
            knock_new(listener, fd, &address, len);
        } else {
            turn_away(wire, fd);
            close(fd);
        }
    }
}

int wire_listen(struct wire *wire, struct str address, bool reserved, uint16_t *out_port,
                struct error *err)
{
    struct listener *listener = mem_alloc(sizeof(*listener));

    listener->wire = wire;
    listener->reserved = reserved;
    if (address_listen(address, &listener->fd, out_port, &listener->path, err) < 0) {
        mem_free(listener);
        return -1;
    }
    listener->port = *out_port;
    listener->tcp = !listener->path;
    wire->listeners = mem_grow(wire->listeners, wire->listener_count + 1u, sizeof(listener));
    wire->listeners[wire->listener_count++] = listener;
    listener->watch =
        loop_watch_start(wire->loop, listener->fd, LOOP_READABLE, on_connection, listener, err);
    return listener->watch ? 0 : -1;
}

bool wire_listens(const struct wire *wire, uint16_t port)
{
    for (uint16_t i = 0; i < wire->listener_count; i++)
        if (wire->listeners[i]->tcp && wire->listeners[i]->port == port)
            return true;
    return false;
}

void listeners_close(struct wire *wire)
{
    loop_timer_cancel(wire->loop, &wire->accept_pause);
    for (uint16_t i = 0; i < wire->listener_count; i++) {
        struct listener *listener = wire->listeners[i];

        loop_watch_stop(listener->watch);
        close(listener->fd);
        if (listener->path)
            unlink(listener->path);
        mem_free(listener->path);
        mem_free(listener);
    }
    mem_free(wire->listeners);
    wire->listeners = NULL;
    wire->listener_count = 0;
}
