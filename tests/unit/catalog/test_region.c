#include "catalog/region.h"

#include "../suite.h"

/* The reference of 2020-08-27, in its order. */
static const char *const documented_2020[] = {
    "cn-hangzhou",    "cn-shanghai", "cn-qingdao",   "cn-beijing",     "cn-zhangjiakou",
    "cn-huhehaote",   "cn-shenzhen", "cn-hongkong",  "ap-northeast-1", "ap-southeast-1",
    "ap-southeast-2", "ap-south-1",  "eu-central-1", "us-east-1",      "us-west-1",
};

START_TEST(test_region_table_starts_with_the_fifteen_of_2020)
{
    size_t count;
    const struct region *table = region_table(&count);

    ck_assert_uint_eq(N_ELEMENTS(documented_2020), 15);
    ck_assert_uint_eq(count, 28);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(table[i].documented_2020, i < 15);
        if (i < 15)
            ck_assert_str_eq(table[i].id, documented_2020[i]);
    }
}
END_TEST

START_TEST(test_region_rows_are_complete_and_unique)
{
    size_t count;
    const struct region *table = region_table(&count);

    for (size_t i = 0; i < count; i++) {
        ck_assert_str_ne(table[i].name_en, "");
        ck_assert_msg((unsigned char)table[i].name_zh[0] > 0x7F, "%s has no Chinese name",
                      table[i].id);
        ck_assert_str_ne(table[i].status, "");
        ck_assert_ptr_eq(region_find(str_of(table[i].id)), &table[i]);
    }
}
END_TEST

START_TEST(test_region_find_is_exact)
{
    ck_assert_ptr_null(region_find(STR("cn-hangzhou-internal")));
    ck_assert_ptr_null(region_find(STR("CN-HANGZHOU")));
    ck_assert_ptr_null(region_find(STR("")));
    ck_assert_str_eq(region_find(STR("us-west-1"))->name_zh, "美国西部1（硅谷）");
}
END_TEST

START_TEST(test_region_has_a_public_and_an_internal_endpoint)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const struct region *region = region_find(STR("ap-south-1"));

    ck_assert(str_eq(region_endpoint(region, false, arena), STR("ap-south-1.fc.aliyuncs.com")));
    ck_assert(
        str_eq(region_endpoint(region, true, arena), STR("ap-south-1-internal.fc.aliyuncs.com")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("catalog/region");
    TCase *tc = tcase_create("region");

    tcase_add_test(tc, test_region_table_starts_with_the_fifteen_of_2020);
    tcase_add_test(tc, test_region_rows_are_complete_and_unique);
    tcase_add_test(tc, test_region_find_is_exact);
    tcase_add_test(tc, test_region_has_a_public_and_an_internal_endpoint);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
