/*
 * Rules of a running daemon: list, change, stop, explain.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/query.h"
#include "cli/client.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "conf/scalar.h"

static const struct cli_column rule_columns[] = {
    {"id",      "id", 30},
    {"state",       "state", 10},
    {"layer",   "layer", 6},
    {"matched",       "matched", 8},
    {"reached",   "reached", 8},
    {"fired",        "fired", 8},
    {"capped", "capped", 7},
    {"expires",        "expires_at", 24},
    {"group", "group", 16},
    {"note",        "note", 20},
    {0  },
};

static char *rule_path(struct arena *arena, const char *id, const char *rest)
{
    return arena_printf(arena, "/_fcemu/faults/rules/" STR_FMT "%s",
                        STR_ARG(percent_encode(str_of(id), false, arena)), rest);
}

static int ask_and_print(const struct cli_args *args, const char *method, const char *path,
                         struct str body)
{
    cJSON *answer = NULL;
    int r = client_ask_json(args, method, path, body, &answer);

    return r != 0 ? r : cli_show(args, answer);
}

static int send_file(const struct cli_args *args, const char *method, const char *path,
                     const char *content_type)
{
    OWN(buf_done) struct buf input = {0};
    OWN(client_answer_done) struct client_answer answer = {0};
    int r = cli_read(args, args->positional[0], &input);

    if (r == 0)
        r = client_ask(args, method, path, content_type, buf_str(&input), &answer);
    if (r != 0)
        return r;
    if (answer.status >= 400) {
        client_print_problem(args, &answer);
        return EXIT_CODE_USAGE;
    }
    struct error err;

    return cli_show(args, answer.body.len ? json_parse(buf_str(&answer.body), &err) : NULL);
}

/* What decides instead of the rules that follow. */
static void print_overruled(const cJSON *answer)
{
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "playing")))
        puts("a tape plays and no rule is asked; 'fcemu fault tape stop' ends it");
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "stopped")))
        puts("everything is stopped; 'fcemu fault on --all' brings it back");
}

static void print_refusal(const cJSON *answer)
{
    const cJSON *reload = cJSON_GetObjectItemCaseSensitive(answer, "reload");
    const cJSON *ok = cJSON_GetObjectItemCaseSensitive(reload, "accepted");
    const cJSON *item;

    if (!reload || cJSON_IsTrue(ok))
        return;
    puts("the files on disk are refused; the rules before them stay in force:");
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(reload, "errors")) {
        const cJSON *line = cJSON_GetObjectItemCaseSensitive(item, "line");
        const cJSON *column = cJSON_GetObjectItemCaseSensitive(item, "column");

        printf("  " STR_FMT ":%d:%d: error " STR_FMT ": " STR_FMT ": " STR_FMT "\n",
               STR_ARG(json_get_str(item, "file")), cJSON_IsNumber(line) ? line->valueint : 0,
               cJSON_IsNumber(column) ? column->valueint : 0, STR_ARG(json_get_str(item, "code")),
               STR_ARG(json_get_str(item, "path")), STR_ARG(json_get_str(item, "message")));
    }
}

/* A drill whose rule never fired proves nothing: a word is seen where a 0 is not. */
static void mark_never_fired(const cJSON *rules)
{
    cJSON *rule;

    cJSON_ArrayForEach (rule, rules) {
        const cJSON *fired = cJSON_GetObjectItemCaseSensitive(rule, "fired");

        if (cJSON_IsNumber(fired) && fired->valuedouble == 0)
            cJSON_ReplaceItemInObjectCaseSensitive(rule, "fired", cJSON_CreateString("never"));
    }
}

static void print_canned(const cJSON *canned)
{
    static const struct cli_column columns[] = {
        {"id",       "id", 30},
        {"matched",        "matched", 8},
        {"answered",  "answered", 8},
        {"file",         "file", 30},
        {0},
    };

    if (cJSON_GetArraySize(canned) == 0)
        return;
    printf("\ncanned answers\n");
    cli_print_table(columns, canned);
}

