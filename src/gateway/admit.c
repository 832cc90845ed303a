/*
 * admit: who calls, and whether they may.
 */
#include "base/units.h"
#include "gateway/internal.h"
#include "gateway/stations.h"

static enum auth_mode mode_for(const struct gateway_auth *auth, struct str account)
{
    for (size_t i = 0; i < auth->account_count; i++)
        if (str_eq(auth->accounts[i].account, account))
            return auth->accounts[i].mode;
    return auth->mode;
}

/* Moving the virtual clock breaks no client: it signs with the time that it knows. */
static uint64_t real_ms(const struct exchange *x)
{
    if (clock_is_real(x->gateway->parts.clock))
        return x->wall_ms;
    return clock_wall_ms() - (clock_monotonic_ns() - x->request->started_ns) / NS_PER_MS;
}

struct auth_check exchange_auth_check(const struct exchange *x)
{
    const struct gateway_auth *auth = x->gateway->parts.auth;

    return (struct auth_check){
        .request = x->request,
        .as_sent = exchange_as_sent(x),
        .product = exchange_auth_product(x),
        .bucket = x->place.bucket,
        .mode = mode_for(auth, x->place.account),
        .trigger = x->facts.api == API_TRIGGER,
        .account = x->account_named ? x->place.account : STR_NONE,
        .skew_max_ms = auth->skew_max_ms,
        .now_ms = real_ms(x), /* when it came: a call that a rule held is no older for that */
        .key_now_ms = x->wall_ms,
        .keys = &auth->keys,
    };
}

static void refuse(struct exchange *x)
{
    struct neighbours_call call = neighbour_call(x);

    call.unsigned_ = &x->auth;
    if (x->place.kind == PLACE_NEIGHBOUR)
        neighbour_refuse(x, &call);
    else
        reply_error(x, fc_error_find(str_of(x->auth.code)), &x->auth.arg,
                    str_is_set(x->auth.arg) ? 1 : 0, STR_NONE, 0, KEYS_DEFAULT);
}

/* ---- HTTP triggers ---- */

static void find_entry(struct exchange *x, struct service_entry *out)
{
    const struct service_call call = {
        .arena = x->arena,
        .request = x->request,
        .target = &x->target,
        .account = x->place.account,
        .region = x->place.region,
        .by_domain = x->place.kind == PLACE_CUSTOM,
    };

    service_entry_find(x->gateway->parts.service, &call, out);
}

/* The function sees what the token says of its caller. */
static void carry_claims(struct exchange *x, const struct http_request *request)
{
    struct http_request *rest = ARENA_NEW(x->arena, struct http_request);

    *rest = *request;
    x->rest = rest;
    x->request = rest;
    x->query = (struct query){0};
    query_parse(rest->query, x->arena, &x->query);
}

/* A password, a token or a JWT; true, too, where none is asked for. Times are real: a client does
 * not know of the virtual clock. */
static bool pass_gate(struct exchange *x, const struct service_entry *entry)
{
    struct gate_verdict verdict;

    gate_check(entry->kind, entry->config, x->request, clock_wall_ms(), x->arena, &verdict);
    if (verdict.passes && verdict.changed)
        carry_claims(x, verdict.carry);
    if (verdict.passes)
        return true;
    reply_error(x, fc_error_find(STR("AccessDenied")), &verdict.text, 1, STR_NONE, 0, KEYS_DEFAULT);
    return false;
}

enum next station_admit(struct exchange *x)
{
    const struct gateway_auth *auth = x->gateway->parts.auth;
    struct auth_check check = exchange_auth_check(x);
    struct service_entry entry = {.kind = GATE_SIGNATURE};

    if (x->download)
        return NEXT_STATION;
    if (x->facts.api == API_TRIGGER)
        find_entry(x, &entry);
    check.anonymous = entry.preflight || entry.kind != GATE_SIGNATURE;
    check.no_note = !journal_is_on(x->gateway->parts.journal);
    if (auth->denies && x->place.kind != PLACE_NEIGHBOUR) {
        check.operation = str_of(x->facts.op ? x->facts.op->name : NULL);
        check.resource = exchange_arn(x);
    }
    auth_check(&check, x->arena, &x->auth);
    if (x->auth.accepted && (entry.preflight || check.mode == AUTH_OFF || pass_gate(x, &entry)))
        return NEXT_STATION;
    if (!x->answered)
        refuse(x);
    return NEXT_HOLD_HEADERS;
}
