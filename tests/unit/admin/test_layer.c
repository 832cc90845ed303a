#include "admin/layer.h"

#include "../suite.h"

static cJSON *rule(const char *id)
{
    cJSON *json = cJSON_CreateObject();

    cJSON_AddStringToObject(json, "id", id);
    return json;
}

/* The ids of the rules as they stand in a document of the layer. */
static void add_ids(const struct layer *layer, bool front, struct buf *out)
{
    OWN(buf_done) struct buf text = {0};

    layer_document(layer, front, STR_NONE, STR_NONE, NULL, &text);
    for (const char *at = buf_text(&text); (at = strstr(at, "\"id\":\"")); at++)
        buf_printf(out, "%c ", at[strlen("\"id\":\"")]);
}

static void assert_order(const struct layer *layer, const char *want)
{
    OWN(buf_done) struct buf ids = {0};

    add_ids(layer, true, &ids);
    add_ids(layer, false, &ids);
    ck_assert_str_eq(buf_text(&ids), want);
}

START_TEST(test_layer_rules_keep_their_places)
{
    OWN(layer_free) struct layer *layer = layer_new();

    ck_assert(layer_is_empty(layer));
    ck_assert_int_eq(layer_add(layer, rule("b"), LAYER_LAST, STR_NONE), LAYER_DONE);
    ck_assert_int_eq(layer_add(layer, rule("c"), LAYER_LAST, STR_NONE), LAYER_DONE);
    ck_assert_int_eq(layer_add(layer, rule("f"), LAYER_FIRST, STR_NONE), LAYER_DONE);
    ck_assert_int_eq(layer_add(layer, rule("e"), LAYER_FIRST, STR_NONE), LAYER_DONE);
    ck_assert_int_eq(layer_add(layer, rule("a"), LAYER_BEFORE, STR("b")), LAYER_DONE);
    assert_order(layer, "e f a b c ");
    ck_assert_int_eq(layer_add(layer, rule("c"), LAYER_LAST, STR_NONE), LAYER_EXISTS);
    ck_assert_int_eq(layer_add(layer, rule("x"), LAYER_BEFORE, STR("y")), LAYER_NOT_FOUND);
    ck_assert_int_eq(layer_remove(layer, STR("f")), LAYER_DONE);
    ck_assert_int_eq(layer_remove(layer, STR("f")), LAYER_NOT_FOUND);
    assert_order(layer, "e a b c ");
    ck_assert(!layer_is_empty(layer));
}
END_TEST

START_TEST(test_layer_copy_is_independent)
{
    OWN(layer_free) struct layer *layer = layer_new();

    layer_add(layer, rule("a"), LAYER_LAST, STR_NONE);
    OWN(layer_free) struct layer *copy = layer_copy(layer);

    layer_drop(layer);
    ck_assert(layer_is_empty(layer));
    assert_order(copy, "a ");
}
END_TEST

START_TEST(test_layer_document_shows_where_the_senders_text_is)
{
    OWN(layer_free) struct layer *layer = layer_new();
    struct layer_spot spot = {0};
    OWN(buf_done) struct buf text = {0};

    layer_add(layer, rule("a"), LAYER_LAST, STR_NONE);
    layer_add(layer, rule("b"), LAYER_LAST, STR_NONE);
    layer_document(layer, false, STR("b"), STR("id: b\ndo: {}\n"), &spot, &text);
    ck_assert_str_eq(buf_text(&text), "\"version\": 1\n"
                                      "rules:\n"
                                      "  - {\"id\":\"a\"}\n"
                                      "  - id: b\n"
                                      "    do: {}\n");
    ck_assert_uint_eq(spot.line, 4);
    ck_assert_uint_eq(spot.indent, 4);
}
END_TEST

START_TEST(test_layer_put_document_keeps_its_sections)
{
    struct error err;
    OWN(layer_free) struct layer *layer = layer_new();
    OWN(buf_done) struct buf text = {0};
    OWN(buf_done) struct buf front = {0};

    layer_add(layer, rule("old"), LAYER_FIRST, STR_NONE);
    layer_put(layer, json_parse(STR("{\"groups\":{\"g\":{}},\"rules\":[{\"id\":\"n\"}]}"), &err));
    assert_order(layer, "n ");
    layer_document(layer, false, STR_NONE, STR_NONE, NULL, &text);
    ck_assert_str_eq(buf_text(&text), "\"groups\": {\"g\":{}}\n"
                                      "\"version\": 1\n"
                                      "rules:\n"
                                      "  - {\"id\":\"n\"}\n");
    layer_document(layer, true, STR_NONE, STR_NONE, NULL, &front);
    ck_assert_str_eq(buf_text(&front), "version: 1\nrules: []\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("admin/layer");
    TCase *tc = tcase_create("layer");

    tcase_add_test(tc, test_layer_rules_keep_their_places);
    tcase_add_test(tc, test_layer_copy_is_independent);
    tcase_add_test(tc, test_layer_document_shows_where_the_senders_text_is);
    tcase_add_test(tc, test_layer_put_document_keeps_its_sections);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
