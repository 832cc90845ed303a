/*
 * tests/fuzz/fuzz_authorization.c - credentials print to what parses the same, and what is signed
 * by the reference's rules is verified, whatever path, query and headers hold
 *
 * Input: the Authorization header, the target, then "Name: value" lines.
 */
#include <stdlib.h>

#include "auth/internal.h"
#include "crypto/encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct str secret = STR_INIT("FakeSecret");

static void read_request(struct str text, struct arena *arena, struct http_request *out)
{
    struct str authorization, rest, line, name, value;

    *out = (struct http_request){.method = STR("POST"), .authority = STR("h:1")};
    str_cut(text, '\n', &authorization, &rest);
    str_cut(rest, '\n', &out->target, &rest);
    str_cut(out->target, '?', &out->path, &out->query);
    http_headers_add(&out->headers, arena, STR("Authorization"), authorization);
    while (str_is_set(rest)) {
        str_cut(rest, '\n', &line, &rest);
        if (str_cut(line, ':', &name, &value) && !str_eq_nocase(name, STR("Authorization")))
            http_headers_add(&out->headers, arena, name, str_trim(value));
    }
}

static void must_hold(const struct signer *signer, struct signing *signing,
                      struct credential *credential)
{
    OWN(buf_done) struct buf text = {0};
    uint8_t mac[DIGEST_BYTES_MAX];
    char hex[DIGEST_HEX_BYTES];
    unsigned flags = signer->variants[0].flags;

    if (signature_holds(signing, signer, secret))
        abort(); /* the input cannot know it */
    signer->compose(signing, flags, &text);
    size_t len = signature_sign(signing, signer, flags, buf_str(&text), secret, mac);

    hex_encode(mac, len, hex);
    credential->signature = signer->canonical
                                ? str_of(hex)
                                : base64_text((struct str){(char *)mac, len}, signing->arena);
    if (!signature_holds(signing, signer, secret))
        abort();
}

static void must_parse_again(struct http_request *request, const struct credential *first,
                             struct arena *arena)
{
    bool pair = first->scheme == AUTH_FC || first->scheme == AUTH_ROA;
    OWN(buf_done) struct buf text = {0};
    struct credential again;

    buf_puts(&text, pair ? (first->scheme == AUTH_FC ? "FC " : "acs ")
                         : "ACS3-HMAC-SHA256  SignedHeaders=");
    buf_add(&text, pair ? first->access_key : first->signed_headers);
    buf_puts(&text, pair ? ":" : ", Signature=");
    buf_add(&text, first->signature);
    if (!pair) {
        buf_puts(&text, ",Credential=");
        buf_add(&text, first->access_key);
    }
    http_headers_set(&request->headers, arena, STR("Authorization"), buf_str(&text));
    credential_find(request, AUTH_PRODUCT_FC, false, arena, &again);
    if (again.scheme != first->scheme || !str_eq(again.access_key, first->access_key) ||
        !str_eq(again.signature, first->signature) ||
        !str_eq(again.signed_headers, first->signed_headers))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct signer *const signers[AUTH_SCHEME_COUNT] = {
        [AUTH_FC] = &fc_signer, [AUTH_ROA] = &roa_signer, [AUTH_ACS3] = &acs3_signer};
    OWN(arena_free) struct arena *arena = arena_new();
    struct http_request request;
    struct credential credential;

    read_request((struct str){(const char *)data, size}, arena, &request);
    credential_find(&request, AUTH_PRODUCT_FC, false, arena, &credential);
    if (!signers[credential.scheme])
        return 0;
    must_parse_again(&request, &credential, arena);
    struct signing signing = {&request, &credential, false, arena, STR_NONE};

    must_hold(signers[credential.scheme], &signing, &credential);
    return 0;
}
