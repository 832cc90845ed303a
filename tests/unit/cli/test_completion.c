#include <stdio.h>

#include "../suite.h"
#include "base/mem.h"
#include "cli/cli.h"

static const char *const shells[] = {"bash", "zsh", "fish"};

START_TEST(test_completion_names_every_verb_and_option)
{
    OWN(buf_done) struct buf b = {0};
    size_t count;
    const struct cli_verb *verbs = cli_verb_table(&count);

    ck_assert_int_eq(cli_completion(shells[_i], &b), 0);
    for (size_t i = 0; i < count; i++) {
        struct cli_option options[CLI_OPTIONS_MAX];
        size_t n = cli_verb_options(&verbs[i], options, N_ELEMENTS(options));
        struct str head;
        struct str tail;

        if (verbs[i].flags & CLI_HIDDEN)
            continue;
        str_cut(str_of(verbs[i].name), ' ', &head, &tail);
        ck_assert_msg(str_find(buf_str(&b), head, NULL), "%s: %s is missing", shells[_i],
                      verbs[i].name);
        for (size_t k = 0; k < n; k++)
            ck_assert_msg(str_find(buf_str(&b), str_of(options[k].name), NULL),
                          "%s: --%s is missing", shells[_i], options[k].name);
    }
}
END_TEST

/* The shell itself must be able to read it. */
START_TEST(test_bash_completion_is_bash)
{
    OWN(buf_done) struct buf b = {0};
    FILE *bash = popen("bash -n", "we");

    ck_assert(bash != NULL);
    cli_completion("bash", &b);
    fputs(buf_text(&b), bash);
    ck_assert_int_eq(pclose(bash), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cli/completion");
    TCase *tc = tcase_create("completion");

    tcase_add_loop_test(tc, test_completion_names_every_verb_and_option, 0,
                        (int)N_ELEMENTS(shells));
    tcase_add_test(tc, test_bash_completion_is_bash);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
