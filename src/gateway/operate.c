/*
 * operate: what a call asks for, and under which id. What is wrong with it is noted and answered
 * later, so that rules can match such calls, too.
 */
#include <ctype.h>
#include <inttypes.h>

#include "crypto/id.h"
#include "gateway/internal.h"
#include "gateway/stations.h"
#include "product/service/door.h"
#include "route/recent.h"

enum { TRACE_ID_MAX = 128 };

static void note_wrong_target(struct exchange *x)
{
    const struct target *t = &x->target;

    switch (t->result) {
    case TARGET_FOUND:
        return;
    case TARGET_BAD_ENCODING:
        exchange_refuse(x, "InvalidArgument",
                        arena_strf(x->arena,
                                   "the path '" STR_FMT "' is not valid percent-encoded UTF-8",
                                   STR_ARG(x->request->path)),
                        STR_NONE);
        return;
    case TARGET_WRONG_METHOD:
        x->near_miss =
            arena_strf(x->arena, "this path is served for " STR_FMT " only", STR_ARG(t->allowed));
        break;
    case TARGET_UNKNOWN_VERSION:
    case TARGET_UNKNOWN_PATH:
        if (t->suggestion.len)
            x->near_miss =
                arena_strf(x->arena, "nearest known path: " STR_FMT, STR_ARG(t->suggestion));
        break;
    }
    exchange_refuse(x, "PathNotSupported", x->request->path, x->request->method);
}

static enum fault_invocation invocation_of(const struct exchange *x)
{
    if (!x->target.op || !(x->target.op->classes & OP_INVOKE))
        return INVOCATION_NONE;
    return str_eq_nocase(exchange_header(x, STR("X-Fc-Invocation-Type")), STR("Async"))
               ? INVOCATION_ASYNC
               : INVOCATION_SYNC;
}

static bool usable_as_id(struct str text)
{
    if (text.len == 0 || text.len > TRACE_ID_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.ptr[i]) && !strchr("_.-", text.ptr[i]))
            return false;
    return true;
}

bool exchange_is_of_2023(const struct exchange *x)
{
    bool led = x->facts.api == API_TRIGGER && str_is_set(x->target.function);

    return x->facts.api == API_2023 || (led && !str_is_set(x->target.service));
}

/* A client of 2016 may choose the id by X-Fc-Trace-Id (seen in client code). */
static struct str choose_request_id(struct exchange *x)
{
    struct str trace = exchange_header(x, STR("X-Fc-Trace-Id"));
    char *text;

    if (!exchange_is_of_2023(x) && usable_as_id(trace))
        return trace;
    text = arena_alloc(x->arena, ID_UUID_BYTES);
    if (exchange_is_of_2023(x))
        id_request_2023(x->wall_ms, text);
    else
        id_uuid(text);
    return str_of(text);
}

/* Nobody named an account: it is the key's, then the default. */
static void account_of_key(struct exchange *x)
{
    const struct auth_keys *keys = &x->gateway->parts.auth->keys;
    struct auth_key key = {0};
    bool by_place = x->place.kind != PLACE_TRIGGER && x->place.kind != PLACE_CUSTOM;

    x->account_named = exchange_header(x, STR("X-Fc-Account-Id")).len ||
                       (by_place && x->place.account.len && !x->place.account_defaulted);
    if (x->account_named || !x->facts.access_key.len ||
        !keys->find(keys->owner, x->facts.access_key, &key) || !key.account.len)
        return;
    x->place.account = arena_str(x->arena, key.account);
    x->place.account_defaulted = false;
    x->facts.account = x->place.account;
}

/* A neighbour reads its requests itself; to rules they are calls without an operation. */
static void meet_neighbour(struct exchange *x)
{
    x->facts.access_key = neighbours_access_key(x->request, x->arena);
    account_of_key(x);
}

static void refuse_long(struct exchange *x, const char *what, uint64_t most, uint64_t actual)
{
    if (x->refusal || actual <= most)
        return;
    exchange_refuse(x, "InvalidArgument",
                    arena_strf(x->arena,
                               "%s exceed the maximum allowed length (max: %" PRIu64
                               ", actual: '%" PRIu64 "')",
                               what, most, actual),
                    STR_NONE);
}

