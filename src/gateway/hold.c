/*
 * hold effect, hold headers; and all calls that rules hold: oldest first in one list, so that stop
 * all can let every one of them go.
 */
#include "base/units.h"
#include "gateway/exchange.h"
#include "gateway/internal.h"
#include "gateway/stations.h"

static void link_held(struct gateway *gateway, struct exchange *x)
{
    x->held_prev = gateway->held_last;
    x->held_next = NULL;
    if (gateway->held_last)
        gateway->held_last->held_next = x;
    else
        gateway->held_first = x;
    gateway->held_last = x;
}

static void unlink_held(struct gateway *gateway, struct exchange *x)
{
    if (x->held_prev)
        x->held_prev->held_next = x->held_next;
    else
        gateway->held_first = x->held_next;
    if (x->held_next)
        x->held_next->held_prev = x->held_prev;
    else
        gateway->held_last = x->held_prev;
    x->held_next = x->held_prev = NULL;
}

void exchange_unhold(struct exchange *x)
{
    if (!x->held)
        return;
    loop_timer_cancel(x->gateway->parts.loop, &x->timer);
    unlink_held(x->gateway, x);
    x->held = false;
    x->held_total_ns += clock_monotonic_ns() - x->held_since_ns;
}

static void let_go(struct exchange *x)
{
    exchange_unhold(x);
    if (x->uploading) {
        x->uploading = false;
        http_call_read_on(x->call);
    } else if (x->delivering)
        http_call_release(x->call);
    else
        exchange_advance(x);
}

static void due(struct loop_timer *timer)
{
    let_go(CONTAINER_OF(timer, struct exchange, timer));
}

void exchange_hold(struct exchange *x, uint64_t ns, struct str rule, const char *kind)
{
    x->held = true;
    x->held_by = rule;
    x->held_kind = kind;
    x->held_number = ++x->gateway->held_count;
    x->held_since_ns = clock_monotonic_ns();
    link_held(x->gateway, x);
    if (x->call)
        http_call_expect_wait(x->call, ns == FAULT_FOREVER ? UINT64_MAX : ns / NS_PER_MS);
    if (ns != FAULT_FOREVER)
        loop_timer_arm(x->gateway->parts.loop, &x->timer, ns, due);
}

/* Whose shapers hold the call; its id is a view into the rule set, kept as long as the decision. */
struct str exchange_shaping_rule(const struct exchange *x)
{
    const struct fault_rule *rule =
        x->decision.first_rule ? x->decision.first_rule : x->fixture.first_rule;

    return rule ? rule->id : STR("");
}

enum next exchange_hold_if(struct exchange *x, uint64_t ns)
{
    if (ns == 0)
        return NEXT_STATION;
    exchange_hold(x, ns, exchange_shaping_rule(x), "delay");
    return NEXT_PARKED;
}

enum next station_hold_effect(struct exchange *x)
{
    return exchange_hold_if(x, x->decision.delay_effect_ns);
}

enum next station_hold_headers(struct exchange *x)
{
    return exchange_hold_if(x, x->decision.delay_headers_ns);
}

static uint64_t left_ms(const struct exchange *x, uint64_t now)
{
    if (!loop_timer_armed(&x->timer))
        return 0;
    return x->timer.deadline_ns > now ? (x->timer.deadline_ns - now) / NS_PER_MS : 1;
}

void gateway_held_each(struct gateway *gateway,
                       void (*each)(void *arg, const struct gateway_held *held), void *arg)
{
    uint64_t now = clock_monotonic_ns();

    for (const struct exchange *x = gateway->held_first; x; x = x->held_next) {
        struct gateway_held held = {
            .number = x->held_number,
            .request_id = x->request_id,
            .rule = x->held_by,
            .kind = str_of(x->held_kind),
            .method = x->facts.method,
            .path = x->facts.path,
            .account = x->facts.account,
            .region = x->facts.region,
            .since_wall_ms = clock_wall_ms() - (now - x->held_since_ns) / NS_PER_MS,
            .left_ms = left_ms(x, now),
        };

        each(arg, &held);
    }
}

bool gateway_release(struct gateway *gateway, uint64_t number)
{
    for (struct exchange *x = gateway->held_first; x; x = x->held_next) {
        if (x->held_number == number) {
            let_go(x);
            return true;
        }
    }
    return false;
}

size_t gateway_release_all(struct gateway *gateway)
{
    size_t count = 0;

    /* A call that is let go can be held again at a later station: stop where the list ended. */
    for (uint64_t last = gateway->held_count;
         gateway->held_first && gateway->held_first->held_number <= last; count++)
        let_go(gateway->held_first);
    return count;
}
