/*
 * What happened: requests, tail, verify, retries, coverage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/query.h"
#include "base/units.h"
#include "cli/client.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "conf/scalar.h"
#include "product/service/service.h"

#define CALL_NUMBER_MAX UINT64_C(99999999999) /* milliseconds since 1970 are more */

enum { POLL_NS = 50000000 };

static const struct cli_column request_columns[] = {
    {"time",      "time", 24},
    {"id",         "request_id", 36},
    {"operation",        "operation", 20},
    {"account",         "account", 16},
    {"region", "region", 14},
    {"function",         "function", 22},
    {"status",   "status", 6},
    {"code",         "code", 22},
    {"rule",    "rule", 24},
    {"outcome",         "outcome", 12},
    {0 },
};

/* "function=pay", or more of them: "function=pay&status=503". */
static void add_filter(struct str text, struct arena *arena, struct buf *out)
{
    struct str pair;
    struct str key;
    struct str value;

    while (str_is_set(text)) {
        str_cut(text, '&', &pair, &text);
        str_cut(pair, '=', &key, &value);
        buf_printf(out, "&" STR_FMT "=", STR_ARG(percent_encode(key, false, arena)));
        if (str_is_set(value))
            buf_add(out, percent_encode(value, false, arena));
    }
}

/* A small number is that of a call, as the table shows it; all else is a time or an age. */
static void add_since(struct str since, struct arena *arena, struct buf *out)
{
    uint64_t number;
    bool is_number = str_to_uint(since, CALL_NUMBER_MAX, &number) == NUMBER_OK;

    buf_printf(out, "&%s=" STR_FMT, is_number ? "after" : "since",
               STR_ARG(percent_encode(since, false, arena)));
}

/* The options and arguments of the verb that are filters, as a query string. */
static char *filter_query(const struct cli_args *args, const char *format)
{
    static const char *const filters[] = {"operation", "function", "rule",  "code",
                                          "status",    "label",    "chain", "limit"};
    OWN(arena_free) struct arena *arena = arena_new();
    struct buf b = {0};

    buf_printf(&b, "?format=%s", format);
    for (size_t i = 0; i < N_ELEMENTS(filters); i++) {
        const char *value = cli_value(args, filters[i]);

        if (value)
            buf_printf(&b, "&%s=" STR_FMT, filters[i],
                       STR_ARG(percent_encode(str_of(value), false, arena)));
    }
    if (cli_value(args, "since"))
        add_since(str_of(cli_value(args, "since")), arena, &b);
    if (cli_has(args, "unmatched"))
        buf_puts(&b, "&unmatched=true");
    for (size_t i = 0; i < args->count; i++)
        add_filter(str_of(args->positional[i]), arena, &b);
    return buf_take(&b);
}

static int print_raw(const struct cli_args *args, const char *path)
{
    OWN(client_answer_done) struct client_answer answer = {0};
    int r = client_ask(args, "GET", path, NULL, STR_NONE, &answer);

    if (r != 0)
        return r;
    if (answer.status >= 400) {
        client_print_problem(args, &answer);
        return EXIT_CODE_USAGE;
    }
    fwrite(answer.body.ptr, 1, answer.body.len, stdout);
    return EXIT_CODE_PASS;
}

static bool is_format(const char *name)
{
    static const char *const formats[] = {"table", "json", "ndjson", "har"};

    for (size_t i = 0; i < N_ELEMENTS(formats); i++)
        if (strcmp(name, formats[i]) == 0)
            return true;
    return false;
}

static int run_requests(const struct cli_args *args)
{
    const char *format = cli_value(args, "format");
    bool table = !format || strcmp(format, "table") == 0;

    if (format && !is_format(format))
        return cli_usage(args, "'--format %s' is not one of table, json, ndjson, har", format);
    OWN(mem_free) char *query = filter_query(args, table ? "json" : format);
    OWN(mem_free) char *path = mem_printf("/_fcemu/requests%s", query);
    OWN(json_free) cJSON *answer = NULL;
    int r;

    if (!table && strcmp(format, "json") != 0)
        return print_raw(args, path);
    r = client_ask_json(args, "GET", path, STR_NONE, &answer);
    if (r != 0)
        return r;
    if (str_is_set(json_get_str(answer, "closest")))
        fprintf(stderr, "fcemu requests: " STR_FMT "\n", STR_ARG(json_get_str(answer, "closest")));
    if (!table || cli_has(args, "json")) {
        cli_print_json(GIVE(answer));
        return EXIT_CODE_PASS;
    }
    cli_print_table(request_columns, cJSON_GetObjectItemCaseSensitive(answer, "requests"));
    return EXIT_CODE_PASS;
}