static int run_fault_list(const struct cli_args *args)
{
    OWN(json_free) cJSON *answer = NULL;
    int r = client_ask_json(args, "GET", "/_fcemu/faults", STR_NONE, &answer);

    if (r != 0)
        return r;
    if (cli_has(args, "json")) {
        cli_print_json(GIVE(answer));
        return EXIT_CODE_PASS;
    }
    print_refusal(answer);
    print_overruled(answer);
    mark_never_fired(cJSON_GetObjectItemCaseSensitive(answer, "rules"));
    cli_print_table(rule_columns, cJSON_GetObjectItemCaseSensitive(answer, "rules"));
    print_canned(cJSON_GetObjectItemCaseSensitive(answer, "canned"));
    return EXIT_CODE_PASS;
}

static int run_fault_stats(const struct cli_args *args)
{
    static const struct cli_column columns[] = {
        {"id",      "id", 30},
        {"matched",       "matched", 10},
        {"reached", "reached", 10},
        {"fired",       "fired", 10},
        {"capped", "capped", 10},
        {0      },
    };
    OWN(json_free) cJSON *answer = NULL;
    int r = client_ask_json(args, "GET", "/_fcemu/faults", STR_NONE, &answer);

    if (r != 0)
        return r;
    if (cli_has(args, "json"))
        cli_print_json(cJSON_DetachItemFromObjectCaseSensitive(answer, "rules"));
    else
        cli_print_table(columns, cJSON_GetObjectItemCaseSensitive(answer, "rules"));
    return EXIT_CODE_PASS;
}

static int run_fault_show(const struct cli_args *args)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(client_answer_done) struct client_answer answer = {0};
    int r;

    if (cli_has(args, "json"))
        return ask_and_print(args, "GET", rule_path(arena, args->positional[0], ""), STR_NONE);
    r = client_ask(args, "GET", rule_path(arena, args->positional[0], "?format=yaml"), NULL,
                   STR_NONE, &answer);
    if (r != 0)
        return r;
    if (answer.status >= 400) {
        client_print_problem(args, &answer);
        return EXIT_CODE_USAGE;
    }
    fputs(buf_text(&answer.body), stdout);
    return EXIT_CODE_PASS;
}

