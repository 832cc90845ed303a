/*
 * A private daemon for a test runner: where it is on the first line of output, and its life tied to
 * the runner's.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/private.h"
#include "cli/verbs.h"

enum { PID_MAX = 1 << 22 };

/* ---- whose life ends ours ---- */

/* 0 with *out_fd, which can be read when the process has ended; -1: not asked for. Else an exit
 * code. */
static int open_owner(const struct cli_args *args, int *out_fd)
{
    const char *owner = cli_value(args, "die-with");
    uint64_t pid;

    *out_fd = -1;
    if (!owner)
        return EXIT_CODE_PASS;
    if (str_to_uint(str_of(owner), PID_MAX, &pid) != NUMBER_OK || pid == 0)
        return cli_usage(args, "'--die-with %s' is not the number of a process", owner);
    *out_fd = pidfd_open((pid_t)pid, 0);
    if (*out_fd < 0)
        return cli_usage(args, "--die-with %s: there is no such process", owner);
    setpgid(0, 0); /* what a terminal sends to a runner's group is not meant for us */
    return EXIT_CODE_PASS;
}

/* A runner's pipes end with the runner, even if it is killed: nobody may wait for ours. */
static void let_go_of_output(void)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = STDIN_FILENO; nothing >= 0 && fd <= STDERR_FILENO; fd++)
        dup2(nothing, fd);
    if (nothing > STDERR_FILENO)
        close(nothing);
}

/* ---- where it is ---- */

static int announce(const struct cli_args *args, const struct stage *stage)
{
    struct error err = {0};
    OWN(json_free)
    cJSON *variables = stage_variables(stage, stage_address(stage), stage_ca_folder(stage), &err);
    OWN(json_free) cJSON *json = json_made(cJSON_CreateObject());
    OWN(mem_free) char *url = mem_printf("http://%s", stage_address(stage));
    OWN(mem_free) char *ca = mem_printf("%s/ca.pem", stage_ca_folder(stage));
    OWN(buf_done) struct buf line = {0};

    if (!variables) {
        fprintf(stderr, "fcemu %s: %s\n", args->verb->name, err.text);
        return EXIT_CODE_UNREACHABLE;
    }
    cJSON_AddStringToObject(json, "version", FCEMU_VERSION);
    cJSON_AddStringToObject(json, "address", stage_address(stage));
    cJSON_AddStringToObject(json, "url", url);
    cJSON_AddStringToObject(json, "ca", ca);
    cJSON_AddStringToObject(json, "log", stage_log(stage));
    cJSON_AddItemToObject(json, "env", GIVE(variables));
    json_print(json, false, &line);
    puts(buf_text(&line));
    return fflush(stdout) == 0 ? EXIT_CODE_PASS : EXIT_CODE_UNREACHABLE;
}

static int stay(const struct cli_args *args, struct stage *stage, int owner)
{
    struct error err = {0};

    if (owner >= 0)
        let_go_of_output();
    if (stage_wait(stage, owner, &err) == 0 && !stage_daemon_ended(stage)) {
        stage_stop_daemon(stage);
        return EXIT_CODE_PASS;
    }
    fprintf(stderr, "fcemu %s: %s\n", args->verb->name,
            err.text[0] ? err.text : "the daemon has ended");
    return EXIT_CODE_UNREACHABLE;
}

static int run_start(const struct cli_args *args)
{
    OWN(stage_free) struct stage *stage = NULL;
    int owner;
    int r = open_owner(args, &owner);

    if (r == 0)
        r = private_start(args, NULL, &stage);
    if (r == 0)
        r = announce(args, stage);
    if (r == 0)
        r = stay(args, stage, owner);
    if (owner >= 0)
        close(owner);
    return r;
}

static const struct cli_option start_options[] = {
    PRIVATE_OPTIONS,
    {.name = "die-with",
      .value = "PID",
      .help = "end when this process has ended, however it went: the test runner's own",
      .help_zh = "该进程（测试运行器自身）无论如何结束，都随之结束"},
    {0},
};

const struct cli_verb verb_start = {
    .name = "start",
    .arguments = "",
    .summary = "a daemon of its own for a test runner",
    .summary_zh = "为测试运行器启动一个专用守护进程",
    .details =
        "Prints one line of JSON once the daemon may be used: version, address, url, ca (the "
        "authority's "
        "certificate), log (a file) and env (what 'fcemu env' sets). Then it stays until "
        "SIGTERM, SIGINT or SIGHUP, or "
        "until the process of --die-with is gone, and leaves nothing behind.\n"
        "With --die-with it lets go of its standard output and error behind that line, so "
        "that who reads a runner's "
        "output does not wait for it, and is in a process group of its own: the runner can "
        "still ask it when Ctrl-C "
        "was pressed.\n"
        "Exits with 0 when it was asked to end, and 5 when the daemon did not start or ended "
        "by itself.",
    .details_zh = "守护进程可用后输出一行 JSON：version、address、url、ca（CA "
                  "证书）、log（日志文件）和 env（'fcemu env' 所设的变量），然后运行到收到 "
                  "SIGTERM、SIGINT、SIGHUP，或 --die-with 的进程结束为止，不留下任何东西。\n使用 "
                  "--die-with 时，输出该行后即关闭标准输出和标准错误，并独立成组。\n按要求结束时以 "
                  "0 退出；守护进程未能启动或自行结束时以 5 退出。",
    .options = start_options,
    .run = run_start,
};
