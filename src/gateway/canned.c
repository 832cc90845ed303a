/*
 * canned, hold canned: an answer out of the files under `fixtures:` stands in for the work of an
 * operation, with the delays, hangs and shapers that it is written with.
 */
#include "gateway/internal.h"
#include "gateway/stations.h"

enum { STATUS_OK = 200, STATUS_ACCEPTED = 202 };

/* Whoever calls asynchronously gets no answer of a function. An answer that matches `invocation`
 * knows what it does. */
static bool is_accepted_only(const struct exchange *x)
{
    const struct fault_action *action = x->fixture.outcome;

    return x->facts.invocation == INVOCATION_ASYNC &&
           fault_action_sends(action).what == SENDS_ANSWER && action->status == STATUS_OK &&
           !x->fixture.outcome_rule->match.invocations;
}

static void accept_only(struct exchange *x)
{
    x->reply = (struct reply){.http = {.status = STATUS_ACCEPTED}};
    reply_common_headers(x, &x->reply);
    x->answered = true;
}

/* Canned answers stand in for functions that have no code; those that say `instead` for others,
 * too. */
static bool runs_code(struct exchange *x)
{
    bool invocation = x->facts.api == API_TRIGGER ||
                      (x->facts.op && str_eq(str_of(x->facts.op->name), STR("InvokeFunction")));

    return invocation && service_has_code(x->gateway->parts.service, x->place.account,
                                          x->place.region, &x->target);
}

/* It counts as the work being done. */
enum next station_canned(struct exchange *x)
{
    if (!fault_has_work(x->gateway->parts.fixtures))
        return NEXT_STATION;
    x->facts.runs_code = runs_code(x);
    fault_decide(x->gateway->parts.fixtures, &x->facts, x->arena, &x->fixture);
    x->fixture_asked = true;
    if (x->fixture.outcome && is_accepted_only(x))
        accept_only(x);
    else if (!outcome_reply(x, &x->fixture))
        return NEXT_STATION;
    x->canned = true;
    x->facts.canned = arena_str(x->arena, x->fixture.outcome_rule->id);
    x->performed = true;
    return NEXT_STATION;
}

enum next station_hold_canned(struct exchange *x)
{
    const struct fault_decision *d = &x->fixture;
    uint64_t ns = d->delay_request_ns + d->delay_effect_ns + d->delay_headers_ns;
    uint64_t hang_ns;

    if (fault_action_holds(d->outcome, &hang_ns) && d->outcome->at != PHASE_BODY) {
        ns = hang_ns == FAULT_FOREVER ? FAULT_FOREVER : ns + hang_ns;
        exchange_hold(x, ns, d->outcome_rule->id, "hang");
        return NEXT_PARKED;
    }
    if (ns == 0)
        return NEXT_STATION;
    exchange_hold(x, ns, d->first_rule->id, "delay");
    return NEXT_PARKED;
}
