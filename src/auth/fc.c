/*
 * The FC scheme: HMAC-SHA256 over method, Content-MD5, Content-Type, date, x-fc-* headers and the
 * resource, a line each. The resource is the path, and on HTTP-trigger traffic the query as well.
 *
 * Source: signature page of 2020-08-27; the variants are what the official clients of Node.js,
 * Python, Go, Java and PHP and the gateway plug-ins really sign.
 */
#include "auth/internal.h"
#include "crypto/encode.h"

enum {
    FC_RAW_PATH = VARIANT_OWN << 0, /* percent escapes of the path as sent */
    FC_QUERY = VARIANT_OWN << 1,    /* a line feed and a line for each parameter behind the path */
    FC_EMPTY_BARE = VARIANT_OWN << 2,   /* parameters without a value: "key" */
    FC_EMPTY_EQUALS = VARIANT_OWN << 3, /* … "key=" */
    FC_UNSORTED = VARIANT_OWN << 4,     /* parameters in the order of the URL */
    FC_SHORT_PREFIX = VARIANT_OWN << 5, /* headers x-fc… without the dash count too */
    FC_CONSOLE_DATE = VARIANT_OWN << 6, /* X-Fc-Date before Date */
    FC_NO_TYPE = VARIANT_OWN << 7,
    FC_BARE_TYPE = VARIANT_OWN << 8, /* Content-Type without its parameters */
    FC_NO_MD5 = VARIANT_OWN << 9,
    FC_NO_DATE = VARIANT_OWN << 10,
    FC_NO_HEADERS = VARIANT_OWN << 11,
    FC_NO_TOKEN = VARIANT_OWN << 12,
    FC_HEADER_CASE = VARIANT_OWN << 13,
    FC_LOWER_METHOD = VARIANT_OWN << 14,
    FC_NO_VERSION = VARIANT_OWN << 15, /* the path without its first segment */
    FC_NO_QUERY = VARIANT_OWN << 16,
    FC_QUERY_IN_PATH = VARIANT_OWN << 17, /* "?" and the query as sent behind the path */
    FC_SHA1 = VARIANT_OWN << 18,
};

/* clang-format off */
static const struct variant variants[] = {
    {ON_API,     0},
    {ON_API,     FC_RAW_PATH}, /* Go; Node.js for layer ARNs */
    {ON_API,     FC_QUERY}, /* gateway plug-ins */
    {ON_API,     FC_QUERY | FC_EMPTY_BARE},
    {ON_API,     FC_QUERY | FC_RAW_PATH},
    {ON_API,     FC_QUERY | FC_RAW_PATH | FC_EMPTY_BARE},
    {ON_API,     FC_SHORT_PREFIX}, /* Java */
    {ON_API,     FC_SHORT_PREFIX | FC_RAW_PATH},
    {ON_API,     FC_CONSOLE_DATE},
    {ON_TRIGGER, FC_QUERY},
    {ON_TRIGGER, FC_QUERY | FC_RAW_PATH}, /* Node.js */
    {ON_TRIGGER, FC_QUERY | FC_EMPTY_BARE}, /* Go, Java, Python composers */
    {ON_TRIGGER, FC_QUERY | FC_EMPTY_EQUALS},
    {ON_TRIGGER, FC_QUERY | FC_UNSORTED}, /* PHP */
    {ON_TRIGGER, FC_QUERY | FC_UNSORTED | FC_EMPTY_BARE},
    {ON_TRIGGER, FC_QUERY | FC_UNSORTED | FC_EMPTY_EQUALS},
    {ON_TRIGGER, FC_QUERY | FC_UNSORTED | FC_RAW_PATH},
    {ON_TRIGGER, FC_QUERY | FC_RAW_PATH | FC_EMPTY_BARE},
    {ON_TRIGGER, FC_QUERY | FC_RAW_PATH | FC_EMPTY_EQUALS},
    {ON_TRIGGER, FC_QUERY | FC_SHORT_PREFIX},
    {ON_TRIGGER, FC_QUERY | FC_CONSOLE_DATE},
};

static const struct mistake mistakes[] = {
    {ON_BOTH,    FC_NO_TYPE,          "matches with Content-Type left out: its line must hold the header as sent"},
    {ON_BOTH,    FC_BARE_TYPE,        "matches with the parameters of Content-Type left out: they are signed too"},
    {ON_BOTH,    FC_NO_MD5,           "matches with Content-MD5 left out: once sent, it must be signed"},
    {ON_BOTH,    FC_NO_TYPE | FC_NO_MD5, "matches with Content-Type and Content-MD5 left out: both are signed when sent"},
    {ON_BOTH,    FC_NO_TOKEN,         "matches without X-Fc-Security-Token: the token is signed like any x-fc- header"},
    {ON_BOTH,    FC_NO_HEADERS,       "matches without the x-fc- headers: all that are sent must be signed"},
    {ON_BOTH,    FC_HEADER_CASE,      "matches with header names as sent: they must be in lower case"},
    {ON_BOTH,    FC_NO_DATE,          "matches with an empty date line: it must hold the Date header"},
    {ON_BOTH,    FC_LOWER_METHOD,     "matches with the method in lower case: it must be in upper case"},
    {ON_BOTH,    FC_NO_VERSION,       "matches with the path shortened by its first segment: the API version is part of it"},
    {ON_TRIGGER, FC_NO_QUERY,         "matches without the query: calls of HTTP triggers sign a line feed and each parameter"},
    {ON_BOTH,    FC_QUERY_IN_PATH,    "matches with '?' and the query behind the path: parameters are signed on lines of their own, or not at all"},
    {ON_BOTH,    FC_SHA1,             "matches with HMAC-SHA1: this scheme uses HMAC-SHA256"},
    {ON_BOTH,    VARIANT_RESPELLED,   "matches in hex: the signature must be base64 of the 32 bytes"},
};
/* clang-format on */

