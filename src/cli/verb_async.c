/* Asynchronous calls: which there are, one of them, and all of them run. */
#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/query.h"
#include "cli/client.h"
#include "cli/function_name.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "conf/scalar.h"

static const struct cli_column columns[] = {
    {"accepted", "accepted", 24},
    {"id",        "id", 36},
    {"function",       "function", 22},
    {"status",        "status", 10},
    {"attempts", "attempts", 8},
    {"next",        "next", 24},
    {"ended",   "ended", 24},
    {"error",        "error", 30},
    {0},
};

/* A listing of the daemon. */
struct listing {
    const char *path;
    const char *positional; /* the parameter that the argument stands for */
    const char *array;
    const struct cli_column *columns;
    const char *filters[5]; /* options that are parameters, too; then NULL */
};

static int list(const struct cli_args *args, const struct listing *listing)
{
    OWN(buf_done) struct buf path = {0};
    OWN(json_free) cJSON *answer = NULL;
    int r;

    buf_printf(&path, "%s?", listing->path);
    if (args->count)
        function_name_query(&path, listing->positional, str_of(args->positional[0]));
    for (const char *const *filter = listing->filters; *filter; filter++)
        function_name_query(&path, *filter, str_of(cli_value(args, *filter)));
    r = client_ask_json(args, "GET", buf_text(&path), STR_NONE, &answer);
    if (r != 0)
        return r;
    if (cli_has(args, "json"))
        cli_print_json(GIVE(answer));
    else
        cli_print_table(listing->columns, json_get(answer, listing->array));
    return EXIT_CODE_PASS;
}

static int run_list(const struct cli_args *args)
{
    static const struct listing calls = {
        "/_fcemu/async", "function", "calls", columns, {"status", "account", "region"}
    };

    return list(args, &calls);
}

static int ask_about(const struct cli_args *args, const char *method, const char *what)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const char *path =
        arena_printf(arena, "/_fcemu/async/" STR_FMT "%s",
                     STR_ARG(percent_encode(str_of(args->positional[0]), false, arena)), what);
    cJSON *answer = NULL;
    int r = client_ask_json(args, method, path, STR_NONE, &answer);

    return r != 0 ? r : cli_show(args, answer);
}

static int run_show(const struct cli_args *args)
{
    return ask_about(args, "GET", "");
}

static int run_stop(const struct cli_args *args)
{
    return ask_about(args, "POST", "/stop");
}

static int run_retry(const struct cli_args *args)
{
    return ask_about(args, "POST", "/retry");
}

/* ---- where they ended ---- */

static const struct cli_column delivery_columns[] = {
    {"number",   "number", 7},
    {"time",         "time", 24},
    {"function",     "function", 22},
    {"when",        "when", 10},
    {"destination", "destination", 60},
    {"request",        "request_id", 36},
    {0    },
};

static int run_deliveries(const struct cli_args *args)
{
    static const struct listing deliveries = {
        "/_fcemu/deliveries",
        "destination",
        "deliveries",
        delivery_columns,
        {"function", "after", "account", "region"}
    };

    return list(args, &deliveries);
}

/* ---- drained ---- */

static int wait_for(const struct cli_args *args, struct str body, struct client_answer *out)
{
    int r = client_ask_long(args, "POST", "/_fcemu/async/drain", "application/json", body, out);

    if (r != 0 || out->status < 400 || out->status == 504)
        return r;
    client_print_problem(args, out);
    return EXIT_CODE_USAGE;
}

static int run_drain(const struct cli_args *args)
{
    const char *within = cli_value(args, "within");
    OWN(client_answer_done) struct client_answer answer = {0};
    OWN(buf_done) struct buf body = {0};
    struct error err;
    int r;

    buf_puts(&body, "{\"within\":");
    buf_json_string(&body, str_of(within ? within : "30s"));
    buf_add_char(&body, '}');
    r = wait_for(args, buf_str(&body), &answer);
    if (r != 0)
        return r;
    OWN(json_free) cJSON *left = json_parse(buf_str(&answer.body), &err);

    if (cli_has(args, "json"))
        cli_print_json(GIVE(left));
    else if (answer.status != 200)
        fprintf(stderr, "fcemu async drain: %" PRIu64 " calls are left after %s\n",
                json_get_uint(left, "left", UINT32_MAX, 0), within ? within : "30s");
    return answer.status == 200 ? EXIT_CODE_PASS : EXIT_CODE_TIMEOUT;
}

