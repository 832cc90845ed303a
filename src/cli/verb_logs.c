/* What functions print, and how their runs end. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/distance.h"
#include "base/mem.h"
#include "cli/client.h"
#include "cli/failure.h"
#include "cli/function_name.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "conf/scalar.h"

#define TAIL_DEFAULT "100"

enum { TIME_FROM = 11, TIME_TO = 23 }; /* of "2026-11-29T12:00:00.123Z" */

struct printing {
    bool colour, raw;
    bool named; /* one function was asked for: its name need not stand in each line */
};

/* ---- lines ---- */

static const char *colour(const struct printing *printing, const char *code)
{
    return printing->colour ? code : "";
}

static void add_place(const cJSON *line, const struct printing *printing, struct buf *out)
{
    struct str time = json_get_str(line, "time");
    struct str service = json_get_str(line, "service");

    buf_printf(out, "%s" STR_FMT, colour(printing, CLI_DIM),
               STR_ARG(str_slice(time, TIME_FROM, TIME_TO)));
    if (!printing->named) {
        buf_add_char(out, ' ');
        if (service.len)
            buf_printf(out, STR_FMT "/", STR_ARG(service));
        buf_add(out, json_get_str(line, "function"));
    }
    buf_puts(out, colour(printing, CLI_PLAIN));
}

static void add_text(const cJSON *line, const struct printing *printing, struct buf *out)
{
    struct str kind = json_get_str(line, "kind");
    struct str text = json_get_str(line, "text");
    bool dim = str_eq(kind, STR("start")) || str_eq(kind, STR("end"));

    if (str_eq(kind, STR("error"))) {
        failure_lines(text, printing->colour, out);
        return;
    }
    buf_puts(out, dim ? colour(printing, CLI_DIM) : "");
    cli_add_text(out, text);
    buf_puts(out, dim ? colour(printing, CLI_PLAIN) : "");
}

/* Runtimes print an error as JSON, too; behind it comes the same for people. */
static bool is_echo(const cJSON *line)
{
    OWN(buf_done) struct buf wanted = {0};

    buf_printf(&wanted, STR_FMT " [ERROR] {\"errorMessage\"",
               STR_ARG(json_get_str(line, "request_id")));
    return str_eq(json_get_str(line, "kind"), STR("line")) &&
           str_find(json_get_str(line, "text"), buf_str(&wanted), NULL);
}

static void print_line(const cJSON *line, const struct printing *printing)
{
    OWN(buf_done) struct buf out = {0};

    if (is_echo(line))
        return;
    add_place(line, printing, &out);
    buf_add_char(&out, ' ');
    add_text(line, printing, &out);
    puts(buf_text(&out));
}

/* ---- what is lost ---- */

static void tell_lost(const struct cli_args *args, const cJSON *functions)
{
    const cJSON *function;

    cJSON_ArrayForEach (function, functions) {
        uint64_t lines = json_get_uint(function, "lost_lines", UINT64_MAX, 0);
        uint64_t bytes = json_get_uint(function, "lost_bytes", UINT64_MAX, 0);
        struct str service = json_get_str(function, "service");

        if (lines)
            fprintf(stderr,
                    "fcemu %s: %" PRIu64 " older lines (%" PRIu64 " KiB) of '" STR_FMT "%s" STR_FMT
                    "' are not kept any more\n",
                    args->verb->name, lines, bytes >> 10, STR_ARG(service), service.len ? "/" : "",
                    STR_ARG(json_get_str(function, "function")));
    }
}

/* ---- asking ---- */

static int make_query(const struct cli_args *args, struct buf *out)
{
    static const struct {
        const char *option, *key;
    } filters[] = {
        {"since",   "since"     },
        {"request", "request_id"},
        {"region",  "region"    },
        {"account", "account"   },
    };
    const char *tail = cli_value(args, "tail");
    struct function_name name = {0};
    int r = args->count ? function_name_read(args, args->positional[0], &name) : 0;

    if (r != 0)
        return r;
    buf_printf(out, "?tail=%s", tail ? tail : TAIL_DEFAULT);
    function_name_query(out, "service", name.service);
    function_name_query(out, "function", name.name);
    for (size_t i = 0; i < N_ELEMENTS(filters); i++)
        function_name_query(out, filters[i].key, str_of(cli_value(args, filters[i].option)));
    return 0;
}

