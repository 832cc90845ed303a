/*
 * Reading credentials, without judging them. Source: reference of 2020-08-27, signature page; for
 * ACS3 one or more blanks may follow the algorithm and blanks may follow commas. Those of the
 * neighbours by their own references.
 */
#include "auth/internal.h"

/* id:signature, split at the first colon. */
static bool parse_pair(struct str text, struct credential *out)
{
    str_cut(text, ':', &out->access_key, &out->signature);
    out->signature = str_trim(out->signature);
    return out->access_key.len > 0 && out->signature.len > 0;
}

/* Credential=…,SignedHeaders=…,Signature=… in any order. */
static bool read_params(struct str text, struct credential *out)
{
    const struct {
        struct str name;
        struct str *value;
    } params[] = {
        {STR("Credential"),        &out->access_key    },
        {STR("SignedHeaders"),     &out->signed_headers},
        {STR("AdditionalHeaders"), &out->signed_headers},
        {STR("Signature"),         &out->signature     },
    };
    struct str part;
    struct str name;
    struct str value;

    while (str_is_set(text)) {
        str_cut(text, ',', &part, &text);
        str_cut(str_trim(part), '=', &name, &value);
        for (size_t i = 0; i < N_ELEMENTS(params); i++)
            if (str_eq(name, params[i].name))
                *params[i].value = str_trim(value);
    }
    return out->access_key.len > 0 && out->signature.len > 0;
}

static bool parse_params(struct str text, struct credential *out)
{
    return read_params(text, out) && out->signed_headers.len > 0;
}

/* The credential is id/date/region/product/aliyun_v4_request; which headers are signed follows from
 * their names. */
static bool parse_v4(struct str text, struct credential *out)
{
    return read_params(text, out) && str_cut(out->access_key, '/', &out->access_key, &out->scope) &&
           out->access_key.len > 0;
}

static bool parse_scoped(struct str text, struct credential *out)
{
    return parse_v4(text, out) && out->signed_headers.len > 0;
}

static bool parse_token(struct str text, struct credential *out)
{
    (void)out;
    return text.len > 0;
}

enum {
    OF_FC = 1 << AUTH_PRODUCT_FC,
    OF_OSS = 1 << AUTH_PRODUCT_OSS,
    OF_LOG = 1 << AUTH_PRODUCT_LOG,
    OF_RPC = 1 << AUTH_PRODUCT_RPC,
};

/* clang-format off */
static const struct {
    unsigned products;
    struct str word;
    enum auth_scheme scheme;
    bool (*parse)(struct str text, struct credential *out);
} schemes[] = {
    {OF_FC,          STR_INIT("FC"),               AUTH_FC,         parse_pair  },
    {OF_FC | OF_RPC, STR_INIT("ACS3-HMAC-SHA256"), AUTH_ACS3,       parse_params},
    {OF_FC | OF_RPC, STR_INIT("acs"),              AUTH_ROA,        parse_pair  },
    {OF_FC | OF_RPC, STR_INIT("ACS4-HMAC-SHA256"), AUTH_ACS4,       parse_scoped},
    {OF_FC | OF_RPC, STR_INIT("ACS3-HMAC-SM3"),    AUTH_ACS3_OTHER, parse_params},
    {OF_FC | OF_RPC, STR_INIT("ACS3-RSA-SHA256"),  AUTH_ACS3_OTHER, parse_params},
    {OF_FC | OF_RPC, STR_INIT("Bearer"),           AUTH_BEARER,     parse_token },
    {OF_OSS,         STR_INIT("OSS"),              AUTH_OSS,        parse_pair  },
    {OF_OSS,         STR_INIT("OSS4-HMAC-SHA256"), AUTH_OSS4,       parse_v4    },
    {OF_LOG,         STR_INIT("LOG"),              AUTH_LOG,        parse_pair  },
    {OF_LOG,         STR_INIT("SLS4-HMAC-SHA256"), AUTH_LOG4,       parse_v4    },
};
/* clang-format on */

