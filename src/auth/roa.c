/*
 * The ROA scheme "acs": HMAC-SHA1 over method, Accept, Content-MD5, Content-Type, Date, the x-acs-*
 * headers, and the path with its decoded query. Terraform and clients set to signature "v2" send
 * it.
 *
 * Source: npm openapi-util, openapi-core.
 */
#include "auth/internal.h"

enum {
    ROA_EMPTY_EQUALS = VARIANT_OWN << 0, /* parameters without a value: "key=", not "key" */
    ROA_RAW_QUERY = VARIANT_OWN << 1,
    ROA_NO_QUERY = VARIANT_OWN << 2,
    ROA_NO_ACCEPT = VARIANT_OWN << 3,
    ROA_NO_TYPE = VARIANT_OWN << 4,
    ROA_NO_MD5 = VARIANT_OWN << 5,
    ROA_NO_HEADERS = VARIANT_OWN << 6,
    ROA_NO_TOKEN = VARIANT_OWN << 7,
    ROA_DECODED_PATH = VARIANT_OWN << 8,
    ROA_SHA256 = VARIANT_OWN << 9,
};

/* clang-format off */
static const struct variant variants[] = {
    {ON_BOTH, 0},
    {ON_BOTH, ROA_EMPTY_EQUALS},
};

static const struct mistake mistakes[] = {
    {ON_BOTH, ROA_RAW_QUERY,       "matches with the query as sent: parameters are sorted and percent-decoded"},
    {ON_BOTH, ROA_NO_QUERY,        "matches without the query: it is signed behind the path"},
    {ON_BOTH, ROA_NO_ACCEPT,       "matches with Accept left out: its line must hold the header as sent"},
    {ON_BOTH, ROA_NO_TYPE,         "matches with Content-Type left out: its line must hold the header as sent"},
    {ON_BOTH, ROA_NO_MD5,          "matches with Content-MD5 left out: once sent, it must be signed"},
    {ON_BOTH, ROA_NO_TOKEN,        "matches without x-acs-security-token: the token is signed like any x-acs- header"},
    {ON_BOTH, ROA_NO_HEADERS,      "matches without the x-acs- headers: all that are sent must be signed"},
    {ON_BOTH, ROA_DECODED_PATH,    "matches with the path percent-decoded: it is signed as sent"},
    {ON_BOTH, ROA_SHA256,          "matches with HMAC-SHA256: this scheme uses HMAC-SHA1"},
    {ON_BOTH, VARIANT_RESPELLED,   "matches in hex: the signature must be base64 of the 20 bytes"},
};
/* clang-format on */

static bool is_signed(const struct signing *signing, unsigned flags, struct str name)
{
    (void)signing;
    if (flags & ROA_NO_TOKEN && str_eq(name, STR("x-acs-security-token")))
        return false;
    return !(flags & ROA_NO_HEADERS) && str_starts(name, STR("x-acs-"));
}

static void add_query(const struct signing *signing, unsigned flags, struct buf *out)
{
    struct query query;

    if (flags & ROA_RAW_QUERY) {
        buf_add_char(out, '?');
        buf_add(out, signing->request->query);
        return;
    }
    query_parse_plain(signing->request->query, signing->arena, &query);
    query_sort(&query);
    if (query.count > 0)
        buf_add_char(out, '?');
    query_write(&query, flags & ROA_EMPTY_EQUALS, out);
}

static void compose(const struct signing *signing, unsigned flags, struct buf *out)
{
    struct str path = signing->request->path;

    line_write(out, signing->request->method);
    line_write(out, flags & ROA_NO_ACCEPT ? STR_NONE : header_named(signing, "Accept"));
    line_write(out, flags & ROA_NO_MD5 ? STR_NONE : header_named(signing, "Content-MD5"));
    line_write(out, flags & ROA_NO_TYPE ? STR_NONE : header_named(signing, "Content-Type"));
    line_write(out, header_named(signing, "Date"));
    headers_write(signing, flags, &(struct headers_signed){.has = is_signed}, out);
    if (flags & ROA_DECODED_PATH)
        percent_decode(path, false, signing->arena, &path);
    buf_add(out, path);
    if (!(flags & ROA_NO_QUERY))
        add_query(signing, flags, out);
}

const struct signer roa_signer = {
    SIGNER_TABLES(variants, mistakes),
    .compose = compose,
    .kind = DIGEST_SHA1,
    .other_kind = ROA_SHA256,
};
