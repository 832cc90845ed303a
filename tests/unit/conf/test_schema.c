#include "../suite.h"

#include "base/json.h"
#include "conf/field.h"

static bool take(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)d;
    (void)node;
    (void)out;
    return true;
}

static const char *name_at(size_t index)
{
    static const char *const names[] = {"one", "two"};

    return index < N_ELEMENTS(names) ? names[index] : NULL;
}

static const struct conf_names names = {"numeral", name_at};
static const struct conf_word word_list[] = {
    {"off", false},
    {"on",  true },
};
static const struct conf_words words = {CONF_WORDS_OF(word_list)};
static const struct conf_field inner_fields[] = {
    {.name = "deep", .type = FIELD_BOOL},
};
static const struct conf_table inner = {.name = "inner", CONF_TABLE_OF(inner_fields)};
static const struct conf_shape sizes = {.kind = SHAPE_MAP, .value = "^/", .of = &shape_size};
static const struct conf_shape mixed = {
    .kind = SHAPE_MAP, .own = "mode", .of_own = &shape_words, .of = &shape_number};

#define CUSTOM(...)                                                                                \
    {                                                                                              \
        .name = "x", .type = FIELD_CUSTOM, .take = take, __VA_ARGS__                               \
    }

/* clang-format off */
static const struct {
    struct conf_field field;
    const char *want;
} cases[] = {
    {{.name = "x", .type = FIELD_UINT, .min = 1, .max = 9}, "{\"type\":\"integer\",\"minimum\":1,\"maximum\":9}"},
    {{.name = "x", .type = FIELD_DURATION, .flags = FIELD_FOREVER},
     "{\"anyOf\":[{\"const\":\"forever\"},{\"type\":\"string\",\"pattern\":\"^[0-9]+(\\\\.[0-9]+)?(ms|s|m|h)$\"}]}"},
    {{.name = "x", .type = FIELD_EITHER, .words = &words}, "{\"enum\":[\"off\",\"on\"]}"},
    {{.name = "x", .type = FIELD_CHOICES, .words = &words},
     "{\"anyOf\":[{\"enum\":[\"off\",\"on\"]},{\"type\":\"array\",\"items\":{\"enum\":[\"off\",\"on\"]}}]}"},
    {{.name = "x", .type = FIELD_MAP, .flags = FIELD_MAY_BE_EMPTY, .table = &inner},
     "{\"anyOf\":[{\"$ref\":\"#/$defs/inner\"},{\"type\":\"null\"}]}"},
    {CUSTOM(.help = NULL), "{}"},
    {CUSTOM(.words = &words), "{\"enum\":[\"off\",\"on\"]}"},
    {CUSTOM(.table = &inner), "{\"$ref\":\"#/$defs/inner\"}"},
    {CUSTOM(.table = &inner, .shape = &shape_some_tables),
     "{\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":\"#/$defs/inner\"}}"},
    {CUSTOM(.names = &names, .shape = &shape_names), "{\"$ref\":\"#/$defs/numeral\"}"},
    {CUSTOM(.min = 2, .shape = &shape_integers), "{\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":2}}"},
    {CUSTOM(.shape = &shape_random), "{\"anyOf\":[{\"const\":\"random\"},{\"type\":\"integer\",\"minimum\":0}]}"},
    {CUSTOM(.shape = &shape_text_or_number), "{\"type\":[\"string\",\"number\"]}"},
    {CUSTOM(.shape = &shape_base64), "{\"type\":\"string\",\"contentEncoding\":\"base64\"}"},
    {CUSTOM(.shape = &shape_share),
     "{\"anyOf\":[{\"type\":\"number\",\"exclusiveMinimum\":0,\"maximum\":1},"
     "{\"type\":\"string\",\"pattern\":\"^[0-9]+(\\\\.[0-9]+)?%$\"}]}"},
    {CUSTOM(.shape = &sizes),
     "{\"type\":\"object\",\"propertyNames\":{\"pattern\":\"^/\"},\"additionalProperties\":"
     "{\"type\":\"string\",\"pattern\":\"^[0-9]+(\\\\.[0-9]+)?([KMGT]i)?B$\"}}"},
    {CUSTOM(.words = &words, .shape = &mixed),
     "{\"type\":\"object\",\"properties\":{\"mode\":{\"enum\":[\"off\",\"on\"]}},"
     "\"additionalProperties\":{\"type\":\"number\"}}"},
};
/* clang-format on */

START_TEST(test_schema_comes_from_type_and_argument)
{
    const struct conf_table table = {.name = "top", .fields = &cases[_i].field, .count = 1};
    OWN(buf_done) struct buf text = {0};
    struct error err = {0};

    conf_schema(&table, "https://fcemu.invalid/top.json", &text);
    OWN(json_free) cJSON *json = json_parse(buf_str(&text), &err);

    ck_assert_msg(json != NULL, "%s in %s", err.text, buf_text(&text));
    char *got =
        cJSON_PrintUnformatted(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "properties"), "x"));

    ck_assert_str_eq(got, cases[_i].want);
    cJSON_free(got);
}
END_TEST

START_TEST(test_schema_defines_what_it_refers_to)
{
    const struct conf_field fields[] = {
        CUSTOM(.table = &inner, .names = &names, .shape = &shape_names_or_table),
    };
    const struct conf_table table = {.name = "top", CONF_TABLE_OF(fields)};
    OWN(buf_done) struct buf text = {0};

    conf_schema(&table, "https://fcemu.invalid/top.json", &text);
    ck_assert_ptr_nonnull(strstr(buf_text(&text), "\"inner\":{\"type\":\"object\""));
    ck_assert_ptr_nonnull(strstr(buf_text(&text), "\"numeral\":{\"enum\":[\"one\",\"two\"]}"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("conf/schema");
    TCase *tc = tcase_create("shapes");

    tcase_add_loop_test(tc, test_schema_comes_from_type_and_argument, 0, N_ELEMENTS(cases));
    tcase_add_test(tc, test_schema_defines_what_it_refers_to);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
