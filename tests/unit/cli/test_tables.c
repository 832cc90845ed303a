/*
 * The tables of the command line, and the files that are printed from them.
 */
#include <stdio.h>

#include "../suite.h"
#include "base/mem.h"
#include "cli/verbs.h"
#include "conf/settings.h"
#include "grammar/grammar.h"
#include "product/service/service.h"

static char *read_file(const char *name)
{
    OWN(mem_free) char *path = mem_printf(SOURCE_ROOT "/%s", name);
    FILE *in = fopen(path, "re");
    struct buf text = {0};
    char block[4096];
    size_t n;

    ck_assert_msg(in != NULL, "cannot open %s", path);
    while ((n = fread(block, 1, sizeof(block), in)) > 0)
        buf_add(&text, (struct str){block, n});
    fclose(in);
    return buf_take(&text);
}

static void assert_file_is(const char *name, const struct buf *printed, const char *how)
{
    OWN(mem_free) char *on_disk = read_file(name);

    ck_assert_msg(strcmp(on_disk, buf_text(printed)) == 0,
                  "%s is stale; write it anew with: %s > %s", name, how, name);
}

START_TEST(test_manual_page_is_what_the_tables_say)
{
    OWN(buf_done) struct buf b = {0};

    cli_manual(&cli_verbs, &b);
    assert_file_is("docs/fcemu.1", &b, "build/fcemu manual");
}
END_TEST

START_TEST(test_schemas_are_what_the_tables_say)
{
    OWN(buf_done) struct buf rules = {0};
    OWN(buf_done) struct buf settings = {0};

    fault_schema(&rules);
    settings_schema(&settings);
    assert_file_is("config/faults.schema.json", &rules, "build/fcemu fault schema");
    assert_file_is("config/fcemu.schema.json", &settings, "build/fcemu schema");
}
END_TEST

START_TEST(test_coverage_page_is_what_the_operations_say)
{
    OWN(buf_done) struct buf b = {0};

    service_coverage(&b);
    assert_file_is("docs/coverage.md", &b, "build/fcemu coverage --operations");
}
END_TEST

START_TEST(test_verbs_are_unique_documented_and_have_a_function)
{
    for (size_t i = 0; i < cli_verbs.count; i++) {
        ck_assert_msg(cli_verbs.verbs[i]->run != NULL, "%s has no function",
                      cli_verbs.verbs[i]->name);
        ck_assert_msg(cli_verbs.verbs[i]->summary[0] != '\0', "%s has no summary",
                      cli_verbs.verbs[i]->name);
        ck_assert_msg(cli_verbs.verbs[i]->at_most == CLI_ANY ||
                          cli_verbs.verbs[i]->at_least <= cli_verbs.verbs[i]->at_most,
                      "%s: arguments", cli_verbs.verbs[i]->name);
        for (size_t k = i + 1; k < cli_verbs.count; k++)
            ck_assert_msg(strcmp(cli_verbs.verbs[i]->name, cli_verbs.verbs[k]->name) != 0,
                          "%s stands twice", cli_verbs.verbs[i]->name);
    }
}
END_TEST

START_TEST(test_options_of_a_verb_are_unique_and_documented)
{
    for (size_t i = 0; i < cli_verbs.count; i++) {
        struct cli_option options[CLI_OPTIONS_MAX];
        size_t n = cli_verb_options(cli_verbs.verbs[i], options, N_ELEMENTS(options));

        ck_assert_uint_lt(n, CLI_OPTIONS_MAX);
        for (size_t k = 0; k < n; k++) {
            ck_assert_msg(options[k].help[0] != '\0', "%s --%s has no help",
                          cli_verbs.verbs[i]->name, options[k].name);
            for (size_t m = k + 1; m < n; m++)
                ck_assert_msg(strcmp(options[k].name, options[m].name) != 0, "%s --%s stands twice",
                              cli_verbs.verbs[i]->name, options[k].name);
        }
    }
}
END_TEST

START_TEST(test_every_text_of_a_verb_is_there_in_chinese)
{
    for (size_t i = 0; i < cli_verbs.count; i++) {
        const struct cli_verb *verb = cli_verbs.verbs[i];

        if (verb->flags & CLI_HIDDEN)
            continue;
        ck_assert_msg(verb->summary_zh && strcmp(verb->summary_zh, verb->summary) != 0, "%s",
                      verb->name);
        ck_assert_msg(!verb->details == !verb->details_zh, "%s", verb->name);
        for (const struct cli_option *option = verb->options; option && option->name; option++)
            ck_assert_msg(option->help_zh != NULL, "%s --%s", verb->name, option->name);
    }
}
END_TEST

static int run(int argc, const char *first, const char *second)
{
    char program[] = "fcemu";
    OWN(mem_free) char *a = mem_dup(first);
    OWN(mem_free) char *b = mem_dup(second);
    char *argv[] = {program, a, b, NULL};

    return cli_run(&cli_verbs, argc, argv);
}

START_TEST(test_usage_errors_exit_2)
{
    ck_assert_int_eq(run(2, "servee", ""), EXIT_CODE_USAGE);
    ck_assert_int_eq(run(3, "errors", "--lnag"), EXIT_CODE_USAGE);
    ck_assert_int_eq(run(3, "errors", "ResourceThrotled"), EXIT_CODE_USAGE);
    ck_assert_int_eq(run(3, "fault", "explian"), EXIT_CODE_USAGE);
    ck_assert_int_eq(run(3, "completion", "tcsh"), EXIT_CODE_USAGE);
    ck_assert_int_eq(run(2, "completion", ""), EXIT_CODE_USAGE);
    ck_assert_int_eq(run(3, "errors", "ResourceThrottled"), EXIT_CODE_PASS);
    ck_assert_int_eq(run(2, "version", ""), EXIT_CODE_PASS);
}
END_TEST

START_TEST(test_nobody_listening_exits_5)
{
    ck_assert_int_eq(run(3, "health", "--address=unix:/nonexistent/fcemu.sock"),
                     EXIT_CODE_UNREACHABLE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cli/tables");
    TCase *tc = tcase_create("tables");

    tcase_add_test(tc, test_manual_page_is_what_the_tables_say);
    tcase_add_test(tc, test_schemas_are_what_the_tables_say);
    tcase_add_test(tc, test_coverage_page_is_what_the_operations_say);
    tcase_add_test(tc, test_verbs_are_unique_documented_and_have_a_function);
    tcase_add_test(tc, test_options_of_a_verb_are_unique_and_documented);
    tcase_add_test(tc, test_every_text_of_a_verb_is_there_in_chinese);
    tcase_add_test(tc, test_usage_errors_exit_2);
    tcase_add_test(tc, test_nobody_listening_exits_5);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
