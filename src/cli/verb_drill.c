/* Drills of a daemon, and what to do with their reports. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/client.h"
#include "cli/drill_parts.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "drill/report.h"

enum { PATH_BYTES = 96 };

/* ---- definitions, runs ---- */

static int run_drill_list(const struct cli_args *args)
{
    static const struct cli_column plans[] = {
        {"drill",   "id", 24},
        {"seed",       "seed", 8},
        {"timeout",    "timeout", 8},
        {"description",        "description", 40},
        {0}
    };
    static const struct cli_column runs[] = {
        {"run",   "run", 4},
        {"drill",      "drill", 24},
        {"state", "state", 8},
        {"verdict",     "verdict", 13},
        {"why", "why", 40},
        {0     }
    };
    OWN(json_free) cJSON *answer = NULL;
    OWN(json_free) cJSON *kept = NULL;
    int r = client_ask_json(args, "GET", "/_fcemu/drills", STR_NONE, &answer);

    if (r == 0)
        r = client_ask_json(args, "GET", "/_fcemu/drills/runs", STR_NONE, &kept);
    if (r)
        return r;
    if (cli_has(args, "json")) {
        cJSON_AddItemToObject(answer, "runs",
                              cJSON_DetachItemFromObjectCaseSensitive(kept, "runs"));
        cli_print_json(GIVE(answer));
        return EXIT_CODE_PASS;
    }
    cli_print_table(plans, cJSON_GetObjectItemCaseSensitive(answer, "drills"));
    if (cJSON_GetObjectItemCaseSensitive(kept, "runs")->child) {
        putchar('\n');
        cli_print_table(runs, cJSON_GetObjectItemCaseSensitive(kept, "runs"));
    }
    return EXIT_CODE_PASS;
}

/* The run that goes on, or the last one. */
static const cJSON *newest_run(const cJSON *answer)
{
    const cJSON *newest = NULL, *run;

    cJSON_ArrayForEach (run, cJSON_GetObjectItemCaseSensitive(answer, "runs")) {
        newest = run;
    }
    return newest;
}

static int find_run(const struct cli_args *args, char path[PATH_BYTES], const char *rest)
{
    OWN(json_free) cJSON *answer = NULL;
    const cJSON *run;
    int r;

    if (args->count) {
        snprintf(path, PATH_BYTES, "/_fcemu/drills/runs/%.20s%s", args->positional[0], rest);
        return 0;
    }
    r = client_ask_json(args, "GET", "/_fcemu/drills/runs", STR_NONE, &answer);
    if (r)
        return r;
    run = cJSON_GetObjectItemCaseSensitive(newest_run(answer), "run");
    if (!cJSON_IsNumber(run))
        return cli_usage(args, "no drill has run");
    snprintf(path, PATH_BYTES, "/_fcemu/drills/runs/%d%s", run->valueint, rest);
    return 0;
}

static int run_drill_stop(const struct cli_args *args)
{
    char path[PATH_BYTES];
    cJSON *answer = NULL;
    int r = find_run(args, path, "");

    if (r == 0)
        r = client_ask_json(args, "DELETE", path, STR_NONE, &answer);
    if (r)
        return r;
    if (cli_has(args, "json")) {
        cli_print_json(answer);
    } else {
        cli_print_fields(answer);
        json_free(answer);
    }
    return EXIT_CODE_PASS;
}

/* ---- reports ---- */

static cJSON *read_report(const struct cli_args *args, const char *file)
{
    OWN(buf_done) struct buf text = {0};
    struct error err = {0};
    cJSON *report;

    if (cli_read(args, file, &text) != 0)
        return NULL;
    report = json_parse_within(buf_str(&text), SIZE_MAX, &err);
    if (report && cJSON_HasObjectItem(report, "drill") && cJSON_HasObjectItem(report, "verdict"))
        return report;
    json_free(report);
    cli_usage(args,
              "%s is no report of a drill%s%s; write one with 'fcemu drill run --report FILE.json'",
              file, err.text[0] ? ": " : "", err.text);
    return NULL;
}