static void parse_authorization(enum auth_product product, struct credential *out)
{
    struct str word;
    struct str rest;

    str_cut(str_trim(out->authorization), ' ', &word, &rest);
    for (size_t i = 0; i < N_ELEMENTS(schemes); i++) {
        if (!(schemes[i].products >> product & 1) || !str_eq_nocase(word, schemes[i].word))
            continue;
        if (schemes[i].parse(str_trim(rest), out)) {
            out->scheme = schemes[i].scheme;
            return;
        }
        break;
    }
    *out = (struct credential){.scheme = AUTH_UNKNOWN, .authorization = out->authorization};
}

static struct str header(const struct http_request *request, const char *name)
{
    return http_headers_get(&request->headers, str_of(name));
}

/* The headers in which a scheme carries the rest. The second date is read when the first is
   missing; the first is named when both are. */
/* clang-format off */
static const struct {
    const char *token;
    const char *date;
    const char *second_date;
    const char *digest;
} carriers[AUTH_SCHEME_COUNT] = {
    [AUTH_NONE]       = {NULL,                   "Date",       "X-Fc-Date",  NULL},
    [AUTH_FC]         = {"X-Fc-Security-Token",  "Date",       "X-Fc-Date",  NULL},
    [AUTH_ACS3]       = {"x-acs-security-token", "x-acs-date", NULL,         "x-acs-content-sha256"},
    [AUTH_ACS3_OTHER] = {"x-acs-security-token", "x-acs-date", NULL,         NULL},
    [AUTH_ACS4]       = {"x-acs-security-token", "x-acs-date", NULL,         "x-acs-content-sha256"},
    [AUTH_ROA]        = {"x-acs-security-token", "Date",       "x-acs-date", NULL},
    [AUTH_OSS]        = {"x-oss-security-token", "Date",       "x-oss-date", NULL},
    [AUTH_OSS4]       = {"x-oss-security-token", "x-oss-date", NULL,         "x-oss-content-sha256"},
    [AUTH_LOG]        = {"x-acs-security-token", "Date",       "x-log-date", NULL},
    [AUTH_LOG4]       = {"x-acs-security-token", "x-log-date", NULL,         NULL}, /* clients send that of "" with uploads */
    [AUTH_UNKNOWN]    = {NULL,                   "Date",       "x-acs-date", NULL},
};
/* clang-format on */

static void read_carriers(const struct http_request *request, struct credential *out)
{
    enum auth_scheme scheme = out->scheme;

    out->digest_header = carriers[scheme].digest;
    if (carriers[scheme].token)
        out->token = header(request, carriers[scheme].token);
    if (!carriers[scheme].date)
        return;
    out->date_header = carriers[scheme].date;
    out->date = header(request, carriers[scheme].date);
    if (!str_is_set(out->date))
        out->date = header(request, carriers[scheme].second_date);
}

/* A URL that is signed in its query is dated there, and a call without any credential is wrong for
 * that, whatever its date. */
static void find_by_query(const struct http_request *request, enum auth_product product,
                          bool signed_url, struct arena *arena, struct credential *out)
{
    if (product != AUTH_PRODUCT_FC || signed_url)
        credential_find_in_url(request, product, arena, out);
}

static bool has_bearer(const struct http_request *request)
{
    return header(request, "x-acs-bearer-token").len > 0 ||
           header(request, "x-acs-zero-trust-idtoken").len > 0;
}

void credential_find(const struct http_request *request, enum auth_product product, bool signed_url,
                     struct arena *arena, struct credential *out)
{
    *out = (struct credential){.authorization = header(request, "Authorization")};
    if (str_is_set(out->authorization))
        parse_authorization(product, out);
    else if (has_bearer(request))
        out->scheme = AUTH_BEARER;
    else
        find_by_query(request, product, signed_url, arena, out);
    if (out->scheme == AUTH_NONE && product != AUTH_PRODUCT_FC)
        return;
    read_carriers(request, out);
}

struct auth_caller auth_caller_of(const struct http_request *request, struct arena *arena)
{
    struct credential found;

    credential_find(request, AUTH_PRODUCT_FC, true, arena, &found);
    return (struct auth_caller){
        .scheme = found.scheme,
        .access_key = found.access_key,
        .sts = found.token.len > 0 || str_starts(found.access_key, STR("STS.")),
    };
}
