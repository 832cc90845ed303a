/*
 * tests/fuzz/fuzz_query.c - what was decoded encodes to the same value; parsed pairs, written anew,
 * parse to the same pairs
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_query(const struct query *query, struct arena *arena, struct buf *out)
{
    for (size_t i = 0; i < query->count; i++) {
        const struct query_pair *pair = &query->pairs[i];

        if (i > 0)
            buf_add_char(out, '&');
        buf_add(out, percent_encode(pair->key, false, arena));
        if (pair->has_value)
            buf_add_char(out, '=');
        buf_add(out, percent_encode(pair->value, false, arena));
    }
}

static bool is_same(const struct query *a, const struct query *b)
{
    if (a->count != b->count || !b->valid)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!str_eq(a->pairs[i].key, b->pairs[i].key) ||
            !str_eq(a->pairs[i].value, b->pairs[i].value) ||
            a->pairs[i].has_value != b->pairs[i].has_value)
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(buf_done) struct buf text = {0};
    struct str raw = {(const char *)data, size};
    struct str back;
    struct query query;
    struct query again;

    if (!percent_decode(percent_encode(raw, false, arena), false, arena, &back) ||
        !str_eq(raw, back))
        abort();
    if (!percent_decode(percent_encode(raw, true, arena), true, arena, &back) || !str_eq(raw, back))
        abort();
    query_parse(raw, arena, &query);
    for (size_t i = 0; i < query.count; i++)
        if (query.pairs[i].key.len == 0 && !query.pairs[i].has_value)
            abort(); /* nothing between two '&' is no pair */
    write_query(&query, arena, &text);
    query_parse(buf_str(&text), arena, &again);
    if (!is_same(&query, &again))
        abort();
    return 0;
}
