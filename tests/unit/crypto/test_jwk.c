#include "../suite.h"
#include "crypto/jwk.h"

#define CLAIMS                                                                                     \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl" \
    "fQ"
#define OCT                                                                                        \
    "\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4h" \
    "cgUuTwjAzZr1Z9CAow\""
#define EC                                                                                         \
    "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","      \
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define OKP                                                                                        \
    "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""

/* Source: RFC 7515 A.1 and A.3, RFC 8037 A.4; and what is wrong with each. */
static const struct {
    const char *key, *alg, *text, *signature;
    enum jwk_verdict verdict;
} cases[] = {
    {OCT,                           "HS256", "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." CLAIMS,
     "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",                                                                                                     JWK_HOLDS   },
    {OCT,                           "HS256", "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." CLAIMS "x",
     "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",                                                                                                     JWK_DIFFERS },
    {OCT,                           "HS384", "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." CLAIMS,
     "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",                                                                                                     JWK_DIFFERS },
    {OCT ",\"alg\":\"HS512\"",      "HS256", "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." CLAIMS,
     "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",                                                                                                     JWK_UNUSABLE},
    {OCT,                           "none",  "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." CLAIMS,         "",                                            JWK_UNUSABLE},
    {OCT,                           "RS256", "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." CLAIMS,
     "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",                                                                                                     JWK_UNUSABLE},
    {"\"kty\":\"oct\",\"k\":\"=\"", "HS256", "a",                                                        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
     JWK_UNUSABLE                                                                                                                                                   },
    {EC,                            "ES256", "eyJhbGciOiJFUzI1NiJ9." CLAIMS,
     "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",                                                          JWK_HOLDS   },
    {EC,                            "ES256", "eyJhbGciOiJFUzI1NiJ9." CLAIMS,
     "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1g",                                                          JWK_DIFFERS },
    {EC,                            "ES256", "eyJhbGciOiJFUzI1NiJ9." CLAIMS,                             "DtEh",                                        JWK_DIFFERS },
    {EC,                            "ES384", "eyJhbGciOiJFUzI1NiJ9." CLAIMS,
     "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",                                                          JWK_UNUSABLE},
    {OKP,                           "EdDSA", "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
     "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",                                                          JWK_HOLDS   },
    {OKP,                           "EdDSA", "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmg",
     "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",                                                          JWK_DIFFERS },
};

START_TEST(test_jwk_verify_table)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct error err;
    struct str signature = STR("");
    OWN(json_free)
    cJSON *key = json_parse(arena_strf(arena, "{%s}", cases[_i].key), &err);

    ck_assert_ptr_nonnull(key);
    if (*cases[_i].signature)
        ck_assert(jose_decode(str_of(cases[_i].signature), arena, &signature));
    ck_assert_int_eq(jwk_verify(key, str_of(cases[_i].alg), str_of(cases[_i].text), signature),
                     cases[_i].verdict);
}
END_TEST

static const struct {
    const char *text, *bytes; /* NULL: refused */
} decoded[] = {
    {"",     ""        },
    {"YQ",   "a"       },
    {"YWI",  "ab"      },
    {"YWJj", "abc"     },
    {"_-8",  "\xff\xef"},
    {"YQ==", NULL      },
    {"/+8",  NULL      },
    {"YR",   NULL      },
    {"Y",    NULL      },
};

START_TEST(test_jose_decode_table)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct str got = STR_NONE;
    bool good = jose_decode(str_of(decoded[_i].text), arena, &got);

    ck_assert_msg(good == (decoded[_i].bytes != NULL), "'%s'", decoded[_i].text);
    if (good)
        ck_assert(str_eq(got, str_of(decoded[_i].bytes)));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crypto/jwk");
    TCase *tc = tcase_create("jwk");

    tcase_add_loop_test(tc, test_jwk_verify_table, 0, N_ELEMENTS(cases));
    tcase_add_loop_test(tc, test_jose_decode_table, 0, N_ELEMENTS(decoded));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
