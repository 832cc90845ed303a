/*
 * A drill with a workload of one's own, against a private daemon or the one at hand.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/query.h"
#include "base/units.h"
#include "cli/client.h"
#include "cli/drill_parts.h"
#include "cli/kept_coverage.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/private.h"
#include "cli/progress.h"
#include "cli/verbs.h"
#include "drill/report.h"

#define PROGRESS_NS UINT64_C(200000000)

struct run {
    const struct cli_args *args;
    struct arena *arena;
    struct stage *stage;
    enum drill_format format;
    const char *drill;
    unsigned number;
    int report_fd;
    cJSON *report;
};

/* All that is asked for, whatever comes of the rest. */
static int keep(const struct run *run)
{
    int reports = drill_reports_write(run->args, run->report), tape = private_save_tape(run->args),
        coverage = coverage_keep(run->args);

    return reports ? reports : tape ? tape : coverage;
}

/* A file runs in a private daemon, and so does what has files of its own. */
static bool wants_private(const struct cli_args *args)
{
    return drill_is_file(args->positional[0]) || private_is_described(args);
}

static int check_private(const struct cli_args *args)
{
    static const char *const names[] = {"address", "token", "ca-dir"};

    for (size_t i = 0; i < N_ELEMENTS(names); i++)
        if (cli_has(args, names[i]))
            return cli_usage(args,
                             "rules from a file run in a private daemon; leave --%s out, or load "
                             "them there and name the drill",
                             names[i]);
    return 0;
}

/* Of a daemon at hand: what has no authority is no folder of one, and none is made there. */
static int check_authority(const struct run *run)
{
    const char *folder = cli_value(run->args, "ca-dir");

    if (!folder || access(arena_printf(run->arena, "%s/ca.pem", folder), R_OK) == 0)
        return 0;
    return cli_usage(run->args, "--ca-dir %s: no authority is there (ca.pem): %s", folder,
                     strerror(errno));
}

static int look_ahead(const struct run *run)
{
    const struct cli_args *args = run->args;
    int r = wants_private(args) ? check_private(args) : check_authority(run);

    if (r == 0 && strcmp(args->positional[0], "-") == 0)
        r = cli_usage(args, "standard input is the command's; name a file with the drill");
    if (r == 0 && cli_has(args, "id") && !drill_is_file(args->positional[0]))
        r = cli_usage(args, "--id is for a file with several drills; '%s' is the drill already",
                      args->positional[0]);
    if (r == 0)
        r = drill_reports_look(args);
    if (r == 0)
        r = output_look(args, "tape");
    return r ? r : coverage_look(args);
}

static int set_up(struct run *run)
{
    const char *what = run->args->positional[0];
    struct error err = {0};
    int r = look_ahead(run);

    if (r)
        return r;
    if (wants_private(run->args) ||
        (!cli_value(run->args, "address") && !client_is_there(run->args)))
        return private_start(run->args, drill_is_file(what) ? what : NULL, &run->stage);
    if (stage_new(&run->stage, &err) < 0) {
        fprintf(stderr, "fcemu %s: %s\n", run->args->verb->name, err.text);
        return EXIT_CODE_UNREACHABLE;
    }
    return 0;
}

static int choose_drill(struct run *run)
{
    const char *wanted = cli_value(run->args, "id");
    OWN(json_free) cJSON *answer = NULL;
    const cJSON *list, *drill;
    OWN(buf_done) struct buf known = {0};
    int r;

    if (!drill_is_file(run->args->positional[0]))
        wanted = run->args->positional[0];
    run->drill = wanted;
    if (wanted)
        return 0;
    r = client_ask_json(run->args, "GET", "/_fcemu/drills", STR_NONE, &answer);
    if (r)
        return r;
    list = cJSON_GetObjectItemCaseSensitive(answer, "drills");
    cJSON_ArrayForEach (drill, list) {
        buf_puts(&known, known.len ? ", " : "");
        buf_add(&known, json_get_str(drill, "id"));
    }
    if (cJSON_GetArraySize(list) != 1)
        return cli_usage(run->args, "%s has %s%s; name one with --id", run->args->positional[0],
                         known.len ? "several drills: " : "no drill", buf_text(&known));
    run->drill = arena_dup(run->arena, json_get_str(list->child, "id"));
    return 0;
}

