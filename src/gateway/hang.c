/*
 * hang request, hang headers: a call is held for as long as its rule says, before anything is done
 * or with the work done.
 */
#include "gateway/internal.h"
#include "gateway/stations.h"

static bool is_hang(const struct exchange *x, enum fault_phase at)
{
    const struct fault_action *action = x->decision.outcome;

    uint64_t ns;

    return fault_action_holds(action, &ns) && action->at == at;
}

static enum next hang(struct exchange *x)
{
    uint64_t ns = FAULT_FOREVER;

    fault_action_holds(x->decision.outcome, &ns);
    exchange_hold(x, ns, x->decision.outcome_rule->id, "hang");
    return NEXT_PARKED;
}

enum next station_hang_request(struct exchange *x)
{
    return is_hang(x, PHASE_REQUEST) && x->decision.effect == EFFECT_NONE ? hang(x) : NEXT_STATION;
}

enum next station_hang_headers(struct exchange *x)
{
    bool with_work_done = is_hang(x, PHASE_REQUEST) && x->decision.effect != EFFECT_NONE;

    return is_hang(x, PHASE_HEADERS) || with_work_done ? hang(x) : NEXT_STATION;
}
