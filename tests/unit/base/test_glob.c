#include "base/glob.h"

#include "../suite.h"

static const struct {
    const char *pattern, *text;
    bool want;
} cases[] = {
    {"",          "",               true },
    {"",          "a",              false},
    {"*",         "",               true },
    {"*",         "anything",       true },
    {"?",         "",               false},
    {"?",         "a",              true },
    {"Create*",   "CreateFunction", true },
    {"Create*",   "GetFunction",    false},
    {"*Function", "CreateFunction", true },
    {"*Function", "FunctionX",      false},
    {"a*b*c",     "aXbXbXc",        true },
    {"a*b*c",     "aXbXb",          false},
    {"a**c",      "abc",            true },
    {"p?y",       "pay",            true },
    {"p?y",       "py",             false},
    {"[a]",       "a",              false},
    {"[a]",       "[a]",            true },
    {"A",         "a",              false},
    {"*ab",       "aab",            true },
};

START_TEST(test_glob_match_table)
{
    ck_assert_msg(glob_match(str_of(cases[_i].pattern), str_of(cases[_i].text)) == cases[_i].want,
                  "'%s' on '%s'", cases[_i].pattern, cases[_i].text);
}
END_TEST

START_TEST(test_glob_many_stars_do_not_explode)
{
    static char text[20000];

    memset(text, 'a', sizeof(text));
    ck_assert(!glob_match(STR("*a*a*a*a*a*a*a*a*b"), (struct str){text, sizeof(text)}));
}
END_TEST

START_TEST(test_glob_is_pattern)
{
    ck_assert(glob_is_pattern(STR("a*")));
    ck_assert(glob_is_pattern(STR("?")));
    ck_assert(!glob_is_pattern(STR("plain")));
    ck_assert(!glob_is_pattern(STR_NONE));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/glob");
    TCase *tc = tcase_create("glob");

    tcase_add_loop_test(tc, test_glob_match_table, 0, (int)N_ELEMENTS(cases));
    tcase_add_test(tc, test_glob_many_stars_do_not_explode);
    tcase_add_test(tc, test_glob_is_pattern);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
