/*
 * Rule files without a daemon: check, new, sample, catalog, schema.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/distance.h"
#include "base/draw.h"
#include "base/mem.h"
#include "base/units.h"
#include "catalog/fc_error.h"
#include "cli/verbs.h"
#include "conf/report.h"
#include "fault/engine.h"
#include "grammar/grammar.h"

enum {
    SAMPLE_DEFAULT = 1000,
    SAMPLE_MAX = 1000000,
    HISTOGRAM_ROWS = 16,
    HISTOGRAM_COLUMNS = 50,
};

static int format_of(const struct cli_args *args, enum conf_format *out)
{
    const char *name = cli_value(args, "format");

    *out = cli_has(args, "json") ? CONF_FORMAT_JSON : CONF_FORMAT_TEXT;
    if (name && !conf_format_find(str_of(name), out))
        return cli_usage(args, "'--format %s' is not one of text, json, sarif, github", name);
    return 0;
}

static struct fault_grammar_options grammar_options(const struct cli_args *args)
{
    return (struct fault_grammar_options){
        .allow_unknown_region = cli_has(args, "allow-unknown-region"), .doors = ~0U};
}

/* The files named; what stands for standard input becomes a text. 0, or an exit status. */
static int load_named(const struct cli_args *args, struct conf_report *report,
                      struct fault_ruleset **out)
{
    struct fault_grammar_options options = grammar_options(args);
    OWN(arena_free) struct arena *arena = arena_new();
    const char **paths = ARENA_ARRAY(arena, args->count, const char *);
    OWN(buf_done) struct buf input = {0};
    struct fault_text text = {.name = "-"};
    size_t path_count = 0;
    size_t text_count = 0;
    int r = 0;

    for (size_t i = 0; i < args->count && r == 0; i++) {
        if (strcmp(args->positional[i], text.name) != 0)
            paths[path_count++] = args->positional[i];
        else if (text_count++ == 0)
            r = cli_read(args, text.name, &input);
    }
    text.text = buf_str(&input);
    if (r == 0)
        *out = fault_ruleset_compile(paths, path_count, &text, text_count > 0, &options, report);
    return r;
}

static void print_count(size_t count, const char *one, const char *zh, bool last)
{
    if (cli_is_chinese())
        printf("%zu %s%s", count, zh, last ? "：通过\n" : "，");
    else
        printf("%zu %s%s%s", count, one, count == 1 ? "" : "s", last ? ": ok\n" : ", ");
}

static void print_counts(const struct fault_ruleset *set, size_t warnings)
{
    print_count(set->rule_count, "rule", "条规则", false);
    if (set->drill_count)
        print_count(set->drill_count, "drill", "个演练", false);
    print_count(warnings, "warning", "个警告", true);
}

static int check(const struct cli_args *args, bool wants_drill)
{
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(fault_ruleset_unref) struct fault_ruleset *set = NULL;
    OWN(buf_done) struct buf text = {0};
    enum conf_format format;
    int r = format_of(args, &format);

    report->chinese = cli_is_chinese();
    if (r == 0)
        r = load_named(args, report, &set);
    if (r != 0)
        return r;
    conf_report_print(report, format, &text);
    fputs(buf_text(&text), format == CONF_FORMAT_TEXT ? stderr : stdout);
    if (!set || report->errors)
        return EXIT_CODE_USAGE;
    if (wants_drill && set->drill_count == 0)
        return cli_usage(args, "no drill stands there; 'fcemu fault check' is for rules alone");
    if (format == CONF_FORMAT_TEXT)
        print_counts(set, report->warnings);
    return report->warnings && cli_has(args, "strict") ? EXIT_CODE_ASSERTION : EXIT_CODE_PASS;
}

static int run_fault_check(const struct cli_args *args)
{
    return check(args, false);
}

static int run_drill_check(const struct cli_args *args)
{
    return check(args, true);
}

static void add_args(const struct fc_error *error, struct buf *out)
{
    size_t n = fc_error_arg_count(error, API_2016);

    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s\"%s\"", i ? ", " : "",
                   error->sample[i] ? error->sample[i] : error->args[i]);
}

