#include "conf/node.h"

#include "conf_fixture.h"

static struct conf_node *parse(const char *text)
{
    return conf_parse(arena, str_of(text), "f.yaml", report);
}

START_TEST(test_node_positions_count_characters_from_one)
{
    const struct conf_node *top = parse("名前: {鍵: \"値\"}\nb:\n  - x\n  - y: 1\n");
    const struct conf_node *inner = conf_get(conf_get(top, "名前"), "鍵");
    const struct conf_node *y = conf_get(conf_get(top, "b")->first->next, "y");

    ck_assert_uint_eq(inner->line, 1);
    ck_assert_uint_eq(inner->column, 9);
    ck_assert_uint_eq(inner->key_column, 6);
    ck_assert(str_eq(inner->text, STR("値")));
    ck_assert_uint_eq(y->line, 4);
    ck_assert_uint_eq(y->column, 8);
    ck_assert_uint_eq(y->key_column, 5);
    ck_assert_uint_eq(report->errors, 0);
}
END_TEST

START_TEST(test_node_path_names_keys_and_indexes)
{
    const struct conf_node *top = parse("rules:\n  - id: a\n  - when: {calls: {nth: [1, 2]}}\n");
    const struct conf_node *nth =
        conf_get(conf_get(conf_get(conf_get(top, "rules")->first->next, "when"), "calls"), "nth");
    struct buf path = {0};

    conf_path(nth->first->next, &path);
    ck_assert_str_eq(buf_text(&path), "rules[1].when.calls.nth[1]");
    buf_done(&path);
}
END_TEST

START_TEST(test_node_scalars_of_the_core_schema)
{
    const struct conf_node *top =
        parse("a: true\nb: yes\nc: 'true'\nd:\ne: ~\nf: null\ng: 1.5\nh: '1'\n");
    bool truth = false;
    double number = 0;

    ck_assert(conf_is_bool(conf_get(top, "a"), &truth) && truth);
    ck_assert(!conf_is_bool(conf_get(top, "b"), &truth));
    ck_assert(!conf_is_bool(conf_get(top, "c"), &truth));
    ck_assert(conf_is_null(conf_get(top, "d")));
    ck_assert(conf_is_null(conf_get(top, "e")));
    ck_assert(conf_is_null(conf_get(top, "f")));
    ck_assert(conf_is_number(conf_get(top, "g"), &number) && number == 1.5);
    ck_assert(!conf_is_number(conf_get(top, "h"), &number));
    ck_assert_ptr_null(conf_get(top, "z"));
}
END_TEST

START_TEST(test_node_reads_json_without_blanks_and_with_tabs)
{
    const struct conf_node *top = parse("{\"a\":1,\n\t\"b\":[true,\"\\u4e2d\\/\"]}");

    ck_assert_uint_eq(report->errors, 0);
    ck_assert(str_eq(conf_get(top, "a")->text, STR("1")));
    ck_assert(str_eq(conf_get(top, "b")->first->next->text, STR("中/")));
}
END_TEST

START_TEST(test_node_reads_json_characters_beyond_the_basic_plane)
{
    const struct conf_node *top = parse(
        "{\"a\": \"\\ud83d\\ude00!\", \"b\": \"\\\\ud83d\\\\ude00\", \"c\": \"\\uD83D\\uDE00\"}");

    ck_assert_str_eq(fixture_issues(), "");
    ck_assert_str_eq(conf_get(top, "a")->text.ptr, "\xF0\x9F\x98\x80!");
    ck_assert_str_eq(conf_get(top, "b")->text.ptr, "\\ud83d\\ude00");
    ck_assert_str_eq(conf_get(top, "c")->text.ptr, "\xF0\x9F\x98\x80");
}
END_TEST

START_TEST(test_node_alias_is_a_copy_that_knows_both_places)
{
    const struct conf_node *top = parse("a: &x {k: [1, 2]}\nb: *x\n");
    const struct conf_node *k = conf_get(conf_get(top, "b"), "k");
    struct buf path = {0};

    ck_assert_uint_eq(k->count, 2);
    ck_assert_uint_eq(k->line, 1);
    ck_assert_uint_eq(k->alias_line, 2);
    ck_assert_uint_eq(k->alias_column, 4);
    conf_path(k->first, &path);
    ck_assert_str_eq(buf_text(&path), "b.k[0]");
    ck_assert_uint_eq(conf_get(conf_get(top, "a"), "k")->alias_line, 0);
    buf_done(&path);
}
END_TEST

