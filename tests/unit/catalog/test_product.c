#include "catalog/product.h"

#include "../suite.h"

START_TEST(test_product_each_row_is_the_only_one_of_its_code)
{
    size_t count;
    const struct product_error *table = product_error_table(&count);

    ck_assert_uint_gt(count, 60);
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(table[i].status >= 200 && table[i].status < 600, "%s", table[i].code);
        ck_assert_msg(table[i].message[0] != '\0', "%s", table[i].code);
        ck_assert_msg(table[i].products != 0 && !(table[i].products & 1U << PRODUCT_FC), "%s",
                      table[i].code);
        for (enum cloud_product p = 0; p < PRODUCT_COUNT; p++)
            if (table[i].products >> p & 1)
                ck_assert_msg(product_error_find(p, str_of(table[i].code)) == &table[i], "%s",
                              table[i].code);
    }
}
END_TEST

START_TEST(test_product_codes_belong_to_their_product)
{
    ck_assert_int_eq(product_error_find(PRODUCT_OSS, STR("SlowDown"))->status, 503);
    ck_assert_int_eq(product_error_find(PRODUCT_OTHER, STR("Throttling"))->status, 400);
    ck_assert_ptr_null(product_error_find(PRODUCT_SLS, STR("SlowDown")));
    ck_assert_ptr_null(product_error_find(PRODUCT_FC, STR("AccessDenied")));
    ck_assert_ptr_null(product_error_find(PRODUCT_OSS, STR("slowdown")));
    ck_assert(str_eq(cloud_product_name(PRODUCT_SLS), STR("sls")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("catalog/product");
    TCase *tc = tcase_create("product");

    tcase_add_test(tc, test_product_each_row_is_the_only_one_of_its_code);
    tcase_add_test(tc, test_product_codes_belong_to_their_product);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
