/*
 * errors, limits, regions, operations: what is documented, as the daemon itself knows it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/distance.h"
#include "catalog/fc_error.h"
#include "catalog/limits.h"
#include "catalog/operation.h"
#include "catalog/region.h"
#include "cli/verbs.h"

enum { FIGURE_BYTES = 24, SLOT_BYTES = 32 };

static cJSON *api_names(unsigned apis)
{
    cJSON *names = cJSON_CreateArray();

    for (int api = API_2016; api < API_VERSION_COUNT; api++)
        if (apis & 1u << api)
            cJSON_AddItemToArray(names, json_string(api_version_name((enum api_version)api)));
    return names;
}

static cJSON *error_json(const struct fc_error *e)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *args = cJSON_AddArrayToObject(json, "args");

    cJSON_AddStringToObject(json, "code", e->code);
    cJSON_AddNumberToObject(json, "status", e->status);
    cJSON_AddStringToObject(json, "message", e->message);
    if (e->message_2023)
        cJSON_AddStringToObject(json, "message2023", e->message_2023);
    for (size_t i = 0; i < FC_ERROR_ARGS_MAX && e->args[i]; i++)
        cJSON_AddItemToArray(args, cJSON_CreateString(e->args[i]));
    cJSON_AddStringToObject(json, "reason", e->reason_en);
    cJSON_AddStringToObject(json, "remedy", e->remedy_en);
    cJSON_AddStringToObject(json, "reasonZh", e->reason_zh);
    cJSON_AddStringToObject(json, "remedyZh", e->remedy_zh);
    cJSON_AddStringToObject(json, "retry", fc_retry_name(e->retry));
    cJSON_AddStringToObject(json, "evidence", fc_evidence_name(e->evidence));
    cJSON_AddItemToObject(json, "apis", api_names(e->apis));
    return json;
}

/* The template of a version with the names of its arguments: "service '<service>' does not exist".
 */
static void print_message(const struct fc_error *e, enum api_version api)
{
    OWN(buf_done) struct buf text = {0};
    struct str slots[FC_ERROR_ARGS_MAX];
    char names[FC_ERROR_ARGS_MAX][SLOT_BYTES];
    size_t count = 0;

    for (; count < FC_ERROR_ARGS_MAX && e->args[count]; count++) {
        snprintf(names[count], SLOT_BYTES, "<%s>", e->args[count]);
        slots[count] = str_of(names[count]);
    }
    fc_error_message(e, api, slots, count, &text);
    printf("    %s%s\n", buf_text(&text), api == API_2023 ? "  (2023-03-30)" : "");
}

static void print_error(const struct fc_error *e, const char *lang)
{
    bool zh = lang && strcmp(lang, "zh") == 0;
    bool en = lang && strcmp(lang, "en") == 0;

    printf("%d %s  (%s; retry: %s)\n", e->status, e->code, fc_evidence_name(e->evidence),
           fc_retry_name(e->retry));
    print_message(e, API_2016);
    if (e->message_2023)
        print_message(e, API_2023);
    if (!zh)
        printf("    %s → %s\n", e->reason_en, e->remedy_en);
    if (!en)
        printf("    %s → %s\n", e->reason_zh, e->remedy_zh);
}

/* What --lang says, else the locale; NULL: both. */
static const char *language(const struct cli_args *args)
{
    const char *lang = cli_value(args, "lang");

    return lang ? lang : cli_text(NULL, "zh");
}

static int one_error(const struct cli_args *args, const char *code)
{
    const struct fc_error *e = fc_error_find(str_of(code));
    const struct fc_error_lookalike *lookalike = fc_error_lookalike_find(str_of(code));
    bool zh = language(args) && strcmp(language(args), "zh") == 0;
    struct nearest nearest = {.wanted = str_of(code)};
    size_t count;

    if (e) {
        if (cli_has(args, "json"))
            cli_print_json(error_json(e));
        else
            print_error(e, language(args));
        return EXIT_CODE_PASS;
    }
    e = fc_error_table(&count);
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, str_of(e[i].code));
    if (lookalike)
        return cli_usage(args, zh ? "'%s' 不是错误码：%s" : "'%s' is no error code but %s", code,
                         zh ? lookalike->what_zh : lookalike->what_en);
    if (str_is_set(nearest.best))
        return cli_usage(args,
                         zh ? "没有错误码 '%s'；您是否想写 '" STR_FMT "'？"
                            : "no error code '%s'; did you mean '" STR_FMT "'?",
                         code, STR_ARG(nearest.best));
    return cli_usage(args,
                     zh ? "没有错误码 '%s'；'fcemu errors' 列出全部"
                        : "no error code '%s'; 'fcemu errors' lists them",
                     code);
}

