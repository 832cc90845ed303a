/*
 * fault/match_keys.h - the keys of `match` as a table; private to match.c, match_keys.c and
 * match_call.c
 *
 * Threads: the loop thread.
 */
#pragma once

#include "fault/internal.h"

enum cost { COST_CHEAP, COST_DEAR, COST_BODY, COSTS };

struct match_row {
    const char *key;
    bool (*given)(const struct match_row *row, const struct fault_match *m);
    bool (*test)(const struct match_row *row, const struct matcher *matcher, struct match_call *c);
    size_t wanted_at; /* in struct fault_match */
    size_t value_at;  /* in struct fault_call, for keys that compare a text, a flag or a number */
    enum cost cost;   /* at least */
};

static inline const void *match_wanted(const struct match_row *row, const struct fault_match *m)
{
    return (const char *)m + row->wanted_at;
}

static inline const void *match_had(const struct match_row *row, const struct fault_call *call)
{
    return (const char *)call + row->value_at;
}

static inline struct str match_row_value(const struct match_row *row, const struct fault_call *call)
{
    struct str value = *(const struct str *)match_had(row, call);

    /* A call that names a service or a function and no version means the one that is worked on. */
    if (!str_is_set(value) && row->value_at == offsetof(struct fault_call, qualifier) &&
        (str_is_set(call->service) || str_is_set(call->function)))
        return STR("LATEST");
    return value;
}

/** In the order in which keys of one cost are tested. */
const struct match_row *match_rows(size_t *out_count);
bool match_row_compares_text(const struct match_row *row);

const struct cJSON *match_body_json(struct match_call *c); /* NULL: it is not JSON */
const uint8_t *match_body_sha256(struct match_call *c);
const uint8_t *match_client_address(struct match_call *c); /* NULL: a socket file has none */
