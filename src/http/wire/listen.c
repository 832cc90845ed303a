/*
 * http/wire/listen.c - listening sockets
 */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/own.h"
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

static bool is_somebody_there(const struct listener *listener)
{
    struct pollfd wait = {.fd = listener->fd, .events = POLLIN};

    return poll(&wait, 1, 0) > 0;
}

/* No place, but soon; nobody goes for nobody. */
static bool makes_room(struct listener *listener)
{
    struct wire *wire = listener->wire;

    return wire->owner.gate.reserved &&
           (wire->leaving > 0 || !is_somebody_there(listener) || quiet_give_up(wire));
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
        if (!has_place(wire) && makes_room(listener))
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

static struct listener *listener_new(struct wire *wire)
{
    struct listener *listener = mem_alloc(sizeof(*listener));

    listener->wire = wire;
    listener->filler = -1;
    return listener;
}

static int add(struct listener *listener, struct error *err)
{
    struct wire *wire = listener->wire;

    listener->tcp = !listener->path;
    wire->listeners = mem_grow(wire->listeners, wire->listener_count + 1u, sizeof(listener));
    wire->listeners[wire->listener_count++] = listener;
    listener->watch =
        loop_watch_start(wire->loop, listener->fd, LOOP_READABLE, on_connection, listener, err);
    return listener->watch ? 0 : -1;
}

int wire_listen(struct wire *wire, struct str address, bool reserved, uint16_t *out_port,
                struct error *err)
{
    struct listener *listener = listener_new(wire);

    listener->reserved = reserved;
    if (address_listen(address, &listener->fd, out_port, &listener->path, err) < 0) {
        mem_free(listener);
        return -1;
    }
    listener->port = *out_port;
    return add(listener, err);
}

/* ---- doors ---- */

int wire_listen_door(struct wire *wire, struct str address, struct error *err)
{
    struct listener *listener = listener_new(wire);

    if (address_listen(address, &listener->fd, &listener->port, &listener->path, err) < 0) {
        mem_free(listener);
        return -1;
    }
    listener->address = mem_dup_len(address.ptr, address.len);
    return add(listener, err);
}

static void stop_hearing(struct listener *listener)
{
    loop_watch_stop(GIVE(listener->watch));
    if (listener->fd >= 0)
        close(listener->fd);
    if (listener->filler >= 0)
        close(listener->filler);
    listener->fd = listener->filler = -1;
}

/* The port is bound again at once, whatever is heard on it, so that nobody else takes it. */
static int hear_as(struct listener *listener, enum wire_door door, struct error *err)
{
    if (address_listen_as(str_of(listener->address), door, &listener->fd, &listener->filler, err) <
        0)
        return -1;
    listener->door = door;
    if (door != WIRE_DOOR_OPEN)
        return 0;
    listener->watch = loop_watch_start(listener->wire->loop, listener->fd, LOOP_READABLE,
                                       on_connection, listener, err);
    return listener->watch ? 0 : -1;
}

static int set_door(struct listener *listener, enum wire_door door, struct error *err)
{
    enum wire_door before = listener->door;
    struct error again;

    if (before == WIRE_DOOR_OPEN)
        on_connection(listener, LOOP_READABLE); /* who came before is in */
    stop_hearing(listener);
    if (hear_as(listener, door, err) == 0)
        return 0;
    stop_hearing(listener);
    hear_as(listener, before, &again);
    return -1;
}

int wire_set_door(struct wire *wire, struct str address, enum wire_door door, struct error *err)
{
    for (uint16_t i = 0; i < wire->listener_count; i++) {
        struct listener *listener = wire->listeners[i];

        if (listener->address && str_eq(str_of(listener->address), address))
            return listener->door == door ? 0 : set_door(listener, door, err);
    }
    return error_set(err, ERROR_USAGE, "nobody listens on '" STR_FMT "'", STR_ARG(address));
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

        stop_hearing(listener);
        if (listener->path)
            unlink(listener->path);
        mem_free(listener->path);
        mem_free(listener->address);
        mem_free(listener);
    }
    mem_free(wire->listeners);
    wire->listeners = NULL;
    wire->listener_count = 0;
}
