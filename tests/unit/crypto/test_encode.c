#include "crypto/encode.h"

#include "../suite.h"

/* RFC 4648 §10, and bytes that need all of the alphabet. */
static const struct {
    struct str plain;
    const char *base64;
} pairs[] = {
    {STR_INIT(""),                     ""        },
    {STR_INIT("f"),                    "Zg=="    },
    {STR_INIT("fo"),                   "Zm8="    },
    {STR_INIT("foo"),                  "Zm9v"    },
    {STR_INIT("foob"),                 "Zm9vYg=="},
    {STR_INIT("fooba"),                "Zm9vYmE="},
    {STR_INIT("foobar"),               "Zm9vYmFy"},
    {STR_INIT("\xFB\xFF\xBF\0\0\x3F"), "+/+/AAA/"},
};

START_TEST(test_base64_both_ways)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct str text = base64_text(pairs[_i].plain, arena);
    uint8_t *plain = arena_alloc(arena, base64_decoded_max(text.len));
    size_t len = 99;

    ck_assert_str_eq(text.ptr, pairs[_i].base64);
    ck_assert(base64_decode(text, plain, &len));
    ck_assert(str_eq((struct str){(char *)plain, len}, pairs[_i].plain));
}
END_TEST

static const char *const bad_base64[] = {
    "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm9v\n", " Zm9", "Zm-v",
};

START_TEST(test_base64_refuses_what_is_not_canonical)
{
    uint8_t out[16];
    size_t len = 99;

    ck_assert_msg(!base64_decode(str_of(bad_base64[_i]), out, &len), "'%s'", bad_base64[_i]);
    ck_assert_uint_eq(len, 99);
}
END_TEST

START_TEST(test_hex_both_ways)
{
    uint8_t bytes[4];
    char text[9];

    ck_assert(hex_decode(STR("00fFA5C3"), bytes));
    ck_assert_mem_eq(bytes, "\x00\xFF\xA5\xC3", 4);
    hex_encode(bytes, 4, text);
    ck_assert_str_eq(text, "00ffa5c3");
    ck_assert(!hex_decode(STR("0"), bytes));
    ck_assert(!hex_decode(STR("0g"), bytes));
    ck_assert(hex_decode(STR_NONE, bytes));
}
END_TEST

START_TEST(test_secret_equal_sees_every_byte)
{
    struct str secret = STR("FakeSecret");
    char guess[] = "FakeSecret";

    ck_assert(secret_equal(secret, str_of(guess)));
    ck_assert(secret_equal(STR(""), STR_NONE));
    ck_assert(!secret_equal(secret, STR("FakeSecre")));
    for (size_t i = 0; i < secret.len; i++) {
        guess[i] ^= 1;
        ck_assert(!secret_equal(secret, str_of(guess)));
        guess[i] ^= 1;
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crypto/encode");
    TCase *tc = tcase_create("encode");

    tcase_add_loop_test(tc, test_base64_both_ways, 0, N_ELEMENTS(pairs));
    tcase_add_loop_test(tc, test_base64_refuses_what_is_not_canonical, 0, N_ELEMENTS(bad_base64));
    tcase_add_test(tc, test_hex_both_ways);
    tcase_add_test(tc, test_secret_equal_sees_every_byte);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
