/* A coding assistant that starts programs and speaks to them by their standard streams: each line
 * goes to the daemon, and its answer comes back as one. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cli/client.h"
#include "cli/verbs.h"

static void print_line(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '\n')
            putchar(text.ptr[i]);
    putchar('\n');
    fflush(stdout);
}

/* What the assistant can read instead of an answer. */
static void print_failure(struct str line, const char *why)
{
    OWN(json_free) cJSON *message = json_parse(line, NULL);
    const cJSON *id = json_get(message, "id");
    OWN(json_free) cJSON *reply = cJSON_CreateObject();
    OWN(buf_done) struct buf text = {0};
    cJSON *error;

    if (message && !id)
        return;
    json_add_str(reply, "jsonrpc", STR("2.0"));
    cJSON_AddItemToObject(reply, "id", id ? cJSON_Duplicate(id, true) : cJSON_CreateNull());
    error = cJSON_AddObjectToObject(reply, "error");
    cJSON_AddNumberToObject(error, "code", -32000);
    json_add_str(error, "message", str_of(why));
    json_print(reply, false, &text);
    print_line(buf_str(&text));
}

static void pass_on(const struct cli_args *args, struct str line)
{
    OWN(client_answer_done) struct client_answer answer = {0};

    if (client_ask_long(args, "POST", "/_fcemu/mcp", "application/json", line, &answer) != 0)
        print_failure(line, "the daemon does not answer; start it with: fcemu serve");
    else if (answer.status == 401 || answer.status == 403)
        print_failure(line, "the daemon refuses: set FCEMU_TOKEN to its token");
    else if (answer.body.len)
        print_line(buf_str(&answer.body));
}

static int run_mcp(const struct cli_args *args)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    while ((len = getline(&line, &room, stdin)) >= 0) {
        struct str text = str_trim((struct str){line, (size_t)len});

        if (text.len)
            pass_on(args, text);
    }
    free(line);
    return EXIT_CODE_PASS;
}

const struct cli_verb verb_mcp = {
    .name = "mcp",
    .arguments = "",
    .summary = "what a coding assistant speaks to: the Model Context Protocol on standard streams",
    .summary_zh = "供编程助手使用：标准输入输出上的 Model Context Protocol",
    .flags = CLI_DAEMON,
    .run = run_mcp,
};
