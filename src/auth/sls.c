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
};
/* clang-format on */

static bool is_own(struct str name)
{
    return str_starts(name, STR("x-acs-")) ||
           (str_starts(name, STR("x-log-")) && !str_starts(name, STR("x-log-meta-")));
}

static bool is_signed(const struct signing *signing, unsigned flags, struct str name)
{
    (void)signing;
    if (str_eq(name, STR("x-log-date")) && !(flags & SLS_WITH_DATE))
        return false;
    return is_own(name) && !(flags & SLS_NO_HEADERS);
}

static struct str decoded_path(const struct signing *signing)
{
    struct str path;

    percent_decode(signing->request->path, false, signing->arena, &path);
    return path;
}

static void compose(const struct signing *signing, unsigned flags, struct buf *out)
{
    struct query query;

    line_write(out, signing->request->method);
    line_write(out, flags & SLS_NO_MD5 ? STR_NONE : header_named(signing, "Content-MD5"));
    line_write(out, flags & SLS_NO_TYPE ? STR_NONE : header_named(signing, "Content-Type"));
    line_write(out, signing->credential->date);
    headers_write(signing, flags, &(struct headers_signed){.has = is_signed, .trimmed = true}, out);
    buf_add(out, decoded_path(signing));
    query_parse(signing->request->query, signing->arena, &query);
    if (query.count == 0 || flags & SLS_NO_QUERY)
        return;
    query_sort(&query);
    buf_add_char(out, '?');
    query_write(&query, true, out);
}

const struct signer log_signer = {
    SIGNER_TABLES(variants, mistakes),
    .compose = compose,
    .kind = DIGEST_SHA1,
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
};
/* clang-format on */

static bool is_signed4(const struct signing *signing, unsigned flags, struct str name)
{
    (void)signing;
    if (str_eq(name, STR("content-type")))
        return !(flags & SLS_NO_TYPE);
    return str_eq(name, STR("host")) || (is_own(name) && !(flags & SLS_NO_HEADERS));
}

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
    struct str said = header_named(signing, "x-log-content-sha256");
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

    line_write(out, signing->request->method);
    line_write(out, decoded_path(signing));
    if (!(flags & SLS_NO_QUERY))
        add_query(signing, out);
    buf_add_char(out, '\n');
    headers_write(signing, flags,
                  &(struct headers_signed){.has = is_signed4, .trimmed = true, .out_names = &names},
                  out);
    buf_add_char(out, '\n');
    line_write(out, buf_str(&names));
    add_digest(signing, flags, out);
}

const struct signer log4_signer = {
    SIGNER_TABLES(variants4, mistakes4),
    .canonical = true,
    .compose = compose4,
    .derived = "SLS4-HMAC-SHA256",
};
