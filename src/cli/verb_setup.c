/* What one needs around the daemon: the authority to trust, completion, the manual. */
#include <stdio.h>

#include "base/mem.h"
#include "cli/verbs.h"
#include "conf/report.h"
#include "daemon/authority.h"

int cli_open_ca(const struct cli_args *args, struct ca **out)
{
    const char *named = cli_value(args, "ca-dir");
    OWN(mem_free) char *folder = named ? mem_dup(named) : ca_default_folder();
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(settings_free) struct settings *usual = settings_load(NULL, NULL, 0, NULL, report);
    struct error err = {0};

    /* What a daemon's own settings add stays in the authority that it has made. */
    if (authority_open_for(usual, folder, out, &err) == 0)
        return 0;
    return cli_usage(args, "%s", err.text);
}

static int run_ca(const struct cli_args *args)
{
    const char *what = args->count ? args->positional[0] : "path";
    OWN(ca_free) struct ca *ca = NULL;
    struct error err = {0};
    char *bundle = NULL;
    int r;

    if (strcmp(what, "path") != 0 && strcmp(what, "pem") != 0 && strcmp(what, "fingerprint") != 0 &&
        strcmp(what, "bundle") != 0)
        return cli_usage(args, "'%s' is not one of path, pem, fingerprint, bundle", what);
    r = cli_open_ca(args, &ca);
    if (r != 0)
        return r;
    if (strcmp(what, "path") == 0) {
        puts(ca_path(ca));
    } else if (strcmp(what, "pem") == 0) {
        printf(STR_FMT, STR_ARG(ca_pem(ca)));
    } else if (strcmp(what, "fingerprint") == 0) {
        puts(ca_fingerprint(ca));
    } else {
        if (ca_bundle(ca, &bundle, &err) < 0)
            return cli_usage(args, "%s", err.text);
        puts(bundle);
        mem_free(bundle);
    }
    return EXIT_CODE_PASS;
}

static int run_version(const struct cli_args *args)
{
    if (cli_has(args, "json"))
        printf("{\"version\": \"%s\"}\n", FCEMU_VERSION);
    else
        printf("fcemu %s\n", FCEMU_VERSION);
    return EXIT_CODE_PASS;
}

static int print_and_done(struct buf *b)
{
    fputs(buf_text(b), stdout);
    return EXIT_CODE_PASS;
}

static int run_help(const struct cli_args *args)
{
    OWN(buf_done) struct buf b = {0};
    OWN(buf_done) struct buf words = {0};
    const struct cli_table *table = args->table;

    for (size_t i = 0; i < args->count; i++)
        buf_printf(&words, "%s%s", i ? " " : "", args->positional[i]);
    if (args->count == 0)
        cli_help(table, &b);
    for (size_t i = 0; i < table->count && args->count; i++)
        if (strcmp(table->verbs[i]->name, buf_text(&words)) == 0)
            cli_verb_help(table->verbs[i], &b);
    if (b.len == 0 && !cli_group_help(table, buf_str(&words), &b))
        return cli_usage(args, "no verb '%s'; 'fcemu help' lists them", buf_text(&words));
    return print_and_done(&b);
}

static int run_completion(const struct cli_args *args)
{
    OWN(buf_done) struct buf b = {0};

    if (cli_completion(args->positional[0], &b) < 0)
        return cli_usage(args, "'%s' is not one of bash, zsh, fish", args->positional[0]);
    return print_and_done(&b);
}

static int run_schema(const struct cli_args *args)
{
    OWN(buf_done) struct buf b = {0};

    (void)args;
    settings_schema(&b);
    return print_and_done(&b);
}

static int run_config(const struct cli_args *args)
{
    OWN(buf_done) struct buf b = {0};

    (void)args;
    settings_print(&b);
    return print_and_done(&b);
}

static int run_manual(const struct cli_args *args)
{
    OWN(buf_done) struct buf b = {0};

    cli_manual(args->table, &b);
    return print_and_done(&b);
}

const struct cli_verb verb_schema = {
    .name = "schema",
    .arguments = "",
    .summary = "JSON Schema of the configuration",
    .summary_zh = "配置的 JSON Schema",
    .run = run_schema,
};

const struct cli_verb verb_config = {
    .name = "config",
    .arguments = "",
    .summary = "the configuration with every key and its default, as YAML",
    .summary_zh = "以 YAML 打印全部配置项及默认值",
    .run = run_config,
};

static const struct cli_option ca_options[] = {
    {.name = "ca-dir",
     .value = "DIR",
     .help = "folder of the local authority",
     .help_zh = "本地证书颁发机构所在的文件夹"},
    {0},
};

const struct cli_verb verb_ca = {
    .name = "ca",
    .arguments = "[path|pem|fingerprint|bundle]",
    .at_most = 1,
    .summary = "the local certificate authority, for clients to trust",
    .summary_zh = "供客户端信任的本地证书颁发机构",
    .options = ca_options,
    .run = run_ca,
};

const struct cli_verb verb_completion = {
    .name = "completion",
    .arguments = "bash|zsh|fish",
    .at_least = 1,
    .at_most = 1,
    .summary = "shell completion",
    .summary_zh = "命令行补全脚本",
    .run = run_completion,
};

const struct cli_verb verb_version = {
    .name = "version",
    .arguments = "",
    .summary = "print the version",
    .summary_zh = "打印版本",
    .flags = CLI_JSON,
    .run = run_version,
};

const struct cli_verb verb_help = {
    .name = "help",
    .arguments = "[VERB]",
    .at_most = 3,
    .summary = "this, or more about a verb",
    .summary_zh = "打印本帮助，或某个动词的详细说明",
    .run = run_help,
};

const struct cli_verb verb_manual = {
    .name = "manual",
    .arguments = "",
    .summary = "the manual page, as roff",
    .summary_zh = "roff 格式的手册页",
    .flags = CLI_HIDDEN,
    .run = run_manual,
};
