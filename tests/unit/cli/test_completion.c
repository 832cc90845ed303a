#include <stdio.h>

#include "../suite.h"
#include "base/mem.h"
#include "cli/complete.h"
#include "cli/verbs.h"

enum { WORDS_MAX = 8 };

/* The lines for a command line; blanks part words, a blank at the end begins a new one. */
static void complete(const char *line, struct buf *out)
{
    OWN(mem_free) char *copy = mem_dup(line);
    const char *words[WORDS_MAX];
    size_t count = 0;

    for (char *at = copy; at; count++) {
        words[count] = at;
        at = strchr(at, ' ');
        if (at)
            *at++ = '\0';
    }
    cli_complete(&cli_verbs, words, count, out);
}

/* Does a line begin with this word and end behind it? */
static bool offers(const struct buf *out, const char *word)
{
    struct str rest = buf_str(out);
    struct str line;

    while (str_cut(rest, '\n', &line, &rest)) {
        struct str name;
        struct str meaning;

        str_cut(line, '\t', &name, &meaning);
        if (str_eq(name, str_of(word)))
            return true;
    }
    return false;
}

START_TEST(test_completion_knows_every_verb_and_option)
{
    for (size_t i = 0; i < cli_verbs.count; i++) {
        const struct cli_verb *verb = cli_verbs.verbs[i];
        struct cli_option options[CLI_OPTIONS_MAX];
        size_t n = cli_verb_options(verb, options, N_ELEMENTS(options));
        OWN(mem_free) char *line = mem_printf("%s --", verb->name);
        OWN(buf_done) struct buf names = {0};
        OWN(buf_done) struct buf out = {0};

        complete(verb->name, &names);
        ck_assert_msg(
            offers(&names, strrchr(verb->name, ' ') ? strrchr(verb->name, ' ') + 1 : verb->name) ==
                !(verb->flags & CLI_HIDDEN),
            "%s", verb->name);
        complete(line, &out);
        for (size_t k = 0; k < n; k++) {
            OWN(mem_free) char *option = mem_printf("--%s", options[k].name);

            ck_assert_msg(offers(&out, option), "%s %s", verb->name, option);
        }
    }
}
END_TEST

static const struct {
    const char *line;
    const char *yes, *no; /* NULL: nothing is asked */
} cases[] = {
    {"",                          "fault",                      "list"             },
    {"fa",                        "fault",                      "serve"            },
    {"fault ",                    "explain",                    "fault"            },
    {"fault tape ",               "play",                       "list"             },
    {"fault tape",                "tape",                       "play"             },
    {"requests ",                 "show",                       "requests"         },
    {"requests s",                "show",                       NULL               },
    {"errors Resource",           "ResourceExhausted",          "AccessDenied"     },
    {"errors ResourceExhausted ", NULL,                         "ResourceExhausted"},
    {"fault new Acc",             "AccessDenied",               NULL               },
    {"requests --code ",          "AccessDenied",               "show"             },
    {"requests --code Access --", "--operation",                "AccessDenied"     },
    {"requests --operation=Inv",  "--operation=InvokeFunction", "InvokeFunction"   },
    {"fault catalog --api ",      "2016-08-15",                 "--api"            },
    {"env ",                      "python",                     "2016-08-15"       },
    {"env py",                    "python",                     "php"              },
    {"env python ",               NULL,                         "python"           },
    {"completion ",               "fish",                       NULL               },
    {"ca ",                       "fingerprint",                "path|pem"         },
    {"clock ",                    "advance",                    "D"                },
    {"clock advance ",            NULL,                         "real"             },
    {"serve --region cn-sh",      "cn-shanghai",                "cn-hangzhou"      },
    {"--region cn-sh",            "cn-shanghai",                "serve"            },
    {"--reg",                     "--region",                   "serve"            },
    {"serve --log-level=d",       "--log-level=debug",          "--log-level=info" },
    {"serve --config ",           ":files",                     ":folders"         },
    {"serve --config=",           ":files",                     NULL               },
    {"--faults ",                 ":files",                     NULL               },
    {"serve --data ",             ":folders",                   ":files"           },
    {"check --ready-file ",       ":files",                     NULL               },
    {"fault check ",              ":files",                     "list"             },
    {"fault check a.yaml ",       ":files",                     NULL               },
    {"fault check --format ",     "sarif",                      ":files"           },
    {"fault dry-run ",            ":files",                     NULL               },
    {"fault dry-run a.yaml ",     NULL,                         ":files"           },
    {"fault tape save ",          ":files",                     NULL               },
    {"snapshot diff a ",          ":folders",                   ":files"           },
    {"fault show ",               ":rules",                     "ID"               },
    {"fault off ",                ":rules",                     "list"             },
    {"fault off gr",              "group:",                     NULL               },
    {"fault set x ",              NULL,                         ":rules"           },
    {"fault explain ",            NULL,                         "REQUEST_ID"       },
    {"help fa",                   "fault",                      NULL               },
    {"nothing ",                  NULL,                         ":files"           },
    {"errors --json Acc",         "AccessDenied",               NULL               },
    {"errors --lang zh Acc",      "AccessDenied",               NULL               },
    {"errors --lang ",            "zh",                         "AccessDenied"     },
};

START_TEST(test_completion_offers)
{
    OWN(buf_done) struct buf out = {0};

    complete(cases[_i].line, &out);
    if (cases[_i].yes)
        ck_assert_msg(offers(&out, cases[_i].yes), "'%s': %s", cases[_i].line, buf_text(&out));
    if (cases[_i].no)
        ck_assert_msg(!offers(&out, cases[_i].no), "'%s': %s", cases[_i].line, buf_text(&out));
}
END_TEST

START_TEST(test_completion_tells_what_words_mean)
{
    OWN(buf_done) struct buf out = {0};

    unsetenv("LC_ALL");
    setenv("LANG", "C", 1);
    complete("errors ResourceExh", &out);
    ck_assert_str_eq(buf_text(&out), "ResourceExhausted\tconcurrency over the limit\n");
    buf_clear(&out);
    complete("vers", &out);
    ck_assert_str_eq(buf_text(&out), "version\tprint the version\n");
    buf_clear(&out);
    setenv("LANG", "zh_CN.UTF-8", 1);
    complete("vers", &out);
    ck_assert_str_eq(buf_text(&out), "version\t打印版本\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cli/completion");
    TCase *tc = tcase_create("completion");

    tcase_add_test(tc, test_completion_knows_every_verb_and_option);
    tcase_add_loop_test(tc, test_completion_offers, 0, (int)N_ELEMENTS(cases));
    tcase_add_test(tc, test_completion_tells_what_words_mean);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
