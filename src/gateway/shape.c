/*
 * shape: how the answer leaves: headers, corrupt, length, truncate, stall, drip, in this order.
 */
#include "base/units.h"
#include "gateway/corrupt.h"
#include "gateway/internal.h"
#include "gateway/stations.h"

/* A part of the request's body in a header must not begin another. */
static struct str one_line(struct arena *arena, struct str value)
{
    char *copy = NULL;

    for (size_t i = 0; i < value.len; i++) {
        if ((unsigned char)value.ptr[i] >= ' ' || value.ptr[i] == '\t')
            continue;
        copy = copy ? copy : arena_dup(arena, value);
        copy[i] = ' ';
    }
    return copy ? (struct str){copy, value.len} : value;
}

void reply_edit_header(struct exchange *x, const struct fault_header_edit *edit)
{
    struct http_headers *headers = &x->reply.http.headers;
    struct str value =
        one_line(x->arena, fault_expand(edit->value, &x->facts, x->wall_ms, x->arena));

    if (str_eq_nocase(edit->name, STR("Content-Type")))
        x->reply.of_user = true;
    switch (edit->kind) {
    case EDIT_SET:
        http_headers_set(headers, x->arena, edit->name, value);
        break;
    case EDIT_ADD:
        http_headers_add(headers, x->arena, edit->name, value);
        break;
    case EDIT_REMOVE:
        http_headers_remove(headers, edit->name);
        break;
    }
}

static enum delivery_end end_of(enum fault_then then)
{
    switch (then) {
    case THEN_CLOSE:
        return DELIVERY_CLOSE;
    case THEN_RESET:
        return DELIVERY_RESET;
    case THEN_STALL:
        return DELIVERY_SILENCE;
    case THEN_CONTINUE:
    case THEN_ANSWER:
        break;
    }
    return DELIVERY_KEEP;
}

static uint64_t position(const struct fault_amount *amount, size_t body_len)
{
    if (!amount->given)
        return 0;
    if (amount->is_ratio)
        return (uint64_t)(amount->ratio * (double)body_len);
    return amount->bytes;
}

static void shape_length(struct exchange *x, const struct fault_action *action)
{
    int64_t length =
        action->length_declare + (action->length_is_relative ? (int64_t)x->reply.http.body.len : 0);

    x->delivery.declare = true;
    x->delivery.declared = length > 0 ? (uint64_t)length : 0;
    x->delivery.end = end_of(action->length_then);
}

static bool strikes_in_body(const struct fault_action *action)
{
    return action && action->outcome != OUTCOME_NONE &&
           fault_outcome_row(action->outcome)->has_phase && action->at == PHASE_BODY;
}

/* Outcomes that strike inside the body. */
static void shape_body_outcome(struct exchange *x, const struct fault_action *action)
{
    const struct fault_sending sending = fault_action_sends(action);
    uint64_t ns;

    if (!strikes_in_body(action))
        return;
    uint64_t at = position(&action->after, x->reply.http.body.len);

    if (fault_action_holds(action, &ns)) {
        x->delivery.stall = true;
        x->delivery.stall_after = at;
        x->delivery.stall_ms = ns / NS_PER_MS;
        x->delivery.stall_end = end_of(sending.end);
    } else {
        x->delivery.cut = true;
        x->delivery.cut_after = at;
        x->delivery.end = end_of(sending.end);
    }
}

/* The order on the wire: headers, corrupt, length, truncate, stall, drip. */
static void shape_reply(struct exchange *x, const struct fault_decision *d)
{
    struct http_response *http = &x->reply.http;
    bool gzip = false;

    for (size_t i = 0; i < d->header_edits.count; i++)
        reply_edit_header(x, d->header_edits.items[i]);
    if (d->corrupt) {
        http->body = corrupt_body(d->corrupt, http->body, d->corrupt_draw, x->arena, &gzip);
        if (gzip)
            http_headers_set(&http->headers, x->arena, STR("Content-Encoding"), STR("gzip"));
    }
    if (d->length)
        shape_length(x, d->length);
    if (d->truncate) {
        x->delivery.cut = true;
        x->delivery.cut_after = position(&d->truncate->truncate, http->body.len);
        x->delivery.end = end_of(d->truncate->truncate_then);
    }
    if (d->stall) {
        x->delivery.stall = true;
        x->delivery.stall_after = position(&d->stall->stall_after, http->body.len);
        x->delivery.stall_ms = d->stall->stall_ns / NS_PER_MS;
        x->delivery.stall_end = end_of(d->stall->stall_then);
    }
    if (d->drip) {
        x->delivery.drip_bytes = d->drip->drip_bytes;
        x->delivery.drip_every_ms = d->drip->drip_every_ms;
    }
    shape_body_outcome(x, d->outcome);
}

/* Whose the answer is; else who shaped it first. */
static void mark(struct exchange *x)
{
    const struct fault_decision *d = &x->decision;
    const struct fault_rule *rule = d->outcome_rule ? d->outcome_rule : d->first_rule;

    if (rule && rule->mark)
        http_headers_set(&x->reply.http.headers, x->arena, STR("X-Fcemu-Fault"), rule->id);
}

enum next station_shape(struct exchange *x)
{
    if (x->delivery.form != DELIVERY_ANSWER)
        return NEXT_STATION;
    if (x->fixture_asked && !fault_action_ends_call(x->decision.outcome))
        shape_reply(x, &x->fixture);
    shape_reply(x, &x->decision);
    mark(x);
    return NEXT_STATION;
}
