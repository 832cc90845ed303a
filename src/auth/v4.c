/*
 * auth/v4.c - how OSS and Log Service sign in their fourth versions
 *
 * Source: "V4 signatures" of both references.
 */
#include "auth/internal.h"

void v4_sign(const struct credential *credential, const char *algorithm, struct str canonical,
             struct str secret, uint8_t out[DIGEST_BYTES_MAX])
{
    OWN(buf_done) struct buf text = {0};
    char hex[DIGEST_HEX_BYTES];
    struct str rest = credential->scope;
    struct str part;

    buf_puts(&text, "aliyun_v4");
    buf_add(&text, secret);
    while (str_is_set(rest)) {
        str_cut(rest, '/', &part, &rest);
        hmac_of(DIGEST_SHA256, buf_str(&text), part, out);
        buf_clear(&text);
        buf_add(&text, (struct str){(const char *)out, DIGEST_SHA256_BYTES});
    }
    OWN(buf_done) struct buf to_sign = {0};

    digest_hex(DIGEST_SHA256, canonical, hex);
    buf_printf(&to_sign, "%s\n" STR_FMT "\n" STR_FMT "\n%s", algorithm, STR_ARG(credential->date),
               STR_ARG(credential->scope), hex);
    hmac_of(DIGEST_SHA256, buf_str(&text), buf_str(&to_sign), out);
}
