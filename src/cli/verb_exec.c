/*
 * A private daemon around a command, for tests: `fcemu exec --faults rules.yaml -- make test`.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"
#include "cli/client.h"
#include "cli/kept_coverage.h"
#include "cli/output.h"
#include "cli/private.h"
#include "cli/verbs.h"

enum { SIGNALLED = 128 };

static int exit_of(const struct cli_args *args, const struct stage *stage,
                   const struct stage_result *result)
{
    if (stage_signal(stage))
        return SIGNALLED + stage_signal(stage);
    if (result->not_started) {
        OWN(arena_free) struct arena *arena = arena_new();

        fprintf(stderr, "fcemu %s: %s: %s\n", args->verb->name, args->command[0],
                stage_why_not_started(result, args->command[0], arena));
        return result->not_started;
    }
    return result->signal ? SIGNALLED + result->signal : result->exit;
}

/* The verdict; or, of assertions that are @only_read, what is wrong with them. */
static int verify(const struct cli_args *args, const struct buf *assertions, bool only_read)
{
    enum { BAD_REQUEST = 400, UNPROCESSABLE = 422 };
    OWN(client_answer_done) struct client_answer answer = {0};
    int r = client_ask(args, "POST", "/_fcemu/requests/verify", "application/yaml",
                       buf_str(assertions), &answer);

    if (r || (only_read && answer.status != BAD_REQUEST && answer.status != UNPROCESSABLE))
        return r;
    return cli_verdict(args, &answer);
}

/* What is kept of a run, whatever its command came to; that comes first. */
static int keep(const struct cli_args *args)
{
    int tape = private_save_tape(args), coverage = coverage_keep(args);

    return tape ? tape : coverage;
}

/* What would be found wrong only behind the command. */
static int look_ahead(const struct cli_args *args, struct buf *assertions)
{
    const char *file = cli_value(args, "verify");
    int r = output_look(args, "tape");

    if (r == 0)
        r = coverage_look(args);
    return r || !file ? r : cli_read(args, file, assertions);
}

static int run_exec(const struct cli_args *args)
{
    OWN(stage_free) struct stage *stage = NULL;
    OWN(buf_done) struct buf assertions = {0};
    struct stage_result result = {0};
    struct error err = {0};
    bool verifies = cli_has(args, "verify");
    int r, kept;

    if (!args->command || !args->command[0])
        return cli_usage(args, "needs a command: fcemu exec -- COMMAND…");
    r = look_ahead(args, &assertions);
    if (r == 0)
        r = private_start(args, NULL, &stage);
    if (r == 0 && verifies)
        r = verify(args, &assertions, true);
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
    kept = keep(args);
    r = exit_of(args, stage, &result);
    if (r == 0)
        r = kept;
    return r || !verifies ? r : verify(args, &assertions, false);
}

static const struct cli_option exec_options[] = {
    PRIVATE_OPTIONS,
    {.name = "verify",
      .value = "FILE",
      .help = "assertions that must hold when the command has ended with 0",
      .help_zh = "命令以 0 结束时必须成立的断言"},
    KEPT_OPTIONS,
    {0},
};

const struct cli_verb verb_exec = {
    .name = "exec",
    .arguments = "-- COMMAND…",
    .summary = "run a command with a daemon of its own",
    .summary_zh = "运行一条命令，并为它配一个守护进程",
    .details =
        "The command finds the daemon by its environment, as 'fcemu env' would set it: proxies, "
        "certificates, FCEMU_ADDRESS.\n"
        "Exits with the command's own status when that is not 0, else with that of --verify; 128 + "
        "N "
        "when signal N ended it or "
        "us, 127 when there is no such program, 126 when it cannot be run, 5 when the daemon "
        "cannot "
        "start. Nothing is left "
        "running behind.",
    .details_zh = "命令通过环境变量找到守护进程，与 'fcemu env' "
                  "所设相同：代理、证书、FCEMU_ADDRESS。\n命令的退出码不为 0 "
                  "时照原样返回，否则返回 --verify 的结果；被信号 N 结束时为 128 + N，找不到程序为 "
                  "127，无法运行为 126，守护进程无法启动为 5。不留下任何进程。",
    .options = exec_options,
    .flags = CLI_COMMAND,
    .run = run_exec,
};
