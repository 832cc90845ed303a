/*
 * auth/oss.c - the signatures of OSS: version 1, HMAC-SHA1 over the head and the parameters that
 * make an operation, and version 4, over all parameters, under a derived key
 *
 * Both sign "/bucket/object", wherever the bucket stands in the request. Source: OSS reference,
 * "Include signatures in the Authorization header", "… in a URL", for V1 and V4; what oss2,
 * alibabacloud-oss-v2 and ali-oss send.
 */
#include "auth/internal.h"
#include "catalog/oss_param.h"

enum {
    OSS_DATE_LINE = VARIANT_OWN << 0, /* Date before x-oss-date */
    OSS_ALL_PARAMS = VARIANT_OWN << 1,
    OSS_SLASH = VARIANT_OWN << 2, /* a '/' behind a bucket that stands in the path */
    OSS_NO_PARAMS = VARIANT_OWN << 3,
    OSS_NO_TYPE = VARIANT_OWN << 4,
    OSS_NO_HEADERS = VARIANT_OWN << 5,
    OSS_NO_BUCKET = VARIANT_OWN << 6,
    OSS_SHA256 = VARIANT_OWN << 7,
};

/* clang-format off */
static const struct variant variants[] = {
    {ON_BOTH, 0},
    {ON_BOTH, OSS_DATE_LINE},
    {ON_BOTH, OSS_SLASH},
    {ON_BOTH, OSS_SLASH | OSS_DATE_LINE},
    {ON_BOTH, OSS_ALL_PARAMS}, /* JavaScript signs whatever makes the operation */
};

static const struct mistake mistakes[] = {
    {ON_BOTH, OSS_NO_TYPE,         "matches with Content-Type left out: its line must hold the header as sent"},
    {ON_BOTH, OSS_NO_HEADERS,      "matches without the x-oss- headers: all that are sent must be signed"},
    {ON_BOTH, OSS_NO_PARAMS,       "matches without the query: subresources are signed behind the path"},
    {ON_BOTH, OSS_NO_BUCKET,       "matches without the bucket: '/bucket' is signed before the path, also where the host names it"},
    {ON_BOTH, OSS_SHA256,          "matches with HMAC-SHA256: this scheme uses HMAC-SHA1"},
    {ON_BOTH, VARIANT_RESPELLED,   "matches in hex: the signature must be base64 of the 20 bytes"},
};
/* clang-format on */

static bool is_signed_param(struct str key)
{
    return oss_param_is(key, OSS_PARAM_SIGNED) || str_starts(key, STR("x-oss-"));
}

/* The credential itself. */
static bool is_of_url(struct str key)
{
    static const struct str own[] = {STR_INIT("OSSAccessKeyId"), STR_INIT("Expires"),
                                     STR_INIT("Signature"), STR_INIT("x-oss-signature")};

    for (size_t i = 0; i < N_ELEMENTS(own); i++)
        if (str_eq(key, own[i]))
            return true;
    return false;
}

static void read_params(const struct signing *signing, bool all, struct query *out)
{
    size_t count = 0;

    query_parse_plain(signing->request->query, signing->arena, out);
    for (size_t i = 0; i < out->count; i++)
        if (!is_of_url(out->pairs[i].key) && (all || is_signed_param(out->pairs[i].key)))
            out->pairs[count++] = out->pairs[i];
    out->count = count;
}

/* "/bucket/object", decoded. */
static void add_resource(const struct signing *signing, unsigned flags, struct buf *out)
{
    struct str path;

    percent_decode(signing->request->path, false, signing->arena, &path);
    if (signing->bucket.len && !(flags & OSS_NO_BUCKET)) {
        buf_add_char(out, '/');
        buf_add(out, signing->bucket);
    }
    buf_add(out, path);
    if (!signing->bucket.len && (flags & OSS_SLASH) && path.len > 1 &&
        !memchr(path.ptr + 1, '/', path.len - 1))
        buf_add_char(out, '/');
}

