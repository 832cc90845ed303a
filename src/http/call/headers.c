/* Headers of a message: added, found, removed. */
#include "http/call/message.h"

#include "http/call/body.h"

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

void http_headers_copy(const struct http_headers *from, struct arena *arena,
                       struct http_headers *out)
{
    *out = (struct http_headers){0};
    for (size_t i = 0; i < from->count; i++)
        http_headers_add(out, arena, arena_str(arena, from->items[i].name),
                         arena_str(arena, from->items[i].value));
}

void http_request_rest(const struct http_request *request)
{
    if (request->kept_in)
        body_rest(request->kept_in);
}

void http_request_copy(const struct http_request *from, struct arena *arena,
                       struct http_request *out)
{
    static const size_t texts[] = {
        offsetof(struct http_request, sni),       offsetof(struct http_request, client),
        offsetof(struct http_request, method),    offsetof(struct http_request, target),
        offsetof(struct http_request, path),      offsetof(struct http_request, query),
        offsetof(struct http_request, authority), offsetof(struct http_request, host),
        offsetof(struct http_request, body),
    };

    *out = *from;
    out->kept_in = NULL;
    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        struct str *text = (struct str *)(void *)((char *)out + texts[i]);

        *text = arena_str(arena, *text);
    }
    http_headers_copy(&from->headers, arena, &out->headers);
}