static int run_errors(const struct cli_args *args)
{
    size_t count;
    const struct fc_error *table = fc_error_table(&count);
    const char *lang = language(args);

    if (lang && strcmp(lang, "en") != 0 && strcmp(lang, "zh") != 0)
        return cli_usage(args, "'--lang %s' is not one of en, zh", lang);
    if (args->count)
        return one_error(args, args->positional[0]);
    if (cli_has(args, "json")) {
        cJSON *list = cJSON_CreateArray();

        for (size_t i = 0; i < count; i++)
            cJSON_AddItemToArray(list, error_json(&table[i]));
        cli_print_json(list);
        return EXIT_CODE_PASS;
    }
    for (size_t i = 0; i < count; i++)
        print_error(&table[i], lang);
    return EXIT_CODE_PASS;
}

static cJSON *figure_json(int64_t figure)
{
    return figure == LIMIT_NONE ? cJSON_CreateNull() : cJSON_CreateNumber((double)figure);
}

static cJSON *limit_json(const struct limit *limit)
{
    cJSON *json = cJSON_CreateObject();

    cJSON_AddStringToObject(json, "limit", limit->key);
    cJSON_AddStringToObject(json, "unit", limit_unit_name(limit->unit));
    cJSON_AddItemToObject(json, "current", figure_json(limit->current));
    cJSON_AddItemToObject(json, "2020", figure_json(limit->in_2020));
    if (limit->error)
        cJSON_AddStringToObject(json, "error", limit->error);
    cJSON_AddStringToObject(json, "source", limit->source);
    return json;
}

static const char *figure_text(int64_t figure, char *text, size_t size)
{
    snprintf(text, size, "%" PRId64, figure);
    return figure == LIMIT_NONE ? "none" : text;
}

static int run_limits(const struct cli_args *args)
{
    size_t count;
    const struct limit *table = limit_table(&count);
    cJSON *list = cli_has(args, "json") ? cJSON_CreateArray() : NULL;

    if (!list)
        printf("%-42s %12s %12s  %-12s %-20s %s\n", "LIMIT", "CURRENT", "2020", "UNIT", "ERROR",
               "SOURCE");
    for (size_t i = 0; i < count; i++) {
        char now[FIGURE_BYTES];
        char then[FIGURE_BYTES];

        if (list)
            cJSON_AddItemToArray(list, limit_json(&table[i]));
        else
            printf("%-42s %12s %12s  %-12s %-20s %s\n", table[i].key,
                   figure_text(table[i].current, now, sizeof(now)),
                   figure_text(table[i].in_2020, then, sizeof(then)),
                   limit_unit_name(table[i].unit), table[i].error ? table[i].error : "-",
                   table[i].source);
    }
    if (list)
        cli_print_json(list);
    return EXIT_CODE_PASS;
}

