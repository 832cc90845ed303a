/* Triggers fired by hand: one of a function, or all that hear of an event. */
#include <stdio.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/query.h"
#include "cli/client.h"
#include "cli/function_name.h"
#include "cli/print.h"
#include "cli/verbs.h"

/* ---- bodies ---- */

static void add_text(cJSON *body, const struct cli_args *args, const char *name)
{
    const char *value = cli_value(args, name);

    if (value)
        cJSON_AddStringToObject(body, name, value);
}

/* "@FILE", "-" or the text itself. 0, or an exit code behind a message. */
static int read_value(const struct cli_args *args, const char *value, struct buf *out)
{
    if (value[0] == '@')
        return cli_read(args, value + 1, out);
    if (value[0] == '-' && value[1] == '\0')
        return cli_read(args, value, out);
    buf_puts(out, value);
    return 0;
}

static int add_merge(cJSON *body, const struct cli_args *args)
{
    const char *value = cli_value(args, "merge");
    OWN(buf_done) struct buf text = {0};
    struct error err;
    cJSON *merge;
    int r = value ? read_value(args, value, &text) : 0;

    if (!value || r != 0)
        return r;
    merge = json_parse(buf_str(&text), &err);
    if (!cJSON_IsObject(merge)) {
        json_free(merge);
        return cli_usage(args, "--merge is no JSON object%s%s", merge ? "" : ": ",
                         merge ? "" : err.text);
    }
    cJSON_AddItemToObject(body, "merge", merge);
    return 0;
}

static int add_event(cJSON *body, const struct cli_args *args)
{
    const char *value = cli_value(args, "payload");
    OWN(buf_done) struct buf text = {0};
    int r = value ? read_value(args, value, &text) : 0;

    if (value && r == 0)
        cJSON_AddItemToObject(body, "event", json_string(buf_str(&text)));
    return r;
}

static int post(const struct cli_args *args, const char *path, const cJSON *body, cJSON **out)
{
    OWN(buf_done) struct buf text = {0};

    json_print(body, false, &text);
    return client_ask_json(args, "POST", path, buf_str(&text), out);
}

/* ---- one trigger ---- */

static int run_fire(const struct cli_args *args)
{
    OWN(json_free) cJSON *body = cJSON_CreateObject();
    OWN(json_free) cJSON *answer = NULL;
    int r;

    cJSON_AddStringToObject(body, "function", args->positional[0]);
    if (args->count > 1)
        cJSON_AddStringToObject(body, "trigger", args->positional[1]);
    add_text(body, args, "account");
    add_text(body, args, "region");
    r = add_event(body, args);
    if (r == 0)
        r = add_merge(body, args);
    if (r == 0)
        r = post(args, "/_fcemu/triggers/fire", body, &answer);
    if (r != 0)
        return r;
    if (cli_has(args, "json"))
        cli_print_json(GIVE(answer));
    else
        printf(STR_FMT "\n", STR_ARG(json_get_str(answer, "request_id")));
    return EXIT_CODE_PASS;
}

/* ---- events ---- */

static int run_list(const struct cli_args *args)
{
    OWN(json_free) cJSON *answer = NULL;
    const cJSON *name;
    int r = client_ask_json(args, "GET", "/_fcemu/triggers/events", STR_NONE, &answer);

    if (r != 0)
        return r;
    if (cli_has(args, "json")) {
        cli_print_json(GIVE(answer));
        return EXIT_CODE_PASS;
    }
    cJSON_ArrayForEach (name, json_get(answer, "events"))
        puts(name->valuestring);
    return EXIT_CODE_PASS;
}

/* What a function gets is JSON, with --json and without. */
static int run_show(const struct cli_args *args)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const char *path =
        arena_printf(arena, "/_fcemu/triggers/events/" STR_FMT,
                     STR_ARG(percent_encode(str_of(args->positional[0]), false, arena)));
    cJSON *answer = NULL;
    int r = client_ask_json(args, "GET", path, STR_NONE, &answer);

    if (r != 0)
        return r;
    cli_print_json(answer);
    return EXIT_CODE_PASS;
}

static const struct cli_column fired_columns[] = {
    {"function", "function", 22},
    {"trigger",        "trigger", 22},
    {"region",  "region", 14},
    {"account",        "account", 16},
    {"request_id",   "request_id", 36},
    {0       },
};

