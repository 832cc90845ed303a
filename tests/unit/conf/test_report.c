#include "conf/report.h"

#include "base/json.h"
#include "conf_fixture.h"

static const struct conf_node *node_at(const char *text, const char *key)
{
    return conf_get(conf_parse(arena, str_of(text), "f.yaml", report), key);
}

static const char *printed(enum conf_format format)
{
    struct buf out = {0};
    const char *kept;

    conf_report_print(report, format, &out);
    kept = arena_dup(arena, buf_str(&out));
    buf_done(&out);
    return kept;
}

START_TEST(test_report_text_shows_line_and_caret)
{
    conf_error(report, conf_at(node_at("a: 1\nbcd: wrong\n", "bcd")), "F207",
               "'wrong' is not one of %s; did you mean 'x'?", "x; y");
    ck_assert_str_eq(printed(CONF_FORMAT_TEXT),
                     "f.yaml:2:6: error F207: bcd: 'wrong' is not one of x; y; did you mean 'x'?\n"
                     "  bcd: wrong\n"
                     "       ^\n");
    ck_assert_str_eq(report->issues[0].message, "'wrong' is not one of x");
}
END_TEST

START_TEST(test_report_hint_is_cut_outside_quotes)
{
    conf_error(report, conf_at(node_at("a: 1\n", "a")), "F207", "'%s' is wrong; write 'b; c'",
               "x; don't");
    ck_assert_str_eq(report->issues[0].message, "'x; don't' is wrong");
    ck_assert_str_eq(report->issues[0].hint, "write 'b; c'");
}
END_TEST

START_TEST(test_report_caret_stands_below_wide_characters_and_tabs)
{
    conf_error(report, conf_at(node_at("{杭州: 1,\t\"b\": 2}\n", "b")), "F100", "x");
    ck_assert_str_eq(printed(CONF_FORMAT_TEXT), "f.yaml:1:14: error F100: b: x\n"
                                                "  {杭州: 1,\t\"b\": 2}\n"
                                                "           \t     ^\n");
}
END_TEST

START_TEST(test_report_long_line_is_a_window)
{
    struct buf text = {0};
    const char *got;

    buf_puts(&text, "{");
    for (int i = 0; i < 100; i++)
        buf_printf(&text, "k%03d: v, ", i);
    buf_puts(&text, "z: bad}");
    conf_error(report, conf_at(node_at(buf_text(&text), "z")), "F100", "x");
    got = printed(CONF_FORMAT_TEXT);
    ck_assert_ptr_nonnull(strstr(got, "z: bad}"));
    ck_assert_uint_lt(strlen(got), 220);
    buf_done(&text);
}
END_TEST

/* A line of @len letters, which tell where they stand. */
static struct str letters(size_t len)
{
    char *line = arena_alloc(arena, len + 1);

    for (size_t i = 0; i < len; i++)
        line[i] = (char)('a' + i % 26);
    return (struct str){line, len};
}

static const struct {
    size_t len;
    uint32_t column;
    size_t from, to; /* what of the line is shown */
    size_t caret;    /* blanks before it, behind the two of the margin */
} windows[] = {
    {20,  5,   0,   20,  4 },
    {300, 70,  0,   110, 69}, /* the last one that is shown from its beginning
  */
    {300, 71,  11,  121, 60},
    {300, 290, 230, 300, 60},
    {300, 200, 140, 250, 60},
    {110, 1,   0,   110, 0 },
    {111, 1,   0,   110, 0 },
};

START_TEST(test_report_window_is_where_the_mistake_is)
{
    struct str line = letters(windows[_i].len);
    size_t from = windows[_i].from;
    size_t to = windows[_i].to;
    OWN(buf_done) struct buf want = {0};

    conf_error_place(report, "f", line, 1, windows[_i].column, "F100", "x");
    buf_printf(&want, "f:1:%u: error F100: x\n  %s", windows[_i].column, from ? "…" : "");
    buf_add(&want, str_slice(line, from, to));
    buf_printf(&want, "%s\n  %s%*s^\n", to < line.len ? "…" : "", from ? " " : "",
               (int)windows[_i].caret - (from ? 1 : 0), "");
    ck_assert_str_eq(printed(CONF_FORMAT_TEXT), buf_text(&want));
}
END_TEST

START_TEST(test_report_without_a_place_has_no_excerpt)
{
    conf_error_place(report, "f", STR("text"), 0, 0, "F106", "too large");
    conf_error_place(report, "g", STR_NONE, 3, 1, "F107", "cannot read");
    ck_assert_str_eq(printed(CONF_FORMAT_TEXT),
                     "f: error F106: too large\ng:3:1: error F107: cannot read\n");
}
END_TEST

START_TEST(test_report_excerpt_shows_no_control_characters)
{
    conf_error_place(report, "f", STR("a\x01\x1b[31m b"), 1, 9, "F100", "x");
    ck_assert_str_eq(printed(CONF_FORMAT_TEXT), "f:1:9: error F100: x\n"
                                                "  a  [31m b\n"
                                                "          ^\n");
}
END_TEST

