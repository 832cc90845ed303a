#include "catalog/limits.h"

#include "../suite.h"
#include "catalog/fc_error.h"

START_TEST(test_limits_rows_are_complete_and_unique)
{
    size_t count;
    const struct limit *table = limit_table(&count);

    ck_assert_uint_eq(count, LIMIT_ID_COUNT);
    for (size_t i = 0; i < count; i++) {
        ck_assert_ptr_eq(limit_find(str_of(table[i].key)), &table[i]);
        ck_assert_str_ne(table[i].source, "");
        ck_assert_str_ne(limit_unit_name(table[i].unit), "");
        ck_assert_int_ge(table[i].current, 0);
        ck_assert_int_ge(table[i].in_2020, LIMIT_NONE);
        if (table[i].error)
            ck_assert_msg(fc_error_find(str_of(table[i].error)) != NULL, "%s: unknown code %s",
                          table[i].key, table[i].error);
    }
}
END_TEST

START_TEST(test_limits_minima_are_below_their_maxima)
{
    size_t count;
    const struct limit *table = limit_table(&count);

    for (size_t i = 0; i + 1 < count; i++) {
        struct str key = str_of(table[i].key);

        if (!str_ends(key, STR(".min")))
            continue;
        ck_assert(str_starts(str_of(table[i + 1].key), str_slice(key, 0, key.len - 3)));
        ck_assert_int_lt(table[i].current, table[i + 1].current);
        ck_assert_int_lt(table[i].in_2020, table[i + 1].in_2020);
    }
}
END_TEST

START_TEST(test_limits_profiles_differ_where_the_service_changed)
{
    struct limits now;
    struct limits then;

    limits_init(&now, false);
    limits_init(&then, true);
    ck_assert_int_eq(now.values[LIMIT_MEMORY_MAX], 32768);
    ck_assert_int_eq(then.values[LIMIT_MEMORY_MAX], 3072);
    ck_assert_int_eq(now.values[LIMIT_TIMEOUT_MAX], 86400);
    ck_assert_int_eq(then.values[LIMIT_TIMEOUT_MAX], 600);
    ck_assert_int_eq(then.values[LIMIT_CODE_ZIP_BYTES], 52428800);
    ck_assert_int_eq(then.values[LIMIT_BURST], LIMIT_NONE);
    ck_assert_int_eq(now.values[LIMIT_ASYNC_REQUEST_BYTES], 128 * 1024);
}
END_TEST

static const struct {
    const char *region;
    enum limit_id id;
    int64_t want;
} regional[] = {
    {"cn-hangzhou",    LIMIT_CODE_OSS_BYTES, 524288000},
    {"eu-central-1",   LIMIT_CODE_OSS_BYTES, 524288000},
    {"us-west-1",      LIMIT_CODE_OSS_BYTES, 104857600},
    {"xx-nowhere-9",   LIMIT_CODE_OSS_BYTES, 104857600},
    {"cn-shenzhen",    LIMIT_BURST,          300      },
    {"ap-southeast-1", LIMIT_BURST,          100      },
    {"ap-southeast-1", LIMIT_GROWTH,         100      },
    {"ap-southeast-1", LIMIT_INSTANCES,      300      },
};

START_TEST(test_limits_in_region_table)
{
    struct limits now;

    limits_init(&now, false);
    ck_assert_int_eq(limits_in_region(&now, regional[_i].id, str_of(regional[_i].region)),
                     regional[_i].want);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("catalog/limits");
    TCase *tc = tcase_create("limits");

    tcase_add_test(tc, test_limits_rows_are_complete_and_unique);
    tcase_add_test(tc, test_limits_minima_are_below_their_maxima);
    tcase_add_test(tc, test_limits_profiles_differ_where_the_service_changed);
    tcase_add_loop_test(tc, test_limits_in_region_table, 0, (int)N_ELEMENTS(regional));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