/* What was named on the command line may make no rule; then nothing is printed but why. */
static int print_rule(const struct buf *rule)
{
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(fault_ruleset_unref) struct fault_ruleset *set = NULL;
    OWN(buf_done) struct buf told = {0};
    const struct fault_grammar_options options = {0};
    const struct fault_text text = {.name = "-", .text = buf_str(rule)};

    report->chinese = cli_is_chinese();
    set = fault_ruleset_compile(NULL, 0, &text, 1, &options, report);
    if (set && !report->errors) {
        fputs(buf_text(rule), stdout);
        return EXIT_CODE_PASS;
    }
    conf_report_print(report, CONF_FORMAT_TEXT, &told);
    fputs(buf_text(&told), stderr);
    return EXIT_CODE_USAGE;
}

static int run_fault_new(const struct cli_args *args)
{
    const char *code = args->positional[0];
    const struct fc_error *error = fc_error_find(str_of(code));
    const char *operation = cli_value(args, "operation");
    const char *function = cli_value(args, "function");
    struct nearest nearest = {.wanted = str_of(code)};
    OWN(buf_done) struct buf rule = {0};
    size_t count;

    if (!error) {
        const struct fc_error *table = fc_error_table(&count);

        for (size_t i = 0; i < count; i++)
            nearest_offer(&nearest, str_of(table[i].code));
        if (str_is_set(nearest.best))
            return cli_usage(args, "unknown FC code '%s'; did you mean '" STR_FMT "'?", code,
                             STR_ARG(nearest.best));
        return cli_usage(args, "unknown FC code '%s'; 'fcemu errors' lists them", code);
    }
    buf_printf(
        &rule,
        "# yaml-language-server: $schema=http://127.0.0.1:8252/_fcemu/faults/schema.json\n"
        "# %d %s: %s\n# %s\n# Retry: %s. Try it with: fcemu fault check FILE\nversion: 1\nseed: "
        "1            # the same seed gives the same "
        "faults\nrules:\n  - id: %s\n    match:\n      operation: %s\n",
        error->status, error->code, error->reason_en, error->reason_zh, fc_retry_name(error->retry),
        "new-rule", operation ? operation : "\"@all\"");
    if (function)
        buf_printf(&rule, "      function: %s\n", function);
    buf_printf(
        &rule,
        "    when:\n      probability: 30%%   # of the calls that match; leave `when` out for "
        "all of them\n    do:\n"
        "      error: {code: %s, args: [",
        error->code);
    add_args(error, &rule);
    buf_printf(&rule, "]}\n    ttl: 30m           # it ends by itself\n");
    return print_rule(&rule);
}

static void print_histogram(const uint64_t *sorted, size_t n)
{
    size_t counts[HISTOGRAM_ROWS] = {0};
    double low = (double)sorted[0];
    double width = ((double)sorted[n - 1] - low) / HISTOGRAM_ROWS;
    size_t most = 1;

    for (size_t i = 0; i < n; i++) {
        size_t row = width > 0 ? (size_t)(((double)sorted[i] - low) / width) : 0;

        counts[row < HISTOGRAM_ROWS ? row : HISTOGRAM_ROWS - 1]++;
    }
    for (size_t i = 0; i < HISTOGRAM_ROWS; i++)
        most = counts[i] > most ? counts[i] : most;
    for (size_t i = 0; i < HISTOGRAM_ROWS && (width > 0 || i == 0); i++) {
        printf("%10.3f ms |", (low + width * (double)i) / NS_PER_MS);
        for (size_t k = 0; k < counts[i] * HISTOGRAM_COLUMNS / most; k++)
            putchar('#');
        printf(" %zu\n", counts[i]);
    }
}

