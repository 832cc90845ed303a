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

enum next station_refuse(struct exchange *x)
{
    if (!x->refusal || x->place.account_wrong)
        return NEXT_STATION;
    reply_error(x, x->refusal, x->refusal_args, x->refusal_arg_count, STR_NONE, 0, KEYS_DEFAULT);
    return NEXT_HOLD_HEADERS;
}

/* The service looks at the key before it looks at the account. */
enum next station_refuse_account(struct exchange *x)
{
    x->place.account_wrong = false;
    return station_refuse(x);
}
