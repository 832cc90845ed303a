#include "http/call/message.h"

enum { HEADERS_MIN = 8 };

void http_headers_add(struct http_headers *headers, struct arena *arena, struct str name,
                      struct str value)
{
    if (headers->count == headers->cap) {
        size_t cap = headers->cap ? headers->cap * 2 : HEADERS_MIN;
        struct http_header *items = ARENA_ARRAY(arena, cap, struct http_header);

        if (headers->count)
            memcpy(items, headers->items, headers->count * sizeof(*items));
        headers->items = items;
        headers->cap = cap;
    }
    headers->items[headers->count++] = (struct http_header){name, value};
    headers->marks |= http_header_mark(name);
}

void http_headers_set(struct http_headers *headers, struct arena *arena, struct str name,
                      struct str value)
{
    http_headers_remove(headers, name);
    http_headers_add(headers, arena, name, value);
}

bool http_headers_remove(struct http_headers *headers, struct str name)
{
    size_t kept = 0;
    size_t before = headers->count;

    if (!(headers->marks & http_header_mark(name)))
        return false;
    for (size_t i = 0; i < before; i++)
        if (!str_eq_nocase(headers->items[i].name, name))
            headers->items[kept++] = headers->items[i];
    headers->count = kept;
    return kept != before;
}

size_t http_headers_find(const struct http_headers *headers, struct str name)
{
    size_t at = 0;

    while (at < headers->count && !str_eq_nocase(headers->items[at].name, name))
        at++;
    return at;
}

size_t http_headers_bytes(const struct http_headers *headers)
{
    size_t bytes = 0;

    for (size_t i = 0; i < headers->count; i++)
        bytes += headers->items[i].name.len + headers->items[i].value.len;
    return bytes;
}
