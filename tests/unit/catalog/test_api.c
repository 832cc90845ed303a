#include "catalog/api.h"

#include "../suite.h"

START_TEST(test_api_names_lead_back_to_their_version)
{
    for (enum api_version api = API_2016; api < API_VERSION_COUNT; api++) {
        ck_assert_uint_gt(api_version_name(api).len, 0);
        ck_assert_int_eq(api_version_find(api_version_name(api)), api);
    }
}
END_TEST

START_TEST(test_api_unknown_names_are_none)
{
    ck_assert_int_eq(api_version_find(STR("2016-08-16")), API_NONE);
    ck_assert_int_eq(api_version_find(STR("")), API_NONE);
    ck_assert_uint_eq(api_version_name(API_NONE).len, 0);
    ck_assert_uint_eq(api_version_name(API_VERSION_COUNT).len, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("catalog/api");
    TCase *tc = tcase_create("api");

    tcase_add_test(tc, test_api_names_lead_back_to_their_version);
    tcase_add_test(tc, test_api_unknown_names_are_none);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
