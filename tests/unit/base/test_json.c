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

int main(void)
{
    Suite *suite = suite_create("base/json");
    TCase *tc = tcase_create("json");

    tcase_add_loop_test(tc, test_json_parse_and_print_table, 0, (int)N_ELEMENTS(cases));
    tcase_add_test(tc, test_json_depth_is_bounded);
    tcase_add_test(tc, test_json_brackets_in_strings_are_no_depth);
    tcase_add_test(tc, test_json_prints_indented);
    tcase_add_test(tc, test_json_members_by_name);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
