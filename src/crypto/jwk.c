/* JSON Web Keys to keys of GnuTLS, and what they say of a signature. */
#include "crypto/jwk.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>

#include "crypto/encode.h"

enum { MAC_BYTES_MAX = 64, PARTS = 2 };

enum family { FAMILY_HMAC, FAMILY_RSA, FAMILY_EC, FAMILY_EDWARDS };

static const struct algorithm {
    const char *name, *kty, *crv; /* crv: of an elliptic curve; else NULL */
    enum family family;
    gnutls_mac_algorithm_t mac;
    gnutls_sign_algorithm_t sign;
    gnutls_ecc_curve_t curve;
} algorithms[] = {
    {"HS256", "oct", NULL,      FAMILY_HMAC,    GNUTLS_MAC_SHA256, 0,                               0                         },
    {"HS384", "oct", NULL,      FAMILY_HMAC,    GNUTLS_MAC_SHA384, 0,                               0                         },
    {"HS512", "oct", NULL,      FAMILY_HMAC,    GNUTLS_MAC_SHA512, 0,                               0                         },
    {"RS256", "RSA", NULL,      FAMILY_RSA,     0,                 GNUTLS_SIGN_RSA_SHA256,          0                         },
    {"RS384", "RSA", NULL,      FAMILY_RSA,     0,                 GNUTLS_SIGN_RSA_SHA384,          0                         },
    {"RS512", "RSA", NULL,      FAMILY_RSA,     0,                 GNUTLS_SIGN_RSA_SHA512,          0                         },
    {"PS256", "RSA", NULL,      FAMILY_RSA,     0,                 GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, 0                         },
    {"PS384", "RSA", NULL,      FAMILY_RSA,     0,                 GNUTLS_SIGN_RSA_PSS_RSAE_SHA384, 0                         },
    {"PS512", "RSA", NULL,      FAMILY_RSA,     0,                 GNUTLS_SIGN_RSA_PSS_RSAE_SHA512, 0                         },
    {"ES256", "EC",  "P-256",   FAMILY_EC,      0,                 GNUTLS_SIGN_ECDSA_SHA256,        GNUTLS_ECC_CURVE_SECP256R1},
    {"ES384", "EC",  "P-384",   FAMILY_EC,      0,                 GNUTLS_SIGN_ECDSA_SHA384,        GNUTLS_ECC_CURVE_SECP384R1},
    {"ES512", "EC",  "P-521",   FAMILY_EC,      0,                 GNUTLS_SIGN_ECDSA_SHA512,        GNUTLS_ECC_CURVE_SECP521R1},
    {"EdDSA", "OKP", "Ed25519", FAMILY_EDWARDS, 0,                 GNUTLS_SIGN_EDDSA_ED25519,
     GNUTLS_ECC_CURVE_ED25519                                                                                                 },
};

bool jose_decode(struct str text, struct arena *arena, struct str *out)
{
    size_t padded = (text.len + 3) / 4 * 4;
    char *plain = arena_alloc(arena, padded + 1);
    uint8_t *bytes = arena_alloc(arena, base64_decoded_max(padded) + 1);
    size_t len;

    for (size_t i = 0; i < padded; i++) {
        char c = i < text.len ? text.ptr[i] : '=';

        if (i < text.len && (c == '+' || c == '/' || c == '='))
            return false;
        plain[i] = (char)(c == '-' ? '+' : c == '_' ? '/' : c);
    }
    if (!base64_decode((struct str){plain, padded}, bytes, &len))
        return false;
    *out = (struct str){(const char *)bytes, len};
    return true;
}

static gnutls_datum_t datum(struct str bytes)
{
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)(bytes.len ? bytes.ptr : ""),
                            (unsigned)bytes.len};
}

static bool member(const cJSON *key, const char *name, struct arena *arena, gnutls_datum_t *out)
{
    struct str text = json_get_str(key, name);
    struct str bytes;

    if (text.len == 0 || !jose_decode(text, arena, &bytes))
        return false;
    *out = datum(bytes);
    return true;
}

