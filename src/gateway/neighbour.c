/*
 * gateway/neighbour.c - what the stations share of calls to the neighbouring products
 */
#include "gateway/internal.h"

enum auth_product exchange_auth_product(const struct exchange *x)
{
    static const enum auth_product of[PRODUCT_COUNT] = {
        [PRODUCT_FC] = AUTH_PRODUCT_FC,   [PRODUCT_OSS] = AUTH_PRODUCT_OSS,
        [PRODUCT_STS] = AUTH_PRODUCT_RPC, [PRODUCT_RAM] = AUTH_PRODUCT_RPC,
        [PRODUCT_SLS] = AUTH_PRODUCT_LOG, [PRODUCT_OTHER] = AUTH_PRODUCT_RPC,
    };

    return of[x->facts.product];
}

struct neighbours_call neighbour_call(struct exchange *x)
{
    return (struct neighbours_call){
        .arena = x->arena,
        .request = x->request,
        .place = &x->place,
        .account = x->place.account,
        .request_id = x->request_id,
    };
}

void neighbour_replied(struct exchange *x, const struct neighbours_answer *answer)
{
    x->reply = (struct reply){
        .http = {.status = answer->status, .headers = answer->headers, .body = answer->body},
        .code = answer->code,
    };
    x->answered = true;
    if (str_is_set(answer->near_miss))
        x->near_miss = answer->near_miss;
}

static void told(void *arg, const struct neighbours_answer *answer)
{
    neighbour_replied(arg, answer);
}

void neighbour_refuse(struct exchange *x, const struct neighbours_call *call)
{
    neighbours_perform(x->gateway->parts.neighbours, call, told, x);
}
