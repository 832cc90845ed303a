/*
 * Rules that strike before a request exists (`at: accept`, `tls`): only the client, and the name if
 * SNI or Host told it, are known.
 */
#include "base/units.h"
#include "fault/tls.h"
#include "gateway/internal.h"

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

/* ---- rules ---- */

static struct wire_fate fate_by(const struct fault_action *action)
{
    const struct fault_sending sending = fault_action_sends(action);
    const struct fault_tls tls = fault_action_tls(action);
    struct wire_fate fate = {
        .flaws = tls.flaws, .old_protocol = tls.old_protocol, .no_notify = tls.no_close_notify};
    uint64_t ns;

    if (fault_action_holds(action, &ns)) {
        fate.end = DELIVERY_SILENCE;
        fate.silence_ms = ns / NS_PER_MS;
    } else if (sending.what == SENDS_NOTHING) {
        fate.end = sending.end == THEN_RESET ? DELIVERY_RESET : DELIVERY_CLOSE;
    }
    return fate;
}

/* True when a rule has decided what becomes of it. */
static bool ask(struct gateway *gateway, enum asking_time time, const struct fault_call *facts,
                struct arena *arena, struct wire_fate *out)
{
    struct fault_decision decision;
    bool struck = door_ask(gateway, time, facts, arena, &decision);

    if (struck)
        *out = fate_by(decision.outcome);
    fault_release(gateway->parts.faults, &decision);
    return struck;
}

void gateway_accept(void *owner, struct str client, struct str name, bool tls,
                    struct wire_fate *out)
{
    struct gateway *gateway = owner;
    const struct fault_engine *faults = gateway->parts.faults;
    OWN(arena_free) struct arena *arena = NULL;
    struct fault_call facts = {.client = client, .host = name, .tls = tls};

    if (!fault_asks(faults, ASKED_ON_ACCEPT) && !(tls && fault_asks(faults, ASKED_ON_HELLO)))
        return;
    arena = arena_new();
    door_learn(gateway, &facts, arena);
    if (!ask(gateway, ASKED_ON_ACCEPT, &facts, arena, out) && tls)
        ask(gateway, ASKED_ON_HELLO, &facts, arena, out);
}
