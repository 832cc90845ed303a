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
    {ON_BOTH, VARIANT_SECRET_LINE, "matches with a line feed behind the secret: it was read from a file with its line end"},
};
/* clang-format on */

static void add_header(const struct signing *signing, const char *name, bool left_out,
                       struct buf *out)
{
    if (!left_out)
        buf_add(out, header_joined(signing->request, str_of(name), signing->arena));
    buf_add_char(out, '\n');
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
    for (size_t i = 0; i < query.count; i++) {
        buf_add_char(out, i > 0 ? '&' : '?');
        buf_add(out, query.pairs[i].key);
        if (query.pairs[i].value.len > 0 || (flags & ROA_EMPTY_EQUALS))
            buf_add_char(out, '=');
        buf_add(out, query.pairs[i].value);
    }
}

static void compose(const struct signing *signing, unsigned flags, struct buf *out)
{
    struct str but = flags & ROA_NO_TOKEN ? STR("x-acs-security-token") : STR_NONE;
    struct str path = signing->request->path;

    buf_add(out, signing->request->method);
    buf_add_char(out, '\n');
    add_header(signing, "Accept", flags & ROA_NO_ACCEPT, out);
    add_header(signing, "Content-MD5", flags & ROA_NO_MD5, out);
    add_header(signing, "Content-Type", flags & ROA_NO_TYPE, out);
    add_header(signing, "Date", false, out);
    if (!(flags & ROA_NO_HEADERS))
        headers_with_prefix(signing, STR("x-acs-"), but, false, out);
    if (flags & ROA_DECODED_PATH)
        percent_decode(path, false, signing->arena, &path);
    buf_add(out, path);
    if (!(flags & ROA_NO_QUERY))
        add_query(signing, flags, out);
}

static size_t sign(const struct signing *signing, unsigned flags, struct str text,
                   struct str secret, uint8_t out[DIGEST_BYTES_MAX])
{
    enum digest_kind kind = flags & ROA_SHA256 ? DIGEST_SHA256 : DIGEST_SHA1;

    (void)signing;
    hmac_of(kind, secret, text, out);
    return digest_size(kind);
}

const struct signer roa_signer = {
    .what = "string to sign",
    .variants = variants,
    .variant_count = N_ELEMENTS(variants),
    .mistakes = mistakes,
    .mistake_count = N_ELEMENTS(mistakes),
    .compose = compose,
    .sign = sign,
};