static const char *command_text(struct run *run)
{
    OWN(buf_done) struct buf text = {0};

    for (size_t i = 0; run->args->command[i]; i++)
        buf_printf(&text, "%s%s", i ? " " : "", run->args->command[i]);
    return arena_dup(run->arena, buf_str(&text));
}

static int start_run(struct run *run)
{
    OWN(json_free) cJSON *body = cJSON_CreateObject();
    OWN(json_free) cJSON *answer = NULL;
    OWN(buf_done) struct buf text = {0};
    const char *seed = cli_value(run->args, "seed"), *timeout = cli_value(run->args, "timeout");
    int r;

    cJSON_AddTrueToObject(body, "attached");
    if (seed)
        cJSON_AddStringToObject(body, "seed", seed);
    if (timeout)
        cJSON_AddStringToObject(body, "timeout", timeout);
    if (run->args->command)
        cJSON_AddStringToObject(body, "workload", command_text(run));
    json_print(body, false, &text);
    r = client_ask_json(
        run->args, "POST",
        arena_printf(run->arena, "/_fcemu/drills/" STR_FMT "/runs",
                     STR_ARG(percent_encode(str_of(run->drill), false, run->arena))),
        buf_str(&text), &answer);
    if (r)
        return r;
    run->number = (unsigned)json_get_uint(answer, "run", UINT_MAX, 0);
    run->report_fd = client_open(
        run->args, "GET",
        arena_printf(run->arena, "/_fcemu/drills/runs/%u/report?wait=true&attached=true",
                     run->number));
    return run->report_fd < 0 ? EXIT_CODE_UNREACHABLE : 0;
}

static const char *run_path(const struct run *run, const char *rest)
{
    return arena_printf(run->arena, "/_fcemu/drills/runs/%u%s", run->number, rest);
}

static cJSON *workload_json(const struct stage_result *result, const struct buf *output)
{
    cJSON *body = cJSON_CreateObject();

    if (result->signal)
        cJSON_AddNumberToObject(body, "signal", result->signal);
    else
        cJSON_AddNumberToObject(body, "exit",
                                result->not_started ? result->not_started : result->exit);
    if (result->not_started)
        cJSON_AddTrueToObject(body, "failed_to_start");
    json_add_str(body, "output", output->len ? buf_str(output) : STR(""));
    json_add_uint(body, "output_lost_bytes", result->output_lost_bytes);
    return body;
}

static int tell_workload(struct run *run, const struct stage_result *result,
                         const struct buf *output)
{
    OWN(json_free) cJSON *body = workload_json(result, output);
    OWN(json_free) cJSON *answer = NULL;
    OWN(buf_done) struct buf text = {0};

    json_print(body, false, &text);
    return client_ask_json(run->args, "POST", run_path(run, "/workload"), buf_str(&text), &answer);
}

static int interrupt(struct run *run)
{
    OWN(json_free) cJSON *answer = NULL;

    return client_ask_json(run->args, "DELETE", run_path(run, ""), STR_NONE, &answer);
}

static int take_report(struct run *run)
{
    OWN(client_answer_done) struct client_answer answer = {0};
    struct error err = {0};
    int r = client_finish(run->args, run->report_fd, &answer);

    if (r)
        return r;
    if (answer.status >= 400) {
        client_print_problem(run->args, &answer);
        return EXIT_CODE_UNREACHABLE;
    }
    run->report = json_parse_within(buf_str(&answer.body), SIZE_MAX, &err);
    return run->report ? 0 : EXIT_CODE_UNREACHABLE;
}