/* clang-format off */
static const struct {
    const char *text;
    const char *want; /* the start of the first message */
} refused[] = {
    {"a:\n\t- b\n",                "f.yaml:2:1: error F100: found a tab where indentation must be spaces"},
    {"a:\n  b: 1\n\tc: 2\n",       "f.yaml:3:1: error F100: found a tab where indentation must be spaces"},
    {"a: b: c\n",                  "f.yaml:1:5: error F100: a ':' cannot stand here"                  },
    {"a: [1\n",                    "f.yaml:1:6: error F100: the file ends inside brackets"            },
    {"a: [",                       "f.yaml:1:5: error F100: the file ends inside brackets"            },
    {"a: [é, # b\n \n\t\n",        "f.yaml:1:11: error F100: the file ends inside brackets"           },
    {"a: {b: [\r\n",               "f.yaml:1:9: error F100: the file ends inside brackets"            },
    {"a: 'b\n\n",                  "f.yaml:1:6: error F100: the file ends inside a quoted text"       },
    {"a: [1\nb: 2\n",              "f.yaml:2:2: error F100: did not find expected ',' or ']'"         },
    {"é: \"\x01\"\n",              "f.yaml:1:5: error F100: a control character stands here"          },
    {"ab: \xff\n",                 "f.yaml:1:5: error F100: not UTF-8 from here on"                   },
    {"a: *nobody\n",               "f.yaml:1:4: error F100: this alias has no anchor"                 },
    {"a: &x [*x]\n",               "f.yaml:1:8: error F100: an alias inside its own anchor"           },
    {"a: 1\n---\nb: 2\n",          "f.yaml:2:1: error F100: a second document"                        },
    {"a: {b: 1, c: 2, b: 3}\n",    "f.yaml:1:17: error F101: a: key 'b' is given twice; first at 1:5" },
    {"a: &x {b: 1}\nc: {<<: *x}\n", "f.yaml:2:5: error F105: merge keys are not supported; repeat the keys or use a group"},
    {"a: !!str 5\n",               "f.yaml:1:4: error F105: tags such as '!!str' are not supported"   },
    {"a: !mine 5\n",               "f.yaml:1:4: error F105: tags such as '!mine' are not supported"   },
    {"? [a]\n: b\n",               "f.yaml:1:3: error F103: a key must be a text"                     },
};
/* clang-format on */

START_TEST(test_node_refuses_with_a_place)
{
    const char *got;

    parse(refused[_i].text);
    got = fixture_issues();
    ck_assert_msg(strncmp(got, refused[_i].want, strlen(refused[_i].want)) == 0, "got %s", got);
    ck_assert_uint_eq(report->errors, 1);
}
END_TEST

START_TEST(test_node_depth_is_bounded)
{
    struct buf text = {0};

    for (int i = 0; i < CONF_DEPTH_MAX; i++)
        buf_add_char(&text, '[');
    for (int i = 0; i < CONF_DEPTH_MAX; i++)
        buf_add_char(&text, ']');
    ck_assert_ptr_nonnull(parse(buf_text(&text)));
    buf_clear(&text);
    for (int i = 0; i <= CONF_DEPTH_MAX; i++)
        buf_add_char(&text, '[');
    ck_assert_ptr_null(parse(buf_text(&text)));
    ck_assert_str_eq(fixture_issues(), "f.yaml:1:33: error F106: nesting deeper than 32\n");
    buf_done(&text);
}
END_TEST

START_TEST(test_node_size_is_bounded)
{
    struct buf text = {0};

    while (text.len <= CONF_FILE_BYTES_MAX)
        buf_puts(&text, "# nothing but a long comment\n");
    ck_assert_ptr_null(parse(buf_text(&text)));
    ck_assert_str_eq(fixture_issues(), "f.yaml: error F106: file is larger than 1 MiB\n");
    buf_done(&text);
}
END_TEST

