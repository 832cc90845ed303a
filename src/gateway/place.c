/*
 * place: where a call goes, by its Host and its headers.
 */
#include "gateway/internal.h"
#include "gateway/stations.h"
#include "route/endpoint.h"
#include "route/recent.h"

static bool is_by_proxy(const struct exchange *x)
{
    return str_starts_nocase(x->request->target, STR("http://"));
}

/* For a name that is not of ours, nor meant to be. */
static bool asks_a_proxy(struct exchange *x)
{
    struct str instead;

    return is_by_proxy(x) &&
           gateway_pass(x->gateway, x->request->host, &instead) != HTTP_PASS_SERVE;
}

/* What a proxy says that cannot reach the region. */
static void refuse_closed(struct exchange *x)
{
    const struct refusal *refusal;

    x->closed = address_door(x->gateway, x->request->host, &x->closed_by);
    if (x->closed == WIRE_DOOR_OPEN)
        return;
    refusal = http_pass_refusal(pass_of_door(x->closed));
    x->closed_by = arena_str(x->arena, x->closed_by);
    x->refusal_status = refusal->status;
    x->near_miss = str_of(refusal->message);
    exchange_refuse(x, "InternalServerError", STR_NONE, STR_NONE);
}

/* Any other name is a custom domain, if there is one. */
static void refuse_unknown_name(struct exchange *x)
{
    if (service_has_domain(x->gateway->parts.service, x->request->host))
        return;
    if (asks_a_proxy(x)) {
        exchange_refuse(x, "AccessDenied",
                        arena_strf(x->arena,
                                   "fcemu serves the emulated names alone: name '" STR_FMT
                                   "' in the setting proxy.pass (--proxy-pass " STR_FMT
                                   ") to have it passed on, or in NO_PROXY",
                                   STR_ARG(x->request->host), STR_ARG(x->request->host)),
                        STR_NONE);
        return;
    }
    exchange_refuse(x, "DomainNameNotFound", x->request->host, STR_NONE);
    if (!x->near_miss.len)
        x->near_miss = STR("no custom domain has this name; calls of the API go to "
                           "<account>.<region>.fc.aliyuncs.com");
}

/* From here on the call is one without the place in its path. */
static void read_endpoint(struct exchange *x)
{
    struct str path;

    switch (endpoint_take(x->request->path, &x->gateway->settings.defaults, x->arena, &x->place,
                          &path)) {
    case ENDPOINT_NONE:
        return;
    case ENDPOINT_WRONG:
        exchange_refuse(x, "InvalidArgument", str_of(x->place.problem), STR_NONE);
        return;
    case ENDPOINT_FOUND:
        break;
    }
    x->rest = ARENA_NEW(x->arena, struct http_request);
    *x->rest = *x->request;
    x->rest->path = path;
    x->request = x->rest;
    x->facts.path = path;
}

enum next station_place(struct exchange *x)
{
    recent_place(x->gateway->recent, x->request->host, exchange_header(x, STR("X-Fc-Account-Id")),
                 x->arena, &x->place);
    if (x->place.kind == PLACE_LOCAL)
        read_endpoint(x);
    if (x->place.kind == PLACE_LOCAL || x->place.kind == PLACE_CUSTOM ||
        x->place.kind == PLACE_GATEWAY)
        neighbours_claim(x->request, x->arena, &x->place);
    if (x->place.problem)
        x->near_miss = x->place.suggestion.len
                           ? arena_strf(x->arena, "%s; did you mean '" STR_FMT "'?",
                                        x->place.problem, STR_ARG(x->place.suggestion))
                           : str_of(x->place.problem);
    x->facts.product = product_of_place(&x->place);
    x->facts.account = x->place.account;
    x->facts.region = x->place.region;
    x->facts.internal = x->place.internal;
    if (x->place.kind == PLACE_IMPOSSIBLE)
        exchange_refuse(x, "InvalidArgument",
                        arena_strf(x->arena,
                                   "host '" STR_FMT
                                   "' is not <account>.<region>.fc.aliyuncs.com: " STR_FMT,
                                   STR_ARG(x->request->host), STR_ARG(x->near_miss)),
                        STR_NONE);
    else if (x->place.kind == PLACE_CUSTOM)
        refuse_unknown_name(x);
    else if (is_by_proxy(x))
        refuse_closed(x);
    return NEXT_STATION;
}
