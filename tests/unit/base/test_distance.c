#include "base/distance.h"

#include "../suite.h"

static const struct {
    const char *a, *b;
    size_t most, want;
} cases[] = {
    {"",                 "",                  3, 0},
    {"abc",              "abc",               3, 0},
    {"ABC",              "abc",               3, 0},
    {"abc",              "abd",               3, 1},
    {"abc",              "acb",               3, 1}, /* neighbours swapped are one slip */
    {"abc",              "abcd",              3, 1},
    {"",                 "abc",               3, 3},
    {"ResourceThrotled", "ResourceThrottled", 3, 1},
    {"kitten",           "sitting",           3, 3},
    {"kitten",           "sitting",           2, 3}, /* most + 1: further than asked */
    {"a",                "abcdefgh",          3, 4},
};

START_TEST(test_distance_table)
{
    struct str a = str_of(cases[_i].a);
    struct str b = str_of(cases[_i].b);

    ck_assert_uint_eq(distance_of(a, b, cases[_i].most), cases[_i].want);
    ck_assert_uint_eq(distance_of(b, a, cases[_i].most), cases[_i].want);
}
END_TEST

START_TEST(test_distance_gives_up_on_words_that_are_no_slips)
{
    char longer[300];

    memset(longer, 'a', sizeof(longer));
    ck_assert_uint_eq(distance_of((struct str){longer, 200}, (struct str){longer, 201}, 3), 4);
}
END_TEST

START_TEST(test_distance_nearest_takes_the_best_offer_and_the_first_of_a_tie)
{
    struct nearest nearest = {.wanted = STR("dealy")};

    nearest_offer(&nearest, STR("headers"));
    ck_assert(!str_is_set(nearest.best));
    nearest_offer(&nearest, STR("delay"));
    nearest_offer(&nearest, STR("dealt"));
    ck_assert(str_eq(nearest.best, STR("delay")));
    ck_assert_uint_eq(nearest.distance, 1);
    nearest_offer(&nearest, STR("dealy"));
    ck_assert(str_eq(nearest.best, STR("dealy")));
    nearest_offer(&nearest, STR("DEALY"));
    ck_assert(str_eq(nearest.best, STR("dealy")));
}
END_TEST

START_TEST(test_distance_nearest_wants_two_thirds_right)
{
    struct nearest nearest = {.wanted = STR("abcdef")};

    nearest_offer(&nearest, STR("abcxyz"));
    ck_assert(!str_is_set(nearest.best));
    nearest_offer(&nearest, STR("abcdxy"));
    ck_assert(str_is_set(nearest.best));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/distance");
    TCase *tc = tcase_create("distance");

    tcase_add_loop_test(tc, test_distance_table, 0, (int)N_ELEMENTS(cases));
    tcase_add_test(tc, test_distance_gives_up_on_words_that_are_no_slips);
    tcase_add_test(tc, test_distance_nearest_takes_the_best_offer_and_the_first_of_a_tie);
    tcase_add_test(tc, test_distance_nearest_wants_two_thirds_right);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
