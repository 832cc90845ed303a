/*
 * refuse, refuse account: what place and operate found wrong, once the rules have been asked.
 */
#include "gateway/internal.h"
#include "gateway/stations.h"

void exchange_refuse(struct exchange *x, const char *code, struct str first, struct str second)
{
    x->refusal = fc_error_find(str_of(code));
    x->refusal_args[0] = first;
    x->refusal_args[1] = second;
    x->refusal_arg_count = str_is_set(second) ? 2 : 1;
}

#define PAGE_AT "/_fcemu/ui/"

/* A person who opens the address of the control side in a browser, and not a client. */
static bool looks_for_the_page(const struct exchange *x)
{
    const struct gateway_parts *parts = &x->gateway->parts;
    struct http_request page = *x->request;

    page.path = STR(PAGE_AT);
    return str_eq(x->request->path, STR("/")) && str_eq(x->request->method, STR("GET")) &&
           str_find(exchange_header(x, STR("Accept")), STR("text/html"), NULL) && parts->control &&
           parts->control->wants(parts->control_owner, &page);
}

static void lead_to_the_page(struct exchange *x)
{
    x->reply = (struct reply){.http = {.status = 302}};
    reply_common_headers(x, &x->reply);
    http_headers_set(&x->reply.http.headers, x->arena, STR("Location"), STR(PAGE_AT));
    x->answered = true;
}

enum next station_refuse(struct exchange *x)
{
    if (!x->refusal || x->place.account_wrong)
        return NEXT_STATION;
    if (looks_for_the_page(x)) {
        lead_to_the_page(x);
        return NEXT_HOLD_HEADERS;
    }
    reply_error(x, x->refusal, x->refusal_args, x->refusal_arg_count, STR_NONE, x->refusal_status,
                KEYS_DEFAULT);
    return NEXT_HOLD_HEADERS;
}

/* The service looks at the key before it looks at the account. */
enum next station_refuse_account(struct exchange *x)
{
    x->place.account_wrong = false;
    return station_refuse(x);
}
