#include "product/service/seed/seed_read.h"

#include "../../suite.h"

static const struct {
    const char *rules, *path;
    bool is_folder, want;
} cases[] = {
    {"",                 "a",              false, false},
    {"# a\n\n",          "a",              false, false},
    {"a",                "a",              false, true },
    {"a",                "a",              true,  true },
    {"a",                "b/a",            false, true },
    {"a",                "ab",             false, false},
    {"/a",               "a",              false, true },
    {"/a",               "b/a",            false, false},
    {"./a",              "a",              false, true },
    {"./a",              "b/a",            false, false},
    {"b/a",              "b/a",            false, true },
    {"b/a",              "c/b/a",          false, false},
    {"a/",               "a",              true,  true },
    {"a/",               "a",              false, false},
    {"*.log",            "x.log",          false, true },
    {"*.log",            "d/x.log",        false, true },
    {"*.log",            "x.logs",         false, false},
    {"*.log\n!keep.log", "keep.log",       false, false},
    {"!keep.log\n*.log", "keep.log",       false, true },
    {"d/*.log",          "d/x.log",        false, true },
    {"d/*.log",          "d/e/x.log",      false, false},
    {"**/a",             "a",              false, true },
    {"**/a",             "b/c/a",          false, true },
    {"a/**",             "a/b",            false, true },
    {"a/**",             "a/b/c",          false, true },
    {"a/**",             "a",              true,  false},
    {"a/**/b",           "a/b",            false, true },
    {"a/**/b",           "a/x/y/b",        false, true },
    {"a/**/b",           "a/x/y/c",        false, false},
    {"a?c",              "abc",            false, true },
    {"a?c",              "ac",             false, false},
    {"/a?c",             "a/c",            false, false},
    {"[abc].txt",        "b.txt",          false, true },
    {"[!abc].txt",       "b.txt",          false, false},
    {"[a-c].txt",        "b.txt",          false, true },
    {"[a-c].txt",        "d.txt",          false, false},
    {"[]].txt",          "].txt",          false, true },
    {"[a.txt",           "[a.txt",         false, true },
    {"\\#a",             "#a",             false, true },
    {"\\!a",             "!a",             false, true },
    {"a\\*",             "a*",             false, true },
    {"a\\*",             "ab",             false, false},
    {"a \r\n",           "a",              false, true },
    {"node_modules",     "x/node_modules", true,  true },
    {"/",                "a",              true,  false},
};

START_TEST(test_ignore_table)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct ignore *ignore = ignore_read(str_of(cases[_i].rules), arena);

    ck_assert_msg(ignore_is(ignore, str_of(cases[_i].path), cases[_i].is_folder) == cases[_i].want,
                  "rules '%s', path '%s'", cases[_i].rules, cases[_i].path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/service/ignore");
    TCase *tc = tcase_create("ignore");

    tcase_add_loop_test(tc, test_ignore_table, 0, (int)N_ELEMENTS(cases));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
