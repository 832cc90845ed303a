/*
 * Rules that strike before there is a call: what is known then, how they are asked, and what the
 * journal says of it. Who came by a name, and who by a connection, is told in names.c and accept.c.
 */
#include "crypto/id.h"
#include "gateway/internal.h"

void door_record(struct gateway *gateway, const struct fault_call *facts,
                 const struct fault_decision *d, struct str fault, uint64_t started_ns,
                 struct arena *arena)
{
    char id[ID_UUID_BYTES];
    uint64_t now_ns = clock_monotonic_ns();
    struct journal_entry entry = {
        .request_id = facts->request_id,
        .wall_ms = clock_wall_ms_at(gateway->parts.clock, started_ns),
        .started_ns = started_ns,
        .ended_ns = now_ns,
        .client = facts->client,
        .tls = facts->tls,
        .host = facts->host,
        .account = facts->account,
        .region = facts->region,
        .internal = facts->internal,
        .outcome = HTTP_CUT,
        .outcome_kind = fault_outcome_name(d->outcome->outcome),
        .fault = fault,
        .rule = d->outcome_rule->id,
        .effect = EFFECT_NONE,
        .strikes = strikes_of(d, arena),
        .strike_count = d->evidence_count,
        .seed = fault_engine_seed(gateway->parts.faults),
    };

    if (!str_is_set(entry.request_id)) {
        id_uuid(id);
        entry.request_id = str_of(id);
    }
    journal_append(gateway->parts.journal, &entry);
}

void door_learn(const struct gateway *gateway, struct fault_call *facts, struct arena *arena)
{
    char id[ID_UUID_BYTES];
    struct place place;

    id_uuid(id);
    facts->request_id = arena_str(arena, str_of(id));
    if (!str_is_set(facts->host))
        return;
    place_find(facts->host, STR_NONE, &gateway->settings.defaults, arena, &place);
    facts->product = product_of_place(&place);
    facts->account = place.account;
    facts->region = place.region;
}

bool door_ask(struct gateway *gateway, enum asking_time time, const struct fault_call *facts,
              struct arena *arena, struct fault_decision *out)
{
    *out = (struct fault_decision){0};
    if (!fault_asks(gateway->parts.faults, time))
        return false;
    fault_decide_at(gateway->parts.faults, time, facts, arena, out);
    if (out->outcome)
        door_record(gateway, facts, out, fault_action_word(out->outcome), clock_monotonic_ns(),
                    arena);
    return out->outcome != NULL;
}
