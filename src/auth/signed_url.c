/*
 * auth/signed_url.c - credentials that stand in the query: signed URLs, and RPC calls, which may
 * carry theirs in a form
 */
#include "auth/internal.h"

/* A parameter and where it goes. */
struct param {
    const char *name;
    struct str *value;
};

/* The first two must be there; the scheme follows from them. */
static bool take(const struct query *query, const struct param *params, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct str value = query_get(query, str_of(params[i].name));

        if (str_is_set(value))
            *params[i].value = value;
    }
    return params[0].value->len > 0 && params[1].value->len > 0;
}

static void find_fc(const struct query *query, struct credential *out)
{
    struct credential found = {0};
    const struct param params[] = {
        {"x-fc-access-key-id",  &found.access_key},
        {"x-fc-expires",        &found.expires   },
        {"x-fc-signature",      &found.signature },
        {"x-fc-security-token", &found.token     },
    };

    if (!str_is_set(query_get(query, STR("x-fc-signature"))) ||
        !take(query, params, N_ELEMENTS(params)))
        return;
    *out = found;
    out->scheme = AUTH_SIGNED_URL;
}

static bool find_oss1(const struct query *query, struct credential *out)
{
    const struct param params[] = {
        {"OSSAccessKeyId", &out->access_key},
        {"Signature",      &out->signature },
        {"Expires",        &out->expires   },
        {"security-token", &out->token     },
    };

    out->expires = STR(""); /* a URL without is none that holds for ever */
    out->scheme = AUTH_OSS_URL;
    return take(query, params, N_ELEMENTS(params));
}

static bool find_oss4(const struct query *query, struct credential *out)
{
    const struct param params[] = {
        {"x-oss-credential",         &out->access_key    },
        {"x-oss-signature",          &out->signature     },
        {"x-oss-expires",            &out->expires       },
        {"x-oss-date",               &out->date          },
        {"x-oss-additional-headers", &out->signed_headers},
        {"x-oss-security-token",     &out->token         },
    };

    out->expires = STR("");
    out->scheme = AUTH_OSS4_URL;
    return take(query, params, N_ELEMENTS(params)) &&
           str_cut(out->access_key, '/', &out->access_key, &out->scope);
}

static void find_oss(const struct query *query, struct credential *out)
{
    static bool (*const forms[])(const struct query *query, struct credential *out) = {find_oss1,
                                                                                       find_oss4};

    for (size_t i = 0; i < N_ELEMENTS(forms); i++) {
        struct credential found = {0};

        if (!forms[i](query, &found))
            continue;
        *out = found;
        return;
    }
}

static void find_rpc(const struct query *query, struct credential *out)
{
    struct credential found = {.scheme = AUTH_RPC, .date_header = "Timestamp"};
    const struct param params[] = {
        {"AccessKeyId",   &found.access_key},
        {"Signature",     &found.signature },
        {"Timestamp",     &found.date      },
        {"SecurityToken", &found.token     },
    };

    if (take(query, params, N_ELEMENTS(params)))
        *out = found;
}

void credential_find_in_url(const struct http_request *request, enum auth_product product,
                            struct arena *arena, struct credential *out)
{
    static void (*const finders[AUTH_PRODUCT_COUNT])(const struct query *query,
                                                     struct credential *out) = {
        [AUTH_PRODUCT_FC] = find_fc,
        [AUTH_PRODUCT_OSS] = find_oss,
        [AUTH_PRODUCT_RPC] = find_rpc,
    };
    struct query query;

    if (!finders[product])
        return;
    if (product == AUTH_PRODUCT_RPC)
        rpc_params(request, arena, &query);
    else
        query_parse(request->query, arena, &query);
    finders[product](&query, out);
}
