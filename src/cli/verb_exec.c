/*
 * A private daemon around a command, for tests: `fcemu exec --faults rules.yaml -- make test`.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"
#include "cli/client.h"
#include "cli/private.h"
#include "cli/verbs.h"

enum { SIGNALLED = 128 };

static int exit_of(const struct cli_args *args, const struct stage *stage,
                   const struct stage_result *result)
{
    if (stage_signal(stage))
        return SIGNALLED + stage_signal(stage);
    if (result->not_started) {
        fprintf(stderr, "fcemu %s: %s: %s\n", args->verb->name, args->command[0],
                result->not_started == STAGE_NOT_FOUND ? "no such program"
                                                       : "not a program that can be run");
        return result->not_started;
    }
    return result->signal ? SIGNALLED + result->signal : result->exit;
}

static int verify(const struct cli_args *args, const char *file)
{
    OWN(buf_done) struct buf assertions = {0};
    OWN(buf_done) struct buf body = {0};
    OWN(client_answer_done) struct client_answer answer = {0};
    int r = cli_read(args, file, &assertions);

    if (r == 0)
        r = client_ask(args, "POST", "/_fcemu/requests/verify", "application/yaml",
                       buf_str(&assertions), &answer);
    return r ? r : cli_verdict(args, &answer);
}

int verb_exec(const struct cli_args *args)
{
    OWN(stage_free) struct stage *stage = NULL;
    struct stage_result result = {0};
    struct error err = {0};
    int r;

    if (!args->command || !args->command[0])
        return cli_usage(args, "needs a command: fcemu exec -- COMMAND…");
    r = private_start(args, NULL, &stage);
    if (r)
        return r;
    const struct stage_command command = {
        .argv = args->command,
        .env = stage_environment(stage, stage_address(stage), stage_ca_folder(stage), &err),
        .until_fd = -1,
    };

    if (!command.env || stage_run(stage, &command, &result, &err) < 0) {
        fprintf(stderr, "fcemu exec: %s\n", err.text);
        return EXIT_CODE_UNREACHABLE;
    }
    r = private_save_tape(args);
    if (r == 0)
        r = exit_of(args, stage, &result);
    return r || !cli_value(args, "verify") ? r : verify(args, cli_value(args, "verify"));
}