/* @values in ascending order. */
static void print_sample(const struct cli_args *args, const uint64_t *values, size_t n)
{
    static const double shares[] = {0.01, 0.1, 0.5, 0.9, 0.99, 0.999};
    cJSON *json = cli_has(args, "json") ? cJSON_CreateObject() : NULL;

    for (size_t i = 0; i < N_ELEMENTS(shares); i++) {
        double ms = (double)values[(size_t)(shares[i] * (double)(n - 1))] / NS_PER_MS;
        OWN(mem_free) char *name = mem_printf("p%g", shares[i] * 100);

        if (json)
            cJSON_AddNumberToObject(json, name, ms);
        else
            printf("%-6s %.3f ms\n", name, ms);
    }
    if (json)
        cli_print_json(json);
    else
        print_histogram(values, n);
}

/* The latency is read by the rule grammar itself, from a rule made around it. */
static int run_fault_sample(const struct cli_args *args)
{
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(fault_ruleset_unref) struct fault_ruleset *set = NULL;
    OWN(buf_done) struct buf text = {0};
    OWN(buf_done) struct buf issues = {0};
    struct fault_grammar_options options = {0};
    const char *count_text =
        cli_has(args, "count") ? cli_value(args, "count") : cli_value(args, "n");
    const char *seed_text = cli_value(args, "seed");
    int64_t n = SAMPLE_DEFAULT;
    uint64_t seed = 1;

    if (count_text && str_to_int(str_of(count_text), 1, SAMPLE_MAX, &n) != NUMBER_OK)
        return cli_usage(args, "'--count %s' is not between 1 and %d", count_text, SAMPLE_MAX);
    if (seed_text && str_to_uint(str_of(seed_text), UINT64_MAX, &seed) != NUMBER_OK)
        return cli_usage(args, "'--seed %s' is not between 0 and 18446744073709551615", seed_text);
    buf_printf(&text,
               "version: 1\nguard: {max_delay: 24h}\nrules:\n  - id: sample\n    do: {delay: %s}\n",
               args->positional[0]);
    set = fault_ruleset_parse(buf_str(&text), "sample", &options, report);
    if (!set) {
        conf_report_print(report, CONF_FORMAT_TEXT, &issues);
        fputs(buf_text(&issues), stderr);
        return EXIT_CODE_USAGE;
    }
    uint64_t *values = mem_alloc_array((size_t)n, sizeof(*values));

    fault_latency_sample(set->rules[0].action->delay, seed, (size_t)n, values);
    print_sample(args, values, (size_t)n);
    mem_free(values);
    return EXIT_CODE_PASS;
}

/* Which error can be given by which operation. */
static int run_fault_catalog(const struct cli_args *args)
{
    size_t errors;
    size_t operations;
    const struct fc_error *table = fc_error_table(&errors);
    const struct operation *ops = operation_table(&operations);
    cJSON *list;

    if (cli_has(args, "operations"))
        return verb_operations.run(args);
    if (cli_has(args, "api"))
        return cli_usage(args, "--api is about operations; add --operations");
    list = cli_has(args, "json") ? cJSON_CreateArray() : NULL;
    for (size_t i = 0; i < errors; i++) {
        cJSON *names = cJSON_CreateArray();
        size_t count = 0;

        for (size_t k = 0; k < operations; k++) {
            if (fc_error_applies(&table[i], &ops[k])) {
                OWN(mem_free)
                char *name =
                    mem_printf(STR_FMT " %s", STR_ARG(api_version_name(ops[k].api)), ops[k].name);

                cJSON_AddItemToArray(names, cJSON_CreateString(name));
                count++;
            }
        }
        if (list) {
            cJSON *json = cJSON_CreateObject();

            cJSON_AddStringToObject(json, "code", table[i].code);
            cJSON_AddNumberToObject(json, "status", table[i].status);
            cJSON_AddItemToObject(json, "operations", names);
            cJSON_AddItemToArray(list, json);
        } else {
            printf("%d %-38s %zu of %zu operations\n", table[i].status, table[i].code, count,
                   operations);
            json_free(names);
        }
    }
    if (list)
        cli_print_json(list);
    return EXIT_CODE_PASS;
}

