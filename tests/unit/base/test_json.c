#include "base/json.h"

#include "../suite.h"

static const struct {
    const char *text;
    const char *compact; /* NULL: refused */
} cases[] = {
    {"{}",                          "{}"                     },
    {" [1, 2.5, -3] ",              "[1,2.5,-3]"             },
    {"{\"a\":null,\"b\":true}\n",   "{\"a\":null,\"b\":true}"},
    {"\"x\\u00e9\"",                "\"x\xC3\xA9\""          },
    {"9007199254740991",            "9007199254740991"       },
    {"1e999",                       "null"                   },
    {"",                            NULL                     },
    {"{",                           NULL                     },
    {"{} x",                        NULL                     },
    {"{\"a\":}",                    NULL                     },
    {"\"\xFF\"",                    NULL                     },
    {"\"a\\u0000b\"",               NULL                     },
    {"{\"a\\u0000\":1}",            NULL                     },
    {"\"\\\\u0000\"",               "\"\\\\u0000\""          },
    {"{\"a\":1,\"b\":2,\"a\":3}",   "{\"b\":2,\"a\":3}"      },
    {"{\"a\":1,\"A\":2}",           "{\"a\":1,\"A\":2}"      },
    {"[{\"a\":{\"x\":1,\"x\":2}}]", "[{\"a\":{\"x\":2}}]"    },
};

START_TEST(test_json_parse_and_print_table)
{
    OWN(buf_done) struct buf out = {0};
    struct error err = {0};
    OWN(json_free) cJSON *json = json_parse(str_of(cases[_i].text), &err);

    ck_assert_msg((json != NULL) == (cases[_i].compact != NULL), "%s: %s", cases[_i].text,
                  err.text);
    if (!json) {
        ck_assert_int_eq(err.kind, ERROR_SYNTAX);
        return;
    }
    json_print(json, false, &out);
    ck_assert_str_eq(buf_text(&out), cases[_i].compact);
}
END_TEST

