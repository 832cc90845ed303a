/*
 * ACS3-HMAC-SHA256: HMAC over the digest of a canonical request, in which the client says itself
 * which headers it signed.
 *
 * Source: signature page of the OpenAPI reference (V3); npm openapi-core.
 */
#include "auth/acs.h"

/* clang-format off */
static const struct variant variants[] = {
    {ON_BOTH, 0},
    {ON_BOTH, ACS_EMPTY_BARE}, /* gateway clients */
    {ON_BOTH, ACS_APOSTROPHE}, /* JavaScript leaves ' alone */
    {ON_BOTH, ACS_APOSTROPHE | ACS_EMPTY_BARE},
    {ON_BOTH, ACS_NORMAL_PATH},
    {ON_BOTH, ACS_NORMAL_PATH | ACS_EMPTY_BARE},
};

const struct mistake acs_mistakes[ACS_MISTAKES] = {
    {ON_BOTH, ACS_NO_QUERY,        "matches without the query: its parameters belong to the canonical request"},
    {ON_BOTH, ACS_RAW_QUERY,       "matches with the query as sent: parameters are sorted and encoded by RFC 3986"},
    {ON_BOTH, ACS_FORM_QUERY,      "matches with '+' in the query read as a blank: a blank is sent and signed as %20"},
    {ON_BOTH, ACS_NO_PORT,         "matches with Host without its port: it was signed before the port was added, or changed on the way"},
    {ON_BOTH, ACS_NO_BLANK_LINE,   "matches without the blank line between the headers and the list of their names"},
    {ON_BOTH, ACS_EMPTY_PAYLOAD,   "matches with the digest of an empty body: x-acs-content-sha256 must be that of the body sent"},
    {ON_BOTH, ACS_DECODED_PATH,    "matches with the path percent-decoded: it is signed as sent"},
    {ON_BOTH, ACS_LOWER_METHOD,    "matches with the method in lower case: it must be in upper case"},
    {ON_BOTH, ACS_NO_DIGEST,       "matches when the canonical request itself is signed: its SHA-256 is, behind the algorithm's name"},
    {ON_BOTH, VARIANT_RESPELLED,   "matches in base64: the signature must be lower-case hex"},
};
/* clang-format on */

/* The replacements that clients make in the path they are about to send. */
static void add_path_as_clients_do(struct str path, bool apostrophe, struct buf *out)
{
    static const struct {
        struct str from, to;
        bool apostrophe;
    } replacements[] = {
        {STR_INIT("+"),   STR_INIT("%20"), false},
        {STR_INIT("*"),   STR_INIT("%2A"), false},
        {STR_INIT("%7E"), STR_INIT("~"),   false},
        {STR_INIT("%7e"), STR_INIT("~"),   false},
        {STR_INIT("%27"), STR_INIT("'"),   true },
    };

    while (path.len > 0) {
        struct str from = {path.ptr, 1};
        struct str to = from;

        for (size_t i = 0; i < N_ELEMENTS(replacements); i++)
            if (str_starts(path, replacements[i].from) &&
                (apostrophe || !replacements[i].apostrophe)) {
                from = replacements[i].from;
                to = replacements[i].to;
            }
        buf_add(out, to);
        path = str_slice(path, from.len, path.len);
    }
}

static void add_path_normalised(struct str path, struct arena *arena, struct buf *out)
{
    struct str rest = path;
    struct str segment;

    for (bool first = true; str_is_set(rest); first = false) {
        str_cut(rest, '/', &segment, &rest);
        percent_decode(segment, false, arena, &segment);
        if (!first)
            buf_add_char(out, '/');
        buf_add(out, percent_encode(segment, false, arena));
    }
}

static void add_path(const struct signing *signing, unsigned flags, struct buf *out)
{
    struct str path = signing->request->path;

    if (flags & ACS_DECODED_PATH) {
        percent_decode(path, false, signing->arena, &path);
        buf_add(out, path);
    } else if (flags & ACS_RAW_PATH) {
        buf_add(out, path);
    } else if (flags & ACS_NORMAL_PATH) {
        add_path_normalised(path, signing->arena, out);
    } else {
        add_path_as_clients_do(path, flags & ACS_APOSTROPHE, out);
    }
    buf_add_char(out, '\n');
}

