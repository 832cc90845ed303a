/* Bytes to requests, responses to bytes. */
#include "http/call/server.h"

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/call/internal.h"
#include "http/wire/descriptors.h"

enum {
    TRIM_PEAK_MIN = 1000, /* fewer connections are not worth the walk over the heap */
    TRIM_SHARE = 10,
    TRIM_AFTER_MS = 500,
};

static void set_defaults(struct http_server *server)
{
    struct http_settings *settings = &server->settings;
    uint32_t possible = descriptors_for_connections(&server->wire.reserved_max);
    uint32_t *max = &server->wire.connections_max;
    const char *tmp = getenv("TMPDIR");

    *max = settings->connections_max && settings->connections_max < possible
               ? settings->connections_max
               : possible;
    if (settings->idle_timeout_s == 0)
        settings->idle_timeout_s = IDLE_TIMEOUT_S_DEFAULT;
    if (settings->head_timeout_s == 0)
        settings->head_timeout_s = HEAD_TIMEOUT_S_DEFAULT;
    if (!settings->spool_dir)
        settings->spool_dir = tmp && *tmp ? tmp : "/tmp";
}

static void drop_spares(struct http_server *server)
{
    while (server->spare) {
        struct http_call *call = server->spare;

        server->spare = call->next;
        arena_free(call->arena);
        mem_free(call);
    }
    server->spare_count = 0;
    buf_done(&server->said);
    body_pool_done(&server->bodies);
}

static void on_trim(struct loop_timer *timer)
{
    struct http_server *server = CONTAINER_OF(timer, struct http_server, trim);

    drop_spares(server);
    malloc_trim(0);
}

/* The allocator keeps what ten thousand connections once needed, unless it is told. */
static void on_closed(struct wire *wire)
{
    struct http_server *server = CONTAINER_OF(wire, struct http_server, wire);

    if (server->closing || wire->connections_peak < TRIM_PEAK_MIN ||
        wire->connections > wire->connections_peak / TRIM_SHARE)
        return;
    wire->connections_peak = wire->connections;
    loop_timer_arm(server->loop, &server->trim, (uint64_t)TRIM_AFTER_MS * NS_PER_MS, on_trim);
}

static int open_wire(struct http_server *server, struct error *err)
{
    struct wire_owner owner = {
        .owner = server->owner,
        .gate = server->handler.gate,
        .take = engines_take,
        .refuse = call_refuse_unread,
        .connect = pass_connect,
        .request = pass_request,
        .closed = on_closed,
    };

    server->wire.body_max = server->settings.body_limit_bytes;
    server->wire.idle_timeout_s = server->settings.idle_timeout_s;
    server->wire.head_timeout_s = server->settings.head_timeout_s;
    server->wire.no_tls = !server->settings.certificate;
    return wire_open(&server->wire, server->loop, &owner, err);
}

int http_server_new(struct loop *loop, const struct http_settings *settings,
                    const struct http_handler *handler, void *owner, struct http_server **out,
                    struct error *err)
{
    struct http_server *server = mem_alloc(sizeof(*server));

    server->loop = loop;
    server->settings = *settings;
    server->handler = *handler;
    server->owner = owner;
    set_defaults(server);
    signal(SIGPIPE, SIG_IGN); /* GnuTLS writes without MSG_NOSIGNAL */
    if (open_wire(server, err) < 0 || engines_start(server, err) < 0) {
        http_server_free(server);
        return -1;
    }
    *out = server;
    return 0;
}

int http_server_listen(struct http_server *server, struct str address, uint16_t *out_port,
                       struct error *err)
{
    return wire_listen(&server->wire, address, false, out_port, err);
}

int http_server_listen_reserved(struct http_server *server, struct str address, uint16_t *out_port,
                                struct error *err)
{
    return wire_listen(&server->wire, address, true, out_port, err);
}

int http_server_listen_door(struct http_server *server, struct str address, struct error *err)
{
    return wire_listen_door(&server->wire, address, err);
}

int http_server_set_door(struct http_server *server, struct str address, enum wire_door door,
                         struct error *err)
{
    return wire_set_door(&server->wire, address, door, err);
}

/* libmicrohttpd aborts the process when it is stopped with a suspended connection. */
static void end_everything(struct http_server *server)
{
    server->closing = true;
    wire_shut(&server->wire);
    calls_cut(server);
    engines_run(server);
    calls_cut(server);
    engines_run(server);
    engines_stop(server);
    passes_end(server);
    wire_close(&server->wire);
    loop_timer_cancel(server->loop, &server->grace);
    loop_timer_cancel(server->loop, &server->trim);
}

size_t http_server_release(struct http_server *server)
{
    return knocks_release(&server->wire);
}

static void on_stopped(void *arg)
{
    struct http_server *server = arg;

    end_everything(server);
    server->stop_posted = false;
    if (server->stopped)
        server->stopped(server->owner);
}

static void stop_soon(struct http_server *server)
{
    if (server->stop_posted)
        return;
    server->stop_posted = true;
    loop_post(server->loop, on_stopped, server);
}

static void on_grace_over(struct loop_timer *timer)
{
    stop_soon(CONTAINER_OF(timer, struct http_server, grace));
}

void http_server_stop(struct http_server *server, uint32_t grace_ms, void (*done)(void *owner))
{
    server->stopping = true;
    server->stopped = done;
    server->on_last_call = stop_soon;
    wire_shut(&server->wire);
    if (server->live == 0)
        stop_soon(server);
    else
        loop_timer_arm(server->loop, &server->grace, (uint64_t)grace_ms * NS_PER_MS, on_grace_over);
}

void http_server_free(struct http_server *server)
{
    if (!server)
        return;
    end_everything(server);
    drop_spares(server);
    mem_free(server);
}

struct http_server_stats http_server_stats(const struct http_server *server)
{
    return (struct http_server_stats){
        .connections = server->wire.connections,
        .calls = server->live,
        .accepted = server->wire.accepted,
        .refused = server->wire.refused + server->refused,
        .at_once = server->at_once,
    };
}
