#include "fault/regex.h"

#include <regex.h>
#include <stdlib.h>

#include "../suite.h"

static struct regex_scratch *scratch;

static void start(void)
{
    scratch = regex_scratch_new();
}

static void stop(void)
{
    regex_scratch_free(scratch);
}

static bool holds(const char *expression, struct str text)
{
    struct regex_mistake mistake;
    struct regex *regex = regex_new(str_of(expression), &mistake);

    ck_assert_msg(regex != NULL, "%s: %s", expression, mistake.message);
    bool got = regex_holds(regex, text, scratch);

    regex_free(regex);
    return got;
}

static const char *const expressions[] = {
    "^(other|else)-1[a-z]+$",
    "^abc",
    "abc",
    "^a|b",
    "(^a)|(^b)",
    "^[0-9]*$",
    "^$",
    "^.*x$",
    "^(a|)b",
    "^a?b",
    "x*",
    "^[^a]",
    "^(a|b)?c{2,3}$",
    "(a|^b)c",
    "^a{0}b",
    "^(x*)(y|$)",
    "[ab]+-[0-9]$",
};

static const char *const texts[] = {
    "",    "a",   "b",       "ab",      "abc",       "xabc",      "bench-99", "other-1a", "else-1",
    "12",  "12x", "xx",      "x",       "b-9",       "cc",        "acc",      "bccc",     "bcccc",
    "bc",  "ac",  "xbc",     "y",       "xy",        "-",         "\n",       "a\n",      "c",
    "ABC", "Abc", "else-1z", "other-1", "zother-1a", "other-1a ",
};

/* The C library reads the same grammar. */
START_TEST(test_an_expression_holds_where_posix_says_so)
{
    const char *expression = expressions[_i];
    regex_t oracle;

    ck_assert_int_eq(regcomp(&oracle, expression, REG_EXTENDED | REG_NOSUB), 0);
    for (size_t i = 0; i < N_ELEMENTS(texts); i++)
        ck_assert_msg(holds(expression, str_of(texts[i])) ==
                          (regexec(&oracle, texts[i], 0, NULL, 0) == 0),
                      "%s on '%s'", expression, texts[i]);
    regfree(&oracle);
}
END_TEST

START_TEST(test_texts_of_several_bytes_a_character)
{
    ck_assert(holds("^(\xC3\xA9|x)$", STR("\xC3\xA9")));
    ck_assert(!holds("^(\xC3\xA9|x)$", STR("\xC3\xA8")));
    ck_assert(holds("^.$", STR("\xE6\x9C\x8D")));
    ck_assert(!holds("^..", STR("\xE6\x9C\x8D")));
    ck_assert(!holds("^.$", STR("\xE6\x9C"))); /* no UTF-8 */
    ck_assert(!holds("^(a|b)", STR("\xFF"
                                   "a")));
}
END_TEST

START_TEST(test_a_mistake_is_told_with_its_place)
{
    struct regex_mistake mistake;

    ck_assert_ptr_null(regex_new(STR("ab[c"), &mistake));
    ck_assert(!mistake.open_parenthesis);
    ck_assert_uint_eq(mistake.offset, 4);
    ck_assert_uint_gt(strlen(mistake.message), 0);
    ck_assert_ptr_null(regex_new(STR("a(b"), &mistake));
    ck_assert(mistake.open_parenthesis);
}
END_TEST

START_TEST(test_a_match_that_costs_too_much_is_none)
{
    char text[200];

    memset(text, 'a', sizeof(text));
    ck_assert(!holds("^(a|aa)+$", (struct str){"b", 1}));
    ck_assert(!holds("(((a+)+)+)+b", (struct str){text, sizeof(text)}));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault/regex");
    TCase *tc = tcase_create("regex");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_loop_test(tc, test_an_expression_holds_where_posix_says_so, 0,
                        (int)N_ELEMENTS(expressions));
    tcase_add_test(tc, test_texts_of_several_bytes_a_character);
    tcase_add_test(tc, test_a_mistake_is_told_with_its_place);
    tcase_add_test(tc, test_a_match_that_costs_too_much_is_none);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