static int run_drill_report(const struct cli_args *args)
{
    enum drill_format format;
    char path[PATH_BYTES];
    OWN(json_free) cJSON *report = NULL;

    if (!drill_read_format(args, &format))
        return EXIT_CODE_USAGE;
    if (args->count && drill_is_file(args->positional[0])) {
        if (client_is_not_asked(args, args->positional[0]))
            return EXIT_CODE_USAGE;
        report = read_report(args, args->positional[0]);
        if (!report)
            return EXIT_CODE_USAGE;
    } else {
        int r = find_run(args, path, "/report");

        if (r == 0)
            r = client_ask_json(args, "GET", path, STR_NONE, &report);
        if (r)
            return r;
    }
    drill_print_report(report, format);
    return EXIT_CODE_PASS;
}

/* Of two runs that the daemon keeps. */
static int diff_runs(const struct cli_args *args)
{
    char path[PATH_BYTES];
    OWN(json_free) cJSON *answer = NULL;
    const cJSON *line;
    int r;

    snprintf(path, sizeof(path), "/_fcemu/drills/runs/%.20s/diff?from=%.20s", args->positional[1],
             args->positional[0]);
    r = client_ask_json(args, "GET", path, STR_NONE, &answer);
    if (r)
        return r;
    cJSON_ArrayForEach (line, cJSON_GetObjectItemCaseSensitive(answer, "differences"))
        puts(line->valuestring);
    return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(answer, "differences"))
               ? EXIT_CODE_ASSERTION
               : EXIT_CODE_PASS;
}

static int run_drill_diff(const struct cli_args *args)
{
    if (!drill_is_file(args->positional[0]) && !drill_is_file(args->positional[1]))
        return diff_runs(args);
    OWN(json_free) cJSON *before = read_report(args, args->positional[0]);
    OWN(json_free) cJSON *after = before ? read_report(args, args->positional[1]) : NULL;
    OWN(buf_done) struct buf lines = {0};
    size_t count;

    if (!after)
        return EXIT_CODE_USAGE;
    count = drill_report_diff(before, after, &lines);
    fputs(buf_text(&lines), stdout);
    return count ? EXIT_CODE_ASSERTION : EXIT_CODE_PASS;
}

static int run_drill_schema(const struct cli_args *args)
{
    OWN(buf_done) struct buf schema = {0};
    struct error err;

    (void)args;
    drill_report_schema(&schema);
    cli_print_json(json_parse_within(buf_str(&schema), SIZE_MAX, &err));
    return EXIT_CODE_PASS;
}

const struct cli_verb verb_drill_list = {
    .name = "drill list",
    .arguments = "",
    .summary = "the drills of the loaded rules, and what ran",
    .summary_zh = "已载入规则中的演练，以及运行过的",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_drill_list,
};

const struct cli_verb verb_drill_stop = {
    .name = "drill stop",
    .arguments = "[RUN]",
    .at_most = 1,
    .summary = "end the drill that runs; rules are as before it",
    .summary_zh = "结束正在运行的演练，规则恢复原状",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_drill_stop,
};

static const struct cli_option report_options[] = {
    {.name = "format",
     .value = "FORMAT",
     .help = "text, json, junit, markdown or html",
     .help_zh = "text、json、junit、markdown 或 html",
     .words = "text json junit markdown html"},
    {0},
};

const struct cli_verb verb_drill_report = {
    .name = "drill report",
    .arguments = "[RUN|FILE]",
    .at_most = 1,
    .summary = "a report in another form: of the last run, of one, or of a file",
    .summary_zh = "换一种格式打印报告：最近一次、某一次或某个文件的",
    .options = report_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_drill_report,
};

const struct cli_verb verb_drill_diff = {
    .name = "drill diff",
    .arguments = "FROM TO",
    .at_least = 2,
    .at_most = 2,
    .summary = "what differs between two reports, of files or of kept runs; exit 1 when they do",
    .summary_zh = "两份报告（文件或保留的运行）的差别；不同时以 1 退出",
    .flags = CLI_DAEMON,
    .run = run_drill_diff,
};

const struct cli_verb verb_drill_schema = {
    .name = "drill schema",
    .arguments = "",
    .summary = "JSON Schema of a report",
    .summary_zh = "报告的 JSON Schema",
    .run = run_drill_schema,
};
