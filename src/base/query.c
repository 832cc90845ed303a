/* Percent encoding, and a query string as decoded pairs in their order. */
#include "base/query.h"

/* The byte that the escape at @p stands for, or -1. */
static int escape_value(const char *p, size_t left)
{
    int high = left > 2 ? hex_digit_value(p[1]) : -1;
    int low = high >= 0 ? hex_digit_value(p[2]) : -1;

    return low < 0 ? -1 : high << 4 | low;
}

static bool needs_decoding(struct str raw, bool form)
{
    return raw.len > 0 &&
           (memchr(raw.ptr, '%', raw.len) || (form && memchr(raw.ptr, '+', raw.len)));
}

bool percent_decode(struct str raw, bool form, struct arena *arena, struct str *out)
{
    *out = raw;
    if (!needs_decoding(raw, form))
        return true;
    char *text = arena_alloc(arena, raw.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < raw.len; i++) {
        int value = (unsigned char)raw.ptr[i];

        if (value == '%') {
            value = escape_value(raw.ptr + i, raw.len - i);
            if (value < 0)
                return false;
            i += 2;
        } else if (value == '+' && form) {
            value = ' ';
        }
        text[len++] = (char)value;
    }
    *out = (struct str){text, len};
    return true;
}

static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

struct str percent_encode(struct str text, bool keep_slash, struct arena *arena)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = arena_alloc_array(arena, text.len + 1, 3);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (is_unreserved(c) || (keep_slash && c == '/')) {
            out[len++] = (char)c;
            continue;
        }
        out[len++] = '%';
        out[len++] = digits[c >> 4];
        out[len++] = digits[c & 15];
    }
    return (struct str){out, len};
}

static size_t count_of(struct str text, char wanted)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == wanted;
    return count;
}

static void parse(struct str raw, bool form, struct arena *arena, struct query *out)
{
    struct str rest = raw;
    struct str part;

    *out = (struct query){.valid = true};
    if (raw.len == 0)
        return;
    size_t room = count_of(raw, '&') + 1;

    if (room > QUERY_PAIRS_MAX)
        room = QUERY_PAIRS_MAX;
    out->pairs = ARENA_ARRAY(arena, room, struct query_pair);
    while (str_is_set(rest)) {
        str_cut(rest, '&', &part, &rest);
        if (part.len == 0)
            continue;
        if (out->count == room) {
            out->too_many = true;
            break;
        }
        struct query_pair *pair = &out->pairs[out->count++];
        struct str key;
        struct str value;

        pair->has_value = str_cut(part, '=', &key, &value);
        if (!pair->has_value)
            value = STR("");
        out->valid &= percent_decode(key, form, arena, &pair->key);
        out->valid &= percent_decode(value, form, arena, &pair->value);
    }
}

void query_parse(struct str raw, struct arena *arena, struct query *out)
{
    parse(raw, true, arena, out);
}

void query_parse_plain(struct str raw, struct arena *arena, struct query *out)
{
    parse(raw, false, arena, out);
}

struct str query_get(const struct query *query, struct str key)
{
    for (size_t i = 0; i < query->count; i++)
        if (str_eq(query->pairs[i].key, key))
            return query->pairs[i].value;
    return STR_NONE;
}
