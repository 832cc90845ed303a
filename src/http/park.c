/*
 * http/park.c - noticing that the client of a waiting call has left
 *
 * libmicrohttpd does not look at the socket of a suspended connection, so we do. A FIN may come
 * from a client that is gone as well as from one that merely has nothing more to say and waits for
 * the answer; no packet tells them apart. So it ends a call that waits long: at once when the owner
 * said so (http_call_expect_wait()), else when it has been parked for HALF_CLOSE_GRACE_MS. An error
 * on the socket always ends it at once.
 */
#include "base/clock.h"
#include "http/internal.h"

bool call_watch(struct http_call *call, unsigned events, void (*fn)(void *arg, unsigned events))
{
    struct error err;

    loop_watch_stop(call->watch);
    call->watch = NULL;
    if (events == 0)
        return true;
    call->watch = loop_watch_start(call->server->loop, call->peer->fd, events, fn, call, &err);
    return call->watch != NULL;
}

void call_unpark(struct http_call *call)
{
    loop_watch_stop(call->watch);
    call->watch = NULL;
    loop_timer_cancel(call->server->loop, &call->timer);
}

static void on_grace_over(struct loop_timer *timer)
{
    call_left(CONTAINER_OF(timer, struct http_call, timer));
}

static void on_hangup(void *arg, unsigned events)
{
    struct http_call *call = arg;
    uint64_t grace_end_ns = call->parked_ns + (uint64_t)HALF_CLOSE_GRACE_MS * NS_PER_MS;

    if (events != LOOP_HANGUP || call->wait_ms >= HALF_CLOSE_GRACE_MS ||
        clock_monotonic_ns() >= grace_end_ns) {
        call_left(call);
        return;
    }
    call->half_closed = true;
    call_watch(call, 0, NULL);
    loop_timer_arm_at(call->server->loop, &call->timer, grace_end_ns, on_grace_over);
}

void call_park(struct http_call *call)
{
    if (call->parked_ns == 0)
        call->parked_ns = clock_monotonic_ns();
    loop_timer_cancel(call->server->loop, &call->timer);
    call_watch(call, LOOP_HANGUP, on_hangup);
}
