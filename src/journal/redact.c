/* What is kept of a call without its secrets. */
#include "journal/redact.h"

#include "base/query.h"
#include "crypto/encode.h"

enum { SECRET_BYTES_MIN = 6 }; /* shorter ones are words of any text */

static const struct str HIDDEN = STR_INIT("***");

/* Of an Authorization header: what stands in front of the secret part. */
static size_t open_part(struct str value)
{
    struct str scheme;
    struct str rest;
    size_t at;

    if (!str_cut(value, ' ', &scheme, &rest))
        return 0;
    at = scheme.len + 1;
    if (str_eq(scheme, STR("FC")) || str_eq(scheme, STR("acs")) || str_eq(scheme, STR("OSS")) ||
        str_eq(scheme, STR("LOG")))
        return str_cut(rest, ':', &scheme, &rest) ? at + scheme.len + 1 : at;
    if (str_starts(scheme, STR("ACS")) && str_cut(rest, ',', &scheme, &rest))
        return at + scheme.len + 1; /* Credential=… */
    return at;
}

void redact_header(struct http_header header, const struct redact_secrets *secrets, struct buf *out)
{
    buf_add(out, header.name);
    buf_puts(out, ": ");
    if (str_eq_nocase(header.name, STR("authorization"))) {
        buf_add(out, str_slice(header.value, 0, open_part(header.value)));
        buf_add(out, HIDDEN);
    } else if (redact_name_is_secret(header.name)) {
        buf_add(out, HIDDEN);
    } else {
        redact_text(header.value, SIZE_MAX, secrets, out);
    }
    buf_add_char(out, '\n');
}

void redact_headers(const struct http_headers *headers, const struct redact_secrets *secrets,
                    struct buf *out)
{
    for (size_t i = 0; i < headers->count; i++)
        redact_header(headers->items[i], secrets, out);
}

/* Percent-encoded or not; what is longer than any name of a secret stays as it is. */
static bool name_is_secret(struct str name)
{
    char plain[128];
    size_t len = 0;

    if (name.len > sizeof(plain))
        return redact_name_is_secret(name);
    for (size_t i = 0; i < name.len; i++) {
        int high = i + 2 < name.len && name.ptr[i] == '%' ? hex_digit_value(name.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_digit_value(name.ptr[i + 2]) : -1;

        plain[len++] = low >= 0 ? (char)(high * 16 + low) : name.ptr[i];
        i += low >= 0 ? 2 : 0;
    }
    return redact_name_is_secret((struct str){plain, len});
}

void redact_query(struct str query, struct buf *out)
{
    struct str rest = query;

    while (rest.ptr) {
        struct str pair, name, value, tail;
        bool more = str_cut(rest, '&', &pair, &tail);

        if (str_cut(pair, '=', &name, &value) && name_is_secret(name)) {
            buf_add(out, name);
            buf_add_char(out, '=');
            buf_add(out, HIDDEN);
        } else {
            redact_text(pair, SIZE_MAX, NULL, out);
        }
        if (!more)
            return;
        buf_add_char(out, '&');
        rest = tail;
    }
}

static void learn(struct redact_secrets *secrets, struct str value)
{
    if (value.len < SECRET_BYTES_MIN || secrets->count == REDACT_SECRETS_MAX)
        return;
    secrets->items[secrets->count++] = value;
    secrets->begins[(unsigned char)value.ptr[0]] = true;
}

/* An echo may show what Basic hides so thinly. */
static void learn_authorization(struct redact_secrets *secrets, struct str value,
                                struct arena *arena)
{
    struct str secret = str_slice(value, open_part(value), value.len);
    struct str user;
    struct str password;
    size_t len;
    uint8_t *pair;
    size_t at;

    if (str_starts(value, STR("ACS")) && str_find(secret, STR("Signature="), &at))
        secret = str_slice(secret, at + 10, secret.len);
    learn(secrets, secret);
    if (!str_starts_nocase(value, STR("Basic ")))
        return;
    pair = arena_alloc(arena, secret.len + 1);
    if (base64_decode(secret, pair, &len) &&
        str_cut((struct str){(const char *)pair, len}, ':', &user, &password))
        learn(secrets, password);
}

void redact_learn_header(struct http_header header, struct arena *arena, struct redact_secrets *out)
{
    if (str_eq_nocase(header.name, STR("authorization")))
        learn_authorization(out, header.value, arena);
    else if (redact_name_is_secret(header.name))
        learn(out, header.value);
}

void redact_learn_query(struct str text, struct arena *arena, struct redact_secrets *out)
{
    struct query query;

    if (!text.len)
        return;
    query_parse(text, arena, &query);
    for (size_t i = 0; i < query.count; i++)
        if (redact_name_is_secret(query.pairs[i].key))
            learn(out, query.pairs[i].value);
}

void redact_learn(const struct http_request *request, struct arena *arena,
                  struct redact_secrets *out)
{
    *out = (struct redact_secrets){0};
    for (size_t i = 0; i < request->headers.count; i++)
        redact_learn_header(request->headers.items[i], arena, out);
    redact_learn_query(request->query, arena, out);
}
