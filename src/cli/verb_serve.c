/*
 * serve and check: from words and variables to settings, and on to the daemon.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/verbs.h"
#include "conf/report.h"
#include "conf/settings.h"
#include "daemon/daemon.h"

static const char *config_path(const struct cli_args *args)
{
    const char *path = args->count ? args->positional[0] : cli_value(args, "config");

    return path ? path : getenv("FCEMU_CONFIG");
}

static bool is_setting(const char *name)
{
    return strcmp(name, "config") != 0 && strcmp(name, "strict") != 0 &&
           strcmp(name, "format") != 0;
}

static struct settings *load(const struct cli_args *args, struct conf_report *report)
{
    struct settings_flag flags[CLI_OPTIONS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < args->option_count; i++)
        if (is_setting(args->options[i].name))
            flags[count++] = (struct settings_flag){
                args->options[i].name, args->options[i].value[0] ? args->options[i].value : NULL};
    return settings_load(config_path(args), flags, count, environ, report);
}

static void print_issues(const struct conf_report *report, enum conf_format format)
{
    OWN(buf_done) struct buf text = {0};

    conf_report_print(report, format, &text);
    fputs(buf_text(&text), format == CONF_FORMAT_TEXT ? stderr : stdout);
}

static int run_serve(const struct cli_args *args)
{
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(settings_free) struct settings *settings = load(args, report);
    struct error err = {0};
    int r;

    if (!settings) {
        print_issues(report, CONF_FORMAT_TEXT);
        return EXIT_CODE_USAGE;
    }
    log_setup(settings->log.level, settings->log.format, STDERR_FILENO);
    r = daemon_run(settings, report, &err);
    if (r == 0)
        return EXIT_CODE_PASS;
    if (r == DAEMON_CONFIG)
        print_issues(report, CONF_FORMAT_TEXT);
    else
        fprintf(stderr, "fcemu serve: %s\n", err.text);
    return EXIT_CODE_USAGE;
}

static int run_check(const struct cli_args *args)
{
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(settings_free) struct settings *settings = NULL;
    enum conf_format format = CONF_FORMAT_TEXT;
    const char *name = cli_value(args, "format");

    if (name && !conf_format_find(str_of(name), &format))
        return cli_usage(args, "'--format %s' is not one of text, json, sarif, github", name);
    if (args->count && cli_has(args, "config"))
        return cli_usage(args, "say the file once: %s or --config %s", args->positional[0],
                         cli_value(args, "config"));
    report->chinese = cli_is_chinese();
    settings = load(args, report);
    if (settings)
        daemon_check(settings, report);
    print_issues(report, format);
    if (!settings || report->errors)
        return EXIT_CODE_USAGE;
    if (format == CONF_FORMAT_TEXT)
        puts("ok");
    return report->warnings && cli_has(args, "strict") ? EXIT_CODE_ASSERTION : EXIT_CODE_PASS;
}

const struct cli_verb verb_serve = {
    .name = "serve",
    .arguments = "",
    .summary = "run the daemon (also without a verb)",
    .summary_zh = "运行守护进程（不写动词也一样）",
    .details =
        "Settings come from flags, FCEMU_ variables, the configuration file and defaults, in this "
        "order.\n"
        "SIGHUP reads the rules again, SIGUSR1 stops all faults, SIGTERM and SIGINT end the "
        "daemon.",
    .details_zh = "设置依次取自命令行选项、FCEMU_ 变量、配置文件和默认值。\nSIGHUP "
                  "重新读取规则，SIGUSR1 停止所有故障，SIGTERM 和 SIGINT 结束守护进程。",
    .flags = CLI_SETTINGS,
    .run = run_serve,
};

static const struct cli_option strict_options[] = {
    {.name = "strict",                       .help = "exit 1 when there is a warning", .help_zh = "有警告时以 1 退出"},
    {.name = "format",
     .value = "FORMAT",
     .help = "text, json, sarif or github",
     .help_zh = "text、json、sarif 或 github",
     .words = "text json sarif github"},
    {0                      },
};

const struct cli_verb verb_check = {
    .name = "check",
    .arguments = "[FILE]",
    .at_most = 1,
    .summary = "check the configuration and everything it names",
    .summary_zh = "检查配置及其引用的一切",
    .options = strict_options,
    .flags = CLI_SETTINGS,
    .run = run_check,
};