static struct str date_line(const struct signing *signing, unsigned flags)
{
    struct str own = header_named(signing, "x-oss-date");

    if (signing->credential->scheme == AUTH_OSS_URL)
        return signing->credential->expires;
    return str_is_set(own) && !(flags & OSS_DATE_LINE) ? own : header_named(signing, "Date");
}

static bool is_signed(const struct signing *signing, unsigned flags, struct str name)
{
    (void)signing;
    return !(flags & OSS_NO_HEADERS) && str_starts(name, STR("x-oss-"));
}

static void compose(const struct signing *signing, unsigned flags, struct buf *out)
{
    struct query query;

    line_write(out, signing->request->method);
    line_write(out, header_named(signing, "Content-MD5"));
    line_write(out, flags & OSS_NO_TYPE ? STR_NONE : header_named(signing, "Content-Type"));
    line_write(out, date_line(signing, flags));
    headers_write(signing, flags, &(struct headers_signed){.has = is_signed}, out);
    add_resource(signing, flags, out);
    if (flags & OSS_NO_PARAMS)
        return;
    read_params(signing, flags & OSS_ALL_PARAMS, &query);
    query_sort(&query);
    if (query.count > 0)
        buf_add_char(out, '?');
    query_write(&query, false, out);
}

const struct signer oss_signer = {
    SIGNER_TABLES(variants, mistakes),
    .compose = compose,
    .kind = DIGEST_SHA1,
    .other_kind = OSS_SHA256,
};

/* ---- version 4 ---- */

/* clang-format off */
static const struct variant variants4[] = {
    {ON_BOTH, 0},
    {ON_BOTH, OSS_SLASH},
};

static const struct mistake mistakes4[] = {
    {ON_BOTH, OSS_NO_PARAMS,       "matches without the query: all parameters belong to the canonical request"},
    {ON_BOTH, OSS_NO_TYPE,         "matches with Content-Type left out: it is signed when it is sent"},
    {ON_BOTH, OSS_NO_BUCKET,       "matches without the bucket: '/bucket' is signed before the path, also where the host names it"},
};
/* clang-format on */

static bool is_additional(const struct signing *signing, struct str name)
{
    struct str rest = signing->credential->signed_headers;
    struct str one;

    while (str_is_set(rest)) {
        str_cut(rest, ';', &one, &rest);
        if (str_eq_nocase(one, name))
            return true;
    }
    return false;
}

static bool is_signed4(const struct signing *signing, unsigned flags, struct str name)
{
    if (str_eq(name, STR("content-type")))
        return !(flags & OSS_NO_TYPE);
    return str_eq(name, STR("content-md5")) || str_starts(name, STR("x-oss-")) ||
           is_additional(signing, name);
}

static void compose4(const struct signing *signing, unsigned flags, struct buf *out)
{
    OWN(buf_done) struct buf resource = {0};
    struct str digest = header_named(signing, "x-oss-content-sha256");
    struct query query;

    add_resource(signing, flags, &resource);
    read_params(signing, true, &query);
    query_encode(&query, signing->arena);
    query_sort(&query);
    line_write(out, signing->request->method);
    line_write(out, percent_encode(buf_str(&resource), true, signing->arena));
    if (!(flags & OSS_NO_PARAMS))
        query_write(&query, false, out);
    buf_add_char(out, '\n');
    headers_write(signing, flags, &(struct headers_signed){.has = is_signed4, .trimmed = true},
                  out);
    buf_add_char(out, '\n');
    line_write(out, signing->credential->signed_headers);
    buf_add(out, str_is_set(digest) ? digest : STR("UNSIGNED-PAYLOAD"));
}

const struct signer oss4_signer = {
    SIGNER_TABLES(variants4, mistakes4),
    .canonical = true,
    .compose = compose4,
    .derived = "OSS4-HMAC-SHA256",
};
