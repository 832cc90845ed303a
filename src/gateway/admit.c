/*
 * admit: who calls, and whether they may.
 */
#include "gateway/internal.h"
#include "gateway/stations.h"

static enum auth_mode mode_for(const struct gateway_auth *auth, struct str account)
{
    for (size_t i = 0; i < auth->account_count; i++)
        if (str_eq(auth->accounts[i].account, account))
            return auth->accounts[i].mode;
    return auth->mode;
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
        .now_ms = x->wall_ms, /* when it came: a call that a rule held is no older for that */
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

enum next station_admit(struct exchange *x)
{
    const struct gateway_auth *auth = x->gateway->parts.auth;
    struct auth_check check = exchange_auth_check(x);

    if (x->download)
        return NEXT_STATION;
    check.anonymous = x->facts.api == API_TRIGGER &&
                      service_trigger_is_anonymous(x->gateway->parts.service, x->place.account,
                                                   x->place.region, &x->target);
    check.no_note = !journal_is_on(x->gateway->parts.journal);
    if (auth->denies && x->place.kind != PLACE_NEIGHBOUR) {
        check.operation = str_of(x->facts.op ? x->facts.op->name : NULL);
        check.resource = exchange_arn(x);
    }
    auth_check(&check, x->arena, &x->auth);
    if (x->auth.accepted)
        return NEXT_STATION;
    refuse(x);
    return NEXT_HOLD_HEADERS;
}
