/* The words for enums that the journal prints. */
#include "journal/names.h"

const char *http_outcome_name(enum http_outcome outcome)
{
    static const char *const names[] = {
        [HTTP_DELIVERED] = "delivered",
        [HTTP_CLIENT_GONE] = "client_gone",
        [HTTP_CUT] = "cut",
        [HTTP_REFUSED] = "refused",
    };

    return names[outcome];
}

const char *invocation_name(enum fault_invocation invocation)
{
    static const char *const names[] = {
        [INVOCATION_NONE] = "",
        [INVOCATION_SYNC] = "sync",
        [INVOCATION_ASYNC] = "async",
        [INVOCATION_ASYNC_ATTEMPT] = "async-attempt",
    };

    return names[invocation];
}

const char *effect_name(enum fault_effect effect)
{
    static const char *const names[] = {
        [EFFECT_DEFAULT] = "",
        [EFFECT_NONE] = "none",
        [EFFECT_DONE] = "done",
        [EFFECT_LATE] = "late",
    };

    return names[effect];
}

const char *late_name(enum journal_late_state state)
{
    static const char *const names[] = {
        [LATE_WAITS] = "waiting",
        [LATE_DONE] = "done",
        [LATE_REFUSED] = "refused",
        [LATE_DROPPED] = "dropped",
    };

    return names[state];
}
