/*
 * Reading credentials, without judging them. Source: reference of 2020-08-27, signature page; for
 * ACS3 one or more blanks may follow the algorithm and blanks may follow commas.
 */
#include "auth/internal.h"

static const struct str scheme_names[AUTH_SCHEME_COUNT] = {
    [AUTH_NONE] = STR_INIT(""),           [AUTH_FC] = STR_INIT("FC"),
    [AUTH_ACS3] = STR_INIT("ACS3"),       [AUTH_ACS3_OTHER] = STR_INIT("ACS3 other"),
    [AUTH_ACS4] = STR_INIT("ACS4"),       [AUTH_ROA] = STR_INIT("acs"),
    [AUTH_BEARER] = STR_INIT("Bearer"),   [AUTH_SIGNED_URL] = STR_INIT("signed URL"),
    [AUTH_UNKNOWN] = STR_INIT("unknown"), [AUTH_ANONYMOUS] = STR_INIT("anonymous"),
};

struct str auth_scheme_name(enum auth_scheme scheme)
{
    return scheme_names[scheme];
}

/* id:signature, split at the first colon. */
static bool parse_pair(struct str text, struct credential *out)
{
    str_cut(text, ':', &out->access_key, &out->signature);
    out->signature = str_trim(out->signature);
    return out->access_key.len > 0 && out->signature.len > 0;
}

/* Credential=…,SignedHeaders=…,Signature=… in any order. */
static bool parse_params(struct str text, struct credential *out)
{
    const struct {
        struct str name;
        struct str *value;
    } params[] = {
        {STR("Credential"),    &out->access_key    },
        {STR("SignedHeaders"), &out->signed_headers},
        {STR("Signature"),     &out->signature     },
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
    return out->access_key.len > 0 && out->signed_headers.len > 0 && out->signature.len > 0;
}

/* As parse_params(), and the credential is id/date/region/product/aliyun_v4_request. */
static bool parse_scoped(struct str text, struct credential *out)
{
    return parse_params(text, out) &&
           str_cut(out->access_key, '/', &out->access_key, &out->scope) && out->access_key.len > 0;
}

static bool parse_token(struct str text, struct credential *out)
{
    (void)out;
    return text.len > 0;
}

static const struct {
    struct str word;
    enum auth_scheme scheme;
    bool (*parse)(struct str text, struct credential *out);
} schemes[] = {
    {STR_INIT("FC"),               AUTH_FC,         parse_pair  },
    {STR_INIT("ACS3-HMAC-SHA256"), AUTH_ACS3,       parse_params},
    {STR_INIT("acs"),              AUTH_ROA,        parse_pair  },
    {STR_INIT("ACS4-HMAC-SHA256"), AUTH_ACS4,       parse_scoped},
    {STR_INIT("ACS3-HMAC-SM3"),    AUTH_ACS3_OTHER, parse_params},
    {STR_INIT("ACS3-RSA-SHA256"),  AUTH_ACS3_OTHER, parse_params},
    {STR_INIT("Bearer"),           AUTH_BEARER,     parse_token },
};

static void parse_authorization(struct credential *out)
{
    struct str word;
    struct str rest;

    str_cut(str_trim(out->authorization), ' ', &word, &rest);
    for (size_t i = 0; i < N_ELEMENTS(schemes); i++) {
        if (!str_eq_nocase(word, schemes[i].word))
            continue;
        if (schemes[i].parse(str_trim(rest), out)) {
            out->scheme = schemes[i].scheme;
            return;
        }
        break;
    }
    *out = (struct credential){.scheme = AUTH_UNKNOWN, .authorization = out->authorization};
}

static void parse_signed_url(const struct http_request *request, struct arena *arena,
                             struct credential *out)
{
    struct query query;

    if (!str_find(request->query, STR("x-fc-signature="), NULL))
        return;
    query_parse(request->query, arena, &query);
    struct str id = query_get(&query, STR("x-fc-access-key-id"));
    struct str expires = query_get(&query, STR("x-fc-expires"));

    if (id.len == 0 || expires.len == 0)
        return;
    out->scheme = AUTH_SIGNED_URL;
    out->access_key = id;
    out->expires = expires;
    out->signature = query_get(&query, STR("x-fc-signature"));
    out->token = query_get(&query, STR("x-fc-security-token"));
}

static struct str header(const struct http_request *request, const char *name)
{
    return http_headers_get(&request->headers, str_of(name));
}

/* The headers in which a scheme carries the rest. The second date is read when the first is
   missing; the first is named when both are. */
static const struct {
    const char *token;
    const char *date;
    const char *second_date;
} carriers[AUTH_SCHEME_COUNT] = {
    [AUTH_NONE] = {NULL,                   "Date",       "X-Fc-Date" },
    [AUTH_FC] = {"X-Fc-Security-Token",  "Date",       "X-Fc-Date" },
    [AUTH_ACS3] = {"x-acs-security-token", "x-acs-date", NULL        },
    [AUTH_ACS3_OTHER] = {"x-acs-security-token", "x-acs-date", NULL        },
    [AUTH_ACS4] = {"x-acs-security-token", "x-acs-date", NULL        },
    [AUTH_ROA] = {"x-acs-security-token", "Date",       "x-acs-date"},
    [AUTH_BEARER] = {NULL,                   NULL,         NULL        },
    [AUTH_SIGNED_URL] = {NULL,                   NULL,         NULL        },
    [AUTH_UNKNOWN] = {NULL,                   "Date",       "x-acs-date"},
    [AUTH_ANONYMOUS] = {NULL,                   NULL,         NULL        },
};

static void read_carriers(const struct http_request *request, struct credential *out)
{
    enum auth_scheme scheme = out->scheme;

    out->date_header = carriers[scheme].date;
    out->date = header(request, carriers[scheme].date);
    if (!str_is_set(out->date))
        out->date = header(request, carriers[scheme].second_date);
    if (carriers[scheme].token)
        out->token = header(request, carriers[scheme].token);
}

void credential_find(const struct http_request *request, bool signed_url, struct arena *arena,
                     struct credential *out)
{
    *out = (struct credential){.authorization = header(request, "Authorization")};
    if (str_is_set(out->authorization))
        parse_authorization(out);
    else if (header(request, "x-acs-bearer-token").len > 0 ||
             header(request, "x-acs-zero-trust-idtoken").len > 0)
        out->scheme = AUTH_BEARER;
    else if (signed_url)
        parse_signed_url(request, arena, out);
    read_carriers(request, out);
}

struct auth_caller auth_caller_of(const struct http_request *request, struct arena *arena)
{
    struct credential found;

    credential_find(request, true, arena, &found);
    return (struct auth_caller){
        .scheme = found.scheme,
        .access_key = found.access_key,
        .sts = found.token.len > 0 || str_starts(found.access_key, STR("STS.")),
    };
}
