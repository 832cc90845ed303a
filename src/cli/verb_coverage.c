/* How much of what may go wrong was tried: asked of a daemon, or read from what runs have kept. */
#include <stdio.h>

#include "cli/client.h"
#include "cli/kept_coverage.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "product/service/service.h"

/* 0 when none is required. */
static int read_share(const struct cli_args *args, double *out)
{
    const char *text = cli_value(args, "require");
    struct str number = str_of(text);
    bool percent = str_ends(number, STR("%"));

    *out = 0;
    if (!text)
        return 0;
    if (percent)
        number.len--;
    if (str_to_double(number, out) != NUMBER_OK || *out < 0 || *out > (percent ? 100 : 1))
        return cli_usage(args, "'--require %s' is not a share such as 60%%", text);
    *out = percent ? *out / 100 : *out;
    return 0;
}

static int require_share(const struct cli_args *args, double want, const cJSON *answer)
{
    const char *text = cli_value(args, "require");
    const cJSON *share = cJSON_GetObjectItemCaseSensitive(answer, "share");

    if (!text || (cJSON_IsNumber(share) && share->valuedouble >= want))
        return EXIT_CODE_PASS;
    const cJSON *missing =
        cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(answer, "missing"), 0);

    fprintf(stderr,
            "fcemu coverage: %.1f%% is below %s; missing first: " STR_FMT " on " STR_FMT "\n",
            cJSON_IsNumber(share) ? share->valuedouble * 100 : 0.0, text,
            STR_ARG(json_get_str(missing, "error")), STR_ARG(json_get_str(missing, "operation")));
    return EXIT_CODE_ASSERTION;
}

static double number_in(const cJSON *object, const char *name)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNumber(number) ? number->valuedouble : 0;
}

static void print_coverage(const cJSON *answer)
{
    static const struct cli_column columns[] = {
        {"state", "state", 8},
        {"error",      "error", 30},
        {"operation", "operation", 30},
        {0    },
    };

    printf("of %.0f cells: injected %.0f, reached the client %.0f, client reacted %.0f (%.1f%%)\n",
           number_in(answer, "applicable"), number_in(answer, "injected"),
           number_in(answer, "reached"), number_in(answer, "reacted"),
           100 * number_in(answer, "share"));
    puts("\ntried:");
    cli_print_table(columns, cJSON_GetObjectItemCaseSensitive(answer, "cells"));
    puts("\nmissing, the cheapest first:");
    cli_print_table(columns, cJSON_GetObjectItemCaseSensitive(answer, "missing"));
}

/* What several runs have kept, as one. */
static int read_files(const struct cli_args *args, cJSON **out)
{
    OWN(coverage_free) struct coverage *coverage = coverage_new();
    const struct coverage_filter all = {0};
    OWN(buf_done) struct buf text = {0};
    struct error err = {0};

    for (size_t i = 0; i < args->count; i++) {
        int r = coverage_read_file(args, args->positional[i], coverage);

        if (r)
            return r;
    }
    coverage_json(coverage, &all, &text);
    *out = json_parse(buf_str(&text), &err);
    return *out ? 0 : cli_usage(args, "%s", err.text);
}

static int print_operations(const struct cli_args *args)
{
    OWN(buf_done) struct buf text = {0};

    if (args->count || args->option_count > 1)
        return cli_usage(args, "--operations stands alone: it is the same for every daemon");
    service_coverage(&text);
    fputs(buf_text(&text), stdout);
    return EXIT_CODE_PASS;
}

static int run_coverage(const struct cli_args *args)
{
    OWN(json_free) cJSON *answer = NULL;
    double want;
    int r = read_share(args, &want);

    if (r == 0 && cli_has(args, "operations"))
        return print_operations(args);
    if (r == 0 && args->count)
        r = client_is_not_asked(args, args->positional[0]);
    if (r == 0)
        r = args->count ? read_files(args, &answer)
                        : client_ask_json(args, "GET", "/_fcemu/coverage", STR_NONE, &answer);
    if (r != 0)
        return r;
    r = require_share(args, want, answer);
    if (cli_has(args, "json"))
        cli_print_json(GIVE(answer));
    else
        print_coverage(answer);
    return r;
}

static const struct cli_option coverage_options[] = {
    {.name = "require",
     .value = "SHARE",
     .help = "exit 1 below this share: 60%",
     .help_zh = "低于此比例时以 1 退出：60%"},
    {.name = "operations",
     .help = "which operations are emulated, as docs/coverage.md",
     .help_zh = "模拟了哪些操作，即 docs/coverage.md"},
    {0                                     },
};

const struct cli_verb verb_coverage = {
    .name = "coverage",
    .arguments = "[FILE…]",
    .at_most = CLI_ANY,
    .summary = "which documented error met which operation",
    .summary_zh = "哪个错误遇到过哪个操作",
    .details = "Of the operations that clients have called. Without a FILE the daemon at hand is "
               "asked; files "
               "are what 'fcemu exec' and 'fcemu drill run' keep with --coverage, taken together.",
    .details_zh = "只计客户端调用过的操作。不给文件时询问现有守护进程；文件由 'fcemu exec' 和 "
                  "'fcemu drill run' "
                  "的 --coverage 写成，合并计算。",
    .options = coverage_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_coverage,
};