static int run_requests_show(const struct cli_args *args)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const char *path =
        arena_printf(arena, "/_fcemu/requests/" STR_FMT,
                     STR_ARG(percent_encode(str_of(args->positional[0]), false, arena)));
    cJSON *answer = NULL;
    int r = client_ask_json(args, "GET", path, STR_NONE, &answer);

    return r != 0 ? r : cli_show(args, answer);
}

struct tail {
    bool json;
    struct buf event;
};

static void tail_line(void *arg, struct str line)
{
    struct tail *tail = arg;
    struct error err;

    if (str_starts(line, STR("event:"))) {
        buf_clear(&tail->event);
        buf_add(&tail->event, str_trim(str_slice(line, strlen("event:"), line.len)));
        return;
    }
    if (!str_starts(line, STR("data:")))
        return;
    line = str_trim(str_slice(line, strlen("data:"), line.len));
    if (tail->json) {
        printf("{\"event\":\"%s\",\"data\":" STR_FMT "}\n", buf_text(&tail->event), STR_ARG(line));
    } else {
        OWN(json_free) cJSON *json = json_parse_within(line, SIZE_MAX, &err);

        printf("%-9s ", buf_text(&tail->event));
        cli_print_line(request_columns, json);
    }
    fflush(stdout);
}

static int run_tail(const struct cli_args *args)
{
    struct tail tail = {.json = cli_has(args, "json")};
    int r = client_stream(args, "/_fcemu/events", tail_line, &tail);

    buf_done(&tail.event);
    return r;
}

static int verdict_code(struct str verdict)
{
    static const struct {
        const char *verdict;
        int code;
    } codes[] = {
        {"pass",         EXIT_CODE_PASS        },
        {"fail",         EXIT_CODE_ASSERTION   },
        {"vacuous",      EXIT_CODE_VACUOUS     },
        {"inconclusive", EXIT_CODE_INCONCLUSIVE},
    };

    for (size_t i = 0; i < N_ELEMENTS(codes); i++)
        if (str_eq(verdict, str_of(codes[i].verdict)))
            return codes[i].code;
    return EXIT_CODE_USAGE;
}

static void print_verdict(const struct cli_args *args, const struct client_answer *answer)
{
    struct error err;
    OWN(json_free) cJSON *json = json_parse_within(buf_str(&answer->body), SIZE_MAX, &err);
    const cJSON *item;

    if (answer->status != 200 && answer->status != 409 && answer->status != 424) {
        client_print_problem(args, answer);
        return;
    }
    if (cli_has(args, "json") || !json) {
        puts(buf_text(&answer->body));
        return;
    }
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(json, "results"))
        printf("%-12s " STR_FMT ": " STR_FMT "\n",
               cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "verdict")),
               STR_ARG(json_get_str(item, "assertion")), STR_ARG(json_get_str(item, "text")));
}

int cli_verdict(const struct cli_args *args, const struct client_answer *answer)
{
    struct error err;
    OWN(json_free) cJSON *json = json_parse(buf_str(&answer->body), &err);

    print_verdict(args, answer);
    return verdict_code(json_get_str(json, "verdict"));
}

/* With --within, what fails may still come true: ask again until then. */
static int run_verify(const struct cli_args *args)
{
    const char *within = cli_value(args, "within");
    uint64_t wait_ns = 0;
    uint64_t begun = clock_monotonic_ns();

    if (within && scalar_duration(str_of(within), &wait_ns) != SCALAR_OK)
        return cli_usage(args, "'--within %s' is not a duration such as 5s", within);
    for (;;) {
        OWN(client_answer_done) struct client_answer answer = {0};
        int r = client_ask(args, "POST", "/_fcemu/requests/verify", "application/yaml",
                           str_of(args->positional[0]), &answer);

        if (r != 0)
            return r;
        if ((answer.status != 409 && answer.status != 424) ||
            clock_monotonic_ns() - begun >= wait_ns)
            return cli_verdict(args, &answer);
        nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
    }
}

/* @answer's `profile`, which is there because one was asked for. */
static int profile_status(const cJSON *answer)
{
    const cJSON *profile = cJSON_GetObjectItemCaseSensitive(answer, "profile");

    return verdict_code(json_get_str(profile, "verdict"));
}

static void print_profile(const cJSON *profile)
{
    printf(STR_FMT " " STR_FMT ": " STR_FMT "\n\n", STR_ARG(json_get_str(profile, "verdict")),
           STR_ARG(json_get_str(profile, "name")), STR_ARG(json_get_str(profile, "text")));
}

