/*
 * Rules of a running daemon: listed, shown, explained, tried.
 */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/client.h"
#include "cli/print.h"
#include "cli/verbs.h"

static const struct cli_column rule_columns[] = {
    {"id",      "id", 30},
    {"state",       "state", 10},
    {"layer",   "layer", 6},
    {"matched",       "matched", 8},
    {"reached",   "reached", 8},
    {"fired",        "fired", 8},
    {"capped", "capped", 7},
    {"expires",        "expires_at", 24},
    {"group", "group", 16},
    {"note",        "note", 20},
    {0  },
};

/* What decides instead of the rules that follow. */
static void print_overruled(const cJSON *answer)
{
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "playing")))
        puts("a tape plays and no rule is asked; 'fcemu fault tape stop' ends it");
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "stopped")))
        puts("everything is stopped; 'fcemu fault on --all' brings it back");
}

static void print_refusal(const cJSON *answer)
{
    const cJSON *reload = cJSON_GetObjectItemCaseSensitive(answer, "reload");
    const cJSON *ok = cJSON_GetObjectItemCaseSensitive(reload, "accepted");
    const cJSON *item;

    if (!reload || cJSON_IsTrue(ok))
        return;
    puts("the files on disk are refused; the rules before them stay in force:");
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(reload, "errors")) {
        const cJSON *line = cJSON_GetObjectItemCaseSensitive(item, "line");
        const cJSON *column = cJSON_GetObjectItemCaseSensitive(item, "column");

        printf("  " STR_FMT ":%d:%d: error " STR_FMT ": " STR_FMT ": " STR_FMT "\n",
               STR_ARG(json_get_str(item, "file")), cJSON_IsNumber(line) ? line->valueint : 0,
               cJSON_IsNumber(column) ? column->valueint : 0, STR_ARG(json_get_str(item, "code")),
               STR_ARG(json_get_str(item, "path")), STR_ARG(json_get_str(item, "message")));
    }
}

/* A drill whose rule never fired proves nothing: a word is seen where a 0 is not. */
static void mark_never_fired(const cJSON *rules)
{
    cJSON *rule;

    cJSON_ArrayForEach (rule, rules) {
        const cJSON *fired = cJSON_GetObjectItemCaseSensitive(rule, "fired");

        if (cJSON_IsNumber(fired) && fired->valuedouble == 0)
            cJSON_ReplaceItemInObjectCaseSensitive(rule, "fired", cJSON_CreateString("never"));
    }
}

static void print_canned(const cJSON *canned)
{
    static const struct cli_column columns[] = {
        {"id",       "id", 30},
        {"matched",        "matched", 8},
        {"answered",  "answered", 8},
        {"file",         "file", 30},
        {0},
    };

    if (cJSON_GetArraySize(canned) == 0)
        return;
    printf("\ncanned answers\n");
    cli_print_table(columns, canned);
}

static int run_fault_list(const struct cli_args *args)
{
    OWN(json_free) cJSON *answer = NULL;
    int r = client_ask_json(args, "GET", "/_fcemu/faults", STR_NONE, &answer);

    if (r != 0)
        return r;
    if (cli_has(args, "json")) {
        cli_print_json(GIVE(answer));
        return EXIT_CODE_PASS;
    }
    print_refusal(answer);
    print_overruled(answer);
    mark_never_fired(cJSON_GetObjectItemCaseSensitive(answer, "rules"));
    cli_print_table(rule_columns, cJSON_GetObjectItemCaseSensitive(answer, "rules"));
    print_canned(cJSON_GetObjectItemCaseSensitive(answer, "canned"));
    return EXIT_CODE_PASS;
}

