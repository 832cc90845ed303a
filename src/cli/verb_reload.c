/* Reading the rule files again, with an answer, where SIGHUP has none. */
#include "cli/client.h"
#include "cli/print.h"
#include "cli/verbs.h"

static int run_reload(const struct cli_args *args)
{
    cJSON *answer = NULL;
    int r = client_ask_json(args, "POST", "/_fcemu/faults/reload", STR("{}"), &answer);

    return r != 0 ? r : cli_show(args, answer);
}

const struct cli_verb verb_reload = {
    .name = "reload",
    .arguments = "",
    .summary = "read the rule files again; exit 2 when they are refused",
    .summary_zh = "重新读取规则文件；被拒绝时以 2 退出",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_reload,
};
