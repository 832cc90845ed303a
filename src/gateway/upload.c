/*
 * strike upload: rules that strike while the body comes in are asked when the head is, and met when
 * so much of the body has come.
 */
#include "base/units.h"
#include "gateway/internal.h"
#include "gateway/stations.h"

/* Of a body whose length nobody told, a share is unknown until it has ended. */
static uint64_t pause_at(const struct exchange *x, const struct fault_amount *after)
{
    uint64_t declared;

    if (!after->given)
        return 0;
    if (!after->is_ratio)
        return after->bytes;
    return http_call_declares(x->call, &declared) ? (uint64_t)(after->ratio * (double)declared)
                                                  : UINT64_MAX;
}

enum next station_strike_upload(struct exchange *x)
{
    struct fault_engine *faults = x->gateway->parts.faults;

    if (!fault_asks(faults, ASKED_ON_HEAD) || !http_call_has_body(x->call) || visit_is_in_doubt(x))
        return NEXT_STATION;
    x->upload = ARENA_NEW(x->arena, struct fault_decision);
    fault_decide_at(faults, ASKED_ON_HEAD, &x->facts, x->arena, x->upload);
    if (x->upload->outcome)
        http_call_pause_body(x->call, pause_at(x, &x->upload->outcome->after));
    return NEXT_STATION;
}

/* Nothing further is asked: what the rule says is all. */
void upload_is_all(struct exchange *x)
{
    exchange_begin_chain(x);
    x->decision = *x->upload;
    x->upload = NULL;
    x->asked = true;
    x->uploading = false;
}

static void end_upload(struct exchange *x)
{
    upload_is_all(x);
    x->decision.delay_headers_ns += x->decision.delay_request_ns;
    exchange_stand_at(x, station_hold_headers);
    exchange_advance(x);
}

void upload_met(struct exchange *x)
{
    uint64_t ns;

    if (fault_engine_stopped(x->gateway->parts.faults)) {
        http_call_read_on(x->call);
    } else if (fault_action_holds(x->upload->outcome, &ns)) {
        x->uploading = true;
        exchange_hold(x, ns, x->upload->outcome_rule->id, "upload");
    } else {
        end_upload(x);
    }
}

/* The upload went on, and the rules were asked once more. */
void upload_join(struct exchange *x)
{
    const struct fault_decision *up = x->upload;
    struct fault_decision *d = &x->decision;
    size_t count = d->evidence_count + (up ? up->evidence_count : 0);
    struct fault_evidence *all;

    if (!up)
        return;
    all = ARENA_ARRAY(x->arena, count, struct fault_evidence);
    for (size_t i = 0; i < count; i++)
        all[i] = i < up->evidence_count ? up->evidence[i] : d->evidence[i - up->evidence_count];
    d->evidence = all;
    d->evidence_count = count;
    d->delay_request_ns += up->delay_request_ns;
    d->delay_headers_ns += up->delay_headers_ns;
    if (!d->first_rule)
        d->first_rule = up->first_rule;
}