static int run_fault_stats(const struct cli_args *args)
{
    static const struct cli_column columns[] = {
        {"id",      "id", 30},
        {"matched",       "matched", 10},
        {"reached", "reached", 10},
        {"fired",       "fired", 10},
        {"capped", "capped", 10},
        {0      },
    };
    OWN(json_free) cJSON *answer = NULL;
    int r = client_ask_json(args, "GET", "/_fcemu/faults", STR_NONE, &answer);

    if (r != 0)
        return r;
    if (cli_has(args, "json"))
        cli_print_json(cJSON_DetachItemFromObjectCaseSensitive(answer, "rules"));
    else
        cli_print_table(columns, cJSON_GetObjectItemCaseSensitive(answer, "rules"));
    return EXIT_CODE_PASS;
}

static int run_fault_show(const struct cli_args *args)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(client_answer_done) struct client_answer answer = {0};
    int r;

    if (cli_has(args, "json"))
        return cli_ask_and_show(args, "GET", cli_rule_path(arena, args->positional[0], ""),
                                STR_NONE);
    r = client_ask(args, "GET", cli_rule_path(arena, args->positional[0], "?format=yaml"), NULL,
                   STR_NONE, &answer);
    if (r != 0)
        return r;
    if (answer.status >= 400) {
        client_print_problem(args, &answer);
        return EXIT_CODE_USAGE;
    }
    fputs(buf_text(&answer.body), stdout);
    return EXIT_CODE_PASS;
}

static int run_fault_explain(const struct cli_args *args)
{
    OWN(buf_done) struct buf body = {0};

    buf_puts(&body, "{\"request_id\":");
    buf_json_string(&body, str_of(args->positional[0]));
    buf_add_char(&body, '}');
    return cli_ask_and_show(args, "POST", "/_fcemu/faults/explain", buf_str(&body));
}

static int run_fault_dry_run(const struct cli_args *args)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const char *last = cli_value(args, "last");
    int64_t n = 500;

    if (last && str_to_int(str_of(last), 1, 1000000, &n) != NUMBER_OK)
        return cli_usage(args, "'--last %s' is not between 1 and 1000000", last);
    return cli_send_file(args, "POST",
                         arena_printf(arena, "/_fcemu/faults/dry-run?last=%lld%s", (long long)n,
                                      cli_has(args, "over-files") ? "&over=files" : ""),
                         "application/yaml");
}

const struct cli_verb verb_fault_list = {
    .name = "fault list",
    .arguments = "",
    .summary = "the rules in force, with counters",
    .summary_zh = "生效的规则及计数",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_list,
};

const struct cli_verb verb_fault_show = {
    .name = "fault show",
    .arguments = "ID",
    .at_least = 1,
    .at_most = 1,
    .summary = "one rule, as YAML that loads",
    .summary_zh = "一条规则，可再载入的 YAML",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_show,
};

const struct cli_verb verb_fault_stats = {
    .name = "fault stats",
    .arguments = "",
    .summary = "what each rule matched, reached, fired and capped",
    .summary_zh = "每条规则的匹配、到达、触发和封顶次数",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_stats,
};

const struct cli_verb verb_fault_explain = {
    .name = "fault explain",
    .arguments = "REQUEST_ID",
    .at_least = 1,
    .at_most = 1,
    .summary = "why a call was struck or spared, gate by gate",
    .summary_zh = "逐关说明一次调用为何被命中或放过",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_explain,
};

static const struct cli_option dry_run_options[] = {
    {.name = "last",
     .value = "N",
     .help = "how many journal entries; default 500",
     .help_zh = "多少条日志；默认 500"},
    {.name = "over-files",
     .help = "on top of the daemon's rule files, not instead of them",
     .help_zh = "叠加在守护进程的规则文件之上，而不是取代它们"},
    {0                                              },
};

const struct cli_verb verb_fault_dry_run = {
    .name = "fault dry-run",
    .arguments = "FILE",
    .at_least = 1,
    .at_most = 1,
    .summary = "what rules would have done to the last calls",
    .summary_zh = "规则对最近的调用会做什么",
    .options = dry_run_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_dry_run,
};
