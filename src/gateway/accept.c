/*
 * Rules that strike before a request exists (`at: accept`): only the client, and the name if SNI or
 * Host told it, are known.
 */
#include "base/units.h"
#include "gateway/internal.h"

static void record(struct gateway *gateway, const struct fault_call *facts, bool tls,
                   const struct fault_decision *d)
{
    uint64_t now = clock_monotonic_ns();
    struct journal_entry entry = {
        .request_id = STR(""),
        .wall_ms = clock_wall_ms(),
        .started_ns = now,
        .ended_ns = now,
        .client = facts->client,
        .tls = tls,
        .host = facts->host,
        .account = facts->account,
        .region = facts->region,
        .outcome = HTTP_CUT,
        .outcome_kind = fault_outcome_name(d->outcome->outcome),
        .rule = d->outcome_rule->id,
        .effect = EFFECT_NONE,
    };

    journal_append(gateway->parts.journal, &entry);
}

const struct gateway_control *gateway_control_of(const struct gateway *gateway,
                                                 const struct http_call *call)
{
    const struct gateway_control *control = gateway->parts.control;

    return control && control->wants(gateway->parts.control_owner, http_call_request(call))
               ? control
               : NULL;
}

bool gateway_reserved(void *owner, struct str name, struct str target)
{
    const struct gateway *gateway = owner;
    struct http_request request = {.host = name};
    struct str query;

    str_cut(target, '?', &request.path, &query);
    return gateway->parts.control &&
           gateway->parts.control->wants(gateway->parts.control_owner, &request);
}

static enum delivery_end end_before_request(const struct fault_action *action, uint64_t *silence_ms)
{
    const struct fault_sending sending = fault_action_sends(action);
    uint64_t ns;

    if (fault_action_holds(action, &ns)) {
        *silence_ms = ns / NS_PER_MS;
        return DELIVERY_SILENCE;
    }
    if (sending.what != SENDS_NOTHING)
        return DELIVERY_KEEP;
    return sending.end == THEN_RESET ? DELIVERY_RESET : DELIVERY_CLOSE;
}

enum delivery_end gateway_accept(void *owner, struct str client, struct str name, bool tls,
                                 uint64_t *silence_ms)
{
    struct gateway *gateway = owner;
    OWN(arena_free) struct arena *arena = NULL;
    struct fault_call facts = {.client = client, .host = name};
    struct fault_decision decision = {0};
    enum delivery_end end;
    struct place place;

    if (!fault_asks_accept(gateway->parts.faults))
        return DELIVERY_KEEP;
    arena = arena_new();
    if (str_is_set(name)) {
        place_find(name, STR_NONE, &gateway->settings.defaults, arena, &place);
        facts.product = product_of_place(&place);
        facts.account = place.account;
        facts.region = place.region;
    }
    fault_decide_accept(gateway->parts.faults, &facts, arena, &decision);
    if (!decision.outcome) {
        fault_release(gateway->parts.faults, &decision);
        return DELIVERY_KEEP;
    }
    end = end_before_request(decision.outcome, silence_ms);
    record(gateway, &facts, tls, &decision);
    fault_release(gateway->parts.faults, &decision);
    return end;
}