static void on_line(void *arg, struct str text)
{
    const struct printing *printing = arg;
    struct error err;
    OWN(json_free) cJSON *line = printing->raw ? NULL : json_parse(text, &err);

    if (printing->raw)
        printf(STR_FMT "\n", STR_ARG(text));
    else if (line)
        print_line(line, printing);
    fflush(stdout);
}

static int follow(const struct cli_args *args, const struct buf *query, struct printing *printing)
{
    OWN(mem_free) char *path = mem_printf("/_fcemu/logs%s&follow=true", buf_text(query));

    return client_stream(args, path, on_line, printing);
}

/* By the whole of its name, or by what is behind the service. */
static bool is_called(struct str function, struct str wanted, struct nearest *nearest)
{
    struct str service, name = function;

    if (!str_find(wanted, STR("/"), NULL))
        str_cut(function, '/', &service, &name);
    name = str_is_set(name) ? name : function;
    nearest_offer(nearest, name);
    return str_eq(name, wanted);
}

/* Nothing was printed: by nobody, or by one that there is not. */
static void tell_unknown(const struct cli_args *args, const cJSON *known)
{
    OWN(json_free) cJSON *answer = NULL;
    struct nearest nearest = {.wanted = str_of(args->positional[0])};
    const cJSON *function;

    if (known->child || client_ask_json(args, "GET", "/_fcemu/functions", STR_NONE, &answer) != 0)
        return;
    cJSON_ArrayForEach (function, json_get(answer, "functions")) {
        if (is_called(json_get_str(function, "function"), nearest.wanted, &nearest))
            return;
    }
    fprintf(stderr, "fcemu logs: there is no function '%s'", args->positional[0]);
    if (nearest.best.ptr)
        fprintf(stderr, "; did you mean '" STR_FMT "'?", STR_ARG(nearest.best));
    fputs("\n", stderr);
}

static int run_logs(const struct cli_args *args)
{
    struct printing printing = {.colour = cli_has_colour(STDOUT_FILENO),
                                .raw = cli_has(args, "json"),
                                .named = args->count > 0};
    OWN(buf_done) struct buf query = {0};
    OWN(json_free) cJSON *answer = NULL;
    const cJSON *line;
    int r = make_query(args, &query);

    if (r != 0)
        return r;
    if (cli_has(args, "follow"))
        return follow(args, &query, &printing);
    OWN(mem_free) char *path = mem_printf("/_fcemu/logs%s", buf_text(&query));

    r = client_ask_json(args, "GET", path, STR_NONE, &answer);
    if (r != 0)
        return r;
    if (printing.raw) {
        cli_print_json(GIVE(answer));
        return EXIT_CODE_PASS;
    }
    tell_lost(args, json_get(answer, "functions"));
    if (args->count)
        tell_unknown(args, json_get(answer, "functions"));
    cJSON_ArrayForEach (line, json_get(answer, "lines"))
        print_line(line, &printing);
    return EXIT_CODE_PASS;
}

static const struct cli_option logs_options[] = {
    {.name = "follow",
     .letter = 'f',
     .help = "go on with what is printed from now on",
     .help_zh = "持续显示新的输出"},
    {.name = "tail",
     .value = "N",
     .help = "the newest N lines at first, up to 10000; default " TAIL_DEFAULT,
     .help_zh = "先显示最新的 N 行，最多 10000；默认 " TAIL_DEFAULT},
    {.name = "since",
     .value = "TIME",
     .help = "from this time on, or of this age: 2026-11-24T03:00:00Z, 5m",
     .help_zh = "从此时刻或多久以前开始：2026-11-24T03:00:00Z、5m"},
    {.name = "request",                                                                .value = "REQUEST_ID", .help = "of one call", .help_zh = "只看一次调用"},
    {.name = "region", .value = "REGION", .help = "of this region", .help_zh = "只看此地域"},
    {.name = "account",                                                             .value = "ACCOUNT", .help = "of this account", .help_zh = "只看此账号"},
    {0      },
};

const struct cli_verb verb_logs = {
    .name = "logs",
    .arguments = "[FUNCTION]",
    .at_most = 1,
    .summary = "what functions print, and how their calls end",
    .summary_zh = "函数的输出，以及各次调用如何结束",
    .details =
        "FUNCTION is NAME or SERVICE/NAME. Of each function the last 8 MiB are kept while the "
        "daemon runs; how much went before is said. Errors stand there with their trace.",
    .details_zh = "FUNCTION 写作 NAME 或 SERVICE/NAME。守护进程运行期间，每个函数保留最近 8 MiB；"
                  "更早丢弃了多少会说明。错误附有调用栈。",
    .options = logs_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_logs,
};
