#include "catalog/runtime.h"

#include "../suite.h"

START_TEST(test_runtime_rows_are_complete_and_unique)
{
    size_t count;
    const struct runtime_name *table = runtime_name_table(&count);

    ck_assert_uint_eq(count, 26);
    for (size_t i = 0; i < count; i++) {
        ck_assert_ptr_eq(runtime_name_find(str_of(table[i].name)), &table[i]);
        ck_assert_str_ne(runtime_language_name(table[i].language), "");
    }
}
END_TEST

START_TEST(test_runtime_knows_what_2020_offered)
{
    size_t count;
    const struct runtime_name *table = runtime_name_table(&count);
    size_t offered = 0;

    for (size_t i = 0; i < count; i++)
        offered += table[i].in_2020;
    ck_assert_uint_eq(offered, 11);
    ck_assert(runtime_name_find(STR("nodejs12"))->in_2020);
    ck_assert(!runtime_name_find(STR("nodejs14"))->in_2020);
    ck_assert_str_eq(runtime_name_find(STR("python3"))->version, "3.6");
    ck_assert_ptr_null(runtime_name_find(STR("python3.8")));
    ck_assert_int_eq(runtime_name_find(STR("micro-sandbox"))->language, LANGUAGE_CUSTOM);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("catalog/runtime");
    TCase *tc = tcase_create("runtime");

    tcase_add_test(tc, test_runtime_rows_are_complete_and_unique);
    tcase_add_test(tc, test_runtime_knows_what_2020_offered);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
