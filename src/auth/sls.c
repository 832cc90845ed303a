/*
 * auth/sls.c - the signatures of Log Service: version 1, HMAC-SHA1 over the head and the query, and
 * version 4, under a derived key
 *
 * Source: Log Service reference, "Request signatures"; what aliyun-log-python-sdk sends.
 */
#include "auth/internal.h"

enum {
    SLS_WITH_DATE = VARIANT_OWN << 0, /* x-log-date counts among the headers */
    SLS_NO_QUERY = VARIANT_OWN << 1,
    SLS_NO_HEADERS = VARIANT_OWN << 2,
    SLS_NO_TYPE = VARIANT_OWN << 3,
    SLS_NO_MD5 = VARIANT_OWN << 4,
    SLS_EMPTY_PAYLOAD = VARIANT_OWN << 5,
};

/* clang-format off */
static const struct variant variants[] = {
    {ON_BOTH, 0},             /* Python adds x-log-date behind signing, */
    {ON_BOTH, SLS_WITH_DATE}, /* others before */
};

static const struct mistake mistakes[] = {
    {ON_BOTH, SLS_NO_QUERY,        "matches without the query: it is signed behind the path"},
    {ON_BOTH, SLS_NO_HEADERS,      "matches without the x-log- headers: all that are sent must be signed"},
    {ON_BOTH, SLS_NO_TYPE,         "matches with Content-Type left out: its line must hold the header as sent"},
    {ON_BOTH, SLS_NO_MD5,          "matches with Content-MD5 left out: once sent, it must be signed"},
    {ON_BOTH, VARIANT_RESPELLED,   "matches in hex: the signature must be base64 of the 20 bytes"},
    {ON_BOTH, VARIANT_SECRET_LINE, "matches with a line feed behind the secret: it was read from a file with its line end"},
};
/* clang-format on */

static struct str header(const struct signing *signing, const char *name)
{
    return header_joined(signing->request, str_of(name), signing->arena);
}

static void add_line(struct buf *out, struct str text)
{
    buf_add(out, text);
    buf_add_char(out, '\n');
}

static bool is_own(struct str name)
{
    return str_starts(name, STR("x-acs-")) ||
           (str_starts(name, STR("x-log-")) && !str_starts(name, STR("x-log-meta-")));
}

static bool is_signed(unsigned flags, bool v4, struct str name)
{
    if (v4 && (str_eq(name, STR("content-type")) || str_eq(name, STR("host"))))
        return !(flags & SLS_NO_TYPE) || str_eq(name, STR("host"));
    if (!v4 && !(flags & SLS_WITH_DATE) && str_eq(name, STR("x-log-date")))
        return false;
    return is_own(name) && !(flags & SLS_NO_HEADERS);
}

/* "name:value\n" for each; their names, joined by ';', are @out_names. */
static void add_headers(const struct signing *signing, unsigned flags, bool v4, struct buf *out,
                        struct buf *out_names)
{
    const struct http_headers *headers = &signing->request->headers;
    struct str *names = ARENA_ARRAY(signing->arena, headers->count + 1, struct str);
    size_t count = 0;

    for (size_t i = 0; i < headers->count; i++) {
        struct str name = lower_case(headers->items[i].name, signing->arena);

        if (is_signed(flags, v4, name))
            names[count++] = name;
    }
    texts_sort(names, count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && str_eq(names[i], names[i - 1]))
            continue;
        if (i > 0)
            buf_add_char(out_names, ';');
        buf_add(out_names, names[i]);
        buf_add(out, names[i]);
        buf_add_char(out, ':');
        add_line(out, str_trim(header_joined(signing->request, names[i], signing->arena)));
    }
}

static struct str decoded_path(const struct signing *signing)
{
    struct str path;

    percent_decode(signing->request->path, false, signing->arena, &path);
    return path;
}