static int run_fault_schema(const struct cli_args *args)
{
    OWN(buf_done) struct buf b = {0};

    (void)args;
    fault_schema(&b);
    fputs(buf_text(&b), stdout);
    return EXIT_CODE_PASS;
}

static const struct cli_option check_options[] = {
    {.name = "strict",                       .help = "exit 1 when there is a warning", .help_zh = "有警告时以 1 退出"},
    {.name = "format",
     .value = "FORMAT",
     .help = "text, json, sarif or github",
     .help_zh = "text、json、sarif 或 github",
     .words = "text json sarif github"},
    {.name = "allow-unknown-region",
     .help = "accept region ids that are not documented",
     .help_zh = "接受没有文档的地域 ID"},
    {0 },
};

const struct cli_verb verb_fault_check = {
    .name = "fault check",
    .arguments = "FILE…",
    .at_least = 1,
    .at_most = CLI_ANY,
    .summary = "check rule files, or '-'; no daemon needed",
    .summary_zh = "检查规则文件（或 - 表示标准输入），无需守护进程",
    .options = check_options,
    .flags = CLI_JSON,
    .run = run_fault_check,
};

static const struct cli_option new_options[] = {
    {.name = "operation",
     .value = "OPERATION",
     .help = "the operation to match; default @all",
     .help_zh = "要匹配的操作；默认 @all"},
    {.name = "function",
     .value = "FUNCTION",
     .help = "the function to match",
     .help_zh = "要匹配的函数"},
    {0                                             },
};

const struct cli_verb verb_fault_new = {
    .name = "fault new",
    .arguments = "CODE",
    .at_least = 1,
    .at_most = 1,
    .summary = "print a commented rule to start from",
    .summary_zh = "打印一条带注释的规则作为起点",
    .options = new_options,
    .run = run_fault_new,
};

static const struct cli_option sample_options[] = {
    {.name = "count",
     .value = "N",
     .help = "how many draws; default 1000",
     .help_zh = "抽样次数；默认 1000"},
    {.name = "n",
     .value = "N",
     .help = "the same as --count; also -n N",
     .help_zh = "同 --count；也可写 -n N"},
    {.name = "seed",                                      .value = "SEED", .help = "default 1", .help_zh = "默认 1"},
    {0                          },
};

const struct cli_verb verb_fault_sample = {
    .name = "fault sample",
    .arguments = "LATENCY",
    .at_least = 1,
    .at_most = 1,
    .summary = "percentiles and a histogram of a latency: '{lognormal: {median: 80ms, p99: 1s}}'",
    .summary_zh = "延迟分布的百分位和直方图：'{lognormal: {median: 80ms, p99: 1s}}'",
    .options = sample_options,
    .flags = CLI_JSON,
    .run = run_fault_sample,
};

static const struct cli_option catalog_options[] = {
    {.name = "operations",             .help = "list the operations instead", .help_zh = "改为列出操作"},
    {.name = "api",
     .value = "API",
     .help = "with --operations: of one API version only",
     .help_zh = "与 --operations 合用：只列一个 API 版本"},
    {0                   },
};

const struct cli_verb verb_fault_catalog = {
    .name = "fault catalog",
    .arguments = "",
    .summary = "which errors and operations rules can name",
    .summary_zh = "规则可以写的错误码和操作",
    .options = catalog_options,
    .flags = CLI_JSON,
    .run = run_fault_catalog,
};

const struct cli_verb verb_fault_schema = {
    .name = "fault schema",
    .arguments = "",
    .summary = "JSON Schema of rule files",
    .summary_zh = "规则文件的 JSON Schema",
    .run = run_fault_schema,
};

const struct cli_verb verb_drill_check = {
    .name = "drill check",
    .arguments = "FILE…",
    .at_least = 1,
    .at_most = CLI_ANY,
    .summary = "check files with drills, or '-'; no daemon needed",
    .summary_zh = "检查含演练的文件（或 - 表示标准输入），无需守护进程",
    .options = check_options,
    .flags = CLI_JSON,
    .run = run_drill_check,
};