static enum jwk_verdict verify_mac(const struct algorithm *a, const cJSON *key, struct str text,
                                   struct str signature, struct arena *arena)
{
    uint8_t mac[MAC_BYTES_MAX];
    gnutls_datum_t secret;

    if (!member(key, "k", arena, &secret) ||
        gnutls_hmac_fast(a->mac, secret.data, secret.size, text.ptr, text.len, mac) < 0)
        return JWK_UNUSABLE;
    return secret_equal((struct str){(const char *)mac, gnutls_hmac_get_len(a->mac)}, signature)
               ? JWK_HOLDS
               : JWK_DIFFERS;
}

static bool import_key(const struct algorithm *a, const cJSON *key, struct arena *arena,
                       gnutls_pubkey_t out)
{
    gnutls_datum_t first;
    gnutls_datum_t second;

    if (a->family == FAMILY_RSA)
        return member(key, "n", arena, &first) && member(key, "e", arena, &second) &&
               gnutls_pubkey_import_rsa_raw(out, &first, &second) >= 0;
    if (!str_eq(json_get_str(key, "crv"), str_of(a->crv)) || !member(key, "x", arena, &first))
        return false;
    if (a->family == FAMILY_EDWARDS)
        return gnutls_pubkey_import_ecc_raw(out, a->curve, &first, NULL) >= 0;
    return member(key, "y", arena, &second) &&
           gnutls_pubkey_import_ecc_raw(out, a->curve, &first, &second) >= 0;
}

/* JOSE writes the two numbers of ECDSA behind each other, GnuTLS wants them as ASN.1. */
static bool to_asn1(struct str signature, gnutls_datum_t *out)
{
    gnutls_datum_t parts[PARTS];
    size_t half = signature.len / PARTS;

    if (signature.len == 0 || signature.len % PARTS != 0)
        return false;
    parts[0] = datum(str_slice(signature, 0, half));
    parts[1] = datum(str_slice(signature, half, signature.len));
    return gnutls_encode_rs_value(out, &parts[0], &parts[1]) >= 0;
}

static enum jwk_verdict verify_public(const struct algorithm *a, const cJSON *key, struct str text,
                                      struct str signature, struct arena *arena)
{
    gnutls_datum_t signed_text = datum(text);
    gnutls_datum_t given = datum(signature);
    gnutls_datum_t asn1 = {NULL, 0};
    gnutls_pubkey_t pubkey = NULL;
    enum jwk_verdict verdict = JWK_UNUSABLE;

    if (gnutls_pubkey_init(&pubkey) < 0)
        return JWK_UNUSABLE;
    if (import_key(a, key, arena, pubkey)) {
        bool formed = a->family != FAMILY_EC || to_asn1(signature, &asn1);

        verdict = formed && gnutls_pubkey_verify_data2(pubkey, a->sign, 0, &signed_text,
                                                       asn1.data ? &asn1 : &given) >= 0
                      ? JWK_HOLDS
                      : JWK_DIFFERS;
    }
    gnutls_free(asn1.data);
    gnutls_pubkey_deinit(pubkey);
    return verdict;
}

/* A key that names its algorithm is good for that alone. */
static const struct algorithm *choose(const cJSON *key, struct str alg)
{
    struct str own = json_get_str(key, "alg");

    if (own.len && !str_eq(own, alg))
        return NULL;
    for (size_t i = 0; i < N_ELEMENTS(algorithms); i++) {
        if (str_eq(str_of(algorithms[i].name), alg) &&
            str_eq(json_get_str(key, "kty"), str_of(algorithms[i].kty)))
            return &algorithms[i];
    }
    return NULL;
}

enum jwk_verdict jwk_verify(const cJSON *key, struct str alg, struct str text, struct str signature)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const struct algorithm *a = choose(key, alg);

    if (!a)
        return JWK_UNUSABLE;
    return a->family == FAMILY_HMAC ? verify_mac(a, key, text, signature, arena)
                                    : verify_public(a, key, text, signature, arena);
}
