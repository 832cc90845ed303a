#include "base/str.h"

#include "../suite.h"

START_TEST(test_str_cut_splits_at_first_separator)
{
    struct str head;
    struct str tail;

    ck_assert(str_cut(STR("a.b.c"), '.', &head, &tail));
    ck_assert(str_eq(head, STR("a")));
    ck_assert(str_eq(tail, STR("b.c")));
    ck_assert(!str_cut(STR("abc"), '.', &head, &tail));
    ck_assert(str_eq(head, STR("abc")));
    ck_assert(!str_is_set(tail));
}
END_TEST

static const struct {
    const char *text;
    enum number_result want;
    int64_t value;
} ints[] = {
    {"0",                       NUMBER_OK,     0 },
    {"-5",                      NUMBER_OK,     -5},
    {"10",                      NUMBER_OK,     10},
    {"11",                      NUMBER_RANGE,  0 },
    {"-6",                      NUMBER_RANGE,  0 },
    {"",                        NUMBER_SYNTAX, 0 },
    {"-",                       NUMBER_SYNTAX, 0 },
    {"1x",                      NUMBER_SYNTAX, 0 },
    {" 1",                      NUMBER_SYNTAX, 0 },
    {"+1",                      NUMBER_SYNTAX, 0 },
    {"99999999999999999999999", NUMBER_RANGE,  0 },
};

START_TEST(test_str_to_int_table)
{
    int64_t got = 0;

    ck_assert_msg(str_to_int(str_of(ints[_i].text), -5, 10, &got) == ints[_i].want, "'%s'",
                  ints[_i].text);
    ck_assert_int_eq(got, ints[_i].value);
}
END_TEST

static const struct {
    struct str text;
    bool want;
} utf8[] = {
    {STR_INIT("plain"),            true },
    {STR_INIT("\xC3\xA9"),         true },
    {STR_INIT("\xE6\x9D\xAD"),     true },
    {STR_INIT("\xF0\x9F\x98\x80"), true },
    {STR_INIT("\xC0\xAF"),         false},
    {STR_INIT("\xED\xA0\x80"),     false},
    {STR_INIT("\xF4\x90\x80\x80"), false},
    {STR_INIT("\xE6\x9D"),         false},
    {STR_INIT("\x80"),             false},
};

START_TEST(test_str_chars_counts_characters)
{
    ck_assert_uint_eq(str_chars(STR("")), 0);
    ck_assert_uint_eq(str_chars(STR("abc")), 3);
    ck_assert_uint_eq(str_chars(STR("a\xc3\xa9\xe5\x87\xbd\xf0\x9f\x98\x80")), 4);
}
END_TEST

START_TEST(test_str_is_utf8_table)
{
    ck_assert_int_eq(str_is_utf8(utf8[_i].text), utf8[_i].want);
}
END_TEST

START_TEST(test_str_cut_last_splits_at_last_separator)
{
    struct str head;
    struct str tail;

    ck_assert(str_cut_last(STR("a.b.c"), '.', &head, &tail));
    ck_assert(str_eq(head, STR("a.b")));
    ck_assert(str_eq(tail, STR("c")));
    ck_assert(str_cut_last(STR("."), '.', &head, &tail));
    ck_assert_uint_eq(head.len + tail.len, 0);
    ck_assert(!str_cut_last(STR_NONE, '.', &head, &tail));
}
END_TEST

START_TEST(test_str_compares_by_bytes_then_length)
{
    ck_assert_int_lt(str_compare(STR("a"), STR("b")), 0);
    ck_assert_int_lt(str_compare(STR("a"), STR("aa")), 0);
    ck_assert_int_gt(str_compare(STR("\xFF"), STR("a")), 0);
    ck_assert_int_eq(str_compare(STR("a"), STR("a")), 0);
    ck_assert_int_eq(str_compare(STR(""), STR_NONE), 0);
    ck_assert(str_eq(STR(""), STR_NONE));
    ck_assert(str_eq_nocase(STR("Content-Type"), STR("content-type")));
    ck_assert(!str_eq_nocase(STR("a"), STR("ab")));
    ck_assert(!str_eq_nocase(STR("["), STR("{"))); /* 0x20 apart, but no letters */
}
END_TEST

START_TEST(test_str_starts_and_ends)
{
    ck_assert(str_starts(STR("x-fc-date"), STR("x-fc-")));
    ck_assert(!str_starts(STR("x-f"), STR("x-fc-")));
    ck_assert(str_starts(STR_NONE, STR("")));
    ck_assert(str_starts_nocase(STR("X-Fc-Date"), STR("x-fc-")));
    ck_assert(str_ends(STR("a.run"), STR(".run")));
    ck_assert(!str_ends(STR("run"), STR(".run")));
}
END_TEST