/* The daemon ended the run before the workload had: what it said and came to is ours to add. */
static void add_workload(struct run *run, const struct stage_result *result,
                         const struct buf *output)
{
    cJSON *workload = cJSON_GetObjectItemCaseSensitive(run->report, "workload");
    cJSON *said;

    if (!cJSON_IsObject(workload) ||
        !cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(workload, "exit")) ||
        !cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(workload, "signal")))
        return;
    said = json_string(output->len ? buf_str(output) : STR(""));
    cJSON_ReplaceItemInObjectCaseSensitive(workload, "output", said);
    if (result->signal)
        cJSON_ReplaceItemInObjectCaseSensitive(workload, "signal",
                                               cJSON_CreateNumber(result->signal));
    else if (result->exit >= 0)
        cJSON_ReplaceItemInObjectCaseSensitive(workload, "exit", cJSON_CreateNumber(result->exit));
}

static const char *address_for_command(const struct run *run)
{
    const char *address = stage_address(run->stage);

    if (!address)
        address = cli_value(run->args, "address");
    if (!address)
        address = getenv("FCEMU_ADDRESS");
    return address && *address ? address : "127.0.0.1:8252";
}

static int run_command(struct run *run)
{
    struct error err = {0};
    struct stage_result result = {0};
    OWN(buf_done) struct buf output = {0};
    const char *ca =
        stage_address(run->stage) ? stage_ca_folder(run->stage) : cli_value(run->args, "ca-dir");
    const struct stage_command command = {
        .argv = run->args->command,
        .env = stage_environment(run->stage, address_for_command(run), ca, &err),
        .keeps_output = true,
        .quiet = run->format != DRILL_FORMAT_TEXT,
        .until_fd = run->report_fd,
    };
    int r;

    if (!command.env || stage_run(run->stage, &command, &result, &err) < 0) {
        fprintf(stderr, "fcemu drill run: %s\n", err.text);
        return EXIT_CODE_UNREACHABLE;
    }
    if (result.not_started)
        fprintf(stderr, "fcemu drill run: %s: %s\n", run->args->command[0],
                stage_why_not_started(&result, run->args->command[0], run->arena));
    cli_add_text(&output, buf_str(&result.output));
    buf_done(&result.output);
    if (stage_signal(run->stage))
        r = interrupt(run);
    else
        r = result.ended_early ? 0 : tell_workload(run, &result, &output);
    if (r == 0)
        r = take_report(run);
    if (r == 0)
        add_workload(run, &result, &output);
    return r;
}

static int wait_for_report(struct run *run)
{
    struct error err = {0};
    int r = 0;

    if (stage_wait(run->stage, run->report_fd, &err) < 0) {
        fprintf(stderr, "fcemu drill run: %s\n", err.text);
        return EXIT_CODE_UNREACHABLE;
    }
    if (stage_signal(run->stage))
        r = interrupt(run);
    return r ? r : take_report(run);
}

static int exit_of_report(const cJSON *report)
{
    const cJSON *code = cJSON_GetObjectItemCaseSensitive(report, "exit");

    return cJSON_IsNumber(code) ? code->valueint : EXIT_CODE_UNREACHABLE;
}

/* ---- how far it is ---- */

static void show_progress(void *arg)
{
    const struct run *run = arg;
    OWN(client_answer_done) struct client_answer answer = {0};
    struct error err = {0};

    if (!client_try(run->args, run_path(run, ""), &answer) || answer.status != 200)
        return;
    OWN(json_free) cJSON *told = json_parse(buf_str(&answer.body), &err);
    struct str state = json_get_str(told, "state");

    if (!str_eq(state, STR("running"))) {
        progress_show("%s: judging", run->drill);
        return;
    }
    progress_show("%s: %llu of %llu steps, %llu calls, %llu s, at most %llu s left", run->drill,
                  (unsigned long long)json_get_uint(told, "step", UINT64_MAX, 0),
                  (unsigned long long)json_get_uint(told, "steps", UINT64_MAX, 0),
                  (unsigned long long)json_get_uint(told, "calls", UINT64_MAX, 0),
                  (unsigned long long)json_get_uint(told, "since_ms", UINT64_MAX, 0) / MS_PER_S,
                  (unsigned long long)json_get_uint(told, "left_ms", UINT64_MAX, 0) / MS_PER_S);
}

