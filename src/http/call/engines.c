/*
 * http/call/engines.c - the libmicrohttpd daemons, few for most and many for many connections
 *
 * When a suspended connection is resumed, libmicrohttpd walks over all that are suspended in its
 * daemon. With ten thousand parked calls that walk would be the greater part of the work; so a
 * daemon takes few connections, and the next ones have another.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/call/internal.h"

enum {
    CONNECTIONS_EACH = 128,
    SHRINK_AFTER_MS = 1000,
    BODY_LARGE_BYTES = 64 << 10, /* is read faster in the pieces that more memory takes */
};

static struct engine *add(struct http_server *server, enum engine_kind kind, struct error *err)
{
    struct engines *engines = &server->engines[kind];
    struct engine *engine = engine_new(server, kind, err);

    if (!engine)
        return NULL;
    engine->index = engines->count;
    engines->items = mem_grow(engines->items, engines->count + 1u, sizeof(engine));
    engines->items[engines->count++] = engine;
    return engine;
}

static enum engine_kind kind_for(const struct peer *peer)
{
    size_t need = peer->head.len + REPLY_EXTRA_BYTES + REPLY_ROW_BYTES * peer->head.rows;

    if (peer->tls)
        return ENGINE_TLS;
    if (need > engine_pool_bytes[ENGINE_PLAIN] || peer->head.body_bytes >= BODY_LARGE_BYTES)
        return ENGINE_LARGE;
    return ENGINE_PLAIN;
}

/* When no further daemon can be had, the last one takes more than its share. */
static struct engine *with_room(struct http_server *server, enum engine_kind kind)
{
    struct engines *engines = &server->engines[kind];
    struct engine *engine = NULL;
    struct error err;

    while (engines->first_open < engines->count) {
        engine = engines->items[engines->first_open];
        if (engine->connections < CONNECTIONS_EACH)
            return engine;
        engines->first_open++;
    }
    engine = add(server, kind, &err);
    return engine ? engine : engines->items[engines->count - 1];
}

static void shrink(struct engines *engines)
{
    while (engines->count > 1 && engines->items[engines->count - 1]->connections == 0)
        engine_free(engines->items[--engines->count]);
}

static void on_shrink(struct loop_timer *timer)
{
    struct http_server *server = CONTAINER_OF(timer, struct http_server, shrink);

    for (int kind = 0; kind < ENGINE_KINDS; kind++)
        shrink(&server->engines[kind]);
}

void engines_left(struct peer *peer)
{
    struct engine *engine = peer->engine;
    struct http_server *server = engine->server;
    struct engines *engines = &server->engines[engine->kind];

    engine->connections--;
    if (engine->index < engines->first_open)
        engines->first_open = engine->index;
    if (engine->connections == 0 && engine->index > 0 && !server->closing)
        loop_timer_arm(server->loop, &server->shrink, (uint64_t)SHRINK_AFTER_MS * NS_PER_MS,
                       on_shrink);
    peer_free(peer);
}

void engines_take(struct peer *peer, const struct sockaddr *address, socklen_t len)
{
    struct http_server *server = CONTAINER_OF(peer->wire, struct http_server, wire);
    struct engine *engine = with_room(server, kind_for(peer));
    int fd = peer->fd;

    if (!peer->hearing.works) /* else it goes on, with what was heard elsewhere */
        hearing_init(peer);
    peer->engine = engine;
    at_once_read(peer);
    engine->connections++;
    engine->due = true;
    /* Refused before we were told? Then the peer is still ours; the descriptor is closed. */
    if (MHD_add_connection(engine->daemon, fd, address, len) != MHD_YES &&
        peer_of_descriptor(peer->wire, fd)) {
        server->refused++;
        engines_left(peer);
    }
}

bool engines_must_move(const struct peer *peer)
{
    return peer->engine->kind == ENGINE_PLAIN && kind_for(peer) == ENGINE_LARGE;
}

struct peer *engines_withdraw(struct peer *peer)
{
    int fd = fcntl(peer->fd, F_DUPFD_CLOEXEC, 0);

    return fd < 0 ? NULL : peer_again(peer, fd);
}

bool engines_move(struct peer *peer)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof(address);
    struct peer *moved;

    if (getpeername(peer->fd, (struct sockaddr *)&address, &len) < 0)
        return false;
    moved = engines_withdraw(peer);
    if (!moved)
        return false;
    moved->head = peer->head;
    moved->judged = peer->judged;
    moved->hearing = peer->hearing;
    peer->hearing = (struct hearing){0};
    engines_take(moved, (struct sockaddr *)&address, len);
    return true;
}

static void nothing(void *arg)
{
    (void)arg;
}

static void run_due(struct engines *engines)
{
    for (uint32_t i = 0; i < engines->count; i++) {
        if (engines->items[i]->due)
            engine_run(engines->items[i]);
    }
}

static bool has_due(const struct engines *engines)
{
    for (uint32_t i = 0; i < engines->count; i++) {
        if (engines->items[i]->due)
            return true;
    }
    return false;
}

/* What runs late may have resumed a call of one that was looked at before: asked of all, behind
 * all. */
static void before_sleep(void *arg)
{
    struct http_server *server = arg;
    bool more = false;

    for (int kind = 0; kind < ENGINE_KINDS; kind++)
        run_due(&server->engines[kind]);
    for (int kind = 0; kind < ENGINE_KINDS; kind++)
        more = more || has_due(&server->engines[kind]);
    if (more)
        loop_post(server->loop, nothing, NULL); /* no sleep yet */
}

static void run_all(struct engines *engines)
{
    for (uint32_t i = 0; i < engines->count; i++) {
        engines->items[i]->due = true;
        engine_run(engines->items[i]);
    }
}

void engines_run(struct http_server *server)
{
    for (int kind = 0; kind < ENGINE_KINDS; kind++)
        run_all(&server->engines[kind]);
}

int engines_start(struct http_server *server, struct error *err)
{
    for (enum engine_kind kind = 0; kind < ENGINE_KINDS; kind++)
        if ((kind != ENGINE_TLS || server->settings.certificate) && !add(server, kind, err))
            return -1;
    loop_on_idle(server->loop, before_sleep, server);
    return 0;
}

static void stop(struct engines *engines)
{
    for (uint32_t i = 0; i < engines->count; i++)
        engine_free(engines->items[i]);
    mem_free(engines->items);
    *engines = (struct engines){0};
}

void engines_stop(struct http_server *server)
{
    loop_off_idle(server->loop, before_sleep, server);
    loop_timer_cancel(server->loop, &server->shrink);
    for (int kind = 0; kind < ENGINE_KINDS; kind++)
        stop(&server->engines[kind]);
}
