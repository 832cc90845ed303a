#include "fixture.h"

static void setup_names(void)
{
    static const char *const names[] = {"zzz", "abc", "abd", "bcd", "ade", "bbb"};

    create_service("demo");
    for (size_t i = 0; i < N_ELEMENTS(names); i++)
        create_function("demo", names[i]);
}

static const struct {
    const char *query, *names, *token;
} cases[] = {
    {"",                                     "abc abd ade bbb bcd zzz", "absent"},
    {"limit=2",                              "abc abd",                 "ade"   },
    {"limit=2&startKey=b",                   "bbb bcd",                 "zzz"   },
    {"limit=2&nextToken=zzz",                "zzz",                     "absent"},
    {"limit=2&startKey=b&nextToken=bcd",     "bcd zzz",                 "absent"},
    {"prefix=ab",                            "abc abd",                 "absent"},
    {"prefix=ab&startKey=abd",               "abd",                     "absent"},
    {"prefix=x&nextToken=zzz",               "",                        "absent"},
    {"prefix=a&nextToken=zzz",               "",                        "absent"},
    {"prefix=a&limit=2",                     "abc abd",                 "ade"   },
    {"limit=3&nextToken=bbb",                "bbb bcd zzz",             "absent"},
    {"nextToken=&prefix=&startKey=&limit=6", "abc abd ade bbb bcd zzz", "absent"},
};

START_TEST(test_paging_table)
{
    struct buf names = {0};

    setup_names();
    struct reply page =
        sendf("GET", NULL, "/2016-08-15/services/demo/functions?%s", cases[_i].query);
    const cJSON *function;

    ck_ok(page);
    cJSON_ArrayForEach (function, at(page, "functions")) {
        struct str name = json_get_str(function, "functionName");

        buf_printf(&names, "%s" STR_FMT, names.len ? " " : "", STR_ARG(name));
    }
    ck_assert_str_eq(buf_text(&names), cases[_i].names);
    ck_assert_str_eq(string_at(page, "nextToken"), cases[_i].token);
    buf_done(&names);
}
END_TEST

static const char *const bad_limits[] = {"0", "-1", "101", "many", "1.5"};

START_TEST(test_paging_refuses_limits)
{
    create_service("demo");
    OWN(mem_free)
    char *want = mem_printf("Limit is set to an invalid value (allowed: 1-100, actual: '%s')",
                            bad_limits[_i]);

    ck_refused(sendf("GET", NULL, "/2016-08-15/services/demo/functions?limit=%s", bad_limits[_i]),
               400, "InvalidArgument", want);
}
END_TEST

START_TEST(test_paging_sees_each_function_once_while_others_appear)
{
    int seen = 0;
    const char *token = "";

    create_service("demo");
    for (int i = 0; i < 100; i++) {
        OWN(mem_free) char *name = mem_printf("f%04d", i * 10);

        create_function("demo", name);
    }
    for (int page = 0; page < 20 && token; page++) {
        struct reply got =
            sendf("GET", NULL, "/2016-08-15/services/demo/functions?limit=7&nextToken=%s", token);
        const cJSON *function;

        cJSON_ArrayForEach (function, at(got, "functions")) {
            OWN(mem_free) char *want = mem_printf("f%04d", seen * 10);
            struct str name = json_get_str(function, "functionName");

            if (name.ptr[name.len - 1] == '0') {
                ck_assert_str_eq(name.ptr, want);
                seen++;
            }
        }
        token = at(got, "nextToken") ? string_at(got, "nextToken") : NULL;
        OWN(mem_free) char *before = mem_printf("f%04d", page * 10 + 1);

        create_function("demo", before);
    }
    ck_assert_int_eq(seen, 100);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/service/paging");
    TCase *tc = tcase_create("paging");

    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_loop_test(tc, test_paging_table, 0, N_ELEMENTS(cases));
    tcase_add_loop_test(tc, test_paging_refuses_limits, 0, N_ELEMENTS(bad_limits));
    tcase_add_test(tc, test_paging_sees_each_function_once_while_others_appear);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
