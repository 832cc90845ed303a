/* A function under the debugger of its language. */
#include <stdio.h>

#include "base/arena.h"
#include "base/query.h"
#include "cli/client.h"
#include "cli/function_name.h"
#include "cli/print.h"
#include "cli/verbs.h"

enum { PORT_MAX = 65535 };

static int make_body(const struct cli_args *args, cJSON *body)
{
    static const char *const texts[] = {"account", "region"};
    const char *port = cli_value(args, "port");
    uint64_t number = 0;

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        if (cli_value(args, texts[i]))
            cJSON_AddStringToObject(body, texts[i], cli_value(args, texts[i]));
    }
    if (cli_has(args, "wait"))
        cJSON_AddTrueToObject(body, "wait");
    if (!port)
        return 0;
    if (str_to_uint(str_of(port), PORT_MAX, &number) != NUMBER_OK || number == 0)
        return cli_usage(args, "--port '%s' is not a number from 1 to %d", port, PORT_MAX);
    json_add_uint(body, "port", number);
    return 0;
}

static void tell(const struct cli_args *args, const cJSON *answer)
{
    printf("attach: " STR_FMT "\n", STR_ARG(json_get_str(answer, "attach")));
    fprintf(stderr,
            "The next call of '" STR_FMT "' starts it under " STR_FMT
            "%s; it has no time limits until 'fcemu debug %s --off'.\n",
            STR_ARG(json_get_str(answer, "function")), STR_ARG(json_get_str(answer, "debugger")),
            cli_has(args, "wait") ? " and waits for you" : "", args->positional[0]);
}

static const char *path_of(const struct cli_args *args, struct arena *arena)
{
    OWN(buf_done) struct buf path = {0};
    struct str name = percent_encode(str_of(args->positional[0]), false, arena);

    buf_printf(&path, "/_fcemu/functions/" STR_FMT "/debug", STR_ARG(name));
    if (!cli_has(args, "off"))
        return arena_dup(arena, buf_str(&path));
    buf_puts(&path, "?");
    function_name_query(&path, "account", str_of(cli_value(args, "account")));
    function_name_query(&path, "region", str_of(cli_value(args, "region")));
    return arena_dup(arena, buf_str(&path));
}

static int run_debug(const struct cli_args *args)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(json_free) cJSON *body = cJSON_CreateObject();
    OWN(json_free) cJSON *answer = NULL;
    OWN(buf_done) struct buf text = {0};
    bool off = cli_has(args, "off");
    int r = make_body(args, body);

    if (r != 0)
        return r;
    json_print(body, false, &text);
    r = client_ask_json(args, off ? "DELETE" : "POST", path_of(args, arena),
                        off ? STR_NONE : buf_str(&text), &answer);
    if (r != 0)
        return r;
    if (cli_has(args, "json"))
        cli_print_json(GIVE(answer));
    else if (!off)
        tell(args, answer);
    return EXIT_CODE_PASS;
}

static const struct cli_option debug_options[] = {
    {.name = "port",
     .value = "PORT",
     .help = "where the debugger listens, on loopback; default: a free one",
     .help_zh = "调试器在本机监听的端口；默认取空闲端口"},
    {.name = "wait",
     .help = "user code begins when somebody has attached",
     .help_zh = "有调试客户端连接后才开始执行用户代码"},
    {.name = "off",                                                                      .help = "no debugger any more", .help_zh = "不再调试"},
    FUNCTION_PLACE_OPTIONS,
    {0                 },
};

const struct cli_verb verb_debug = {
    .name = "debug",
    .arguments = "FUNCTION",
    .at_least = 1,
    .at_most = 1,
    .summary = "start a function under a debugger, and say how to attach",
    .summary_zh = "在调试器下启动函数，并说明如何连接",
    .details = "Python runs under debugpy (which its interpreter must have), Node.js with its "
               "inspector, Java with jdwp, Go under delve ('dlv' in PATH or ~/go/bin). One "
               "instance at a time has the debugger; it has no time limits and does not end for "
               "being idle.",
    .details_zh =
        "Python 使用 debugpy（解释器中须已安装），Node.js 使用 inspector，Java 使用 jdwp，Go 使用 "
        "delve（PATH 或 ~/go/bin 中的 'dlv'）。同一时间只有一个实例带调试器；"
        "它没有时间限制，空闲时也不会结束。",
    .options = debug_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_debug,
};