START_TEST(test_node_aliases_cannot_explode)
{
    struct buf text = {0};

    buf_puts(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++) {
        buf_printf(&text, "a%d: &a%d [", i, i);
        for (int j = 0; j < 10; j++)
            buf_printf(&text, "%s*a%d", j ? ", " : "", i - 1);
        buf_puts(&text, "]\n");
    }
    ck_assert_ptr_null(parse(buf_text(&text)));
    ck_assert_ptr_nonnull(strstr(fixture_issues(), "F106: more than 250000 values"));
    buf_done(&text);
}
END_TEST

START_TEST(test_node_alias_cannot_deepen_the_tree)
{
    struct buf text = {0};

    buf_puts(&text, "- &a ");
    for (int i = 0; i < 20; i++)
        buf_add_char(&text, '[');
    for (int i = 0; i < 20; i++)
        buf_add_char(&text, ']');
    buf_puts(&text, "\n- ");
    for (int i = 0; i < 20; i++)
        buf_add_char(&text, '[');
    buf_puts(&text, "*a");
    for (int i = 0; i < 20; i++)
        buf_add_char(&text, ']');
    ck_assert_ptr_null(parse(buf_text(&text)));
    ck_assert_str_eq(fixture_issues(), "f.yaml:2:23: error F106: nesting deeper than 32\n");
    buf_done(&text);
}
END_TEST

START_TEST(test_node_empty_text_is_null)
{
    const struct conf_node *top = parse("# only a comment\n");

    ck_assert(conf_is_null(top));
    ck_assert_uint_eq(top->line, 1);
}
END_TEST

START_TEST(test_node_missing_file_is_reported)
{
    ck_assert_ptr_null(conf_read(arena, "/nonexistent/x.yaml", report));
    ck_assert_str_eq(fixture_issues(),
                     "/nonexistent/x.yaml: error F107: cannot read '/nonexistent/x.yaml': "
                     "No such file or directory\n");
}
END_TEST

START_TEST(test_node_prints_what_reads_back)
{
    const struct conf_node *top =
        parse("a: {b: [1, '1', x y, {c: d, e: []}], 'f: g': {}}\nh: |\n  two\n  lines\n"
              "i: 'true'\nj:\nk: '# no'\nl: '-'\n/m: '*x'\nn: 50%\no: [[a], [b]]\n");
    static const char want[] = "a:\n"
                               "  b:\n"
                               "    - 1\n"
                               "    - \"1\"\n"
                               "    - x y\n"
                               "    - c: d\n"
                               "      e: []\n"
                               "  \"f: g\": {}\n"
                               "h: \"two\\nlines\\n\"\n"
                               "i: \"true\"\n"
                               "j: null\n"
                               "k: \"# no\"\n"
                               "l: \"-\"\n"
                               "/m: \"*x\"\n"
                               "n: 50%\n"
                               "o:\n"
                               "  - - a\n"
                               "  - - b\n";
    struct buf once = {0};
    struct buf twice = {0};

    conf_print(top, 0, NULL, &once);
    ck_assert_str_eq(buf_text(&once), want);
    conf_print(parse(want), 0, NULL, &twice);
    ck_assert_str_eq(buf_text(&twice), want);
    buf_done(&once);
    buf_done(&twice);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("conf/node");
    TCase *tc = tcase_create("tree");

    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_test(tc, test_node_positions_count_characters_from_one);
    tcase_add_test(tc, test_node_path_names_keys_and_indexes);
    tcase_add_test(tc, test_node_scalars_of_the_core_schema);
    tcase_add_test(tc, test_node_reads_json_without_blanks_and_with_tabs);
    tcase_add_test(tc, test_node_reads_json_characters_beyond_the_basic_plane);
    tcase_add_test(tc, test_node_alias_is_a_copy_that_knows_both_places);
    tcase_add_loop_test(tc, test_node_refuses_with_a_place, 0, N_ELEMENTS(refused));
    tcase_add_test(tc, test_node_depth_is_bounded);
    tcase_add_test(tc, test_node_size_is_bounded);
    tcase_add_test(tc, test_node_aliases_cannot_explode);
    tcase_add_test(tc, test_node_alias_cannot_deepen_the_tree);
    tcase_add_test(tc, test_node_empty_text_is_null);
    tcase_add_test(tc, test_node_missing_file_is_reported);
    tcase_add_test(tc, test_node_prints_what_reads_back);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
