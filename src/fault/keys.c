/* Counters for each combination of `per`; the one not used for longest makes room. */
#include <inttypes.h>
#include <utlist.h>

#include "base/draw.h"
#include "base/mem.h"
#include "fault/internal.h"

/* ---- the table ---- */

void key_state_unref(struct key_state *state)
{
    if (state && --state->refs == 0)
        mem_free(state);
}

static void drop(struct key_table *table, struct key_state *state)
{
    HASH_DEL(table->by_key, state);
    DL_DELETE(table->oldest, state);
    table->count--;
    key_state_unref(state);
}

static struct key_state *add(struct key_table *table, struct str key)
{
    struct key_state *state = mem_alloc(sizeof(*state) + key.len + 1);

    if (table->count == KEYS_MAX) {
        drop(table, table->oldest);
        table->dropped++;
    }
    memcpy(state->text, key.len ? key.ptr : "", key.len);
    state->key = (struct str){state->text, key.len};
    state->refs = 1;
    HASH_ADD_KEYPTR(hh, table->by_key, state->key.ptr, state->key.len, state);
    DL_APPEND(table->oldest, state);
    table->count++;
    return state;
}

struct key_state *key_table_get(struct key_table *table, struct str key)
{
    struct key_state *state = table->oldest ? table->oldest->prev : NULL; /* the newest */

    if (state && str_eq(state->key, key))
        return state;
    HASH_FIND(hh, table->by_key, key.len ? key.ptr : "", key.len, state);
    if (!state)
        return add(table, key);
    DL_DELETE(table->oldest, state);
    DL_APPEND(table->oldest, state);
    return state;
}

void key_table_done(struct key_table *table)
{
    while (table->oldest)
        drop(table, table->oldest);
    *table = (struct key_table){0};
}

/* ---- the combination of a call ---- */

static struct str per_value(const struct fault_per_key *per, const struct fault_call *call,
                            struct arena *arena)
{
    switch (per->what) {
    case PER_CLIENT:
        return call->client;
    case PER_CONNECTION:
        return arena_strf(arena, "%" PRIu64, call->connection);
    case PER_ACCOUNT:
        return call->account;
    case PER_REGION:
        return call->region;
    case PER_ACCESS_KEY:
        return call->access_key;
    case PER_SERVICE:
        return call->service;
    case PER_FUNCTION:
        return call->function;
    case PER_OPERATION:
        return call->op ? str_of(call->op->name) : STR_NONE;
    case PER_HOST:
        return call->host;
    case PER_HEADER:
        return header_value(call, per->header);
    case PER_LABEL:
        return call->label;
    }
    return STR_NONE;
}

/* A bar parts the values; one inside a value gets a backslash, so that keys stay distinct. */
static size_t put_escaped(char *out, struct str value)
{
    size_t n = 0;

    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '|' || value.ptr[i] == '\\')
            out[n++] = '\\';
        out[n++] = value.ptr[i];
    }
    return n;
}

static struct str join(struct arena *arena, struct str head, struct str tail)
{
    char *text = arena_alloc(arena, head.len + 1 + 2 * tail.len + 1);
    size_t n = head.len;

    memcpy(text, head.ptr, head.len);
    text[n++] = '|';
    n += put_escaped(text + n, tail);
    return (struct str){text, n};
}

struct str key_of_call(const struct fault_when *when, const struct fault_call *call,
                       struct arena *arena)
{
    struct str key = STR("");

    for (size_t i = 0; i < when->per_count; i++) {
        struct str value = per_value(&when->per[i], call, arena);

        if (i > 0)
            key = join(arena, key, value);
        else if (when->per_count > 1) /* escaped like the others */
            key = str_slice(join(arena, key, value), 1, SIZE_MAX);
        else if (str_is_set(value))
            key = value;
    }
    return key;
}

/* The part of a joined key at *at, still escaped; *at goes behind its bar. */
static struct str next_part(struct str key, size_t *at)
{
    size_t from = *at;
    size_t end = from;

    while (end < key.len && key.ptr[end] != '|')
        end += key.ptr[end] == '\\' ? 2 : 1;
    *at = end + 1;
    return str_slice(key, from, end);
}

/* An account is digits or letters; nothing of it is ever escaped. */
static bool key_is_of_account(const struct fault_when *when, struct str key, struct str account)
{
    size_t at = 0;

    if (when->per_count == 1)
        return when->per[0].what == PER_ACCOUNT && str_eq(key, account);
    for (size_t i = 0; i < when->per_count; i++) {
        struct str part = next_part(key, &at);

        if (when->per[i].what == PER_ACCOUNT)
            return str_eq(part, account);
    }
    return false;
}

void key_table_drop_account(struct key_table *table, const struct fault_when *when,
                            struct str account)
{
    struct key_state *state;
    struct key_state *next;

    DL_FOREACH_SAFE(table->oldest, state, next)
    {
        if (key_is_of_account(when, state->key, account))
            drop(table, state);
    }
}

/* ---- the digest of a request ---- */

static const uint8_t request_key[16] = "fcemu request v1";

/* What a signed URL carries anew each time. Source: api-2016-08-15.md §2.5. */
static const struct str signature_parameters[] = {
    STR_INIT("x-fc-signature"), STR_INIT("x-fc-expires"), STR_INIT("x-fc-security-token"),
    STR_INIT("signature"),      STR_INIT("expires"),
};

static bool is_signature(struct str parameter)
{
    struct str name;
    struct str value;

    str_cut(parameter, '=', &name, &value);
    for (size_t i = 0; i < N_ELEMENTS(signature_parameters); i++)
        if (str_eq_nocase(name, signature_parameters[i]))
            return true;
    return false;
}

static uint64_t digest_of_text(struct str text)
{
    return draw_siphash(request_key, text.len ? text.ptr : "", text.len);
}

static uint64_t digest_of_query(struct str query)
{
    uint64_t digest = 0;

    while (query.len) {
        struct str parameter;
        struct str rest;

        str_cut(query, '&', &parameter, &rest);
        if (!is_signature(parameter)) {
            uint64_t pair[2] = {digest, digest_of_text(parameter)};

            digest = draw_siphash(request_key, pair, sizeof(pair));
        }
        query = rest;
    }
    return digest;
}

struct str key_of_request(const struct fault_call *call, struct arena *arena)
{
    uint64_t parts[] = {
        digest_of_text(call->access_key),
        digest_of_text(call->op ? str_of(call->op->name) : call->method),
        digest_of_text(call->path),
        digest_of_query(call->query),
        digest_of_text(call->body_known ? call->body : STR_NONE),
    };

    return arena_strf(arena, "%016" PRIx64, draw_siphash(request_key, parts, sizeof(parts)));
}