static struct str content_type(const struct signing *signing, unsigned flags)
{
    struct str type = header_named(signing, "Content-Type");

    if (flags & FC_NO_TYPE)
        return STR_NONE;
    if (flags & FC_BARE_TYPE)
        str_cut(type, ';', &type, &(struct str){0});
    return type;
}

static struct str date(const struct signing *signing, unsigned flags)
{
    struct str console = header_named(signing, "X-Fc-Date");

    if (flags & FC_NO_DATE)
        return STR_NONE;
    if (signing->credential->scheme == AUTH_SIGNED_URL)
        return signing->credential->expires;
    if ((flags & FC_CONSOLE_DATE) && str_is_set(console))
        return console;
    return signing->credential->date;
}

static bool is_signed(const struct signing *signing, unsigned flags, struct str name)
{
    (void)signing;
    if (flags & FC_NO_TOKEN && str_eq(name, STR("x-fc-security-token")))
        return false;
    return !(flags & FC_NO_HEADERS) &&
           str_starts(name, flags & FC_SHORT_PREFIX ? STR("x-fc") : STR("x-fc-"));
}

static void add_path(const struct signing *signing, unsigned flags, struct buf *out)
{
    struct str path = signing->request->path;

    if (!(flags & FC_RAW_PATH))
        percent_decode(path, false, signing->arena, &path);
    if (flags & FC_NO_VERSION) {
        struct str rest;

        str_cut(str_slice(path, 1, path.len), '/', &(struct str){0}, &rest);
        path = str_is_set(rest) ? (struct str){rest.ptr - 1, rest.len + 1} : STR("/");
    }
    buf_add(out, path);
}

static struct str param_line(const struct query_pair *pair, unsigned flags, struct arena *arena)
{
    bool equals = pair->has_value;

    if (pair->value.len == 0 && (flags & (FC_EMPTY_BARE | FC_EMPTY_EQUALS)))
        equals = flags & FC_EMPTY_EQUALS;
    if (!equals)
        return pair->key;
    return text_join(pair->key, '=', pair->value, arena);
}

static void add_query(const struct signing *signing, unsigned flags, struct buf *out)
{
    struct query query;
    size_t count = 0;

    query_parse(signing->request->query, signing->arena, &query);
    struct str *lines = ARENA_ARRAY(signing->arena, query.count + 1, struct str);

    for (size_t i = 0; i < query.count; i++)
        if (!str_eq(query.pairs[i].key, STR("x-fc-signature")))
            lines[count++] = param_line(&query.pairs[i], flags, signing->arena);
    if (!(flags & FC_UNSORTED))
        texts_sort(lines, count);
    buf_add_char(out, '\n'); /* also when nothing follows */
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_add_char(out, '\n');
        buf_add(out, lines[i]);
    }
}

static void compose(const struct signing *signing, unsigned flags, struct buf *out)
{
    struct str method = signing->request->method;

    line_write(out, flags & FC_LOWER_METHOD ? lower_case(method, signing->arena) : method);
    line_write(out, flags & FC_NO_MD5 ? STR_NONE : header_named(signing, "Content-MD5"));
    line_write(out, content_type(signing, flags));
    line_write(out, date(signing, flags));
    headers_write(signing, flags,
                  &(struct headers_signed){.has = is_signed, .as_sent = flags & FC_HEADER_CASE},
                  out);
    add_path(signing, flags, out);
    if (flags & FC_QUERY_IN_PATH) {
        buf_add_char(out, '?');
        buf_add(out, signing->request->query);
    } else if ((flags & FC_QUERY) && !(flags & FC_NO_QUERY)) {
        add_query(signing, flags, out);
    }
}

const struct signer fc_signer = {
    SIGNER_TABLES(variants, mistakes),
    .compose = compose,
    .kind = DIGEST_SHA256,
    .other_kind = FC_SHA1,
};

struct str auth_sign_fc(const struct http_request *request, struct str date, struct str key_id,
                        struct str secret, struct arena *arena)
{
    const struct credential credential = {.scheme = AUTH_FC, .date = date};
    const struct signing signing = {.request = request, .credential = &credential, .arena = arena};
    OWN(buf_done) struct buf text = {0};
    uint8_t bytes[DIGEST_BYTES_MAX];
    size_t len;

    compose(&signing, 0, &text);
    len = signature_sign(&signing, &fc_signer, 0, buf_str(&text), secret, bytes);
    return arena_strf(arena, "FC " STR_FMT ":" STR_FMT, STR_ARG(key_id),
                      STR_ARG(base64_text((struct str){(const char *)bytes, len}, arena)));
}
