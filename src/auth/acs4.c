/*
 * ACS4-HMAC-SHA256: the canonical request of ACS3 under a key derived from date, region and
 * product.
 *
 * Source: npm darabonba-signature-util and its siblings. Version 0.0.4 of it passes each derived
 * key through UTF-8 text, which loses bytes; such signatures are accepted for what they are.
 */
#include "auth/acs.h"

/* clang-format off */
static const struct variant variants[] = {
    {ON_BOTH, ACS_RAW_PATH | ACS_EMPTY_BARE},
    {ON_BOTH, ACS_RAW_PATH},
    {ON_BOTH, ACS_RAW_PATH | ACS_EMPTY_BARE | ACS_TEXT_KEYS},
    {ON_BOTH, ACS_RAW_PATH | ACS_TEXT_KEYS},
};
/* clang-format on */

/* Length of the UTF-8 sequence at @bytes, or of its longest part that could begin one; *out_whole
   tells which (Unicode standard, table 3-7). */
static size_t sequence(const uint8_t *bytes, size_t len, bool *out_whole)
{
    static const struct {
        uint8_t first, last, more, low, high;
    } leads[] = {
        {0x00, 0x7F, 0, 0,    0   },
        {0xC2, 0xDF, 1, 0x80, 0xBF},
        {0xE0, 0xE0, 2, 0xA0, 0xBF},
        {0xE1, 0xEC, 2, 0x80, 0xBF},
        {0xED, 0xED, 2, 0x80, 0x9F},
        {0xEE, 0xEF, 2, 0x80, 0xBF},
        {0xF0, 0xF0, 3, 0x90, 0xBF},
        {0xF1, 0xF3, 3, 0x80, 0xBF},
        {0xF4, 0xF4, 3, 0x80, 0x8F},
    };
    size_t row = 0;
    size_t taken = 1;

    while (row < N_ELEMENTS(leads) && (bytes[0] < leads[row].first || bytes[0] > leads[row].last))
        row++;
    *out_whole = row < N_ELEMENTS(leads);
    for (size_t k = 1; *out_whole && k <= leads[row].more; k++) {
        uint8_t low = k == 1 ? leads[row].low : 0x80;
        uint8_t high = k == 1 ? leads[row].high : 0xBF;

        *out_whole = k < len && bytes[k] >= low && bytes[k] <= high;
        taken += *out_whole;
    }
    return taken;
}

/* Bytes as a client sees them that takes them for UTF-8 text: what is broken becomes U+FFFD. */
static void add_as_text(const uint8_t *bytes, size_t len, struct buf *out)
{
    for (size_t i = 0; i < len;) {
        bool whole;
        size_t taken = sequence(bytes + i, len - i, &whole);

        buf_add(out, whole ? (struct str){(const char *)bytes + i, taken} : STR("\xEF\xBF\xBD"));
        i += taken;
    }
}

static void derive(struct buf *key, struct str part, unsigned flags)
{
    uint8_t next[DIGEST_SHA256_BYTES];

    hmac_of(DIGEST_SHA256, buf_str(key), part, next);
    buf_clear(key);
    if (flags & ACS_TEXT_KEYS)
        add_as_text(next, sizeof(next), key);
    else
        buf_add(key, (struct str){(const char *)next, sizeof(next)});
}

static size_t sign(const struct signing *signing, unsigned flags, struct str text,
                   struct str secret, uint8_t out[DIGEST_BYTES_MAX])
{
    OWN(buf_done) struct buf to_sign = {0};
    OWN(buf_done) struct buf key = {0};
    struct str rest = signing->credential->scope;
    struct str part;

    buf_puts(&key, "aliyun_v4");
    buf_add(&key, secret);
    while (str_is_set(rest)) {
        str_cut(rest, '/', &part, &rest);
        derive(&key, part, flags);
    }
    hmac_of(DIGEST_SHA256, buf_str(&key),
            acs_string_to_sign("ACS4-HMAC-SHA256", flags, text, &to_sign), out);
    return DIGEST_SHA256_BYTES;
}

const struct signer acs4_signer = {
    SIGNER_TABLES(variants, acs_mistakes),
    .canonical = true,
    .compose = acs_compose,
    .sign = sign,
};
