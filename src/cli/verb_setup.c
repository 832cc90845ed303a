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

int verb_ca(const struct cli_args *args)
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

int verb_version(const struct cli_args *args)
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

int verb_help(const struct cli_args *args)
{
    OWN(buf_done) struct buf b = {0};
    size_t count;
    const struct cli_verb *verbs = cli_verb_table(&count);
    OWN(buf_done) struct buf words = {0};

    for (size_t i = 0; i < args->count; i++)
        buf_printf(&words, "%s%s", i ? " " : "", args->positional[i]);
    if (args->count == 0)
        cli_help(NULL, &b);
    for (size_t i = 0; i < count && args->count; i++)
        if (strcmp(verbs[i].name, buf_text(&words)) == 0)
            cli_help(&verbs[i], &b);
    if (b.len == 0 && !cli_group_help(buf_str(&words), &b))
        return cli_usage(args, "no verb '%s'; 'fcemu help' lists them", buf_text(&words));
    return print_and_done(&b);
}

int verb_completion(const struct cli_args *args)
{
    OWN(buf_done) struct buf b = {0};

    if (cli_completion(args->positional[0], &b) < 0)
        return cli_usage(args, "'%s' is not one of bash, zsh, fish", args->positional[0]);
    return print_and_done(&b);
}

int verb_schema(const struct cli_args *args)
{
    OWN(buf_done) struct buf b = {0};

    (void)args;
    settings_schema(&b);
    return print_and_done(&b);
}

int verb_config(const struct cli_args *args)
{
    OWN(buf_done) struct buf b = {0};

    (void)args;
    settings_print(&b);
    return print_and_done(&b);
}

int verb_manual(const struct cli_args *args)
{
    OWN(buf_done) struct buf b = {0};

    (void)args;
    cli_manual(&b);
    return print_and_done(&b);
}
