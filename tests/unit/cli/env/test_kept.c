#include "cli/env/kept.h"

#include "../../suite.h"

static const struct {
    const char *value, *was; /* written down; NULL: it was not there */
    const char *now;         /* when it is asked */
    bool ours;
} cases[] = {
    {"http://a:1/?x=1&y=2%", "it's + \"b\"=&", "http://a:1/?x=1&y=2%", true },
    {"v",                    NULL,             "v",                    true },
    {"v",                    "",               "v",                    true },
    {"v",                    "w",              "w",                    false},
    {"v",                    "w",              NULL,                   false},
};

START_TEST(test_kept_gives_back_what_was)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(buf_done) struct buf record = {0};
    struct query kept;
    struct str was = STR("untouched");

    env_keep(&record, STR("NAME"), STR("other"), STR("more"), arena);
    env_keep(&record, STR("X"), str_of(cases[_i].value), str_of(cases[_i].was), arena);
    query_parse_plain(buf_str(&record), arena, &kept);
    ck_assert_int_eq(env_kept_was(&kept, STR("X"), str_of(cases[_i].now), &was), cases[_i].ours);
    if (!cases[_i].ours) {
        ck_assert(str_eq(was, STR("untouched")));
        return;
    }
    ck_assert_int_eq(was.ptr != NULL, cases[_i].was != NULL);
    ck_assert(str_eq(was, str_of(cases[_i].was)));
}
END_TEST

START_TEST(test_kept_knows_nothing_of_other_names)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct query kept;
    struct str was;

    query_parse_plain(STR("X=v&X.was=w"), arena, &kept);
    ck_assert(!env_kept_was(&kept, STR("Y"), STR("v"), &was));
    query_parse_plain(STR_NONE, arena, &kept);
    ck_assert(!env_kept_was(&kept, STR("X"), STR_NONE, &was));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cli/env/kept");
    TCase *tc = tcase_create("kept");

    tcase_add_loop_test(tc, test_kept_gives_back_what_was, 0, (int)N_ELEMENTS(cases));
    tcase_add_test(tc, test_kept_knows_nothing_of_other_names);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
