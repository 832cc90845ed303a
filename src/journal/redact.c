#include "journal/redact.h"

static const struct str HIDDEN = STR_INIT("***");

static const struct str secret_headers[] = {
    STR_INIT("api-key"),
    STR_INIT("cookie"),
    STR_INIT("proxy-authorization"),
    STR_INIT("set-cookie"),
    STR_INIT("x-access-token"),
    STR_INIT("x-acs-security-token"),
    STR_INIT("x-api-key"),
    STR_INIT("x-auth-token"),
    STR_INIT("x-fc-access-key-secret"),
    STR_INIT("x-fc-security-token"),
    STR_INIT("x-fcemu-token"),
    STR_INIT("x-oss-security-token"),
};

static const struct str secret_queries[] = {
    STR_INIT("access_token"),    STR_INIT("security-token"),
    STR_INIT("securitytoken"),   STR_INIT("signature"),
    STR_INIT("token"),           STR_INIT("x-fc-security-token"),
    STR_INIT("x-fc-signature"),  STR_INIT("x-oss-security-token"),
    STR_INIT("x-oss-signature"),
};

/* Anywhere in a member's name, without regard to case. */
static const struct str secret_words[] = {
    STR_INIT("secret"),    STR_INIT("password"),   STR_INIT("token"),
    STR_INIT("accesskey"), STR_INIT("privatekey"),
};

static bool in_list(struct str name, const struct str *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq_nocase(name, list[i]))
            return true;
    }
    return false;
}

/* "FC LTAI-x:signature" keeps its key; "Bearer …" keeps nothing but the scheme. */
static void add_authorization(struct str value, struct buf *out)
{
    struct str scheme, rest, id, signature;

    if (!str_cut(value, ' ', &scheme, &rest)) {
        buf_add(out, HIDDEN);
        return;
    }
    buf_add(out, scheme);
    buf_add_char(out, ' ');
    if (str_eq(scheme, STR("FC")) && str_cut(rest, ':', &id, &signature)) {
        buf_add(out, id);
        buf_add_char(out, ':');
    } else if (str_starts(scheme, STR("ACS3")) && str_cut(rest, ',', &id, &signature)) {
        buf_add(out, id); /* Credential=… */
        buf_add_char(out, ',');
    }
    buf_add(out, HIDDEN);
}

void redact_headers(const struct http_headers *headers, struct buf *out)
{
    for (size_t i = 0; i < headers->count; i++) {
        struct http_header header = headers->items[i];

        buf_add(out, header.name);
        buf_puts(out, ": ");
        if (str_eq_nocase(header.name, STR("authorization")))
            add_authorization(header.value, out);
        else if (in_list(header.name, secret_headers, N_ELEMENTS(secret_headers)))
            buf_add(out, HIDDEN);
        else
            buf_add(out, header.value);
        buf_add_char(out, '\n');
    }
}

void redact_query(struct str query, struct buf *out)
{
    struct str rest = query;

    while (rest.ptr) {
        struct str pair, name, value, tail;
        bool more = str_cut(rest, '&', &pair, &tail);

        if (str_cut(pair, '=', &name, &value) &&
            in_list(name, secret_queries, N_ELEMENTS(secret_queries))) {
            buf_add(out, name);
            buf_add_char(out, '=');
            buf_add(out, HIDDEN);
        } else {
            buf_add(out, pair);
        }
        if (!more)
            return;
        buf_add_char(out, '&');
        rest = tail;
    }
}

static bool secret_word_at(struct str name, size_t at)
{
    for (size_t w = 0; w < N_ELEMENTS(secret_words); w++) {
        if (str_starts_nocase(str_slice(name, at, name.len), secret_words[w]))
            return true;
    }
    return false;
}

static bool sounds_secret(struct str name)
{
    /* Every member of every captured body comes by: first letters sort nearly all of it out. */
    static const bool first_letters[256] = {['s'] = true, ['S'] = true, ['p'] = true, ['P'] = true,
                                            ['t'] = true, ['T'] = true, ['a'] = true, ['A'] = true};

    for (size_t i = 0; i < name.len; i++) {
        if (first_letters[(unsigned char)name.ptr[i]] && secret_word_at(name, i))
            return true;
    }
    return false;
}

static bool is_escaped(struct str text, size_t start, size_t at)
{
    size_t slashes = 0;

    while (at - slashes > start && text.ptr[at - slashes - 1] == '\\')
        slashes++;
    return slashes % 2 == 1;
}

static size_t find_quote(struct str text, size_t at)
{
    const char *quote = at < text.len ? memchr(text.ptr + at, '"', text.len - at) : NULL;

    return quote ? (size_t)(quote - text.ptr) : text.len;
}

/* Behind the closing quote of the string that opens at @at, or the end. */
static size_t string_end(struct str text, size_t at)
{
    size_t end = find_quote(text, at + 1);

    while (end < text.len && is_escaped(text, at + 1, end))
        end = find_quote(text, end + 1);
    return end < text.len ? end + 1 : text.len;
}

static size_t skip_blanks(struct str text, size_t at)
{
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t' || text.ptr[at] == '\r' ||
                             text.ptr[at] == '\n'))
        at++;
    return at;
}

/* Where the value begins that belongs to the name in front of @end; the end when it is no name. */
static size_t value_of(struct str text, size_t end)
{
    size_t colon = skip_blanks(text, end);

    return colon < text.len && text.ptr[colon] == ':' ? skip_blanks(text, colon + 1) : text.len;
}

/* A scan rather than a parse: bodies that are broken on purpose are captured, too. What lies
 * between two secrets is copied in one piece; `kept` is where the piece begins. */
static void redact_json(struct str text, size_t most, struct buf *out)
{
    size_t start = out->len;
    size_t kept = 0;
    size_t at = find_quote(text, 0);

    while (at < text.len && out->len - start + (at - kept) < most) {
        size_t end = string_end(text, at);
        size_t value = value_of(text, end);

        if (value < text.len && text.ptr[value] == '"' && sounds_secret(str_slice(text, at, end))) {
            buf_add(out, str_slice(text, kept, value));
            buf_puts(out, "\"***\"");
            end = kept = string_end(text, value);
        }
        at = find_quote(text, end);
    }
    buf_add(out, str_slice(text, kept, at < kept + most ? at : kept + most));
    if (out->len - start > most) {
        out->len = start + most;
        out->ptr[out->len] = '\0';
    }
}

void redact_body(struct str body, size_t most, struct buf *out)
{
    size_t first = skip_blanks(body, 0);

    if (first < body.len && (body.ptr[first] == '{' || body.ptr[first] == '['))
        redact_json(body, most, out);
    else
        buf_add(out, str_slice(body, 0, most));
}
