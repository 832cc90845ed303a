/* What a sweep has found so far, in a file that the next one goes on with. */
#include "cli/kept_sweep.h"

#include <errno.h>
#include <string.h>
#include <sys/file.h>

#include "base/buf.h"

void kept_sweep_add(FILE *file, const cJSON *row)
{
    OWN(buf_done) struct buf line = {0};

    json_print(row, false, &line);
    fprintf(file, "%s\n", buf_text(&line));
    fflush(file);
}

static void add_command(const struct cli_args *args, struct buf *out)
{
    for (size_t i = 0; args->command[i]; i++)
        buf_printf(out, "%s%s", i ? " " : "", args->command[i]);
}

static int begin(const struct cli_args *args, FILE *file)
{
    OWN(json_free) cJSON *head = json_made(cJSON_CreateObject());
    OWN(buf_done) struct buf command = {0};

    add_command(args, &command);
    json_add_str(head, "sweep_of", buf_str(&command));
    kept_sweep_add(file, head);
    return 0;
}

/* Whatever else a file holds is not ours to add to. */
static int check_head(const struct cli_args *args, const char *path, const cJSON *head)
{
    struct str kept = json_get_str(head, "sweep_of");
    OWN(buf_done) struct buf command = {0};

    add_command(args, &command);
    if (!kept.ptr)
        return cli_usage(args, "--resume %s: this is not what a sweep has kept", path);
    if (!str_eq(kept, buf_str(&command)))
        return cli_usage(args, "--resume %s: kept of another command: " STR_FMT, path,
                         STR_ARG(kept));
    return 0;
}

static int read_kept(const struct cli_args *args, const char *path, FILE *file, cJSON *rows)
{
    OWN(buf_done) struct buf text = {0};
    struct str line, rest;
    struct error err;
    int r = cli_read(args, path, &text);

    if (r || !text.len)
        return r ? r : begin(args, file);
    if (!str_cut(buf_str(&text), '\n', &line, &rest))
        rest = STR_NONE;
    OWN(json_free) cJSON *head = json_parse(line, &err);

    r = check_head(args, path, head);
    while (r == 0 && rest.len) {
        bool whole = str_cut(rest, '\n', &line, &rest);
        cJSON *row = json_parse(line, &err);

        if (row)
            cJSON_AddItemToArray(rows, row);
        if (!whole) { /* it ended in the middle of a line */
            fputc('\n', file);
            break;
        }
    }
    return r;
}

int kept_sweep_open(const struct cli_args *args, FILE **out, cJSON *rows)
{
    const char *path = cli_value(args, "resume");

    if (!path)
        return 0;
    *out = fopen(path, "ae");
    if (!*out)
        return cli_usage(args, "--resume %s: %s", path, strerror(errno));
    if (flock(fileno(*out), LOCK_EX | LOCK_NB) < 0)
        return cli_usage(args, "--resume %s: another sweep is writing there", path);
    return read_kept(args, path, *out, rows);
}