START_TEST(test_json_depth_is_bounded)
{
    OWN(buf_done) struct buf text = {0};
    struct error err = {0};

    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        buf_add_char(&text, '[');
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        buf_add_char(&text, ']');
    OWN(json_free) cJSON *json = json_parse(buf_str(&text), &err);

    ck_assert_ptr_nonnull(json);
    buf_puts(&text, "]");

    OWN(buf_done) struct buf deeper = {0};

    buf_add_char(&deeper, '[');
    buf_add(&deeper, buf_str(&text));
    ck_assert_ptr_null(json_parse(buf_str(&deeper), &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    ck_assert_ptr_null(json_parse(STR("\"a\0b\""), &err));
    ck_assert_int_eq(err.kind, ERROR_SYNTAX);
}
END_TEST

START_TEST(test_json_brackets_in_strings_are_no_depth)
{
    OWN(buf_done) struct buf text = {0};
    struct error err = {0};

    buf_puts(&text, "\"\\\"");
    for (int i = 0; i < 2 * JSON_DEPTH_MAX; i++)
        buf_add_char(&text, '[');
    buf_add_char(&text, '"');
    OWN(json_free) cJSON *json = json_parse(buf_str(&text), &err);

    ck_assert_msg(json != NULL, "%s", err.text);
}
END_TEST

START_TEST(test_json_prints_indented)
{
    OWN(buf_done) struct buf out = {0};
    OWN(json_free) cJSON *json = cJSON_CreateObject();

    json_add_str(json, "name", STR("demo"));
    json_add_str(json, "absent", STR_NONE);
    cJSON_AddItemToObject(json, "list", cJSON_CreateArray());
    json_add_uint(json, "small", 42);
    json_add_uint(json, "large", UINT64_MAX);
    json_print(json, true, &out);
    ck_assert_str_eq(buf_text(&out), "{\n"
                                     "  \"name\": \"demo\",\n"
                                     "  \"absent\": null,\n"
                                     "  \"list\": [],\n"
                                     "  \"small\": 42,\n"
                                     "  \"large\": 18446744073709551615\n"
                                     "}");
}
END_TEST

START_TEST(test_json_members_by_name)
{
    struct error err = {0};
    OWN(json_free)
    cJSON *json = json_parse(STR("{\"CAPort\":9000,\"name\":\"x\",\"gone\":null}"), &err);

    ck_assert_ptr_nonnull(json);
    ck_assert_int_eq(json_get_nocase(json, "caPort")->valueint, 9000);
    ck_assert_ptr_null(json_get_nocase(json, "gone"));
    ck_assert(str_eq(json_get_str(json, "name"), STR("x")));
    ck_assert(!str_is_set(json_get_str(json, "Name")));
    ck_assert(!str_is_set(json_get_str(json, "CAPort")));
}
END_TEST

static const struct {
    const char *text;
    size_t count;
} counts[] = {
    {"1",                              1},
    {"[]",                             1},
    {"[ \n\t\r]",                      1},
    {"{ }",                            1},
    {"[1]",                            2},
    {"[1,2,3]",                        4},
    {"{\"a\":1,\"b\":[]}",             3},
    {"[[],[[]],{\"a\":{}}]",           6},
    {"[\"a,b\",\"[{\",\"\\\",[\"]",    4},
    {"{\"a,\":\",,\",\"b\":\"\\\\\"}", 3},
    {"\",,,,",                         1},
    {"\"\\",                           1},
};

static size_t values_in(const cJSON *json)
{
    const cJSON *child;
    size_t count = 1;

    cJSON_ArrayForEach (child, json)
        count += values_in(child);
    return count;
}

START_TEST(test_json_count_is_what_the_tree_would_hold)
{
    struct str text = str_of(counts[_i].text);
    struct error err;
    OWN(json_free) cJSON *json = json_parse(text, &err);

    ck_assert_uint_eq(json_count(text, SIZE_MAX), counts[_i].count);
    if (json)
        ck_assert_uint_eq(values_in(json), counts[_i].count);
}
END_TEST

START_TEST(test_json_of_too_many_values_makes_no_tree)
{
    OWN(buf_done) struct buf text = {0};
    struct error err = {0};

    buf_add_char(&text, '[');
    for (int i = 0; i < JSON_VALUES_MAX - 2; i++)
        buf_puts(&text, "1,");
    buf_puts(&text, "1]");
    cJSON *most = json_parse(buf_str(&text), &err);

    ck_assert_ptr_nonnull(most);
    json_free(most);
    text.ptr[text.len - 1] = ',';
    buf_puts(&text, "1]");
    ck_assert_ptr_null(json_parse(buf_str(&text), &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    ck_assert_ptr_nonnull(strstr(err.text, "more than 10000 values"));
    OWN(json_free) cJSON *ours = json_parse_within(buf_str(&text), SIZE_MAX, &err);

    ck_assert_ptr_nonnull(ours);
    ck_assert_uint_eq(json_count(buf_str(&text), 5), 6);
}
END_TEST

START_TEST(test_json_get_double_takes_numbers)
{
    struct error err;
    OWN(json_free) cJSON *json = json_parse(STR("{\"a\":-1.5,\"b\":\"2\",\"c\":null}"), &err);

    ck_assert_double_eq(json_get_double(json, "a", 7), -1.5);
    ck_assert_double_eq(json_get_double(json, "A", 7), 7);
    ck_assert_double_eq(json_get_double(json, "b", 7), 7);
    ck_assert_double_eq(json_get_double(json, "c", 7), 7);
}
END_TEST

START_TEST(test_json_get_uint_takes_whole_numbers_that_fit)
{
    struct error err;
    OWN(json_free)
    cJSON *json =
        json_parse(STR("{\"n\":7,\"half\":0.5,\"less\":-1,\"huge\":1e300,\"text\":\"7\"}"), &err);

    ck_assert_uint_eq(json_get_uint(json, "n", 7, 99), 7);
    ck_assert_uint_eq(json_get_uint(json, "n", 6, 99), 99);
    ck_assert_uint_eq(json_get_uint(json, "half", UINT64_MAX, 99), 99);
    ck_assert_uint_eq(json_get_uint(json, "less", UINT64_MAX, 99), 99);
    ck_assert_uint_eq(json_get_uint(json, "huge", UINT64_MAX, 99), 99);
    ck_assert_uint_eq(json_get_uint(json, "text", UINT64_MAX, 99), 99);
    ck_assert_uint_eq(json_get_uint(json, "none", UINT64_MAX, 99), 99);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/json");
    TCase *tc = tcase_create("json");

    tcase_add_loop_test(tc, test_json_count_is_what_the_tree_would_hold, 0,
                        (int)N_ELEMENTS(counts));
    tcase_add_test(tc, test_json_of_too_many_values_makes_no_tree);
    tcase_add_test(tc, test_json_get_double_takes_numbers);
    tcase_add_test(tc, test_json_get_uint_takes_whole_numbers_that_fit);
    tcase_add_loop_test(tc, test_json_parse_and_print_table, 0, (int)N_ELEMENTS(cases));
    tcase_add_test(tc, test_json_depth_is_bounded);
    tcase_add_test(tc, test_json_brackets_in_strings_are_no_depth);
    tcase_add_test(tc, test_json_prints_indented);
    tcase_add_test(tc, test_json_members_by_name);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
