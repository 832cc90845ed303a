/*
 * Headers and parameters as the schemes sign them: names in lower case, values as received, several
 * of one name joined by a comma; parameters sorted.
 */
#include <stdlib.h>

#include "auth/internal.h"

static int compare_texts(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

void texts_sort(struct str *texts, size_t count)
{
    if (count > 1)
        qsort(texts, count, sizeof(*texts), compare_texts);
}

static int compare_pairs(const void *a, const void *b)
{
    const struct query_pair *x = a;
    const struct query_pair *y = b;
    int order = str_compare(x->key, y->key);

    return order ? order : str_compare(x->value, y->value);
}

void query_sort(struct query *query)
{
    if (query->count > 1)
        qsort(query->pairs, query->count, sizeof(*query->pairs), compare_pairs);
}

void query_write(const struct query *query, bool equals, struct buf *out)
{
    for (size_t i = 0; i < query->count; i++) {
        const struct query_pair *pair = &query->pairs[i];

        if (i > 0)
            buf_add_char(out, '&');
        buf_add(out, pair->key);
        if (pair->value.len > 0 || equals)
            buf_add_char(out, '=');
        buf_add(out, pair->value);
    }
}

void query_encode(struct query *query, struct arena *arena)
{
    for (size_t i = 0; i < query->count; i++) {
        query->pairs[i].key = percent_encode(query->pairs[i].key, false, arena);
        query->pairs[i].value = percent_encode(query->pairs[i].value, false, arena);
    }
}

struct str lower_case(struct str text, struct arena *arena)
{
    char *copy = arena_dup(arena, text);

    for (size_t i = 0; i < text.len; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] - 'A' + 'a');
    return (struct str){copy, text.len};
}

struct str text_join(struct str a, char between, struct str b, struct arena *arena)
{
    char *text = arena_alloc(arena, a.len + b.len + 2);

    if (a.len)
        memcpy(text, a.ptr, a.len);
    text[a.len] = between;
    if (b.len)
        memcpy(text + a.len + 1, b.ptr, b.len);
    return (struct str){text, a.len + 1 + b.len};
}

struct str header_joined(const struct http_request *request, struct str name, struct arena *arena)
{
    struct str joined = STR_NONE;

    for (size_t i = 0; i < request->headers.count; i++) {
        const struct http_header *item = &request->headers.items[i];

        if (!str_eq_nocase(item->name, name))
            continue;
        joined = str_is_set(joined) ? text_join(joined, ',', item->value, arena) : item->value;
    }
    return joined;
}

struct str header_named(const struct signing *signing, const char *name)
{
    return header_joined(signing->request, str_of(name), signing->arena);
}

void line_write(struct buf *out, struct str text)
{
    buf_add(out, text);
    buf_add_char(out, '\n');
}

/* Their distinct names, in lower case, sorted. */
static size_t names_signed(const struct signing *signing, unsigned flags,
                           const struct headers_signed *which, struct str *names)
{
    const struct http_headers *headers = &signing->request->headers;
    size_t count = 0;
    size_t distinct = 0;

    for (size_t i = 0; i < headers->count; i++) {
        struct str name = lower_case(headers->items[i].name, signing->arena);

        if (which->has(signing, flags, name))
            names[count++] = name;
    }
    texts_sort(names, count);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || !str_eq(names[i], names[i - 1]))
            names[distinct++] = names[i];
    return distinct;
}

static struct str name_as_sent(const struct http_request *request, struct str name)
{
    for (size_t i = 0; i < request->headers.count; i++)
        if (str_eq_nocase(request->headers.items[i].name, name))
            return request->headers.items[i].name;
    return name;
}

void headers_write(const struct signing *signing, unsigned flags,
                   const struct headers_signed *which, struct buf *out)
{
    struct str *names =
        ARENA_ARRAY(signing->arena, signing->request->headers.count + 1, struct str);
    size_t count = names_signed(signing, flags, which, names);

    for (size_t i = 0; i < count; i++) {
        struct str value = header_joined(signing->request, names[i], signing->arena);

        buf_add(out, which->as_sent ? name_as_sent(signing->request, names[i]) : names[i]);
        buf_add_char(out, ':');
        line_write(out, which->trimmed ? str_trim(value) : value);
        if (which->out_names && i > 0)
            buf_add_char(which->out_names, ';');
        if (which->out_names)
            buf_add(which->out_names, names[i]);
    }
}
