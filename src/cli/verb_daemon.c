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
int verb_health(const struct cli_args *args)
{
    OWN(client_answer_done) struct client_answer answer = {0};
    struct error err = {0};
    int r = client_ask(args, "GET", "/_fcemu/health", NULL, STR_NONE, &answer);

    if (r != 0)
        return r;
    OWN(json_free) cJSON *json = json_parse(buf_str(&answer.body), &err);

    if (!json) {
        fprintf(stderr, "fcemu health: the daemon's answer is no JSON: %s\n", err.text);
        return EXIT_CODE_UNREACHABLE;
    }
    if (cli_has(args, "json"))
        cli_print_json(GIVE(json));
    else
        cli_print_fields(json);
    return answer.status == 200 ? EXIT_CODE_PASS : EXIT_CODE_ASSERTION;
}

static int print_answer(const struct cli_args *args, cJSON *answer)
{
    if (!answer)
        return EXIT_CODE_PASS;
    if (cli_has(args, "json")) {
        cli_print_json(answer);
    } else {
        cli_print_fields(answer);
        json_free(answer);
    }
    return EXIT_CODE_PASS;
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

int verb_reset(const struct cli_args *args)
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

    return r != 0 ? r : print_answer(args, answer);
}

int verb_clock(const struct cli_args *args)
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