static void add_query(const struct signing *signing, unsigned flags, struct buf *out)
{
    struct str raw = flags & ACS_NO_QUERY ? STR_NONE : signing->request->query;
    struct query query;

    if (flags & ACS_RAW_QUERY) {
        line_write(out, raw);
        return;
    }
    if (flags & ACS_FORM_QUERY)
        query_parse(raw, signing->arena, &query);
    else
        query_parse_plain(raw, signing->arena, &query);
    query_sort(&query);
    query_encode(&query, signing->arena);
    query_write(&query, !(flags & ACS_EMPTY_BARE), out);
    buf_add_char(out, '\n');
}

/* Several values of one name are sorted before they are joined. */
static struct str header_sorted(const struct signing *signing, struct str name)
{
    const struct http_headers *headers = &signing->request->headers;
    struct str *values = ARENA_ARRAY(signing->arena, headers->count + 1, struct str);
    size_t count = 0;

    for (size_t i = 0; i < headers->count; i++)
        if (str_eq_nocase(headers->items[i].name, name))
            values[count++] = str_trim(headers->items[i].value);
    if (count == 0)
        return STR_NONE;
    texts_sort(values, count);
    for (size_t i = 1; i < count; i++)
        values[0] = text_join(values[0], ',', values[i], signing->arena);
    return values[0];
}

static struct str signed_value(const struct signing *signing, struct str name, unsigned flags)
{
    struct str value = header_sorted(signing, name);

    if (!str_eq_nocase(name, STR("host")))
        return value;
    if (!str_is_set(value))
        value = signing->request->authority;
    if (flags & ACS_NO_PORT)
        str_cut_last(value, ':', &value, &(struct str){0});
    return value;
}

static void add_headers(const struct signing *signing, unsigned flags, struct buf *out)
{
    struct str rest = signing->credential->signed_headers;
    struct str name;

    while (str_is_set(rest)) {
        str_cut(rest, ';', &name, &rest);
        buf_add(out, lower_case(name, signing->arena));
        buf_add_char(out, ':');
        line_write(out, signed_value(signing, name, flags));
    }
}

static void add_payload_digest(const struct signing *signing, unsigned flags, struct buf *out)
{
    struct str digest = header_sorted(signing, STR("x-acs-content-sha256"));
    char hex[DIGEST_HEX_BYTES];

    if (flags & ACS_EMPTY_PAYLOAD)
        digest = STR_NONE;
    else if (!str_is_set(digest))
        digest = header_sorted(signing, STR("x-acs-content-sm3"));
    if (!str_is_set(digest)) {
        digest_hex(DIGEST_SHA256, flags & ACS_EMPTY_PAYLOAD ? STR("") : signing->request->body,
                   hex);
        digest = str_of(hex);
    }
    buf_add(out, digest);
}

void acs_compose(const struct signing *signing, unsigned flags, struct buf *out)
{
    struct str method = signing->request->method;

    line_write(out, flags & ACS_LOWER_METHOD ? lower_case(method, signing->arena) : method);
    add_path(signing, flags, out);
    add_query(signing, flags, out);
    add_headers(signing, flags, out);
    if (!(flags & ACS_NO_BLANK_LINE))
        buf_add_char(out, '\n');
    line_write(out, signing->credential->signed_headers);
    add_payload_digest(signing, flags, out);
}

struct str acs_string_to_sign(const char *algorithm, unsigned flags, struct str canonical,
                              struct buf *out)
{
    char hex[DIGEST_HEX_BYTES];

    if (flags & ACS_NO_DIGEST)
        return canonical;
    digest_hex(DIGEST_SHA256, canonical, hex);
    buf_printf(out, "%s\n%s", algorithm, hex);
    return buf_str(out);
}

static size_t sign(const struct signing *signing, unsigned flags, struct str text,
                   struct str secret, uint8_t out[DIGEST_BYTES_MAX])
{
    OWN(buf_done) struct buf to_sign = {0};

    (void)signing;
    hmac_of(DIGEST_SHA256, secret, acs_string_to_sign("ACS3-HMAC-SHA256", flags, text, &to_sign),
            out);
    return DIGEST_SHA256_BYTES;
}

const struct signer acs3_signer = {
    SIGNER_TABLES(variants, acs_mistakes),
    .canonical = true,
    .compose = acs_compose,
    .sign = sign,
};
