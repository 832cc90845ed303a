/*
 * What was decided: written down, repeated, left.
 */
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/client.h"
#include "cli/output.h"
#include "cli/verbs.h"

static int run_fault_tape_save(const struct cli_args *args)
{
    OWN(client_answer_done) struct client_answer answer = {0};
    const char *path = args->positional[0];
    int r = client_ask(args, "GET", "/_fcemu/faults/tape", NULL, STR_NONE, &answer);

    if (r != 0)
        return r;
    if (answer.status >= 400) {
        client_print_problem(args, &answer);
        return EXIT_CODE_USAGE;
    }
    if (strcmp(path, "-") != 0)
        return output_write(args, NULL, path, buf_str(&answer.body));
    fwrite(buf_text(&answer.body), 1, answer.body.len, stdout); /* main() looks how that went */
    return EXIT_CODE_PASS;
}

static int run_fault_tape_stop(const struct cli_args *args)
{
    return cli_ask_and_show(args, "DELETE", "/_fcemu/faults/tape", STR_NONE);
}

static int run_fault_tape_play(const struct cli_args *args)
{
    return cli_send_file(args, "PUT", "/_fcemu/faults/tape", "application/x-ndjson");
}

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
