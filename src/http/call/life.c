/*
 * http/call/life.c - a call from its first line to its last word, whatever happens between
 */
#include "base/clock.h"
#include "base/mem.h"
#include "http/call/internal.h"

enum { SPARE_CALLS_MAX = 256 };

struct http_call *call_new(struct http_server *server, struct peer *peer)
{
    struct http_call *call = server->spare;

    if (call) {
        server->spare = call->next;
        server->spare_count--;
        call->next = NULL;
    } else {
        call = mem_alloc(sizeof(*call));
        call->arena = arena_new();
    }
    call->server = server;
    call->peer = peer;
    call->body_limit = server->settings.body_limit_bytes;
    call->request.started_ns = clock_monotonic_ns();
    call->next = server->calls;
    if (call->next)
        call->next->prev = call;
    server->calls = call;
    server->live++;
    return call;
}

void call_recycle(struct http_call *call)
{
    struct http_server *server = call->server;
    struct arena *arena = call->arena;

    if (call->prev)
        call->prev->next = call->next;
    else
        server->calls = call->next;
    if (call->next)
        call->next->prev = call->prev;
    if (server->spare_count < SPARE_CALLS_MAX) {
        *call = (struct http_call){.arena = arena, .next = server->spare};
        server->spare = call;
        server->spare_count++;
    } else {
        arena_free(arena);
        mem_free(call);
    }
    server->live--;
    if (server->live == 0 && server->on_last_call)
        server->on_last_call(server);
}

void call_finish(struct http_call *call)
{
    struct http_server *server = call->server;

    if (call->finished)
        return;
    call->finished = true;
    if (server->handler.finished && (call->known || call->refused))
        server->handler.finished(server->owner, call, &call->result);
    buf_done(&call->stream.waiting);
    call->stream = (struct stream){0};
    body_done(&call->body, &server->bodies);
    arena_reset(call->arena);
}

void call_unpark(struct http_call *call)
{
    call->peer->listener = NULL;
    loop_watch_stop(GIVE(call->watch));
    loop_timer_cancel(call->server->loop, &call->timer);
}

void call_suspend(struct http_call *call)
{
    call->suspended = true;
    MHD_suspend_connection(call->peer->mhd);
}

void call_resume(struct http_call *call)
{
    call->suspended = false;
    MHD_resume_connection(call->peer->mhd);
    call->peer->engine->due = true;
}

ssize_t reader_give_up(struct http_call *call)
{
    call->cut_short = true;
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

void call_over(struct http_call *call, enum http_outcome outcome)
{
    call_unpark(call);
    call->phase = CALL_OVER;
    call->broken = true;
    if (!call->refused)
        call->result.outcome = outcome;
    if (call->suspended)
        call_resume(call);
}

/* A client that shut down its sending side may have been gone for good: then what we sent came back
 * as a RST. */
bool call_bounced(const struct http_call *call)
{
    int error = 0;
    socklen_t len = sizeof(error);

    return call->half_closed &&
           getsockopt(call->peer->fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error != 0;
}

/* The client left before an answer was there. */
void call_left_unanswered(struct http_call *call)
{
    struct http_server *server = call->server;

    call->phase = CALL_OVER;
    call->result.outcome = HTTP_CLIENT_GONE;
    if (server->handler.gone && call->known && !call->finished)
        server->handler.gone(server->owner, call);
    call_finish(call);
}

void call_left(struct http_call *call)
{
    call_unpark(call);
    if (call->stream.open) {
        call->broken = true;
        call->result.outcome = HTTP_CLIENT_GONE;
        if (call->stream.on_gone && !call->stream.ended)
            call->stream.on_gone(call->owner, call);
        call_finish(call);
    } else if (!call->delivered) {
        call_left_unanswered(call);
    } else {
        call->result.outcome = HTTP_CLIENT_GONE;
        call->phase = CALL_OVER;
        call->broken = true;
    }
    if (call->suspended)
        call_resume(call);
}

void calls_cut(struct http_server *server)
{
    for (struct http_call *call = server->calls; call; call = call->next)
        if (call->suspended)
            call_over(call, HTTP_CUT);
}

const struct http_request *http_call_request(const struct http_call *call)
{
    return &call->request;
}

struct arena *http_call_arena(struct http_call *call)
{
    return call->arena;
}

void http_call_set_owner(struct http_call *call, void *state)
{
    call->owner = state;
}

void *http_call_owner(const struct http_call *call)
{
    return call->owner;
}