START_TEST(test_str_slice_is_clamped)
{
    ck_assert(str_eq(str_slice(STR("abc"), 1, 2), STR("b")));
    ck_assert(str_eq(str_slice(STR("abc"), 1, 99), STR("bc")));
    ck_assert_uint_eq(str_slice(STR("abc"), 7, 99).len, 0);
    ck_assert_uint_eq(str_slice(STR("abc"), 2, 1).len, 0);
    ck_assert(!str_is_set(str_slice(STR_NONE, 0, 5)));
    ck_assert(str_eq(str_trim(STR(" \ta b\t ")), STR("a b")));
    ck_assert_uint_eq(str_trim(STR(" \t ")).len, 0);
}
END_TEST

START_TEST(test_str_find_says_where)
{
    size_t at = 99;

    ck_assert(str_find(STR("abcabc"), STR("ca"), &at));
    ck_assert_uint_eq(at, 2);
    ck_assert(str_find(STR("abc"), STR(""), &at));
    ck_assert_uint_eq(at, 0);
    ck_assert(!str_find(STR("ab"), STR("abc"), &at));
    ck_assert(!str_find(STR("abc"), STR("x"), NULL));
    ck_assert(str_find(STR("a\0b"), STR("\0b"), &at));
    ck_assert_uint_eq(at, 1);
}
END_TEST

START_TEST(test_str_all_digits)
{
    ck_assert(str_all_digits(STR("0123456789")));
    ck_assert(!str_all_digits(STR("")));
    ck_assert(!str_all_digits(STR("12a")));
    ck_assert(!str_all_digits(STR("-1")));
}
END_TEST

START_TEST(test_str_to_uint_keeps_its_bounds)
{
    uint64_t got = 7;

    ck_assert_int_eq(str_to_uint(STR("18446744073709551615"), UINT64_MAX, &got), NUMBER_OK);
    ck_assert_uint_eq(got, UINT64_MAX);
    ck_assert_int_eq(str_to_uint(STR("18446744073709551616"), UINT64_MAX, &got), NUMBER_RANGE);
    ck_assert_int_eq(str_to_uint(STR("101"), 100, &got), NUMBER_RANGE);
    ck_assert_int_eq(str_to_uint(STR("-1"), 100, &got), NUMBER_SYNTAX);
    ck_assert_uint_eq(got, UINT64_MAX);
}
END_TEST

static const struct {
    const char *text;
    enum number_result want;
    double value;
} doubles[] = {
    {"0.25",  NUMBER_OK,     0.25 },
    {"-1e3",  NUMBER_OK,     -1000},
    {"17",    NUMBER_OK,     17   },
    {"1e999", NUMBER_RANGE,  0    },
    {"nan",   NUMBER_SYNTAX, 0    },
    {"0x10",  NUMBER_SYNTAX, 0    },
    {"1,5",   NUMBER_SYNTAX, 0    },
    {"",      NUMBER_SYNTAX, 0    },
    {"1.2.3", NUMBER_SYNTAX, 0    },
    {" 1",    NUMBER_SYNTAX, 0    },
};

START_TEST(test_str_to_double_table)
{
    double got = 0;

    ck_assert_msg(str_to_double(str_of(doubles[_i].text), &got) == doubles[_i].want, "'%s'",
                  doubles[_i].text);
    ck_assert_double_eq(got, doubles[_i].value);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/str");
    TCase *tc = tcase_create("str");

    tcase_add_test(tc, test_str_cut_splits_at_first_separator);
    tcase_add_loop_test(tc, test_str_to_int_table, 0, (int)N_ELEMENTS(ints));
    tcase_add_test(tc, test_str_chars_counts_characters);
    tcase_add_loop_test(tc, test_str_is_utf8_table, 0, (int)N_ELEMENTS(utf8));
    tcase_add_test(tc, test_str_cut_last_splits_at_last_separator);
    tcase_add_test(tc, test_str_compares_by_bytes_then_length);
    tcase_add_test(tc, test_str_starts_and_ends);
    tcase_add_test(tc, test_str_slice_is_clamped);
    tcase_add_test(tc, test_str_find_says_where);
    tcase_add_test(tc, test_str_all_digits);
    tcase_add_test(tc, test_str_to_uint_keeps_its_bounds);
    tcase_add_loop_test(tc, test_str_to_double_table, 0, (int)N_ELEMENTS(doubles));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