static void compose(const struct signing *signing, unsigned flags, struct buf *out)
{
    OWN(buf_done) struct buf names = {0};
    struct query query;

    add_line(out, signing->request->method);
    add_line(out, flags & SLS_NO_MD5 ? STR_NONE : header(signing, "Content-MD5"));
    add_line(out, flags & SLS_NO_TYPE ? STR_NONE : header(signing, "Content-Type"));
    add_line(out, signing->credential->date);
    add_headers(signing, flags, false, out, &names);
    buf_add(out, decoded_path(signing));
    query_parse(signing->request->query, signing->arena, &query);
    if (query.count == 0 || flags & SLS_NO_QUERY)
        return;
    query_sort(&query);
    buf_add_char(out, '?');
    query_write(&query, true, out);
}

static size_t sign(const struct signing *signing, unsigned flags, struct str text,
                   struct str secret, uint8_t out[DIGEST_BYTES_MAX])
{
    (void)signing;
    (void)flags;
    hmac_of(DIGEST_SHA1, secret, text, out);
    return DIGEST_SHA1_BYTES;
}

const struct signer log_signer = {
    .what = "string to sign",
    .variants = variants,
    .variant_count = N_ELEMENTS(variants),
    .mistakes = mistakes,
    .mistake_count = N_ELEMENTS(mistakes),
    .compose = compose,
    .sign = sign,
};

/* ---- version 4 ---- */

/* clang-format off */
static const struct variant variants4[] = {
    {ON_BOTH, 0},
};

static const struct mistake mistakes4[] = {
    {ON_BOTH, SLS_NO_QUERY,        "matches without the query: all parameters belong to the canonical request"},
    {ON_BOTH, SLS_NO_TYPE,         "matches with Content-Type left out: it is signed when it is sent"},
    {ON_BOTH, SLS_EMPTY_PAYLOAD,   "matches with the digest of an empty body: x-log-content-sha256 must be that of the body sent"},
    {ON_BOTH, VARIANT_SECRET_LINE, "matches with a line feed behind the secret: it was read from a file with its line end"},
};
/* clang-format on */

/* Keys as they are, values encoded: so clients sign. */
static void add_query(const struct signing *signing, struct buf *out)
{
    struct query query;

    query_parse(signing->request->query, signing->arena, &query);
    query_sort(&query);
    for (size_t i = 0; i < query.count; i++)
        query.pairs[i].value = percent_encode(query.pairs[i].value, false, signing->arena);
    query_write(&query, false, out);
}

static void add_digest(const struct signing *signing, unsigned flags, struct buf *out)
{
    struct str said = header(signing, "x-log-content-sha256");
    char hex[DIGEST_HEX_BYTES];

    if (str_is_set(said) && !(flags & SLS_EMPTY_PAYLOAD)) {
        buf_add(out, said);
        return;
    }
    digest_hex(DIGEST_SHA256, flags & SLS_EMPTY_PAYLOAD ? STR("") : signing->request->body, hex);
    buf_puts(out, hex);
}

static void compose4(const struct signing *signing, unsigned flags, struct buf *out)
{
    OWN(buf_done) struct buf names = {0};

    add_line(out, signing->request->method);
    add_line(out, decoded_path(signing));
    if (!(flags & SLS_NO_QUERY))
        add_query(signing, out);
    buf_add_char(out, '\n');
    add_headers(signing, flags, true, out, &names);
    buf_add_char(out, '\n');
    add_line(out, buf_str(&names));
    add_digest(signing, flags, out);
}

static size_t sign4(const struct signing *signing, unsigned flags, struct str text,
                    struct str secret, uint8_t out[DIGEST_BYTES_MAX])
{
    (void)flags;
    v4_sign(signing->credential, "SLS4-HMAC-SHA256", text, secret, out);
    return DIGEST_SHA256_BYTES;
}

const struct signer log4_signer = {
    .what = "canonical request",
    .variants = variants4,
    .variant_count = N_ELEMENTS(variants4),
    .mistakes = mistakes4,
    .mistake_count = N_ELEMENTS(mistakes4),
    .hex = true,
    .compose = compose4,
    .sign = sign4,
};