static int run_regions(const struct cli_args *args)
{
    size_t count;
    const struct region *table = region_table(&count);
    cJSON *list = cli_has(args, "json") ? cJSON_CreateArray() : NULL;

    for (size_t i = 0; i < count; i++) {
        const struct region *r = &table[i];

        if (!list) {
            printf("%-22s %s.fc.aliyuncs.com  %s-internal.fc.aliyuncs.com  %s  %s  (%s)\n", r->id,
                   r->id, r->id, r->name_en, r->name_zh, r->status);
            continue;
        }
        cJSON *json = cJSON_CreateObject();
        char text[256];

        cJSON_AddItemToArray(list, json);
        cJSON_AddStringToObject(json, "region", r->id);
        cJSON_AddStringToObject(json, "name", r->name_en);
        cJSON_AddStringToObject(json, "nameZh", r->name_zh);
        snprintf(text, sizeof(text), "%s.fc.aliyuncs.com", r->id);
        cJSON_AddStringToObject(json, "public", text);
        snprintf(text, sizeof(text), "%s-internal.fc.aliyuncs.com", r->id);
        cJSON_AddStringToObject(json, "internal", text);
        cJSON_AddBoolToObject(json, "documented2020", r->documented_2020);
        cJSON_AddStringToObject(json, "status", r->status);
    }
    if (list)
        cli_print_json(list);
    return EXIT_CODE_PASS;
}

static cJSON *operation_json(const struct operation *op)
{
    cJSON *json = cJSON_CreateObject();

    json_add_str(json, "api", api_version_name(op->api));
    cJSON_AddStringToObject(json, "operation", op->name);
    cJSON_AddStringToObject(json, "method", op->method);
    cJSON_AddStringToObject(json, "path", op->path);
    cJSON_AddStringToObject(json, "resource", resource_kind_name(op->resource));
    cJSON_AddBoolToObject(json, "write", (op->classes & OP_WRITE) != 0);
    cJSON_AddNumberToObject(json, "success", op->success);
    return json;
}

static int run_operations(const struct cli_args *args)
{
    size_t count;
    const struct operation *table = operation_table(&count);
    const char *api = cli_value(args, "api");
    enum api_version only = api ? api_version_find(str_of(api)) : API_NONE;
    cJSON *list = cli_has(args, "json") ? cJSON_CreateArray() : NULL;

    if (api && only == API_NONE) {
        json_free(list);
        return cli_usage(
            args, "'--api %s' is not one of 2016-08-15, 2021-04-06, 2023-03-30, http-trigger", api);
    }
    for (size_t i = 0; i < count; i++) {
        if (api && table[i].api != only)
            continue;
        if (list)
            cJSON_AddItemToArray(list, operation_json(&table[i]));
        else
            printf(STR_FMT "  %-7s %-70s %s\n", STR_ARG(api_version_name(table[i].api)),
                   table[i].method, table[i].path, table[i].name);
    }
    if (list)
        cli_print_json(list);
    return EXIT_CODE_PASS;
}

static const struct cli_option lang_options[] = {
    {.name = "lang",
     .value = "LANG",
     .help = "en or zh; default: both, of a Chinese locale zh",
     .help_zh = "en 或 zh；默认两种都有，中文环境下为 zh",
     .words = "en zh"},
    {0},
};

const struct cli_verb verb_errors = {
    .name = "errors",
    .arguments = "[CODE]",
    .at_most = 1,
    .summary = "the documented error codes, in English and Chinese",
    .summary_zh = "有文档的错误码，中英文说明",
    .options = lang_options,
    .flags = CLI_JSON,
    .run = run_errors,
};

const struct cli_verb verb_limits = {
    .name = "limits",
    .arguments = "",
    .summary = "the documented limits; each of them is a setting",
    .summary_zh = "有文档的限制，每一项都可设置",
    .flags = CLI_JSON,
    .run = run_limits,
};

const struct cli_verb verb_regions = {
    .name = "regions",
    .arguments = "",
    .summary = "the documented regions and their endpoints",
    .summary_zh = "有文档的地域及其接入点",
    .flags = CLI_JSON,
    .run = run_regions,
};

static const struct cli_option api_options[] = {
    {.name = "api",
     .value = "API",
     .help = "2016-08-15, 2021-04-06, 2023-03-30 or http-trigger only",
     .help_zh = "只列 2016-08-15、2021-04-06、2023-03-30 或 http-trigger"},
    {0},
};

const struct cli_verb verb_operations = {
    .name = "operations",
    .arguments = "",
    .summary = "every operation of every API version",
    .summary_zh = "各 API 版本的全部操作",
    .options = api_options,
    .flags = CLI_JSON,
    .run = run_operations,
};
