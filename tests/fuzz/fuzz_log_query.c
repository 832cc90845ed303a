/*
 * tests/fuzz/fuzz_log_query.c - a query of Log Service is words, which written anew are the same,
 * or is refused by a name; and a text that holds them all fits
 */
#include <stdlib.h>

#include "base/buf.h"
#include "product/neighbours/log_query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_query(const struct log_query *query, struct buf *out)
{
    for (size_t i = 0; i < query->count; i++) {
        const struct log_word *word = &query->words[i];

        buf_puts(out, word->negated ? " not " : " ");
        if (str_is_set(word->field)) {
            buf_add_char(out, '"');
            buf_add(out, word->field);
            buf_puts(out, "\":");
        }
        buf_add_char(out, '"');
        buf_add(out, word->text);
        buf_add_char(out, '"');
    }
}

static bool is_same(const struct log_query *a, const struct log_query *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->words[i].negated != b->words[i].negated ||
            !str_eq(a->words[i].field, b->words[i].field) ||
            !str_eq(a->words[i].text, b->words[i].text))
            return false;
    return true;
}

/* Quotes within words and stars before the end would be read otherwise. */
static bool is_plain(struct str text)
{
    return !text.len || (!memchr(text.ptr, '"', text.len) && text.ptr[text.len - 1] != '*');
}

static bool is_printable(const struct log_query *query)
{
    for (size_t i = 0; i < query->count; i++)
        if (!is_plain(query->words[i].text) || !is_plain(query->words[i].field))
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    const struct log_field field = {"message", text};
    struct log_query query;
    struct log_query again;
    OWN(buf_done) struct buf written = {0};
    bool negated = false;

    if (log_query_read(text, &query))
        return 0;
    for (size_t i = 0; i < query.count; i++)
        negated = negated || query.words[i].negated || str_is_set(query.words[i].field);
    if (!negated && !log_query_fits(&query, &field, 1))
        abort(); /* a text holds its own words */
    if (!is_printable(&query))
        return 0;
    write_query(&query, &written);
    if (log_query_read(buf_str(&written), &again) || !is_same(&query, &again))
        abort();
    return 0;
}
