/*
 * deliver: bytes, or a cut.
 */
#include "gateway/internal.h"
#include "gateway/stations.h"

static bool holds_delivery(const struct delivery *d)
{
    return d->stall || d->drip_bytes || d->end == DELIVERY_SILENCE;
}

static void deliver_stream(struct exchange *x)
{
    if (x->pipe >= 0)
        http_call_pipe(x->call, &x->reply.http, x->pipe, x->pipe_first);
    else if (http_call_stream(x->call, &x->reply.http, NULL))
        http_call_push(x->call, x->reply.http.body); /* of a refusal */
}

enum next station_deliver(struct exchange *x)
{
    struct gateway *gateway = x->gateway;

    if (x->delivery.form == DELIVERY_ANSWER && !x->streamed && !x->decision.outcome &&
        fault_wants_answers(gateway->parts.faults)) {
        stale_keep(&gateway->stale, stale_key(x, false), &x->reply.http);
        stale_keep(&gateway->stale, stale_key(x, true), &x->reply.http);
    }
    answer_guard(x);
    if (holds_delivery(&x->delivery)) {
        exchange_hold(x, FAULT_FOREVER, exchange_shaping_rule(x), "stall");
        x->delivering = true;
    }
    if (x->streamed) {
        deliver_stream(x);
        return NEXT_PARKED;
    }
    /* The server may finish the call before this returns: x is not touched behind it. */
    http_call_deliver(x->call, x->delivery.form == DELIVERY_ANSWER ? &x->reply.http : NULL,
                      &x->delivery);
    return NEXT_PARKED;
}
