/* One call of a function: its result, its log, and how it failed. */
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/query.h"
#include "cli/api.h"
#include "cli/failure.h"
#include "cli/function_name.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "crypto/encode.h"

enum { STATUS_REFUSED = 300 };

/* ---- the call ---- */

/* "-": standard input; "@FILE": a file; anything else is the event itself. */
static int read_event(const struct cli_args *args, struct buf *out)
{
    const char *event = cli_value(args, "event");

    if (!event)
        return 0;
    if (event[0] == '@')
        return cli_read(args, event + 1, out);
    if (event[0] == '-' && event[1] == '\0')
        return cli_read(args, event, out);
    buf_puts(out, event);
    return 0;
}

static const char *path_of(struct api *api, const struct api_function *function)
{
    const char *qualifier = cli_value(api->args, "qualifier");
    const char *path = api_function_path(api, function, qualifier);

    if (!qualifier || str_is_set(function->service))
        return arena_printf(api->arena, "%s/invocations", path);
    return arena_printf(api->arena, "%s/invocations?qualifier=" STR_FMT, path,
                        STR_ARG(percent_encode(str_of(qualifier), false, api->arena)));
}

static int call(struct api *api, const struct api_function *function, struct client_answer *out)
{
    static const struct api_header sync[] = {
        {"x-fc-invocation-type", "Sync"},
        {"x-fc-log-type",        "Tail"},
        {NULL,                   NULL  }
    };
    static const struct api_header async[] = {
        {"x-fc-invocation-type", "Async"},
        {NULL,                   NULL   }
    };
    OWN(buf_done) struct buf event = {0};
    int r = read_event(api->args, &event);

    if (r != 0)
        return r;
    return api_call(api,
                    &(struct api_request){.method = "POST",
                                          .path = path_of(api, function),
                                          .content_type = "application/octet-stream",
                                          .headers = cli_has(api->args, "async") ? async : sync,
                                          .body = buf_str(&event)},
                    out);
}

/* ---- the answer ---- */

static void log_of(struct api *api, const struct client_answer *answer, struct str *out)
{
    struct str text = client_answer_header(answer, "x-fc-log-result");
    uint8_t *bytes = arena_alloc(api->arena, base64_decoded_max(text.len) + 1);
    size_t len = 0;

    *out = STR_NONE;
    if (text.len && base64_decode(text, bytes, &len))
        *out = (struct str){(const char *)bytes, len};
}

/* A result that is text as it stands, anything else in base64. */
static void add_result(struct api *api, const struct client_answer *answer, cJSON *out)
{
    struct str body = buf_str(&answer->body);
    bool text = str_is_utf8(body) && !memchr(body.ptr ? body.ptr : "", '\0', body.len);

    json_add_str(out, text ? "result" : "result_base64",
                 text ? body : base64_text(body, api->arena));
}

static void print_json(struct api *api, const struct client_answer *answer)
{
    static const struct {
        const char *header, *name;
    } members[] = {
        {"x-fc-request-id",          "request_id" },
        {"x-fc-error-type",          "error_type" },
        {"x-fc-invocation-duration", "duration_ms"},
        {"x-fc-max-memory-usage",    "memory_mb"  },
        {"x-fc-instance-id",         "instance"   },
        {"x-fc-async-task-id",       "task"       },
    };
    cJSON *out = cJSON_CreateObject();
    struct str log;

    log_of(api, answer, &log);
    json_add_uint(out, "status", (uint64_t)answer->status);
    for (size_t i = 0; i < N_ELEMENTS(members); i++) {
        struct str value = client_answer_header(answer, members[i].header);

        if (str_is_set(value))
            json_add_str(out, members[i].name, value);
    }
    if (str_is_set(log))
        json_add_str(out, "log", log);
    add_result(api, answer, out);
    cli_print_json(out);
}

/* What the service adds at the end of the log is said in one line below it. */
static struct str without_summary(struct str log)
{
    size_t at;

    return str_find(log, STR("\n\nDuration: "), &at) ? str_slice(log, 0, at) : log;
}

/* A canned answer took nothing. */
static void add_cost(const struct client_answer *answer, struct buf *out)
{
    struct str duration = client_answer_header(answer, "x-fc-invocation-duration");
    struct str memory = client_answer_header(answer, "x-fc-max-memory-usage");

    if (str_is_set(duration))
        buf_printf(out, STR_FMT " ms, ", STR_ARG(duration));
    if (str_is_set(memory))
        buf_printf(out, STR_FMT " MB, ", STR_ARG(memory));
}

