#include "gateway/corrupt.h"

#include "../suite.h"
#include "base/json.h"

static const struct str body = STR_INIT("{\"ErrorCode\":\"X\",\"n\":1}");

static struct str spoil(struct arena *arena, struct fault_action action, uint64_t bits)
{
    bool gzip;

    return corrupt_body(&action, body, bits, arena, &gzip);
}

static bool is_json(struct str text)
{
    struct error err;
    OWN(json_free) cJSON *json = json_parse(text, &err);

    return json != NULL;
}

START_TEST(test_corrupt_cut_json_is_a_prefix_and_no_json)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct str got = spoil(arena, (struct fault_action){.corrupt = CORRUPT_CUT_JSON}, 0);

    ck_assert_uint_eq(got.len, body.len - body.len / 2);
    ck_assert(str_starts(body, got));
    ck_assert(!is_json(got));
    got = spoil(arena, (struct fault_action){.corrupt = CORRUPT_CUT_JSON, .corrupt_amount = 3}, 0);
    ck_assert_uint_eq(got.len, body.len - 3);
    got =
        spoil(arena, (struct fault_action){.corrupt = CORRUPT_CUT_JSON, .corrupt_amount = 4096}, 0);
    ck_assert_uint_eq(got.len, 0);
}
END_TEST

START_TEST(test_corrupt_bad_json_is_no_json_wrong_type_is_other_json)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct str got = spoil(arena, (struct fault_action){.corrupt = CORRUPT_BAD_JSON}, 0);

    ck_assert(!is_json(got));
    ck_assert_uint_eq(got.len, body.len + 2);
    got = spoil(arena, (struct fault_action){.corrupt = CORRUPT_WRONG_TYPE}, 0);
    ck_assert(is_json(got));
    ck_assert_int_eq(got.ptr[0], '[');
    ck_assert_uint_eq(spoil(arena, (struct fault_action){.corrupt = CORRUPT_EMPTY}, 0).len, 0);
}
END_TEST

START_TEST(test_corrupt_flip_bytes_follows_the_draw)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct fault_action flip = {.corrupt = CORRUPT_FLIP_BYTES, .corrupt_amount = 1};
    struct str a = spoil(arena, flip, 7);
    struct str b = spoil(arena, flip, 7);
    size_t changed = 0;

    ck_assert(str_eq(a, b));
    for (size_t i = 0; i < body.len; i++)
        changed += a.ptr[i] != body.ptr[i];
    ck_assert_uint_eq(changed, 1);
    ck_assert(!str_eq(a, spoil(arena, flip, 8)));
}
END_TEST

START_TEST(test_corrupt_bad_utf8_and_gzip)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct fault_action action = {.corrupt = CORRUPT_BAD_GZIP};
    bool gzip = false;
    struct str got = spoil(arena, (struct fault_action){.corrupt = CORRUPT_BAD_UTF8}, 0);

    ck_assert(!str_is_utf8(got));
    ck_assert_uint_eq(got.len, body.len + 2);
    got = corrupt_body(&action, body, 0, arena, &gzip);
    ck_assert(gzip);
    ck_assert_uint_eq(got.len, body.len + 10);
    ck_assert_int_eq((unsigned char)got.ptr[0], 0x1F);
}
END_TEST

/* Byte for byte: what a client has to cope with is the point. */
static const struct {
    enum { ROW_BAD_JSON, ROW_WRONG_TYPE, ROW_BAD_UTF8, ROW_CUT } kind;
    const char *body, *want;
} exact[] = {
    {ROW_BAD_JSON,   "{\"a\":1}", "{,}\"a\":1}"                },
    {ROW_BAD_JSON,   "[1]",       "[,}1]"                      },
    {ROW_BAD_JSON,   "",          ",}"                         },
    {ROW_WRONG_TYPE, "{\"a\":1}", "[{\"a\":1}]"                },
    {ROW_WRONG_TYPE, "[1]",       "{\"value\":\"[1]\"}"        },
    {ROW_WRONG_TYPE, "a \"b\"",   "{\"value\":\"a \\\"b\\\"\"}"},
    {ROW_WRONG_TYPE, "",          "{\"value\":\"\"}"           },
    {ROW_BAD_UTF8,   "abcd",
     "ab\xC3\x28"
     "cd"                                                      },
    {ROW_BAD_UTF8,   "",          "\xC3\x28"                   },
    {ROW_CUT,        "abcde",     "abc"                        },
    {ROW_CUT,        "",          ""                           },
};

START_TEST(test_corrupt_is_exact)
{
    static const int kinds[] = {CORRUPT_BAD_JSON, CORRUPT_WRONG_TYPE, CORRUPT_BAD_UTF8,
                                CORRUPT_CUT_JSON};
    OWN(arena_free) struct arena *arena = arena_new();
    struct fault_action action = {0};
    bool gzip = true;

    action.corrupt = kinds[exact[_i].kind];
    struct str got = corrupt_body(&action, str_of(exact[_i].body), 0, arena, &gzip);

    ck_assert_msg(str_eq(got, str_of(exact[_i].want)), "'%s': '" STR_FMT "'", exact[_i].body,
                  STR_ARG(got));
    ck_assert(!gzip);
}
END_TEST

START_TEST(test_corrupt_flip_changes_one_bit_a_time)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct fault_action flip = {.corrupt = CORRUPT_FLIP_BYTES};
    bool gzip;

    for (uint64_t bits = 0; bits < 64; bits++) {
        struct str got = spoil(arena, flip, bits);
        int flipped = 0;

        for (size_t i = 0; i < body.len; i++)
            flipped += __builtin_popcount((unsigned char)(got.ptr[i] ^ body.ptr[i]));
        ck_assert_int_eq(flipped, 1);
        ck_assert_uint_eq(got.len, body.len);
    }
    ck_assert_uint_eq(corrupt_body(&flip, STR(""), 3, arena, &gzip).len, 0);
    flip.corrupt = CORRUPT_NONE;
    ck_assert_ptr_eq(spoil(arena, flip, 1).ptr, body.ptr);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway/corrupt");
    TCase *tc = tcase_create("corrupt");

    tcase_add_test(tc, test_corrupt_cut_json_is_a_prefix_and_no_json);
    tcase_add_test(tc, test_corrupt_bad_json_is_no_json_wrong_type_is_other_json);
    tcase_add_test(tc, test_corrupt_flip_bytes_follows_the_draw);
    tcase_add_test(tc, test_corrupt_bad_utf8_and_gzip);
    tcase_add_loop_test(tc, test_corrupt_is_exact, 0, (int)N_ELEMENTS(exact));
    tcase_add_test(tc, test_corrupt_flip_changes_one_bit_a_time);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
