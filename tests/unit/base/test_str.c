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

START_TEST(test_str_is_utf8_table)
{
    ck_assert_int_eq(str_is_utf8(utf8[_i].text), utf8[_i].want);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/str");
    TCase *tc = tcase_create("str");

    tcase_add_test(tc, test_str_cut_splits_at_first_separator);
    tcase_add_loop_test(tc, test_str_to_int_table, 0, (int)N_ELEMENTS(ints));
    tcase_add_loop_test(tc, test_str_is_utf8_table, 0, (int)N_ELEMENTS(utf8));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