static void take_progress_away(void *arg)
{
    (void)arg;
    progress_clear();
}

static void begin_progress(struct run *run)
{
    const struct stage_ticker ticker = {show_progress, take_progress_away, run};

    if (progress_is_wanted())
        stage_tick(run->stage, PROGRESS_NS, &ticker);
}

static int carry_out(struct run *run)
{
    int r = set_up(run);

    if (r == 0)
        r = choose_drill(run);
    if (r == 0)
        r = drill_reports_begin(run->args, run->drill);
    if (r == 0)
        r = start_run(run);
    if (r == 0) {
        begin_progress(run);
        r = run->args->command ? run_command(run) : wait_for_report(run);
        progress_clear();
    }
    if (r)
        return r;
    r = keep(run);
    drill_print_report(run->report, run->format);
    return r ? r : exit_of_report(run->report);
}

static int run_drill_run(const struct cli_args *args)
{
    struct run run = {.args = args, .report_fd = -1};
    int r;

    if (!drill_read_format(args, &run.format))
        return EXIT_CODE_USAGE;
    if (args->command && !args->command[0])
        return cli_usage(args, "a command stands behind --");
    run.arena = arena_new();
    r = carry_out(&run);
    stage_free(run.stage);
    json_free(run.report);
    arena_free(run.arena);
    return r;
}

static const struct cli_option drill_options[] = {
    PRIVATE_OPTIONS,
    {.name = "id",
      .value = "DRILL",
      .help = "which drill of the file, when it has several",
      .help_zh = "文件中有多个演练时指明哪一个"},
    {.name = "seed",
      .value = "SEED",
      .help = "what chance depends on, instead of the drill's own",
      .help_zh = "随机种子，取代演练自带的"},
    {.name = "timeout",
      .value = "DURATION",
      .help = "stop after so long, instead of the drill's own: 3m",
      .help_zh = "多久后停止，取代演练自带的：3m"},
    {.name = "report",
      .value = "FILE",
      .help = "write it there, too, as its ending says: .json, .xml (JUnit), .md, .html, .txt; may "
             "be given again", .help_zh =
         "同时写入此文件，格式由扩展名决定：.json、.xml（JUnit）、.md、.html、.txt；可多次给出"},
    {.name = "format",
      .value = "FORMAT",
      .help = "what is printed: text, json, junit, markdown or html",
      .help_zh = "打印的格式：text、json、junit、markdown 或 html",
      .words = "text json junit markdown html"},
    KEPT_OPTIONS,
    {.name = "ca-dir",
      .value = "DIR",
      .help = "folder of the authority of a daemon at hand",
      .help_zh = "现有守护进程的证书颁发机构所在文件夹"},
    {0},
};

const struct cli_verb verb_drill_run = {
    .name = "drill run",
    .arguments = "ID|FILE [-- COMMAND…]",
    .at_least = 1,
    .at_most = 1,
    .summary = "run a drill, with a command as its workload",
    .summary_zh = "运行演练，以一条命令作为负载",
    .details =
        "A file, an ID with files of rules or a configuration, or an ID where no daemon is at hand "
        "runs in a private daemon. With a command the drill is over when that has "
        "ended, without one when its last step is done. Rules are as before, whatever way it ends.",
    .details_zh = "给出文件，给出 ID 和规则文件或配置，或给出 ID "
                  "而没有守护进程时，在专用的守护进程中运行。有命令时命令结束即演练结束，没有命令时"
                  "最后一步做完即结束。无论怎样结束，规则都恢复原状。",
    .options = drill_options,
    .flags = CLI_JSON | CLI_DAEMON | CLI_COMMAND,
    .run = run_drill_run,
};