static int run_fault_add(const struct cli_args *args)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const char *place = cli_value(args, "place");

    return send_file(
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
    int r = client_ask(args, "PATCH", rule_path(arena, args->positional[0], ""),
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

    return ask_and_print(args, "DELETE", rule_path(arena, args->positional[0], ""), STR_NONE);
}

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
             : ask_and_print(args, "POST", rule_path(arena, id, on ? "/enable" : "/disable"),
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
             : ask_and_print(args, "PUT",
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
    return r ? r : ask_and_print(args, "POST", "/_fcemu/faults/enable", buf_str(&body));
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
    return ask_and_print(args, "POST", "/_fcemu/faults/stop", STR("{}"));
}

static int run_fault_explain(const struct cli_args *args)
{
    OWN(buf_done) struct buf body = {0};

    buf_puts(&body, "{\"request_id\":");
    buf_json_string(&body, str_of(args->positional[0]));
    buf_add_char(&body, '}');
    return ask_and_print(args, "POST", "/_fcemu/faults/explain", buf_str(&body));
}

static int run_fault_dry_run(const struct cli_args *args)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const char *last = cli_value(args, "last");
    int64_t n = 500;

    if (last && str_to_int(str_of(last), 1, 1000000, &n) != NUMBER_OK)
        return cli_usage(args, "'--last %s' is not between 1 and 1000000", last);
    return send_file(args, "POST",
                     arena_printf(arena, "/_fcemu/faults/dry-run?last=%lld%s", (long long)n,
                                  cli_has(args, "over-files") ? "&over=files" : ""),
                     "application/yaml");
}

static int run_fault_tape_save(const struct cli_args *args)
{
    OWN(client_answer_done) struct client_answer answer = {0};
    const char *path = args->positional[0];
    FILE *out;
    int r = client_ask(args, "GET", "/_fcemu/faults/tape", NULL, STR_NONE, &answer);

    if (r != 0)
        return r;
    if (answer.status >= 400) {
        client_print_problem(args, &answer);
        return EXIT_CODE_USAGE;
    }
    out = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
    if (!out)
        return cli_usage(args, "cannot write '%s': %s", path, strerror(errno));
    bool ok = fwrite(buf_text(&answer.body), 1, answer.body.len, out) == answer.body.len;

    if (out != stdout)
        ok = fclose(out) == 0 && ok;
    return ok ? EXIT_CODE_PASS : cli_usage(args, "cannot write '%s'", path);
}

static int run_fault_tape_stop(const struct cli_args *args)
{
    return ask_and_print(args, "DELETE", "/_fcemu/faults/tape", STR_NONE);
}

static int run_fault_tape_play(const struct cli_args *args)
{
    return send_file(args, "PUT", "/_fcemu/faults/tape", "application/x-ndjson");
}

const struct cli_verb verb_fault_list = {
    .name = "fault list",
    .arguments = "",
    .summary = "the rules in force, with counters",
    .summary_zh = "生效的规则及计数",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_list,
};

const struct cli_verb verb_fault_show = {
    .name = "fault show",
    .arguments = "ID",
    .at_least = 1,
    .at_most = 1,
    .summary = "one rule, as YAML that loads",
    .summary_zh = "一条规则，可再载入的 YAML",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_show,
};

const struct cli_verb verb_fault_stats = {
    .name = "fault stats",
    .arguments = "",
    .summary = "what each rule matched, reached, fired and capped",
    .summary_zh = "每条规则的匹配、到达、触发和封顶次数",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_stats,
};

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

const struct cli_verb verb_fault_explain = {
    .name = "fault explain",
    .arguments = "REQUEST_ID",
    .at_least = 1,
    .at_most = 1,
    .summary = "why a call was struck or spared, gate by gate",
    .summary_zh = "逐关说明一次调用为何被命中或放过",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_explain,
};

static const struct cli_option dry_run_options[] = {
    {.name = "last",
     .value = "N",
     .help = "how many journal entries; default 500",
     .help_zh = "多少条日志；默认 500"},
    {.name = "over-files",
     .help = "on top of the daemon's rule files, not instead of them",
     .help_zh = "叠加在守护进程的规则文件之上，而不是取代它们"},
    {0                                              },
};

const struct cli_verb verb_fault_dry_run = {
    .name = "fault dry-run",
    .arguments = "FILE",
    .at_least = 1,
    .at_most = 1,
    .summary = "what rules would have done to the last calls",
    .summary_zh = "规则对最近的调用会做什么",
    .options = dry_run_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_dry_run,
};

const struct cli_verb verb_fault_tape_save = {
    .name = "fault tape save",
    .arguments = "FILE|-",
    .at_least = 1,
    .at_most = 1,
    .summary = "write down every decision so far",
    .summary_zh = "记录至今的每个决定",
    .flags = CLI_DAEMON,
    .run = run_fault_tape_save,
};

const struct cli_verb verb_fault_tape_stop = {
    .name = "fault tape stop",
    .arguments = "",
    .summary = "decide by the rules again",
    .summary_zh = "重新按规则决定",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_tape_stop,
};

const struct cli_verb verb_fault_tape_play = {
    .name = "fault tape play",
    .arguments = "FILE|-",
    .at_least = 1,
    .at_most = 1,
    .summary = "repeat the decisions of a tape",
    .summary_zh = "重放磁带上的决定",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_fault_tape_play,
};
