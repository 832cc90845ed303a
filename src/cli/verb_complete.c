/* What the completion of a shell asks for each key. */
#include <stdio.h>

#include "cli/client.h"
#include "cli/complete.h"
#include "cli/verbs.h"

/* Ids of the rules in force; none when no daemon answers. */
static void print_rules(const struct cli_args *args, struct str begun)
{
    OWN(json_free) cJSON *answer = NULL;
    OWN(buf_done) struct buf out = {0};
    const cJSON *rule;

    if (client_ask_json(args, "GET", "/_fcemu/faults", STR_NONE, &answer) != 0)
        return;
    cJSON_ArrayForEach (rule, cJSON_GetObjectItemCaseSensitive(answer, "rules"))
        cli_candidate(&out, begun, STR_NONE, json_get_str(rule, "id"), NULL);
    fputs(buf_text(&out), stdout);
}

static int run_complete(const struct cli_args *args)
{
    OWN(buf_done) struct buf out = {0};
    struct str rest;
    struct str line;

    cli_complete(args->table, args->positional, args->count, &out);
    for (rest = buf_str(&out); str_cut(rest, '\n', &line, &rest);) {
        if (str_eq(line, STR(COMPLETE_RULES)))
            print_rules(args, str_of(args->positional[args->count - 1]));
        else
            printf(STR_FMT "\n", STR_ARG(line));
    }
    return EXIT_CODE_PASS;
}

const struct cli_verb verb_complete = {
    .name = "complete",
    .arguments = "[WORD…]",
    .at_most = CLI_ANY,
    .summary = "what could stand next; the last word may be empty",
    .flags = CLI_HIDDEN,
    .run = run_complete,
};