static int run_retries(const struct cli_args *args)
{
    static const struct cli_column columns[] = {
        {"chain",     "chain", 6},
        {"operation",          "operation", 20},
        {"function", "function", 20},
        {"sdk",         "sdk", 9},
        {"attempts",  "attempts", 8},
        {"by transport",         "transport_repeats", 12},
        {"confidence",       "confidence", 10},
        {"gaps ms",          "gaps_ms", 40},
        {"outcome",  "outcome", 10},
        {0         },
    };
    OWN(arena_free) struct arena *arena = arena_new();
    struct str profile = str_of(cli_value(args, "profile"));
    char *path = profile.ptr ? arena_printf(arena, "/_fcemu/retries?profile=" STR_FMT,
                                            STR_ARG(percent_encode(profile, false, arena)))
                             : arena_printf(arena, "/_fcemu/retries");
    OWN(json_free) cJSON *answer = NULL;
    int r = client_ask_json(args, "GET", path, STR_NONE, &answer);

    if (r != 0)
        return r;
    r = profile.ptr ? profile_status(answer) : EXIT_CODE_PASS;
    if (cli_has(args, "json")) {
        cli_print_json(GIVE(answer));
        return r;
    }
    if (profile.ptr)
        print_profile(cJSON_GetObjectItemCaseSensitive(answer, "profile"));
    cli_print_table(columns, cJSON_GetObjectItemCaseSensitive(answer, "chains"));
    return r;
}

static const struct cli_option request_options[] = {
    {.name = "operation",
     .value = "OPERATION",
     .help = "calls of this operation",
     .help_zh = "此操作的调用"},
    {.name = "function",
     .value = "NAME",
     .help = "calls of this function",
     .help_zh = "此函数的调用"},
    {.name = "rule",
     .value = "ID",
     .help = "calls this rule struck",
     .help_zh = "此规则命中的调用"},
    {.name = "code",
     .value = "CODE",
     .help = "calls answered with this error code",
     .help_zh = "以此错误码应答的调用"},
    {.name = "status",
     .value = "STATUS",
     .help = "calls answered with this status",
     .help_zh = "以此状态码应答的调用"},
    {.name = "label",
     .value = "LABEL",
     .help = "calls with this X-Fcemu-Label",
     .help_zh = "带此 X-Fcemu-Label 的调用"},
    {.name = "chain",
     .value = "N",
     .help = "attempts of one retry chain",
     .help_zh = "一条重试链上的各次尝试"},
    {.name = "since",
     .value = "N|TIME",
     .help = "calls behind this number, or from this time on: 5m, 2026-11-24T03:00:00Z",
     .help_zh = "此编号之后的调用，或从此时刻起：5m、2026-11-24T03:00:00Z"},
    {.name = "limit",
     .value = "N",
     .help = "the last N; default 50",
     .help_zh = "最近 N 条；默认 50"},
    {.name = "unmatched",
     .help = "calls that no rule struck, or with a near miss",
     .help_zh = "没有规则命中的调用，或差一点匹配的调用"},
    {.name = "format",
     .value = "FORMAT",
     .help = "table, json, ndjson or har",
     .help_zh = "table、json、ndjson 或 har",
     .words = "table json ndjson har"},
    {0  },
};

const struct cli_verb verb_requests = {
    .name = "requests",
    .arguments = "[KEY=VALUE…]",
    .at_most = CLI_ANY,
    .summary = "the last calls",
    .summary_zh = "最近的调用",
    .details = "Filters are options or words: \'fcemu requests function=pay status=503\'.",
    .details_zh = "过滤条件写成选项或单词：'fcemu requests function=pay status=503'。",
    .options = request_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_requests,
};

const struct cli_verb verb_requests_show = {
    .name = "requests show",
    .arguments = "REQUEST_ID",
    .at_least = 1,
    .at_most = 1,
    .summary = "one call in full",
    .summary_zh = "一次调用的全部内容",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_requests_show,
};

const struct cli_verb verb_tail = {
    .name = "tail",
    .arguments = "",
    .summary = "calls and faults as they happen",
    .summary_zh = "实时显示调用和故障",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_tail,
};

static const struct cli_option verify_options[] = {
    {.name = "within",
     .value = "DURATION",
     .help = "keep trying for so long: 5s",
     .help_zh = "最多重试多久：5s"},
    {0},
};

const struct cli_verb verb_verify = {
    .name = "verify",
    .arguments = "EXPR",
    .at_least = 1,
    .at_most = 1,
    .summary = "check assertions against the journal: '[{calls: {gte: 3}}]'",
    .summary_zh = "对照日志检查断言：'[{calls: {gte: 3}}]'",
    .options = verify_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_verify,
};

static const struct cli_option retries_options[] = {
    {.name = "profile",
     .value = "PROFILE",
     .help = "judge the chains by a back-off profile",
     .help_zh = "按退避模型评判各条链"},
    {0},
};

const struct cli_verb verb_retries = {
    .name = "retries",
    .arguments = "",
    .summary = "retry chains with their gaps",
    .summary_zh = "重试链及其间隔",
    .options = retries_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_retries,
};
