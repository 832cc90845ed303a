#include "http/call/server.h"

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/call/internal.h"

enum {
    TRIM_PEAK_MIN = 1000, /* fewer connections are not worth the walk over the heap */
    TRIM_SHARE = 10,
    TRIM_AFTER_MS = 500,
};

static void set_defaults(struct http_server *server)
{
    struct http_settings *settings = &server->settings;
    uint32_t possible = descriptors_for_connections();
    const char *tmp = getenv("TMPDIR");

    server->connections_max = settings->connections_max && settings->connections_max < possible
                                  ? settings->connections_max
                                  : possible;
    if (settings->idle_timeout_s == 0)
        settings->idle_timeout_s = IDLE_TIMEOUT_S_DEFAULT;
    if (!settings->spool_dir)
        settings->spool_dir = tmp && *tmp ? tmp : "/tmp";
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
    if (lookout_open(server, err) < 0 || engines_start(server, err) < 0) {
        http_server_free(server);
        return -1;
    }
    *out = server;
    return 0;
}

/* libmicrohttpd aborts the process when it is stopped with a suspended connection. */
static void end_everything(struct http_server *server)
{
    server->closing = true;
    listeners_close(server);
    knocks_close(server);
    calls_cut(server);
    engines_run(server);
    calls_cut(server);
    engines_run(server);
    engines_stop(server);
    lookout_close(server);
    loop_timer_cancel(server->loop, &server->grace);
    loop_timer_cancel(server->loop, &server->trim);
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
    listeners_close(server);
    knocks_close(server);
    if (server->stats.calls == 0)
        stop_soon(server);
    else
        loop_timer_arm(server->loop, &server->grace, (uint64_t)grace_ms * NS_PER_MS, on_grace_over);
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
    body_pool_done(&server->bodies);
}

void http_server_free(struct http_server *server)
{
    if (!server)
        return;
    end_everything(server);
    drop_spares(server);
    mem_free(server);
}

static void on_trim(struct loop_timer *timer)
{
    struct http_server *server = CONTAINER_OF(timer, struct http_server, trim);

    drop_spares(server);
    malloc_trim(0);
}

/* The allocator keeps what ten thousand connections once needed, unless it is told. */
void server_connection_closed(struct http_server *server)
{
    server->stats.connections--;
    if (server->closing || server->connections_peak < TRIM_PEAK_MIN ||
        server->stats.connections > server->connections_peak / TRIM_SHARE)
        return;
    server->connections_peak = server->stats.connections;
    loop_timer_arm(server->loop, &server->trim, (uint64_t)TRIM_AFTER_MS * NS_PER_MS, on_trim);
}

void server_call_ended(struct http_server *server)
{
    server->stats.calls--;
    if (server->stopping && server->stats.calls == 0)
        stop_soon(server);
}

struct http_server_stats http_server_stats(const struct http_server *server)
{
    return server->stats;
}
