/* The private daemon of a verb: from its options to one that is asked like any other. */
#include "cli/private.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARGUMENTS_MAX = 2 * CLI_OPTIONS_MAX };

static const char *const handed_on[][2] = {
    {"config",   "--config"  },
    {"faults",   "--faults"  },
    {"fixtures", "--fixtures"},
    {"seeds",    "--seeds"   },
};

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

int private_start(const struct cli_args *args, const char *rules, struct stage **out)
{
    OWN(stage_free) struct stage *stage = NULL;
    const char *arguments[ARGUMENTS_MAX];
    struct error err = {0};

    collect(args, rules, arguments);
    if (stage_new(&stage, &err) < 0 || stage_start_daemon(stage, arguments, &err) < 0) {
        fprintf(stderr, "fcemu %s: %s\n", args->verb->name, err.text);
        return EXIT_CODE_UNREACHABLE;
    }
    setenv("FCEMU_ADDRESS", stage_address(stage), 1);
    unsetenv("FCEMU_TOKEN"); /* another daemon's */
    *out = GIVE(stage);
    return 0;
}
