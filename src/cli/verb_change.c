/*
 * Rules that are added over the files, changed and removed.
 */
#include "base/mem.h"
#include "base/query.h"
#include "cli/ask.h"
#include "cli/client.h"
#include "cli/verbs.h"

static int run_fault_add(const struct cli_args *args)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const char *place = cli_value(args, "place");

    return cli_send_file(
        args, "POST",
        arena_printf(arena, "/_fcemu/faults/rules?place=" STR_FMT,
                     STR_ARG(percent_encode(str_of(place ? place : "last"), false, arena))),
        "application/yaml");
}

/* Numbers and booleans as they are, everything else as a string: the grammar reads "50%" itself. */
static cJSON *patch_value(struct str text)
{
    struct error err;
    cJSON *json = json_parse_within(text, SIZE_MAX, &err);

    return json ? json : json_string(text);
}

/* a.b.c=v becomes {"a":{"b":{"c":v}}}, merged into what is there. */
static int add_change(const struct cli_args *args, cJSON *patch, const char *change)
{
    struct str path;
    struct str value;

    if (!str_cut(str_of(change), '=', &path, &value) || path.len == 0)
        return cli_usage(args, "'%s' is not KEY=VALUE, such as when.probability=50%%", change);
    for (;;) {
        struct str head;
        struct str rest;
        bool more = str_cut(path, '.', &head, &rest);
        OWN(mem_free) char *key = mem_dup_len(head.ptr, head.len);
        cJSON *child = cJSON_GetObjectItemCaseSensitive(patch, key);

        if (!more) {
            cJSON_DeleteItemFromObjectCaseSensitive(patch, key);
            cJSON_AddItemToObject(patch, key, patch_value(value));
            return 0;
        }
        patch = cJSON_IsObject(child) ? child : cJSON_AddObjectToObject(patch, key);
        path = rest;
    }
}

static int run_fault_set(const struct cli_args *args)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(json_free) cJSON *patch = cJSON_CreateObject();
    OWN(buf_done) struct buf body = {0};
    OWN(client_answer_done) struct client_answer answer = {0};

    for (size_t i = 1; i < args->count; i++) {
        int r = add_change(args, patch, args->positional[i]);

        if (r != 0)
            return r;
    }
    json_print(patch, false, &body);
    int r = client_ask(args, "PATCH", cli_rule_path(arena, args->positional[0], ""),
                       "application/merge-patch+json", buf_str(&body), &answer);

    if (r == 0 && answer.status >= 400) {
        client_print_problem(args, &answer);
        return EXIT_CODE_USAGE;
    }
    return r;
}

static int run_fault_rm(const struct cli_args *args)
{
    OWN(arena_free) struct arena *arena = arena_new();

    return cli_ask_and_show(args, "DELETE", cli_rule_path(arena, args->positional[0], ""),
                            STR_NONE);
}

static const struct cli_option place_options[] = {
    {.name = "place",
     .value = "PLACE",
     .help = "first, last or before:ID; default last",
     .help_zh = "first、last 或 before:ID；默认 last",
     .words = "first last before:"},
    {0},
};

const struct cli_verb verb_fault_add = {
    .name = "fault add",
    .arguments = "FILE|-",
    .at_least = 1,
    .at_most = 1,
    .summary = "add a rule on top of the files",
    .summary_zh = "在规则文件之外添加一条规则",
    .options = place_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_add,
};

const struct cli_verb verb_fault_set = {
    .name = "fault set",
    .arguments = "ID KEY=VALUE",
    .at_least = 2,
    .at_most = CLI_ANY,
    .summary = "change a rule: when.probability=50%",
    .summary_zh = "修改规则：when.probability=50%",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_set,
};

const struct cli_verb verb_fault_rm = {
    .name = "fault rm",
    .arguments = "ID",
    .at_least = 1,
    .at_most = 1,
    .summary = "remove a rule that was added",
    .summary_zh = "删除添加的规则",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_rm,
};
