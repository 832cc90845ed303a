/* What the completion of a shell asks for each key. */
#include <stdio.h>

#include "cli/client.h"
#include "cli/complete.h"
#include "cli/verbs.h"

/* What a running daemon knows; nothing when none answers. */
static const struct {
    const char *line, *path, *list, *name;
} asked[] = {
    {COMPLETE_FUNCTIONS, "/_fcemu/functions", "functions", "function"},
    {COMPLETE_RULES,     "/_fcemu/faults",    "rules",     "id"      },
};

static void print_names(const struct cli_args *args, size_t what, struct str begun)
{
    OWN(json_free) cJSON *answer = NULL;
    OWN(buf_done) struct buf out = {0};
    const cJSON *item;

    if (client_ask_json(args, "GET", asked[what].path, STR_NONE, &answer) != 0)
        return;
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(answer, asked[what].list))
        cli_candidate(&out, begun, STR_NONE, json_get_str(item, asked[what].name), NULL);
    fputs(buf_text(&out), stdout);
}

/* False when the line is itself what could stand there. */
static bool print_asked(const struct cli_args *args, struct str line)
{
    for (size_t i = 0; i < N_ELEMENTS(asked); i++) {
        if (!str_eq(line, str_of(asked[i].line)))
            continue;
        print_names(args, i, str_of(args->positional[args->count - 1]));
        return true;
    }
    return false;
}

static int run_complete(const struct cli_args *args)
{
    OWN(buf_done) struct buf out = {0};
    struct str rest;
    struct str line;

    cli_complete(args->table, args->positional, args->count, &out);
    for (rest = buf_str(&out); str_cut(rest, '\n', &line, &rest);) {
        if (!print_asked(args, line))
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
