/*
 * strike, skip, strike again: the rules are asked, and what they say of the work is heeded.
 */
#include "gateway/internal.h"
#include "gateway/stations.h"

/* For whoever wrote a header that is no rule. */
#define HEADER_FORM                                                                                \
    "it holds what stands under `do` in a rule, and probability, parted by ';': "                  \
    "error=ResourceThrottled; delay=300ms; probability=50%%"

static void begin_chain(struct exchange *x)
{
    struct chain_call call = {
        .date = exchange_header(x, STR("Date")),
        .authorization = exchange_header(x, STR("Authorization")),
        .async_id = exchange_header(x, STR("X-Fc-Stateful-Async-Invocation-Id")),
        .access_key = x->facts.access_key,
        .account = x->facts.account,
        .region = x->facts.region,
        .label = x->facts.label,
        .op = x->facts.op,
        .method = x->facts.method,
        .path = x->facts.path,
        .query = x->facts.query,
        .body = x->request->body,
        .body_size = x->request->body.len,
        .connection = x->facts.connection,
        .request = x->request,
        .sdk = x->facts.sdk,
        .wall_ms = x->wall_ms,
    };

    if (!str_is_set(call.async_id))
        call.async_id = exchange_header(x, STR("X-Fc-Async-Task-Id"));
    chain_begin(x->gateway->parts.chains, &call, clock_monotonic_ns(), &x->chain);
    x->facts.attempt = x->chain.attempt;
}

/* What nobody writes down and no rule asks for is not worked out. */
static bool follows_chains(const struct exchange *x)
{
    const struct gateway_parts *parts = &x->gateway->parts;

    return journal_is_on(parts->journal) || fault_counts_attempts(parts->faults) ||
           fault_counts_attempts(parts->fixtures);
}

static enum next reject(struct exchange *x)
{
    reply_error(x, fc_error_find(STR("ResourceThrottled")), NULL, 0,
                STR("fcemu: more calls are held than guard.max_active allows"), 0, KEYS_DEFAULT);
    return NEXT_DELIVER;
}

void exchange_begin_chain(struct exchange *x)
{
    if (follows_chains(x))
        begin_chain(x);
}

enum next station_strike(struct exchange *x)
{
    exchange_begin_chain(x);
    fault_decide(x->gateway->parts.faults, &x->facts, x->arena, &x->decision);
    x->asked = true;
    upload_join(x);
    if (x->decision.control_error) {
        reply_error(
            x, fc_error_find(STR("InvalidArgument")), NULL, 0,
            arena_strf(x->arena, "X-Fcemu-Fault: %s; " HEADER_FORM, x->decision.control_error), 0,
            KEYS_DEFAULT);
        return NEXT_DELIVER;
    }
    if (x->decision.rejected)
        return reject(x);
    return exchange_hold_if(x, x->decision.delay_request_ns);
}

static bool skips_work(const struct fault_decision *d)
{
    return fault_action_ends_call(d->outcome) && d->effect == EFFECT_NONE;
}

enum next station_skip(struct exchange *x)
{
    return skips_work(&x->decision) ? NEXT_HOLD_HEADERS : NEXT_STATION;
}

/* Shapers of both askings add up; the second asking happens only when the first had no outcome. */
static void combine(struct exchange *x)
{
    struct fault_decision *a = &x->decision;
    const struct fault_decision *b = x->second;
    size_t edits = a->header_edits.count + b->header_edits.count;
    const struct fault_header_edit **items =
        ARENA_ARRAY(x->arena, edits, const struct fault_header_edit *);
    size_t evidence = a->evidence_count + b->evidence_count;
    struct fault_evidence *all = ARENA_ARRAY(x->arena, evidence, struct fault_evidence);

    for (size_t i = 0; i < edits; i++)
        items[i] = i < a->header_edits.count ? a->header_edits.items[i]
                                             : b->header_edits.items[i - a->header_edits.count];
    for (size_t i = 0; i < evidence; i++)
        all[i] = i < a->evidence_count ? a->evidence[i] : b->evidence[i - a->evidence_count];
    a->header_edits.items = items;
    a->header_edits.count = edits;
    a->evidence = all;
    a->evidence_count = evidence;
    a->outcome = b->outcome;
    a->outcome_rule = b->outcome_rule;
    a->effect = b->effect;
    a->delay_effect_ns += b->delay_effect_ns;
    a->delay_headers_ns += b->delay_headers_ns;
    /* The request's own time is over: its delays come before the work, or before the answer. */
    *(skips_work(b) ? &a->delay_headers_ns : &a->delay_effect_ns) += b->delay_request_ns;
    a->delay_capped = a->delay_capped || b->delay_capped;
    a->rejected = b->rejected;
    a->first_rule = a->first_rule ? a->first_rule : b->first_rule;
    a->corrupt = b->corrupt ? b->corrupt : a->corrupt;
    a->corrupt_draw = b->corrupt ? b->corrupt_draw : a->corrupt_draw;
    a->length = b->length ? b->length : a->length;
    a->truncate = b->truncate ? b->truncate : a->truncate;
    a->stall = b->stall ? b->stall : a->stall;
    a->drip = b->drip ? b->drip : a->drip;
}

enum next station_strike_again(struct exchange *x)
{
    if (!x->auth.verified || x->decision.outcome ||
        !fault_asks(x->gateway->parts.faults, ASKED_AUTHENTICATED))
        return NEXT_STATION;
    x->facts.authenticated = true;
    x->second = ARENA_NEW(x->arena, struct fault_decision);
    fault_decide(x->gateway->parts.faults, &x->facts, x->arena, x->second);
    combine(x);
    if (x->decision.rejected)
        return reject(x);
    return skips_work(&x->decision) ? NEXT_HOLD_HEADERS : NEXT_STATION;
}
