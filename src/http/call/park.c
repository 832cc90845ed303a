/*
 * http/call/park.c - noticing that the client of a waiting call has left
 *
 * libmicrohttpd does not look at the socket of a suspended connection, so we do. A FIN may come
 * from a client that is gone as well as from one that merely has nothing more to say and waits for
 * the answer; no packet tells them apart. So it ends a call that waits long: at once when the owner
 * said so (http_call_expect_wait()), else when it has been parked for HALF_CLOSE_GRACE_MS. An error
 * on the socket always ends it at once.
 */
#include "base/clock.h"
#include "http/call/internal.h"

static void leaves(void *listener)
{
    struct http_call *call = listener;

    call->on_leaving(call);
}

static void on_left_before(struct loop_timer *timer)
{
    leaves(CONTAINER_OF(timer, struct http_call, timer));
}

void call_look_out(struct http_call *call, void (*fn)(struct http_call *call))
{
    struct peer *peer = call->peer;

    call->on_leaving = fn;
    peer->heard = leaves;
    peer->listener = call;
    peer_watch_leaving(peer); /* if the kernel refuses, who leaves is found out at the answer */
    if (peer->half_closed || peer->broken)
        loop_timer_arm(call->server->loop, &call->timer, 0, on_left_before);
}

static void on_leaving(struct http_call *call)
{
    uint64_t grace_end_ns = call->parked_ns + (uint64_t)HALF_CLOSE_GRACE_MS * NS_PER_MS;

    if (call->peer->broken || call->wait_ms >= HALF_CLOSE_GRACE_MS ||
        clock_monotonic_ns() >= grace_end_ns) {
        call_left(call);
        return;
    }
    call->half_closed = true;
    loop_timer_arm_at(call->server->loop, &call->timer, grace_end_ns, on_left_before);
}

void call_park(struct http_call *call)
{
    if (call->parked_ns == 0)
        call->parked_ns = clock_monotonic_ns();
    loop_timer_cancel(call->server->loop, &call->timer);
    call_look_out(call, on_leaving);
}
