/*
 * errors, regions, operations: what is documented, as the daemon itself knows it.
 */
#include <stdio.h>

#include "base/distance.h"
#include "catalog/fc_error.h"
#include "catalog/operation.h"
#include "catalog/region.h"
#include "cli/verbs.h"

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

static void print_error(const struct fc_error *e, const char *lang)
{
    bool zh = lang && strcmp(lang, "zh") == 0;
    bool en = lang && strcmp(lang, "en") == 0;

    printf("%d %s  (%s; retry: %s)\n    %s\n", e->status, e->code, fc_evidence_name(e->evidence),
           fc_retry_name(e->retry), e->message);
    if (!zh)
        printf("    %s → %s\n", e->reason_en, e->remedy_en);
    if (!en)
        printf("    %s → %s\n", e->reason_zh, e->remedy_zh);
}

static int one_error(const struct cli_args *args, const char *code)
{
    const struct fc_error *e = fc_error_find(str_of(code));
    struct nearest nearest = {.wanted = str_of(code)};
    size_t count;

    if (e) {
        if (cli_has(args, "json"))
            cli_print_json(error_json(e));
        else
            print_error(e, cli_value(args, "lang"));
        return EXIT_CODE_PASS;
    }
    e = fc_error_table(&count);
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, str_of(e[i].code));
    if (str_is_set(nearest.best))
        return cli_usage(args, "no error code '%s'; did you mean '" STR_FMT "'?", code,
                         STR_ARG(nearest.best));
    return cli_usage(args, "no error code '%s'; 'fcemu errors' lists them", code);
}

int verb_errors(const struct cli_args *args)
{
    size_t count;
    const struct fc_error *table = fc_error_table(&count);
    const char *lang = cli_value(args, "lang");

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

int verb_regions(const struct cli_args *args)
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

int verb_operations(const struct cli_args *args)
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
