/*
 * Trying variants: the accepted ones to decide, the usual mistakes to explain.
 */
#include "auth/internal.h"
#include "crypto/encode.h"

enum { SIGNATURE_TEXT_BYTES = DIGEST_HEX_BYTES };

static bool applies(const struct signing *signing, unsigned on)
{
    return on & (signing->trigger ? ON_TRIGGER : ON_API);
}

static struct str spell(const uint8_t *mac, size_t len, bool hex, char out[SIGNATURE_TEXT_BYTES])
{
    if (hex)
        hex_encode(mac, len, out);
    else
        base64_encode((struct str){(const char *)mac, len}, out);
    return str_of(out);
}

size_t signature_sign(const struct signing *signing, const struct signer *signer, unsigned flags,
                      struct str text, struct str secret, uint8_t out[DIGEST_BYTES_MAX])
{
    enum digest_kind kind = signer->kind;

    if (signer->sign)
        return signer->sign(signing, flags, text, secret, out);
    if (signer->derived) {
        v4_sign(signing->credential, signer->derived, text, secret, out);
        return DIGEST_SHA256_BYTES;
    }
    if (flags & signer->other_kind)
        kind = kind == DIGEST_SHA1 ? DIGEST_SHA256 : DIGEST_SHA1;
    hmac_of(kind, secret, text, out);
    return digest_size(kind);
}

static bool matches(const struct signing *signing, const struct signer *signer, unsigned flags,
                    struct str text, struct str secret)
{
    struct str given = signing->credential->signature;
    bool hex = signer->canonical != (bool)(flags & VARIANT_RESPELLED);
    uint8_t mac[DIGEST_BYTES_MAX];
    char expected[SIGNATURE_TEXT_BYTES];

    if (flags & VARIANT_SECRET_LINE)
        secret = text_join(secret, '\n', STR_NONE, signing->arena);
    size_t len = signature_sign(signing, signer, flags, text, secret, mac);

    if (hex)
        given = lower_case(given, signing->arena);
    return secret_equal(spell(mac, len, hex, expected), given);
}

bool signature_holds(const struct signing *signing, const struct signer *signer, struct str secret)
{
    OWN(buf_done) struct buf text = {0};

    for (size_t i = 0; i < signer->variant_count; i++) {
        const struct variant *variant = &signer->variants[i];

        if (!applies(signing, variant->on))
            continue;
        buf_clear(&text);
        signer->compose(signing, variant->flags, &text);
        if (matches(signing, signer, variant->flags, buf_str(&text), secret))
            return true;
    }
    return false;
}

static size_t first_difference(struct str a, struct str b)
{
    size_t at = 0;

    while (at < a.len && at < b.len && a.ptr[at] == b.ptr[at])
        at++;
    return at;
}

/* A copy without the session token, which is half a secret. */
static struct str redacted(struct str text, struct str token, struct arena *arena)
{
    static const char mask[] = "<security token>";
    OWN(buf_done) struct buf out = {0};
    size_t at;

    while (token.len > 0 && str_find(text, token, &at)) {
        buf_add(&out, str_slice(text, 0, at));
        buf_puts(&out, mask);
        text = str_slice(text, at + token.len, text.len);
    }
    buf_add(&out, text);
    return arena_str(arena, buf_str(&out));
}

const struct mistake shared_mistakes[SHARED_MISTAKES] = {
    {ON_BOTH, VARIANT_SECRET_LINE,
     "matches with a line feed behind the secret: it was read from a file with its line end"},
};

static bool explains(const struct signing *signing, const struct signer *signer, struct str secret,
                     const struct variant *base, const struct mistake *mistake)
{
    OWN(buf_done) struct buf text = {0};
    unsigned flags = base->flags | mistake->flags;

    if (!applies(signing, mistake->on))
        return false;
    signer->compose(signing, flags, &text);
    return matches(signing, signer, flags, buf_str(&text), secret);
}

/* The usual mistake that, made on top of an accepted variant, gives the client's signature. */
static const struct mistake *find_mistake(const struct signing *signing,
                                          const struct signer *signer, struct str secret,
                                          const struct variant *base)
{
    for (size_t i = 0; i < signer->mistake_count; i++)
        if (explains(signing, signer, secret, base, &signer->mistakes[i]))
            return &signer->mistakes[i];
    for (size_t i = 0; i < SHARED_MISTAKES; i++)
        if (explains(signing, signer, secret, base, &shared_mistakes[i]))
            return &shared_mistakes[i];
    return NULL;
}

static struct str shown(const struct signing *signing, const struct signer *signer, unsigned flags,
                        struct arena *arena)
{
    OWN(buf_done) struct buf text = {0};

    signer->compose(signing, flags, &text);
    return redacted(buf_str(&text), signing->credential->token, arena);
}

/* The accepted variant on which a mistake was made; without one, the reference's own. */
static const struct variant *find_base(const struct signing *signing, const struct signer *signer,
                                       struct str secret, const struct mistake **out_mistake)
{
    const struct variant *reference = NULL;

    *out_mistake = NULL;
    for (size_t i = 0; i < signer->variant_count; i++) {
        const struct variant *base = &signer->variants[i];

        if (!applies(signing, base->on))
            continue;
        if (!reference)
            reference = base;
        *out_mistake = find_mistake(signing, signer, secret, base);
        if (*out_mistake)
            return base;
    }
    return reference;
}

void signature_explain(const struct signing *signing, const struct signer *signer,
                       struct str secret, struct arena *arena, struct auth_explanation *out)
{
    OWN(arena_free) struct arena *scratch = arena_new(); /* a hundred variants may be tried */
    struct signing trial = *signing;
    const struct mistake *mistake;

    trial.arena = scratch;
    const struct variant *base = find_base(&trial, signer, secret, &mistake);

    *out = (struct auth_explanation){
        .what = signer->canonical ? "canonical request" : "string to sign",
        .ours = shown(&trial, signer, base->flags, arena),
    };
    out->differ_at = out->ours.len;
    out->hint = STR("no usual mistake explains it: most likely the secret is another one");
    if (!mistake)
        return;
    out->theirs = shown(&trial, signer, base->flags | mistake->flags, arena);
    out->differ_at = first_difference(out->ours, out->theirs);
    out->hint = str_of(mistake->hint);
}
