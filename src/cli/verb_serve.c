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

int verb_serve(const struct cli_args *args)
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

int verb_check(const struct cli_args *args)
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
