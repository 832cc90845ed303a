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
        ck_assert_msg(region_has_zone(str_of(table[i].id), str_of(table[i].zone)), "%s is no zone",
                      table[i].zone);
        ck_assert_str_ne(table[i].zone_source, "");
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

static const struct {
    const char *region, *zone;
    bool has;
} zones[] = {
    {"cn-hangzhou",    "cn-hangzhou-h",   true },
    {"ap-southeast-1", "ap-southeast-1b", true },
    {"ap-southeast-1", "ap-southeast-1",  false},
    {"cn-hangzhou",    "cn-hangzhou-",    false},
    {"cn-hangzhou",    "cn-hangzhou-H",   false},
    {"cn-hangzhou",    "cn-hangzhou-ha",  false},
    {"cn-hangzhou",    "cn-hangzhou--h",  false},
    {"cn-hangzhou",    "cn-hangzhou-{",   false},
    {"cn-hangzhou",    "cn-shanghai-h",   false},
    {"cn-hangzhou",    "cn",              false},
};

START_TEST(test_region_zones_by_their_names)
{
    ck_assert_int_eq(region_has_zone(str_of(zones[_i].region), str_of(zones[_i].zone)),
                     zones[_i].has);
}
END_TEST

START_TEST(test_region_zone_of_a_region_without_a_row)
{
    OWN(arena_free) struct arena *arena = arena_new();

    ck_assert(str_eq(region_zone(STR("ap-southeast-9"), arena), STR("ap-southeast-9a")));
    ck_assert(str_eq(region_zone(STR("cn-nowhere"), arena), STR("cn-nowhere-a")));
    ck_assert(str_eq(region_zone(STR("cn-hongkong"), arena), STR("cn-hongkong-c")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("catalog/region");
    TCase *tc = tcase_create("region");

    tcase_add_test(tc, test_region_table_starts_with_the_fifteen_of_2020);
    tcase_add_test(tc, test_region_rows_are_complete_and_unique);
    tcase_add_test(tc, test_region_find_is_exact);
    tcase_add_loop_test(tc, test_region_zones_by_their_names, 0, N_ELEMENTS(zones));
    tcase_add_test(tc, test_region_zone_of_a_region_without_a_row);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
