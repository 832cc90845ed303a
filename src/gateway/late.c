/*
 * late: the client gets the rule's answer, the work is done behind its back a moment later.
 *
 * The call was placed, refused or admitted like any other. What is left of it to be done goes on as
 * a copy without a connection: held when the answer is over, performed when its time has come or
 * *stop all* lets it go, and told to the journal. Work that still waits when the daemon ends is
 * dropped, as a machine that dies would drop it.
 */
#include <stdio.h>

#include "base/mem.h"
#include "gateway/internal.h"
#include "gateway/stations.h"

#define LATE_NS 1000000000ull /* behind the answer */

struct late {
    struct exchange x; /* without a connection */
    struct late *next, *prev;
    uint64_t wait_ns; /* behind the answer */
    struct str rule;
    uint64_t entry; /* of the call, in the journal; 0 = none */
    bool begun;     /* the call has ended */
};

static void late_free(struct late *late)
{
    struct gateway *gateway = late->x.gateway;

    if (late->prev)
        late->prev->next = late->next;
    else
        gateway->late = late->next;
    if (late->next)
        late->next->prev = late->prev;
    if (late->x.fixture_asked)
        fault_release(gateway->parts.fixtures, &late->x.fixture);
    arena_free(late->x.arena);
    mem_free(late);
}

static struct late *late_new(struct gateway *gateway)
{
    struct late *late = mem_alloc(sizeof(*late));

    late->x.gateway = gateway;
    late->x.arena = arena_new();
    late->next = gateway->late;
    if (late->next)
        late->next->prev = late;
    gateway->late = late;
    return late;
}

/* ---- the copy ---- */

#define COPY(field) out->field = arena_str(arena, from->field)

static void place_copy(const struct place *from, struct arena *arena, struct place *out)
{
    *out = *from;
    COPY(zone);
    COPY(account);
    COPY(region);
    COPY(trigger);
    COPY(bucket);
    COPY(suggestion);
}

static void target_copy(const struct target *from, struct arena *arena, struct target *out)
{
    *out = *from;
    for (size_t i = 0; i < from->param_count; i++)
        COPY(params[i].value);
    COPY(service);
    COPY(qualifier);
    COPY(function);
    COPY(trigger);
    COPY(layer);
    COPY(domain);
    COPY(rest);
    COPY(allowed);
    COPY(suggestion);
}

static void facts_copy(const struct fault_call *from, struct arena *arena, struct fault_call *out)
{
    *out = *from;
    COPY(request_id);
    COPY(query);
#define COPY_TEXT(name) COPY(name);
#define FACT(...) FACT_IF_TEXT(COPY_TEXT, __VA_ARGS__)
    CALL_FACTS(FACT)
#undef FACT
#undef COPY_TEXT
}

static void exchange_copy(const struct exchange *from, struct arena *arena, struct exchange *out)
{
    struct http_request *request = ARENA_NEW(arena, struct http_request);

    http_request_copy(from->request, arena, request);
    out->request = request;
    out->wall_ms = from->wall_ms;
    out->download = from->download;
    COPY(request_id);
    COPY(auth.access_key);
    COPY(auth.account);
    place_copy(&from->place, arena, &out->place);
    target_copy(&from->target, arena, &out->target);
    facts_copy(&from->facts, arena, &out->facts);
    out->facts.headers = &request->headers;
    out->facts.body = request->body;
    query_parse(request->query, arena, &out->query);
}

/* ---- its life ---- */

static bool is_late(const struct exchange *x)
{
    return fault_action_ends_call(x->decision.outcome) && x->decision.effect == EFFECT_LATE;
}

enum next station_late(struct exchange *x)
{
    struct late *late;

    if (!is_late(x))
        return NEXT_STATION;
    late = late_new(x->gateway);
    exchange_copy(x, late->x.arena, &late->x);
    late->x.detached = late;
    late->wait_ns = LATE_NS + x->decision.delay_effect_ns;
    late->rule = arena_str(late->x.arena, x->decision.outcome_rule->id);
    exchange_stand_at(&late->x, station_canned);
    x->late = late;
    return NEXT_HOLD_HEADERS;
}

struct journal_late *late_result(struct exchange *x)
{
    struct journal_late *result;

    if (!is_late(x))
        return NULL;
    result = ARENA_NEW(x->arena, struct journal_late);
    result->state = x->late ? LATE_WAITS : LATE_REFUSED;
    result->status = x->own.http.status;
    snprintf(result->code, sizeof(result->code), STR_FMT, STR_ARG(x->own.code));
    return result;
}

static void late_end(struct late *late, enum journal_late_state state, int status, struct str code)
{
    journal_late_ends(late->x.gateway->parts.journal, late->entry, state, status, code);
    late_free(late);
}

void late_begin(struct exchange *x)
{
    struct late *late = x->late;

    if (!late)
        return;
    late->entry = x->entry;
    late->begun = true;
    if (x->gateway->ending)
        late_end(late, LATE_DROPPED, 0, STR_NONE);
    else
        exchange_hold(&late->x, late->wait_ns, late->rule, "late");
}

enum next station_late_is_done(struct exchange *x)
{
    if (!x->detached)
        return NEXT_STATION;
    late_end(x->detached, x->performed ? LATE_DONE : LATE_REFUSED, x->reply.http.status,
             x->reply.code);
    return NEXT_PARKED;
}

size_t late_drop_all(struct gateway *gateway)
{
    struct late *next;
    size_t count = 0;

    for (struct late *late = gateway->late; late; late = next) {
        next = late->next;
        if (!late->begun)
            continue; /* its call has not ended yet: late_begin() will see to it */
        count++;
        exchange_unhold(&late->x);
        service_cancel(late->x.pending);
        neighbours_cancel(late->x.neighbour_pending);
        late_end(late, LATE_DROPPED, 0, STR_NONE);
    }
    return count;
}
