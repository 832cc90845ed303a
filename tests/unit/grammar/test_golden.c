/*
 * Every message of the grammar, as files: golden/NAME.yaml must be answered by the lines of
 * NAME.want, and the worked examples by nothing but the warnings beside them. In a .want file the
 * name of the .yaml file is left out, and DIR stands for its folder.
 */
#include <dirent.h>
#include <stdio.h>

#include "../suite.h"

#include "base/mem.h"
#include "conf/report.h"
#include "grammar/grammar.h"

#define ROOT FCEMU_SOURCE_ROOT "/tests/unit/grammar/"

enum { CASES_MAX = 400 };

struct list {
    const char *folder;
    char *names[CASES_MAX]; /* without ".yaml" */
    int count;
};

static struct list golden = {.folder = ROOT "golden"};
static struct list examples = {.folder = ROOT "examples"};

static int is_yaml(const struct dirent *entry)
{
    return str_ends(str_of(entry->d_name), STR(".yaml"));
}

static void scan(struct list *list)
{
    struct dirent **found = NULL;
    int n = scandir(list->folder, &found, is_yaml, alphasort);

    for (int i = 0; i < n; i++) {
        if (list->count < CASES_MAX)
            list->names[list->count++] =
                mem_dup_len(found[i]->d_name, strlen(found[i]->d_name) - strlen(".yaml"));
        free(found[i]); /* scandir's own malloc */
    }
    free(found);
}

static void list_done(struct list *list)
{
    for (int i = 0; i < list->count; i++)
        mem_free(list->names[i]);
}

static char *read_file(const char *path)
{
    struct buf text = {0};
    FILE *file = fopen(path, "re");
    int c;

    ck_assert_msg(file != NULL, "no file '%s'", path);
    while ((c = fgetc(file)) != EOF)
        buf_add_char(&text, (char)c);
    ck_assert_int_eq(fclose(file), 0);
    return buf_take(&text);
}

/* The first line of each issue, with the names of file and folder taken out. */
static void add_issues(const struct conf_report *report, const char *path, const char *folder,
                       struct buf *out)
{
    OWN(buf_done) struct buf text = {0};
    struct str line;
    size_t at;

    conf_report_print(report, CONF_FORMAT_TEXT, &text);
    for (struct str rest = buf_str(&text); rest.len;) {
        str_cut(rest, '\n', &line, &rest);
        if (!str_starts(line, str_of(folder)))
            continue;
        if (str_starts(line, str_of(path)))
            line = str_slice(line, strlen(path) + 1, line.len);
        while (str_find(line, str_of(folder), &at)) {
            buf_add(out, str_slice(line, 0, at));
            buf_puts(out, "DIR");
            line = str_slice(line, at + strlen(folder), line.len);
        }
        buf_add(out, line);
        buf_add_char(out, '\n');
    }
}

static void check(const struct list *list, const char *name,
                  const struct fault_grammar_options *options)
{
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(buf_done) struct buf got = {0};
    OWN(mem_free) char *path = mem_printf("%s/%s.yaml", list->folder, name);
    OWN(mem_free) char *want_path = mem_printf("%s/%s.want", list->folder, name);
    OWN(mem_free) char *want = read_file(want_path);
    const char *paths[] = {path};
    OWN(fault_ruleset_unref)
    struct fault_ruleset *set = fault_ruleset_load(paths, 1, options, report);

    add_issues(report, path, list->folder, &got);
    ck_assert_msg(strcmp(buf_text(&got), want) == 0, "%s:\n got %s want %s", name, buf_text(&got),
                  want);
    ck_assert_msg((set != NULL) == (report->errors == 0), "%s: a set and errors", name);
}

START_TEST(test_golden_message_and_place)
{
    /* What addresses need is told before all else, and has messages of its own. */
    struct fault_grammar_options options = {.doors =
                                                strstr(golden.names[_i], "-address-") ? ~0U : 0};

    check(&golden, golden.names[_i], &options);
}
END_TEST

START_TEST(test_golden_worked_example_loads)
{
    struct fault_grammar_options options = {.doors = ~0U};

    check(&examples, examples.names[_i], &options);
}
END_TEST

/* What is printed loads to rules of the same digests, in the same order. */
START_TEST(test_golden_worked_example_prints_what_loads)
{
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(mem_free) char *path = mem_printf("%s/%s.yaml", examples.folder, examples.names[_i]);
    const char *paths[] = {path};
    struct fault_grammar_options options = {.doors = ~0U};
    OWN(fault_ruleset_unref)
    struct fault_ruleset *set = fault_ruleset_load(paths, 1, &options, report);
    OWN(buf_done) struct buf text = {0};

    fault_ruleset_print(set, &text);
    OWN(fault_ruleset_unref)
    struct fault_ruleset *again = fault_ruleset_parse(buf_str(&text), "printed", &options, report);

    ck_assert_msg(again != NULL, "%s", buf_text(&text));
    ck_assert_uint_gt(set->rule_count, 0);
    ck_assert_uint_eq(again->rule_count, set->rule_count);
    for (size_t i = 0; i < set->rule_count; i++)
        ck_assert_msg(again->rules[i].digest == set->rules[i].digest, "rule %zu of %s", i,
                      buf_text(&text));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("grammar/golden");
    TCase *tc = tcase_create("messages");
    int result;

    scan(&golden);
    scan(&examples);
    tcase_add_loop_test(tc, test_golden_message_and_place, 0, golden.count);
    tcase_add_loop_test(tc, test_golden_worked_example_loads, 0, examples.count);
    tcase_add_loop_test(tc, test_golden_worked_example_prints_what_loads, 0, examples.count);
    suite_add_tcase(suite, tc);
    if (golden.count < 100 || examples.count < 13)
        return EXIT_FAILURE; /* the folders are not where they should be */
    result = suite_run(suite);
    list_done(&golden);
    list_done(&examples);
    return result;
}
