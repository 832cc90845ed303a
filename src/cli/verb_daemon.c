/*
 * health, reset, clock.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/client.h"
#include "cli/print.h"
#include "cli/verbs.h"

/* Exit 0 only when ready: `fcemu health` is the health check of containers. */
static int run_health(const struct cli_args *args)
{
    OWN(client_answer_done) struct client_answer answer = {0};
    struct error err = {0};
    int r = client_ask(args, "GET", "/_fcemu/health", NULL, STR_NONE, &answer);

    if (r != 0)
        return r;
    OWN(json_free) cJSON *json = json_parse_within(buf_str(&answer.body), SIZE_MAX, &err);

    if (!json) {
        fprintf(stderr, "fcemu health: the daemon's answer is no JSON: %s\n", err.text);
        return EXIT_CODE_UNREACHABLE;
    }
    cli_show(args, GIVE(json));
    return answer.status == 200 ? EXIT_CODE_PASS : EXIT_CODE_ASSERTION;
}

static int reset_state(const struct cli_args *args)
{
    bool seed = cli_has(args, "seed");
    cJSON *answer = NULL;
    int r;

    if (!seed && !cli_has(args, "state"))
        return EXIT_CODE_PASS;
    r = client_ask_json(args, "POST", "/_fcemu/state/reset",
                        seed ? STR("{\"seed\":true}") : STR("{}"), &answer);
    json_free(answer);
    return r;
}

static int reset_account(const struct cli_args *args, const char *account)
{
    OWN(buf_done) struct buf body = {0};
    cJSON *answer = NULL;

    if (cli_value(args, "what"))
        return cli_usage(args, "--account resets all of an account; leave out --what");
    buf_puts(&body, "{\"account\":");
    buf_json_string(&body, str_of(account));
    buf_puts(&body, cli_has(args, "seed") ? ",\"seed\":true}" : "}");
    int r = client_ask_json(args, "POST", "/_fcemu/state/reset", buf_str(&body), &answer);

    json_free(answer);
    return r;
}

static int run_reset(const struct cli_args *args)
{
    OWN(buf_done) struct buf body = {0};
    const char *account = cli_value(args, "account");
    const char *list = cli_value(args, "what");
    struct str rest = str_of(list);
    cJSON *answer = NULL;
    int r;

    if (account)
        return reset_account(args, account);
    buf_puts(&body, "{");
    if (list) {
        buf_puts(&body, "\"what\":[");
        for (bool first = true; str_is_set(rest); first = false) {
            struct str word;

            str_cut(rest, ',', &word, &rest);
            if (!first)
                buf_add_char(&body, ',');
            buf_json_string(&body, str_trim(word));
        }
        buf_add_char(&body, ']');
    }
    buf_add_char(&body, '}');
    r = client_ask_json(args, "POST", "/_fcemu/reset", buf_str(&body), &answer);
    json_free(answer);
    return r == 0 ? reset_state(args) : r;
}

static int clock_change(const struct cli_args *args, const char *method, struct str body)
{
    cJSON *answer = NULL;
    int r = client_ask_json(args, method, "/_fcemu/clock", body, &answer);

    return r != 0 ? r : cli_show(args, answer);
}

static int run_clock(const struct cli_args *args)
{
    OWN(buf_done) struct buf body = {0};
    const char *what = args->count ? args->positional[0] : "show";
    const char *value = args->count > 1 ? args->positional[1] : NULL;

    if (strcmp(what, "show") == 0)
        return clock_change(args, "GET", STR_NONE);
    if (strcmp(what, "real") == 0)
        return clock_change(args, "DELETE", STR_NONE);
    if (strcmp(what, "advance") == 0 && value)
        buf_puts(&body, "{\"advance\":");
    else if (strcmp(what, "freeze") == 0)
        buf_puts(&body, "{\"freeze\":");
    else
        return cli_usage(args, "write 'clock advance 5h', 'clock freeze', 'clock freeze "
                               "2026-11-24T00:00:00Z' or 'clock real'");
    if (value)
        buf_json_string(&body, str_of(value));
    else
        buf_puts(&body, "true");
    buf_add_char(&body, '}');
    return clock_change(args, "PUT", buf_str(&body));
}

const struct cli_verb verb_clock = {
    .name = "clock",
    .arguments = "advance D|freeze [T]|real",
    .at_most = 2,
    .summary = "show or move the clock that rules follow",
    .summary_zh = "显示或调整规则所用的时钟",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_clock,
};

static const struct cli_option reset_options[] = {
    {.name = "account",
     .value = "ACCOUNT",
     .help = "only this account: its resources, its calls in the journal, what rules counted for "
             "it and the rules added for it alone", .help_zh = "只清除此账号：其资源、日志中的调用、规则为它的计数和只为它添加的规则"},
    {.name = "seed",
     .help = "also forget the emulated resources and apply the seed files again",
     .help_zh = "同时清除模拟的资源并重新应用种子文件"},
    {.name = "state",
     .help = "also forget the emulated resources",
     .help_zh = "同时清除模拟的资源"},
    {.name = "what",
     .value = "LIST",
     .help = "of counters, bursts, scenarios, journal, coverage, api_layer, clock; default: all "
             "but the file layer", .help_zh = "counters、bursts、scenarios、journal、coverage、api_layer、clock "
                "中的若干；默认除规则文件外全部"},
    {0                                                                          },
};

const struct cli_verb verb_reset = {
    .name = "reset",
    .arguments = "",
    .summary = "forget counters, journal and what was added",
    .summary_zh = "清除计数、日志和添加的一切",
    .options = reset_options,
    .flags = CLI_DAEMON,
    .run = run_reset,
};

const struct cli_verb verb_health = {
    .name = "health",
    .arguments = "",
    .summary = "is the daemon ready?",
    .summary_zh = "守护进程是否就绪",
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_health,
};
