/*
 * Who may act at all: pages of other origins and other users of the machine are turned away before
 * any rule is asked, so that they can neither run a thing nor use up a rule. And what users wrote
 * is served so that a browser does not take it for a part of the daemon.
 */
#include "gateway/internal.h"
#include "gateway/stations.h"

enum { STATUS_NO_CONTENT = 204, STATUS_FORBIDDEN = 403 };

/* HTTP triggers and custom domains say by CORS of their own which pages they serve; WebSockets know
 * no CORS. */
static bool is_open_to_pages(const struct exchange *x)
{
    bool own_host = x->place.kind == PLACE_TRIGGER || x->place.kind == PLACE_CUSTOM;

    return (own_host || x->facts.api == API_TRIGGER) && !visitor_is_websocket(x->request);
}

static bool only_reads(const struct exchange *x)
{
    if (x->place.kind == PLACE_NEIGHBOUR)
        return neighbours_reads(x->request, &x->place, x->arena);
    return x->refusal || !x->target.op || x->target.op->classes & OP_READ;
}

/* Whatever the mode: a key that nobody configured proves nothing. */
static bool is_signed(const struct exchange *x)
{
    struct auth_check check = exchange_auth_check(x);
    struct auth_result result;

    check.mode = AUTH_STRICT;
    check.no_note = true;
    auth_check(&check, x->arena, &result);
    return result.accepted && result.verified;
}

static enum next turn_away(struct exchange *x, struct str why)
{
    struct neighbours_call call = neighbour_call(x);

    call.turned_away = why;
    x->near_miss = why;
    if (x->place.kind == PLACE_NEIGHBOUR)
        neighbour_refuse(x, &call);
    else
        reply_error(x, fc_error_find(STR("AccessDenied")), NULL, 0, why, STATUS_FORBIDDEN,
                    KEYS_DEFAULT);
    return NEXT_DELIVER;
}

static enum next answer_preflight(struct exchange *x)
{
    x->reply = (struct reply){.http = {.status = STATUS_NO_CONTENT}};
    reply_common_headers(x, &x->reply);
    x->answered = true;
    return NEXT_DELIVER;
}

/* The kernel is asked last: most calls are reads, or everybody may. */
static bool is_other_user(struct exchange *x, const struct visitor_policy *policy,
                          struct str *out_why)
{
    enum http_user user;
    uint32_t uid;

    if (policy->any_user || only_reads(x))
        return false;
    user = http_call_user(x->call, &uid);
    if (visitor_user_may(policy, user, uid) || visitor_shows_token(policy, x->request) ||
        is_signed(x))
        return false;
    *out_why = visitor_user_text(user, uid, x->arena);
    return true;
}

bool visit_is_in_doubt(struct exchange *x)
{
    const struct visitor_policy *policy = x->gateway->parts.visitors;
    struct str why;

    if (!policy)
        return false;
    if (!is_open_to_pages(x) &&
        (visitor_is_preflight(policy, x->request) ||
         (str_is_set(visitor_foreign(policy, x->request)) && !is_signed(x))))
        return true;
    return is_other_user(x, policy, &why);
}

enum next station_visit(struct exchange *x)
{
    const struct visitor_policy *policy = x->gateway->parts.visitors;
    struct str why;

    if (!policy)
        return NEXT_STATION;
    if (!is_open_to_pages(x)) {
        struct str origin = visitor_foreign(policy, x->request);

        if (visitor_is_preflight(policy, x->request))
            return answer_preflight(x);
        if (str_is_set(origin) && !is_signed(x))
            return turn_away(x, visitor_page_text(origin, x->arena));
    }
    return is_other_user(x, policy, &why) ? turn_away(x, why) : NEXT_STATION;
}

/* An answer in a form of the service's own, which no browser shows as a page. */
static bool is_ours(const struct exchange *x)
{
    if (x->place.kind == PLACE_NEIGHBOUR && x->place.neighbour == NEIGHBOUR_OSS)
        return !str_eq(x->request->method, STR("GET"));
    return !x->reply.of_user;
}

void answer_guard(struct exchange *x)
{
    const struct visitor_policy *policy = x->gateway->parts.visitors;
    struct http_headers *headers = &x->reply.http.headers;
    bool own_host = x->place.kind == PLACE_TRIGGER || x->place.kind == PLACE_CUSTOM;

    if (own_host || x->delivery.form != DELIVERY_ANSWER)
        return;
    if (policy && x->facts.api != API_TRIGGER)
        visitor_welcome(policy, x->request, x->arena, headers);
    if (is_ours(x))
        return;
    /* Added: where a function sends a policy of its own, both hold. */
    http_headers_add(headers, x->arena, STR("Content-Security-Policy"), STR("sandbox"));
    if (!str_starts_nocase(http_headers_get(headers, STR("Content-Disposition")),
                           STR("attachment")))
        http_headers_set(headers, x->arena, STR("Content-Disposition"), STR("attachment"));
}
