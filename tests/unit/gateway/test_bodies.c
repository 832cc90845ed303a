#include "gateway/bodies.h"

#include "../suite.h"

static struct body_key key_of(const char *code, enum api_version api, enum fault_keys keys,
                              const char *region)
{
    return (struct body_key){fc_error_find(str_of(code)), api, api, keys, str_of(region)};
}

START_TEST(test_a_body_is_found_by_all_that_it_depends_on)
{
    struct bodies bodies = {0};
    char region[] = "cn-shanghai";
    struct body_key key = key_of("ResourceExhausted", API_2016, KEYS_BOTH, region);

    ck_assert(!str_is_set(bodies_find(&bodies, &key)));
    bodies_keep(&bodies, &key, STR("{one}"));
    region[0] = '#'; /* what was kept stands by itself */

    const struct body_key others[] = {
        key_of("ResourceThrottled", API_2016, KEYS_BOTH, "cn-shanghai"),
        key_of("ResourceExhausted", API_2021, KEYS_BOTH, "cn-shanghai"),
        key_of("ResourceExhausted", API_2016, KEYS_SDK, "cn-shanghai"),
        key_of("ResourceExhausted", API_2016, KEYS_BOTH, "cn-hangzhou"),
        {key.error, API_TRIGGER, API_2016, KEYS_BOTH, STR("cn-shanghai")},
    };
    key.region = STR("cn-shanghai");
    ck_assert(str_eq(bodies_find(&bodies, &key), STR("{one}")));
    for (size_t i = 0; i < N_ELEMENTS(others); i++)
        ck_assert_msg(!str_is_set(bodies_find(&bodies, &others[i])), "other %zu", i);
    bodies_keep(&bodies, &key, STR("{two}"));
    ck_assert(str_eq(bodies_find(&bodies, &key), STR("{two}")));
    bodies_done(&bodies);
    ck_assert(!str_is_set(bodies_find(&bodies, &key)));
}
END_TEST

START_TEST(test_more_bodies_than_are_kept)
{
    struct bodies bodies = {0};
    size_t count;
    const struct fc_error *table = fc_error_table(&count);

    for (size_t i = 0; i < count; i++) {
        struct body_key key = {&table[i], API_2016, API_2016, KEYS_BOTH, STR("")};

        bodies_keep(&bodies, &key, str_of(table[i].code));
        ck_assert(str_eq(bodies_find(&bodies, &key), str_of(table[i].code)));
    }
    bodies_done(&bodies);
}
END_TEST

static const struct {
    const char *message;
    bool region_only;
} messages[] = {
    {"",                             true },
    {"nothing to fill in",           true },
    {"instances in {{region}}",      true },
    {"{{region}}{{region}}",         true },
    {"in {{region}} of {{account}}", false},
    {"{{function}}",                 false},
    {"{{ region }}",                 false},
    {"{{region",                     false},
    {"a { b }",                      true },
};

START_TEST(test_what_a_message_depends_on)
{
    ck_assert_int_eq(bodies_depend_on_region_only(str_of(messages[_i].message)),
                     messages[_i].region_only);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gateway/bodies");
    TCase *tc = tcase_create("bodies");

    tcase_add_test(tc, test_a_body_is_found_by_all_that_it_depends_on);
    tcase_add_test(tc, test_more_bodies_than_are_kept);
    tcase_add_loop_test(tc, test_what_a_message_depends_on, 0, (int)N_ELEMENTS(messages));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
