/*
 * http/wire/listen.c - listening sockets
 */
#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/call/internal.h"
#include "http/wire/address.h"

enum {
    ACCEPTS_A_WAKE = 64,
    ACCEPT_PAUSE_NS = 100 * NS_PER_MS, /* when the process is out of descriptors */
};

/* It costs one write and no state. */
void turn_away(struct http_server *server, int fd)
{
    static const char text[] = "HTTP/1.1 429 Too Many Requests\r\n"
                               "Content-Type: application/json\r\n"
                               "Content-Length: 89\r\n"
                               "Connection: close\r\n"
                               "\r\n"
                               "{\"Code\":\"TooManyConnections\",\"Message\":\"the emulator has as "
                               "many connections as it can\"}\n";

    (void)!send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(fd, SHUT_WR);
    socket_drain(fd);
    server->stats.refused++;
}

static bool has_place(const struct http_server *server)
{
    uint32_t kept = server->handler.reserved ? RESERVED_MAX : 0;

    return server->stats.connections < server->connections_max + kept;
}

static void set_watching(struct http_server *server, unsigned events)
{
    struct error err;

    for (uint16_t i = 0; i < server->listener_count; i++)
        if (server->listeners[i]->watch)
            loop_watch_change(server->listeners[i]->watch, events, &err);
}

static void on_pause_over(struct loop_timer *timer)
{
    set_watching(CONTAINER_OF(timer, struct http_server, accept_pause), LOOP_READABLE);
}

static void on_connection(void *arg, unsigned events)
{
    struct listener *listener = arg;
    struct http_server *server = listener->server;

    (void)events;
    for (int i = 0; i < ACCEPTS_A_WAKE; i++) {
        struct sockaddr_storage address = {0};
        socklen_t len = sizeof(address);
        int fd =
            accept4(listener->fd, (struct sockaddr *)&address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                set_watching(server, 0);
                loop_timer_arm(server->loop, &server->accept_pause, ACCEPT_PAUSE_NS, on_pause_over);
            }
            return;
        }
        server->stats.accepted++;
        if (has_place(server)) {
            knock_new(listener, fd, &address, len);
        } else {
            turn_away(server, fd);
            close(fd);
        }
    }
}

static int listen_at(struct http_server *server, struct str address, bool reserved,
                     uint16_t *out_port, struct error *err)
{
    struct listener *listener = mem_alloc(sizeof(*listener));

    listener->server = server;
    listener->reserved = reserved;
    if (address_listen(address, &listener->fd, out_port, &listener->path, err) < 0) {
        mem_free(listener);
        return -1;
    }
    listener->port = *out_port;
    listener->tcp = !listener->path;
    server->listeners = mem_grow(server->listeners, server->listener_count + 1u, sizeof(listener));
    server->listeners[server->listener_count++] = listener;
    listener->watch =
        loop_watch_start(server->loop, listener->fd, LOOP_READABLE, on_connection, listener, err);
    return listener->watch ? 0 : -1;
}

int http_server_listen(struct http_server *server, struct str address, uint16_t *out_port,
                       struct error *err)
{
    return listen_at(server, address, false, out_port, err);
}

int http_server_listen_reserved(struct http_server *server, struct str address, uint16_t *out_port,
                                struct error *err)
{
    return listen_at(server, address, true, out_port, err);
}

void listeners_close(struct http_server *server)
{
    loop_timer_cancel(server->loop, &server->accept_pause);
    for (uint16_t i = 0; i < server->listener_count; i++) {
        struct listener *listener = server->listeners[i];

        loop_watch_stop(listener->watch);
        close(listener->fd);
        if (listener->path)
            unlink(listener->path);
        mem_free(listener->path);
        mem_free(listener);
    }
    mem_free(server->listeners);
    server->listeners = NULL;
    server->listener_count = 0;
}
