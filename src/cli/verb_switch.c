/*
 * Rules, groups and everything on and off.
 */
#include "base/query.h"
#include "cli/ask.h"
#include "cli/verbs.h"
#include "conf/scalar.h"

/* A switch without end, or one whose end is a duration. */
static int take_for(const struct cli_args *args, const char *separator, struct buf *body)
{
    const char *time = cli_value(args, "for");
    uint64_t ns;

    if (!time)
        return EXIT_CODE_PASS;
    if (scalar_duration(str_of(time), &ns) != SCALAR_OK || ns == 0)
        return cli_usage(args, "'--for %s' is not a duration above 0, such as 90s, 10m or 1h",
                         time);
    buf_printf(body, "%s\"for\":", separator);
    buf_json_string(body, str_of(time));
    return EXIT_CODE_PASS;
}

static int switch_rule(const struct cli_args *args, const char *id, bool on)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(buf_done) struct buf body = {0};

    buf_add_char(&body, '{');
    int r = take_for(args, "", &body);

    buf_add_char(&body, '}');
    return r ? r
             : cli_ask_and_show(args, "POST", cli_rule_path(arena, id, on ? "/enable" : "/disable"),
                                buf_str(&body));
}

static int switch_group(const struct cli_args *args, struct str name, bool on)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(buf_done) struct buf body = {0};

    buf_printf(&body, "{\"enabled\":%s", on ? "true" : "false");
    int r = take_for(args, ",", &body);

    buf_add_char(&body, '}');
    return r ? r
             : cli_ask_and_show(args, "PUT",
                                arena_printf(arena, "/_fcemu/faults/groups/" STR_FMT,
                                             STR_ARG(percent_encode(name, false, arena))),
                                buf_str(&body));
}

static int switch_to(const struct cli_args *args, bool on)
{
    struct str group = STR("group:");
    const char *what = args->positional[0];

    return str_starts(str_of(what), group)
               ? switch_group(args, str_slice(str_of(what), group.len, SIZE_MAX), on)
               : switch_rule(args, what, on);
}

static int switch_all_on(const struct cli_args *args)
{
    OWN(buf_done) struct buf body = {0};

    buf_add_char(&body, '{');
    int r = take_for(args, "", &body);

    buf_add_char(&body, '}');
    return r ? r : cli_ask_and_show(args, "POST", "/_fcemu/faults/enable", buf_str(&body));
}

static int run_fault_on(const struct cli_args *args)
{
    if (cli_has(args, "all") == (args->count > 0))
        return cli_usage(args, "say either what to enable, ID or group:NAME, or --all");
    return args->count ? switch_to(args, true) : switch_all_on(args);
}

static int run_fault_off(const struct cli_args *args)
{
    return switch_to(args, false);
}

static int run_fault_stop(const struct cli_args *args)
{
    return cli_ask_and_show(args, "POST", "/_fcemu/faults/stop", STR("{}"));
}

static const struct cli_option on_options[] = {
    {.name = "all",
     .help = "everything that a stop or `fault off` took",
     .help_zh = "fault stop 或 fault off 停用的一切"},
    {.name = "for",
     .value = "DURATION",
     .help = "back again after so long: 10m",
     .help_zh = "过多久恢复：10m"},
    {0                                        },
};

const struct cli_verb verb_fault_on = {
    .name = "fault on",
    .arguments = "[ID|group:NAME]",
    .at_most = 1,
    .summary = "enable a rule, a group, or --all after a stop",
    .summary_zh = "启用一条规则、一组规则，或停止之后用 --all 全部恢复",
    .options = on_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_on,
};

static const struct cli_option for_options[] = {
    {.name = "for",
     .value = "DURATION",
     .help = "back again after so long: 10m",
     .help_zh = "过多久恢复：10m"},
    {0},
};

const struct cli_verb verb_fault_off = {
    .name = "fault off",
    .arguments = "ID|group:NAME",
    .at_least = 1,
    .at_most = 1,
    .summary = "disable a rule or a group",
    .summary_zh = "停用一条规则或一组规则",
    .options = for_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_off,
};

const struct cli_verb verb_fault_stop = {
    .name = "fault stop",
    .arguments = "",
    .summary = "stop all: disable every rule, release every held call",
    .summary_zh = "全部停止：停用所有规则，放行所有被扣住的调用",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_stop,
};