START_TEST(test_report_names_both_places_of_an_alias)
{
    const struct conf_node *b = node_at("a: &x 5\nb: *x\n", "b");

    conf_error(report, conf_at(b), "F205", "5 is too much");
    ck_assert_str_eq(fixture_issues(),
                     "f.yaml:1:4: error F205: b: 5 is too much (used by the alias at 2:4)\n");
}
END_TEST

START_TEST(test_report_keeps_fifty_and_counts_the_rest)
{
    const struct conf_node *a = node_at("a: 1\n", "a");

    for (int i = 0; i < 60; i++)
        conf_error(report, conf_at(a), "F100", "number %d", i);
    conf_warn(report, conf_at(a), "W402", "a warning has its own room");
    ck_assert_uint_eq(report->errors, 60);
    ck_assert_uint_eq(report->count, 51);
    ck_assert_ptr_nonnull(strstr(printed(CONF_FORMAT_TEXT), "and 10 more errors\n"));
    ck_assert_ptr_nonnull(strstr(printed(CONF_FORMAT_TEXT), "warning W402"));
}
END_TEST

START_TEST(test_report_sorts_by_place)
{
    const struct conf_node *top = conf_parse(arena, STR("a: 1\nb: 2\n"), "f.yaml", report);

    conf_error(report, conf_at(conf_get(top, "b")), "F100", "second");
    conf_error(report, conf_at(conf_get(top, "a")), "F100", "first");
    ck_assert_str_eq(fixture_issues(), "f.yaml:1:4: error F100: a: first\n"
                                       "f.yaml:2:4: error F100: b: second\n");
}
END_TEST

START_TEST(test_report_json_has_all_fields)
{
    struct error err = {0};

    conf_error(report, conf_at(node_at("a: 1\n", "a")), "F205", "\"1\" is wrong; write 2");
    OWN(json_free) cJSON *json = json_parse(str_of(printed(CONF_FORMAT_JSON)), &err);
    const cJSON *first = cJSON_GetArrayItem(json, 0);

    ck_assert_ptr_nonnull(first);
    ck_assert(str_eq(json_get_str(first, "severity"), STR("error")));
    ck_assert(str_eq(json_get_str(first, "code"), STR("F205")));
    ck_assert(str_eq(json_get_str(first, "file"), STR("f.yaml")));
    ck_assert_int_eq(cJSON_GetObjectItem(first, "line")->valueint, 1);
    ck_assert_int_eq(cJSON_GetObjectItem(first, "column")->valueint, 4);
    ck_assert(str_eq(json_get_str(first, "path"), STR("a")));
    ck_assert(str_eq(json_get_str(first, "message"), STR("\"1\" is wrong")));
    ck_assert(str_eq(json_get_str(first, "hint"), STR("write 2")));
}
END_TEST

START_TEST(test_report_sarif_is_json_with_a_region)
{
    struct error err = {0};

    conf_warn(report, conf_at(node_at("a: 1\n", "a")), "W402", "no need");
    OWN(json_free) cJSON *json = json_parse(str_of(printed(CONF_FORMAT_SARIF)), &err);
    const cJSON *run = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "runs"), 0);
    const cJSON *result = cJSON_GetArrayItem(cJSON_GetObjectItem(run, "results"), 0);

    ck_assert(str_eq(json_get_str(json, "version"), STR("2.1.0")));
    ck_assert(str_eq(json_get_str(result, "ruleId"), STR("W402")));
    ck_assert(str_eq(json_get_str(result, "level"), STR("warning")));
}
END_TEST

START_TEST(test_report_github_encodes)
{
    conf_error(report, conf_at(node_at("a: 1\n", "a")), "F205", "100%% of it");
    ck_assert_str_eq(printed(CONF_FORMAT_GITHUB),
                     "::error file=f.yaml,line=1,col=4,title=F205::a: 100%25 of it\n");
}
END_TEST

START_TEST(test_report_shows_values_short_and_printable)
{
    ck_assert_str_eq(conf_shown(report, STR("a\nb\x7f")), "a\\nb\\x7f");
    ck_assert_uint_eq(strlen(conf_shown(report, str_of("0123456789012345678901234567890123456789"
                                                       "0123456789012345678901234567890"))),
                      60 + strlen("…"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("conf/report");
    TCase *tc = tcase_create("issues");

    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_test(tc, test_report_text_shows_line_and_caret);
    tcase_add_test(tc, test_report_hint_is_cut_outside_quotes);
    tcase_add_test(tc, test_report_caret_stands_below_wide_characters_and_tabs);
    tcase_add_test(tc, test_report_long_line_is_a_window);
    tcase_add_loop_test(tc, test_report_window_is_where_the_mistake_is, 0,
                        (int)N_ELEMENTS(windows));
    tcase_add_test(tc, test_report_without_a_place_has_no_excerpt);
    tcase_add_test(tc, test_report_excerpt_shows_no_control_characters);
    tcase_add_test(tc, test_report_names_both_places_of_an_alias);
    tcase_add_test(tc, test_report_keeps_fifty_and_counts_the_rest);
    tcase_add_test(tc, test_report_sorts_by_place);
    tcase_add_test(tc, test_report_json_has_all_fields);
    tcase_add_test(tc, test_report_sarif_is_json_with_a_region);
    tcase_add_test(tc, test_report_github_encodes);
    tcase_add_test(tc, test_report_shows_values_short_and_printable);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
