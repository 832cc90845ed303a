/*
 * A verb that asks the daemon one thing and shows the answer.
 */
#include "cli/ask.h"

#include "base/query.h"
#include "cli/client.h"
#include "cli/print.h"

int cli_ask_and_show(const struct cli_args *args, const char *method, const char *path,
                     struct str body)
{
    cJSON *answer = NULL;
    int r = client_ask_json(args, method, path, body, &answer);

    return r != 0 ? r : cli_show(args, answer);
}

int cli_send_file(const struct cli_args *args, const char *method, const char *path,
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

char *cli_rule_path(struct arena *arena, const char *id, const char *rest)
{
    return arena_printf(arena, "/_fcemu/faults/rules/" STR_FMT "%s",
                        STR_ARG(percent_encode(str_of(id), false, arena)), rest);
}
