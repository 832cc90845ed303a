/* The private daemon of a verb: from its options to one that is asked like any other. */
#include "cli/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/client.h"
#include "cli/output.h"
#include "conf/report.h"
#include "conf/settings.h"
#include "daemon/doors.h"

enum { ARGUMENTS_MAX = 2 * CLI_OPTIONS_MAX };

static const char *const handed_on[][2] = {
    {"config",   "--config"  },
    {"faults",   "--faults"  },
    {"fixtures", "--fixtures"},
    {"seeds",    "--seeds"   },
};

bool private_is_described(const struct cli_args *args)
{
    for (size_t i = 0; i < N_ELEMENTS(handed_on); i++)
        if (cli_has(args, handed_on[i][0]))
            return true;
    return false;
}

static void collect(const struct cli_args *args, const char *rules, const char **out)
{
    size_t count = 0;

    for (size_t i = 0; i < N_ELEMENTS(handed_on); i++) {
        size_t at = 0;
        const char *value;

        while ((value = cli_next_value(args, handed_on[i][0], &at)) &&
               count + 2 < ARGUMENTS_MAX - 2) {
            out[count++] = handed_on[i][1];
            out[count++] = value;
        }
    }
    if (rules) {
        out[count++] = "--faults";
        out[count++] = rules;
    }
    out[count] = NULL;
}

int private_restart(const struct cli_args *args, const char *rules, struct stage *stage,
                    struct error *err)
{
    const char *arguments[ARGUMENTS_MAX];

    stage_stop_daemon(stage);
    collect(args, rules, arguments);
    if (stage_start_daemon(stage, arguments, err) < 0)
        return -1;
    setenv("FCEMU_ADDRESS", stage_address(stage), 1);
    unsetenv("FCEMU_TOKEN"); /* another daemon's */
    return 0;
}

/* Mistakes in files are told in full; an error has room for one line. */
static int tell_failure(const struct cli_args *args, const struct stage *stage,
                        const struct error *err)
{
    OWN(buf_done) struct buf said = {0};

    if (stage && stage_daemon_ended(stage) && stage_daemon_said(stage, &said))
        fprintf(stderr, "fcemu %s: the private daemon did not start:\n%s", args->verb->name,
                buf_text(&said));
    else
        fprintf(stderr, "fcemu %s: %s\n", args->verb->name, err->text);
    return EXIT_CODE_UNREACHABLE;
}

int private_start(const struct cli_args *args, const char *rules, struct stage **out)
{
    OWN(stage_free) struct stage *stage = NULL;
    struct error err = {0};

    if (stage_new(&stage, &err) < 0 || private_restart(args, rules, stage, &err) < 0)
        return tell_failure(args, stage, &err);
    *out = GIVE(stage);
    return 0;
}

unsigned private_doors(const struct cli_args *args)
{
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    const char *config = cli_value(args, "config");
    OWN(settings_free)
    struct settings *settings =
        settings_load(config ? config : getenv("FCEMU_CONFIG"), NULL, 0, environ, report);

    return settings ? doors_of(settings) : 0; /* a mistake there is told by the daemon */
}

int private_save_tape(const struct cli_args *args)
{
    const char *path = cli_value(args, "tape");
    OWN(client_answer_done) struct client_answer answer = {0};
    int r;

    if (!path)
        return 0;
    r = client_ask(args, "GET", "/_fcemu/faults/tape", NULL, STR_NONE, &answer);
    return r ? r : output_write(args, "tape", path, buf_str(&answer.body));
}