/* Source: limits of HTTP triggers; spec page limits.md, section 4. That of the headers holds for
 * each call: the documents name no other. */
static void check_head(struct exchange *x)
{
    const struct gateway_settings *settings = &x->gateway->settings;

    if (x->target.api == API_TRIGGER)
        refuse_long(x, "Path and query", settings->trigger_url_max, x->request->target.len);
    refuse_long(x, "Request headers", settings->trigger_headers_max,
                http_headers_bytes(&x->request->headers));
}

static void learn_target(struct exchange *x)
{
    const struct target *t = &x->target;

    x->facts.account = x->place.account;
    x->facts.region = x->place.region;
    x->facts.api = t->api;
    x->facts.op = t->op;
    x->facts.service = t->service;
    x->facts.function = t->function;
    x->facts.qualifier = t->qualifier;
    x->facts.trigger = t->trigger;
    x->facts.layer = t->layer;
    x->facts.domain = t->domain;
    x->facts.invocation = invocation_of(x);
}

/* From here on the call is one for the path that its route gives it; rules know the one that was
 * sent. */
static void take_rewritten(struct exchange *x, const struct service_door *door)
{
    struct http_request *rest = ARENA_NEW(x->arena, struct http_request);

    *rest = *x->request;
    rest->path = door->path;
    rest->query = door->query;
    x->rest = rest;
    x->request = rest;
    x->target.rest = door->path;
    x->query = (struct query){0};
    query_parse(rest->query, x->arena, &x->query);
}

/* A host that stands for a function: a custom domain, or a trigger's own name. */
static void find_door(struct exchange *x)
{
    struct service_door door;
    struct target *t = &x->target;

    service_door_find(x->gateway->parts.service, x->request, &x->place, x->arena, &door);
    if (str_is_set(door.account)) {
        x->place.account = door.account;
        x->place.region = door.region;
    }
    if (door.rewritten)
        take_rewritten(x, &door);
    t->service = door.service;
    t->function = door.function;
    t->qualifier = door.qualifier;
    if (!x->refusal && door.result == DOOR_WRONG_METHOD)
        exchange_refuse(x, "AccessDenied",
                        arena_strf(x->arena,
                                   "the route '" STR_FMT "' of domain name '" STR_FMT
                                   "' does not allow method " STR_FMT,
                                   STR_ARG(door.route), STR_ARG(x->request->host),
                                   STR_ARG(str_slice(x->request->method, 0, 64))),
                        STR_NONE);
}

static void find_target(struct exchange *x)
{
    struct target *t = &x->target;
    struct auth_caller caller;

    bool door = x->place.kind == PLACE_TRIGGER || x->place.kind == PLACE_CUSTOM;

    if (door)
        target_find_trigger(x->request->path, t);
    else
        recent_target(x->gateway->recent, x->request->method, x->request->path,
                      query_get(&x->query, STR("qualifier")), x->arena, t);
    x->download = str_starts(x->request->path, STR(SERVICE_DATA_PATH));
    if (!x->refusal && !x->download)
        note_wrong_target(x);
    caller = auth_caller_of(x->request, x->arena);
    x->facts.access_key = caller.access_key;
    x->facts.sts = caller.sts;
    account_of_key(x);
    if (door && !x->download)
        find_door(x);
    learn_target(x);
    check_head(x);
}

/* A function that calls with the key of its instance: the journal shows whose call led to this. */
static void learn_caller(struct exchange *x)
{
    const struct gateway_parts *parts = &x->gateway->parts;
    struct str instance;
    struct str request;

    if (!parts->caller || !str_starts(x->facts.access_key, STR("STS.")) ||
        !parts->caller(parts->caller_owner, x->facts.access_key, &instance, &request))
        return;
    x->facts.caller_instance = arena_str(x->arena, instance);
    x->facts.caller = arena_str(x->arena, request);
}

enum next station_operate(struct exchange *x)
{
    query_parse(x->request->query, x->arena, &x->query);
    if (x->place.kind == PLACE_NEIGHBOUR)
        meet_neighbour(x);
    else
        find_target(x);
    learn_caller(x);
    x->request_id = choose_request_id(x);
    x->facts.request_id = x->request_id;
    return NEXT_STATION;
}