/* ---- the verbs ---- */

static const struct cli_option list_options[] = {
    {.name = "status",
     .value = "STATUS",
     .help = "of this status alone",
     .help_zh = "只看此状态",
     .words = "Enqueued Running Retrying Succeeded Failed Stopped Expired Invalid"},
    {.name = "region",                                                .value = "REGION", .help = "of this region", .help_zh = "只看此地域"},
    {.name = "account", .value = "ACCOUNT", .help = "of this account", .help_zh = "只看此账号"},
    {0                                                             },
};

const struct cli_verb verb_async_list = {
    .name = "async list",
    .arguments = "[FUNCTION]",
    .at_most = 1,
    .summary = "asynchronous calls, those accepted first in front",
    .summary_zh = "异步调用，先接受的在前",
    .details = "Those that wait or run, and those that are over where the function keeps records "
               "(statefulInvocation, asyncTask).",
    .details_zh =
        "等待或运行中的调用；函数保留记录时（statefulInvocation、asyncTask）也包括已结束的。",
    .options = list_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_list,
};

const struct cli_verb verb_async_show = {
    .name = "async show",
    .arguments = "CALL",
    .at_least = 1,
    .at_most = 1,
    .summary = "one of them: its event, its result, what happened to it",
    .summary_zh = "其中一个：事件、结果与经过",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_show,
};

const struct cli_verb verb_async_stop = {
    .name = "async stop",
    .arguments = "CALL",
    .at_least = 1,
    .at_most = 1,
    .summary = "end one of them, whether it waits or runs",
    .summary_zh = "结束其中一个，无论在等待还是在运行",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_stop,
};

const struct cli_verb verb_async_retry = {
    .name = "async retry",
    .arguments = "CALL",
    .at_least = 1,
    .at_most = 1,
    .summary = "run what waits now, or what is over as a new call with the same event",
    .summary_zh = "等待中的立即运行；已结束的以相同事件作为新调用运行",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_retry,
};

static const struct cli_option drain_options[] = {
    {.name = "within",
     .value = "DURATION",
     .help = "give up after so long, with exit code 6: 5s; default 30s",
     .help_zh = "最多等多久，过时以 6 退出：5s；默认 30s"},
    {0},
};

const struct cli_verb verb_async_drain = {
    .name = "async drain",
    .arguments = "",
    .summary = "run what waits for its next attempt at once, until nothing is left",
    .summary_zh = "立即运行等待重试的调用，直到全部结束",
    .options = drain_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_drain,
};

static const struct cli_option deliveries_options[] = {
    {.name = "function",                    .value = "NAME", .help = "of this function", .help_zh = "只看此函数"},
    {.name = "after",
     .value = "NUMBER",
     .help = "those that came behind it",
     .help_zh = "只看此编号之后的"},
    {.name = "region",                                     .value = "REGION", .help = "of this region", .help_zh = "只看此地域"},
    {.name = "account",                     .value = "ACCOUNT", .help = "of this account", .help_zh = "只看此账号"},
    {0},
};

const struct cli_verb verb_async_deliveries = {
    .name = "async deliveries",
    .arguments = "[DESTINATION]",
    .at_most = 1,
    .summary = "what queues, topics and buses would have got from asynchronous calls",
    .summary_zh = "异步调用本应投递给队列、主题与事件总线的内容",
    .details = "DESTINATION is an ARN or a glob: '*queues/dead*'. The payloads are in --json.",
    .details_zh = "DESTINATION 是 ARN 或通配符，如 '*queues/dead*'；内容见 --json。",
    .options = deliveries_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_deliveries,
};
