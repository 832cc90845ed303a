/* The settings in force in a daemon, and who said so. */
#include <stdio.h>

#include "base/mem.h"
#include "base/query.h"
#include "cli/client.h"
#include "cli/function_name.h"
#include "cli/print.h"
#include "cli/verbs.h"

static const struct cli_column columns[] = {
    {"setting", "key", 24},
    {"value",       "shown", 40},
    {"from",   "from", 40},
    {0      },
};

/* "fcemu.yaml:3:1", "--listen", "FCEMU_TOKEN", or nothing for a default. */
static void add_origin(cJSON *setting)
{
    OWN(buf_done) struct buf from = {0};
    struct str origin = json_get_str(setting, "origin");

    if (str_eq(origin, STR("file")))
        buf_printf(&from, STR_FMT ":%u:%u", STR_ARG(json_get_str(setting, "file")),
                   (unsigned)json_get_uint(setting, "line", UINT32_MAX, 0),
                   (unsigned)json_get_uint(setting, "column", UINT32_MAX, 0));
    else if (str_eq(origin, STR("flag")))
        buf_add(&from, json_get_str(setting, "flag"));
    else if (str_eq(origin, STR("environment")))
        buf_add(&from, json_get_str(setting, "variable"));
    json_add_str(setting, "from", buf_str(&from));
}

static void add_shown(cJSON *setting)
{
    OWN(buf_done) struct buf shown = {0};
    const cJSON *value = json_get(setting, "value");

    if (cJSON_IsString(value))
        buf_puts(&shown, value->valuestring);
    else if (value && !cJSON_IsNull(value))
        json_print(value, false, &shown);
    if (json_get(setting, "in_force"))
        buf_printf(&shown, " (" STR_FMT ")", STR_ARG(json_get_str(setting, "in_force")));
    json_add_str(setting, "shown", buf_str(&shown));
}

static int run_settings(const struct cli_args *args)
{
    OWN(buf_done) struct buf path = {0};
    OWN(json_free) cJSON *answer = NULL;
    cJSON *setting;
    int r;

    buf_puts(&path, "/_fcemu/settings?");
    if (args->count)
        function_name_query(&path, "key", str_of(args->positional[0]));
    r = client_ask_json(args, "GET", buf_text(&path), STR_NONE, &answer);
    if (r != 0)
        return r;
    if (cli_has(args, "json")) {
        cli_print_json(GIVE(answer));
        return EXIT_CODE_PASS;
    }
    cJSON_ArrayForEach (setting, json_get(answer, "settings")) {
        add_shown(setting);
        add_origin(setting);
    }
    cli_print_table(columns, json_get(answer, "settings"));
    return EXIT_CODE_PASS;
}

const struct cli_verb verb_settings = {
    .name = "settings",
    .arguments = "[KEY]",
    .at_most = 1,
    .summary = "the settings in force in a daemon, and where each came from",
    .summary_zh = "守护进程当前生效的设置，以及各自的来源",
    .details =
        "KEY is a name or a glob: 'auth.*'. What stands behind no file, variable or flag is a "
        "default. Secrets are hidden.",
    .details_zh = "KEY 是名称或通配符，如 'auth.*'。没有文件、变量或参数的是默认值。机密不显示。",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_settings,
};