static void print_log(struct api *api, const struct client_answer *answer)
{
    bool colour = cli_has_colour(STDERR_FILENO);
    OWN(buf_done) struct buf out = {0};
    struct str log;

    log_of(api, answer, &log);
    if (log.len) {
        buf_puts(&out, colour ? CLI_DIM : "");
        cli_add_text(&out, without_summary(log));
        buf_printf(&out, "%s\n", colour ? CLI_PLAIN : "");
    }
    buf_puts(&out, colour ? CLI_DIM : "");
    add_cost(answer, &out);
    buf_printf(&out, "request " STR_FMT "%s\n",
               STR_ARG(client_answer_header(answer, "x-fc-request-id")), colour ? CLI_PLAIN : "");
    fputs(buf_text(&out), stderr);
}

static void print_result(const struct client_answer *answer)
{
    fwrite(answer->body.ptr, 1, answer->body.len, stdout);
    if (answer->body.len && answer->body.ptr[answer->body.len - 1] != '\n' && isatty(STDOUT_FILENO))
        putchar('\n');
}

static int show_accepted(const struct client_answer *answer)
{
    struct str task = client_answer_header(answer, "x-fc-async-task-id");

    if (!str_is_set(task))
        task = client_answer_header(answer, "x-fc-stateful-async-invocation-id");
    if (!str_is_set(task))
        task = client_answer_header(answer, "x-fc-request-id");
    printf(STR_FMT "\n", STR_ARG(task));
    return EXIT_CODE_PASS;
}

static int show_refusal(struct api *api, const char *text, const struct client_answer *answer)
{
    struct str code;
    struct str message;
    struct str near;

    api_print_refusal(api, answer);
    api_error(api, answer, &code, &message);
    near = str_eq(code, STR("FunctionNotFound")) || str_eq(code, STR("ServiceNotFound"))
               ? api_nearest_function(api, text)
               : STR_NONE;
    if (str_is_set(near))
        fprintf(stderr, "did you mean '" STR_FMT "'?\n", STR_ARG(near));
    return EXIT_CODE_ASSERTION;
}

static int show(struct api *api, const char *text, const struct client_answer *answer)
{
    bool failed = str_is_set(client_answer_header(answer, "x-fc-error-type"));
    OWN(buf_done) struct buf error = {0};

    if (cli_has(api->args, "json")) {
        print_json(api, answer);
        return failed || answer->status >= STATUS_REFUSED ? EXIT_CODE_ASSERTION : EXIT_CODE_PASS;
    }
    if (answer->status >= STATUS_REFUSED)
        return show_refusal(api, text, answer);
    if (cli_has(api->args, "async"))
        return show_accepted(answer);
    print_log(api, answer);
    if (!failed) {
        print_result(answer);
        return EXIT_CODE_PASS;
    }
    failure_text(buf_str(&answer->body), cli_has_colour(STDERR_FILENO), &error);
    fputs(buf_text(&error), stderr);
    return EXIT_CODE_ASSERTION;
}

static int run_invoke(const struct cli_args *args)
{
    OWN(client_answer_done) struct client_answer answer = {0};
    struct api_function function;
    struct api api;
    int r = api_open(args, &api);

    if (r == 0)
        r = api_find_function(&api, args->positional[0], &function);
    if (r == 0)
        r = call(&api, &function, &answer);
    if (r == 0)
        r = show(&api, args->positional[0], &answer);
    api_close(&api);
    return r;
}

static const struct cli_option invoke_options[] = {
    {.name = "event",
     .letter = 'e',
     .value = "EVENT",
     .help = "what the function gets: a text, @FILE, or - for standard input; default: nothing",
     .help_zh = "传给函数的事件：文本、@文件，或 - 表示标准输入；默认为空"},
    {.name = "async",
     .help = "do not wait: print the id that 'fcemu async show' takes",
     .help_zh = "不等待结果：打印可供 'fcemu async show' 使用的 id"},
    {.name = "qualifier",
     .value = "QUALIFIER",
     .help = "a version or an alias; default LATEST",
     .help_zh = "版本或别名；默认 LATEST"},
    FUNCTION_PLACE_OPTIONS,
    {0                                                                                },
};

const struct cli_verb verb_invoke = {
    .name = "invoke",
    .arguments = "FUNCTION",
    .at_least = 1,
    .at_most = 1,
    .summary = "call a function: its result, its log, its error",
    .summary_zh = "调用函数：结果、日志与错误",
    .details =
        "FUNCTION is NAME or SERVICE/NAME. The result goes to standard output, everything "
        "else to standard error. The call is one of the API: rules strike it, the journal "
        "has it, and where calls are signed the daemon gives a key for it. Exits with 1 when "
        "the function failed or the call was refused.",
    .details_zh =
        "FUNCTION 写作 NAME 或 SERVICE/NAME。结果写到标准输出，其余写到标准错误。"
        "这是一次真正的 API 调用：规则会命中它，日志中有记录；需要签名时由守护进程提供密钥。"
        "函数出错或调用被拒绝时以 1 退出。",
    .options = invoke_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_invoke,
};
