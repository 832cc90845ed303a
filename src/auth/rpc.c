/*
 * auth/rpc.c - RPC-style calls: HMAC over the method and all parameters, under the secret and '&'
 *
 * Source: "Request signatures" of RPC APIs, version 1.0; what npm pop-core and the core clients of
 * Python send.
 */
#include "auth/internal.h"

enum {
    RPC_PLAIN_SECRET = VARIANT_OWN << 0, /* without the '&' */
    RPC_OTHER_METHOD = VARIANT_OWN << 1, /* GET for POST, and the reverse */
    RPC_NO_FORM = VARIANT_OWN << 2,
};

/* clang-format off */
static const struct variant variants[] = {
    {ON_BOTH, 0},
};

static const struct mistake mistakes[] = {
    {ON_BOTH, RPC_PLAIN_SECRET,    "matches with the secret alone: the key is the secret and '&'"},
    {ON_BOTH, RPC_OTHER_METHOD,    "matches with the other method: GET and POST are signed as sent"},
    {ON_BOTH, RPC_NO_FORM,         "matches without the parameters of the form: they are signed like those of the query"},
    {ON_BOTH, VARIANT_RESPELLED,   "matches in hex: the signature must be base64"},
};
/* clang-format on */

static bool has_form(const struct http_request *request)
{
    return str_starts_nocase(http_headers_get(&request->headers, STR("Content-Type")),
                             STR("application/x-www-form-urlencoded"));
}

static void append(const struct query *more, struct arena *arena, struct query *out)
{
    struct query_pair *pairs = ARENA_ARRAY(arena, out->count + more->count + 1, struct query_pair);

    for (size_t i = 0; i < out->count; i++)
        pairs[i] = out->pairs[i];
    for (size_t i = 0; i < more->count; i++)
        pairs[out->count + i] = more->pairs[i];
    out->pairs = pairs;
    out->count += more->count;
}

void rpc_params(const struct http_request *request, struct arena *arena, struct query *out)
{
    struct query form;

    query_parse(request->query, arena, out);
    if (!has_form(request))
        return;
    query_parse(request->body, arena, &form);
    append(&form, arena, out);
}

static void drop_signature(struct query *query)
{
    size_t count = 0;

    for (size_t i = 0; i < query->count; i++)
        if (!str_eq(query->pairs[i].key, STR("Signature")))
            query->pairs[count++] = query->pairs[i];
    query->count = count;
}

static struct str method_signed(const struct signing *signing, unsigned flags)
{
    if (!(flags & RPC_OTHER_METHOD))
        return signing->request->method;
    return str_eq(signing->request->method, STR("GET")) ? STR("POST") : STR("GET");
}

static void compose(const struct signing *signing, unsigned flags, struct buf *out)
{
    OWN(buf_done) struct buf canonical = {0};
    struct query query;

    if (flags & RPC_NO_FORM)
        query_parse(signing->request->query, signing->arena, &query);
    else
        rpc_params(signing->request, signing->arena, &query);
    drop_signature(&query);
    query_encode(&query, signing->arena);
    query_sort(&query);
    query_write(&query, true, &canonical);
    buf_add(out, method_signed(signing, flags));
    buf_puts(out, "&%2F&");
    buf_add(out, percent_encode(buf_str(&canonical), false, signing->arena));
}

static enum digest_kind kind_of(const struct signing *signing)
{
    struct query query;

    rpc_params(signing->request, signing->arena, &query);
    return str_eq_nocase(query_get(&query, STR("SignatureMethod")), STR("HMAC-SHA256"))
               ? DIGEST_SHA256
               : DIGEST_SHA1;
}

static size_t sign(const struct signing *signing, unsigned flags, struct str text,
                   struct str secret, uint8_t out[DIGEST_BYTES_MAX])
{
    enum digest_kind kind = kind_of(signing);

    if (!(flags & RPC_PLAIN_SECRET))
        secret = text_join(secret, '&', STR_NONE, signing->arena);
    hmac_of(kind, secret, text, out);
    return digest_size(kind);
}

const struct signer rpc_signer = {
    SIGNER_TABLES(variants, mistakes),
    .compose = compose,
    .sign = sign,
};
