/* JSON Web Tokens: three parts, a key that fits, and times. */
#include "auth/jwt.h"

#include "base/units.h"
#include "crypto/jwk.h"

enum { TOKEN_BYTES_MAX = 8192 };

static void free_tree(void *arg)
{
    cJSON_Delete(arg);
}

static bool read_part(struct str part, struct arena *arena, const cJSON **out)
{
    struct error ignored;
    struct str text;
    cJSON *tree = jose_decode(part, arena, &text) ? json_parse(text, &ignored) : NULL;

    if (!tree)
        return false;
    arena_on_end(arena, free_tree, tree);
    *out = tree;
    return cJSON_IsObject(tree);
}

bool jwt_parse(struct str token, struct arena *arena, struct jwt *out)
{
    struct str header;
    struct str claims;
    struct str signature;
    struct str rest;

    *out = (struct jwt){0};
    if (token.len == 0 || token.len > TOKEN_BYTES_MAX || !str_cut(token, '.', &header, &rest) ||
        !str_cut(rest, '.', &claims, &signature) || memchr(signature.ptr, '.', signature.len))
        return false;
    out->text = str_slice(token, 0, header.len + 1 + claims.len);
    return read_part(header, arena, &out->header) && read_part(claims, arena, &out->claims) &&
           jose_decode(signature, arena, &out->signature);
}

/* A token that names its key must have been signed with that one; a key without a name may be it.
 */
static bool may_be(const cJSON *key, struct str kid)
{
    struct str own = json_get_str(key, "kid");

    return kid.len == 0 || own.len == 0 || str_eq(own, kid);
}

static bool is_signed(const struct jwt *jwt, const cJSON *jwks)
{
    struct str alg = json_get_str(jwt->header, "alg");
    struct str kid = json_get_str(jwt->header, "kid");
    const cJSON *key;

    cJSON_ArrayForEach (key, json_get(jwks, "keys")) {
        if (may_be(key, kid) && jwk_verify(key, alg, jwt->text, jwt->signature) == JWK_HOLDS)
            return true;
    }
    return false;
}

const char *jwt_problem(const struct jwt *jwt, const cJSON *jwks, uint64_t now_ms)
{
    const cJSON *until = json_get(jwt->claims, "exp");
    const cJSON *from = json_get(jwt->claims, "nbf");
    double now_s = (double)now_ms / MS_PER_S;

    if (!is_signed(jwt, jwks))
        return "its signature is of no key of the JWKS";
    if (until && (!cJSON_IsNumber(until) || until->valuedouble <= now_s))
        return "it has expired";
    if (from && (!cJSON_IsNumber(from) || from->valuedouble > now_s))
        return "it is not valid yet";
    return NULL;
}