static int run_emit(const struct cli_args *args)
{
    static const char *const options[] = {"source", "event", "key", "account", "region"};
    OWN(json_free) cJSON *body = cJSON_CreateObject();
    OWN(json_free) cJSON *answer = NULL;
    int r;

    cJSON_AddStringToObject(body, "type", args->positional[0]);
    for (size_t i = 0; i < N_ELEMENTS(options); i++)
        add_text(body, args, options[i]);
    r = add_merge(body, args);
    if (r == 0)
        r = post(args, "/_fcemu/triggers/emit", body, &answer);
    if (r != 0)
        return r;
    bool heard = cJSON_GetArraySize(json_get(answer, "fired")) > 0;

    if (cli_has(args, "json"))
        cli_print_json(GIVE(answer));
    else if (heard)
        cli_print_table(fired_columns, json_get(answer, "fired"));
    else
        fprintf(stderr, "fcemu event emit: no trigger hears of that\n");
    return heard ? EXIT_CODE_PASS : EXIT_CODE_VACUOUS;
}

/* ---- the verbs ---- */

#define MERGE_OPTION                                                                                                       \
    {                                                                                                                      \
        .name = "merge", .value = "JSON",                                                                                  \
        .help = "changes the documented payload (a JSON merge patch): a text, @FILE, or - for "                            \
                "standard input",                                                                                          \
        .help_zh = "修改文档所载的事件内容（JSON merge patch）：文本、@文件，或 - 表示标准输入" \
    }

static const struct cli_option fire_options[] = {
    {.name = "payload",
     .letter = 'e',
     .value = "EVENT",
     .help = "stands in place of the documented payload: a text, @FILE, or - for standard input",
     .help_zh = "代替文档所载的事件内容：文本、@文件，或 - 表示标准输入"},
    MERGE_OPTION,
    FUNCTION_PLACE_OPTIONS,
    {0 },
};

const struct cli_verb verb_fire = {
    .name = "fire",
    .arguments = "FUNCTION [TRIGGER]",
    .at_least = 1,
    .at_most = 2,
    .summary = "call a function now, as its trigger would",
    .summary_zh = "立即触发函数的触发器",
    .details =
        "The function gets the documented payload of the trigger's type with what the trigger "
        "says, asynchronously; the request id is printed, for 'fcemu logs --request'. HTTP "
        "triggers are fired by requests.",
    .details_zh =
        "函数异步收到该触发器类型在文档中的事件内容，并带上触发器自身的设置；打印请求 id，可用于 "
        "'fcemu logs --request'。HTTP 触发器由请求触发。",
    .options = fire_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fire,
};

const struct cli_verb verb_event_list = {
    .name = "event list",
    .arguments = "",
    .summary = "the types of events whose payload is documented",
    .summary_zh = "有文档的事件类型",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_list,
};

const struct cli_verb verb_event_show = {
    .name = "event show",
    .arguments = "TYPE",
    .at_least = 1,
    .at_most = 1,
    .summary = "the documented payload of a type",
    .summary_zh = "某类型在文档中的事件内容",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_show,
};

static const struct cli_option emit_options[] = {
    {.name = "source",
     .value = "NAME",
     .help = "the bucket, topic, project, …; default: that of each trigger",
     .help_zh = "存储空间、主题、日志项目等；默认取各触发器自己的"},
    {.name = "event",
     .value = "NAME",
     .help = "what happened: ObjectCreated:PutObject",
     .help_zh = "发生了什么：ObjectCreated:PutObject"},
    {.name = "key",                                                                        .value = "KEY", .help = "of an object", .help_zh = "对象的键"},
    MERGE_OPTION,
    FUNCTION_PLACE_OPTIONS,
    {0                                                         },
};

const struct cli_verb verb_event_emit = {
    .name = "event emit",
    .arguments = "TYPE",
    .at_least = 1,
    .at_most = 1,
    .summary = "something happens at a source: every trigger that hears of it calls its function",
    .summary_zh = "某事件源发生了事件：所有匹配的触发器都会调用其函数",
    .details = "Exits with 3 when none hears of it.",
    .details_zh = "没有触发器匹配时以 3 退出。",
    .options = emit_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_emit,
};
