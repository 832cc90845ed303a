#include "base/columns.h"

#include "../suite.h"

static const struct {
    const char *text;
    size_t columns;
} widths[] = {
    {"",         0},
    {"abc",      3},
    {"é",       1},
    {"支付",   4},
    {"a支b",    4},
    {"…",      1},
    {"ｱ",      1},
    {"Ａ",      2},
    {"한",      2},
    {"🙂",     2},
    {"𠀀",     2},
    {"ᄀ",      2},
    {"\xe6\x94", 1}, /* half a
  character */
};

START_TEST(test_columns_of_text)
{
    ck_assert_uint_eq(columns_of(str_of(widths[_i].text)), widths[_i].columns);
}
END_TEST

static const struct {
    const char *text;
    size_t columns;
    const char *want;
} cuts[] = {
    {"abc",    5, "abc"   },
    {"abc",    3, "abc"   },
    {"abc",    2, "ab"    },
    {"abc",    0, ""      },
    {"支付", 4, "支付"},
    {"支付", 3, "支"   },
    {"支付", 1, ""      },
    {"",       3, ""      },
};

START_TEST(test_columns_cut_keeps_whole_characters)
{
    struct str got = columns_cut(str_of(cuts[_i].text), cuts[_i].columns);

    ck_assert_msg(str_eq(got, str_of(cuts[_i].want)), "got '" STR_FMT "'", STR_ARG(got));
}
END_TEST

START_TEST(test_columns_character_reads_utf8)
{
    size_t len;

    ck_assert_uint_eq(columns_character(STR("a"), 0, &len), 'a');
    ck_assert_uint_eq(len, 1);
    ck_assert_uint_eq(columns_character(STR("xé"), 1, &len), 0xE9);
    ck_assert_uint_eq(len, 2);
    ck_assert_uint_eq(columns_character(STR("支"), 0, &len), 0x652F);
    ck_assert_uint_eq(len, 3);
    ck_assert_uint_eq(columns_character(STR("🙂"), 0, &len), 0x1F642);
    ck_assert_uint_eq(len, 4);
    columns_character(STR("\xf0\x9f"), 0, &len);
    ck_assert_uint_eq(len, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/columns");
    TCase *tc = tcase_create("columns");

    tcase_add_loop_test(tc, test_columns_of_text, 0, (int)N_ELEMENTS(widths));
    tcase_add_loop_test(tc, test_columns_cut_keeps_whole_characters, 0, (int)N_ELEMENTS(cuts));
    tcase_add_test(tc, test_columns_character_reads_utf8);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
