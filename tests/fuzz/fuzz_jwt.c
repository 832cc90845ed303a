/*
 * tests/fuzz/fuzz_jwt.c - a token that is one is its three parts, and a signature of nobody's key
 * never holds
 *
 * Input: a token, a line end, a key set.
 */
#include <stdlib.h>

#include "auth/jwt.h"
#include "crypto/encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const struct str input = {(const char *)data, size};
    struct error err;
    struct str token;
    struct str set;
    struct jwt jwt;

    str_cut(input, '\n', &token, &set);
    if (!jwt_parse(token, arena, &jwt))
        return 0;
    OWN(json_free) cJSON *jwks = str_is_set(set) ? json_parse(set, &err) : NULL;
    const cJSON *keys = json_get(jwks, "keys");

    if (!str_starts(token, jwt.text) || token.ptr[jwt.text.len] != '.' ||
        !cJSON_IsObject(jwt.header) || !cJSON_IsObject(jwt.claims))
        abort();
    if (!jwt_problem(&jwt, jwks, 0) && (!cJSON_IsArray(keys) || jwt.signature.len == 0))
        abort();
    if (!jwt_problem(&jwt, NULL, 0))
        abort();
    return 0;
}
