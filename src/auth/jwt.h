/*
 * auth/jwt.h - a JSON Web Token, taken apart and held against a key set
 *
 * Source: RFC 7515 (compact form), 7519.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "base/arena.h"
#include "base/json.h"

struct jwt {
    const cJSON *header, *claims; /* objects, in the arena */
    struct str text;              /* what is signed */
    struct str signature;
};

/** False when it is no token. */
bool jwt_parse(struct str token, struct arena *arena, struct jwt *out);
/** NULL when a key of @jwks signed it and its times fit; else why not, a constant text. */
const char *jwt_problem(const struct jwt *jwt, const cJSON *jwks, uint64_t now_ms);
