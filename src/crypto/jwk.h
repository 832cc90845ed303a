/*
 * crypto/jwk.h - signatures that are checked by JSON Web Keys
 *
 * HS, RS, PS and ES with SHA-256, 384 and 512, and EdDSA with Ed25519; "none" is no signature.
 * GnuTLS does it. Source: RFC 7515, 7517, 7518, 8037.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "base/arena.h"
#include "base/json.h"

enum jwk_verdict {
    JWK_HOLDS,
    JWK_DIFFERS,
    JWK_UNUSABLE, /* the key is none, or not one for @alg */
};

/** Does @signature, raw bytes, over @text hold by @key, an object of a key set? */
enum jwk_verdict jwk_verify(const cJSON *key, struct str alg, struct str text,
                            struct str signature);

/** base64url without padding, as JOSE writes it; in @arena. False when it is not. */
bool jose_decode(struct str text, struct arena *arena, struct str *out);
