/*
 * The smallest tape that still makes the command fail the same way: delta debugging over the calls
 * that were struck (Zeller and Hildebrandt, 2002). A failure that does not come back three times of
 * three is called flaky.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/private.h"
#include "cli/progress.h"
#include "cli/trial.h"
#include "cli/verbs.h"

enum { TIMES = 3 };

struct shrink {
    const struct cli_args *args;
    struct buf text;   /* of the tape */
    struct str head;   /* its first line */
    struct str *lines; /* the others */
    size_t count;
    bool *kept; /* those that are tried now */
    cJSON *results[TIMES];
    size_t runs;
    struct buf failure; /* how the whole tape makes it end */
    int problem;        /* exit code of what went wrong; 0 = nothing */
};

/* ---- the tape ---- */

static bool read_tape(struct shrink *s)
{
    struct str line, rest;
    size_t count = 0;

    if (cli_read(s->args, s->args->positional[0], &s->text) != 0)
        return false;
    rest = buf_str(&s->text);
    for (size_t i = 0; i < s->text.len; i++)
        count += s->text.ptr[i] == '\n';
    s->lines = mem_alloc_array(count + 1, sizeof(*s->lines));
    s->kept = mem_alloc_array(count + 1, sizeof(*s->kept));
    if (!str_cut(rest, '\n', &s->head, &rest) || !str_starts(s->head, STR("{\"fcemu_tape\":"))) {
        cli_usage(s->args, "%s is no tape; save one with 'fcemu fault tape save' or --tape",
                  s->args->positional[0]);
        return false;
    }
    while (rest.len) {
        if (!str_cut(rest, '\n', &line, &rest))
            rest = STR_NONE;
        if (line.len)
            s->lines[s->count++] = line;
    }
    return true;
}

static void write_tape(const struct shrink *s, const bool *kept, struct buf *out)
{
    size_t lines = 0;

    for (size_t i = 0; i < s->count; i++)
        lines += kept[i];
    OWN(json_free) cJSON *head = json_parse(s->head, &(struct error){0});

    cJSON_ReplaceItemInObjectCaseSensitive(head, "lines", cJSON_CreateNumber((double)lines));
    json_print(head, false, out);
    buf_add_char(out, '\n');
    for (size_t i = 0; i < s->count; i++) {
        if (!kept[i])
            continue;
        buf_add(out, s->lines[i]);
        buf_add_char(out, '\n');
    }
}

/* ---- trials ---- */

static struct trial make(void *arg, size_t number, struct arena *arena)
{
    const struct shrink *s = arg;
    OWN(buf_done) struct buf tape = {0};

    (void)number;
    write_tape(s, s->kept, &tape);
    return (struct trial){.tape = arena_dup(arena, buf_str(&tape))};
}

static bool take(void *arg, size_t number, cJSON *result)
{
    struct shrink *s = arg;

    s->results[number] = result;
    return true;
}

/* How often of @times it ended as the whole tape makes it end; -1 when it could not be run. */
static int count_failures(struct shrink *s, size_t times)
{
    struct trials trials = {.args = s->args, .count = times, .arg = s, .make = make, .take = take};
    int same = 0;

    if (!cli_trial_options(s->args, &trials.parallel))
        return -1;
    s->problem = trials_run(&trials);
    s->runs += times;
    for (size_t i = 0; i < times && !s->problem; i++) {
        OWN(buf_done) struct buf ending = {0};

        trial_ending(s->results[i], &ending);
        if (cJSON_HasObjectItem(s->results[i], "problem"))
            s->problem = EXIT_CODE_UNREACHABLE;
        if (s->failure.len == 0 && !trial_passed(s->results[i]))
            buf_add(&s->failure, buf_str(&ending));
        same += !trial_passed(s->results[i]) && str_eq(buf_str(&ending), buf_str(&s->failure));
    }
    for (size_t i = 0; i < times; i++) {
        json_free(s->results[i]);
        s->results[i] = NULL;
    }
    return s->problem ? -1 : same;
}

/* One trial says no; a yes is asked again. */
static bool still_fails(struct shrink *s)
{
    if (count_failures(s, 1) != 1)
        return false;
    return count_failures(s, TIMES - 1) == TIMES - 1;
}

/* ---- delta debugging ---- */

static size_t collect(const struct shrink *s, const bool *kept, size_t *out)
{
    size_t count = 0;

    for (size_t i = 0; i < s->count; i++)
        if (kept[i])
            out[count++] = i;
    return count;
}

/* Leave one part of @parts out, or keep only it. */
static void choose(struct shrink *s, const size_t *list, size_t count, size_t part, size_t parts,
                   bool only)
{
    memset(s->kept, 0, s->count * sizeof(*s->kept));
    for (size_t i = 0; i < count; i++) {
        bool inside = i >= count * part / parts && i < count * (part + 1) / parts;

        s->kept[list[i]] = inside == only;
    }
}

/* True when a smaller tape was found, which @best is then. */
static bool try_parts(struct shrink *s, bool *best, const size_t *list, size_t count, size_t parts,
                      bool only)
{
    for (size_t part = 0; part < parts && !s->problem; part++) {
        choose(s, list, count, part, parts, only);
        if (!still_fails(s))
            continue;
        memcpy(best, s->kept, s->count * sizeof(*best));
        return true;
    }
    return false;
}

static void minimise(struct shrink *s, bool *best)
{
    size_t *list = mem_alloc_array(s->count + 1, sizeof(*list));
    size_t parts = 2, count = collect(s, best, list);

    while (count >= 2 && !s->problem) {
        progress_show("%zu faults left, %zu runs", count, s->runs);
        if (parts == 2 && try_parts(s, best, list, count, parts, true))
            parts = 2;
        else if (try_parts(s, best, list, count, parts, false))
            parts = parts > 3 ? parts - 1 : 2;
        else if (parts < count)
            parts = parts * 2 < count ? parts * 2 : count;
        else
            break;
        count = collect(s, best, list);
        if (parts > count)
            parts = count > 2 ? count : 2;
    }
    mem_free(list);
}

/* ---- output ---- */

static void add_fault(struct str line, struct buf *out)
{
    OWN(json_free) cJSON *call = json_parse(line, &(struct error){0});
    const cJSON *what = cJSON_GetObjectItemCaseSensitive(call, "do");
    struct str code = json_get_str(what, "error");

    buf_add(out, code.ptr ? code : json_get_str(what, "outcome"));
    buf_printf(out, " on call %.0f of " STR_FMT " " STR_FMT,
               cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(call, "k")),
               STR_ARG(json_get_str(call, "method")), STR_ARG(json_get_str(call, "path")));
}

static void print_found(const struct shrink *s, const bool *best)
{
    OWN(buf_done) struct buf text = {0};
    size_t count = 0;

    for (size_t i = 0; i < s->count; i++) {
        if (!best[i])
            continue;
        buf_puts(&text, "\n  ");
        add_fault(s->lines[i], &text);
        count++;
    }
    fprintf(stderr, "%zu of %zu faults suffice for %s (%zu runs):%s\n", count, s->count,
            buf_text(&s->failure), s->runs, buf_text(&text));
}

static int write_found(const struct shrink *s, const bool *best)
{
    const char *path = cli_value(s->args, "out");
    OWN(buf_done) struct buf tape = {0};

    write_tape(s, best, &tape);
    if (path)
        return output_write(s->args, "out", path, buf_str(&tape));
    fwrite(tape.ptr, 1, tape.len, stdout); /* main() looks whether that went well */
    return EXIT_CODE_PASS;
}

/* Then no fault is to blame. */
static bool fails_without_any(struct shrink *s)
{
    memset(s->kept, 0, s->count * sizeof(*s->kept));
    if (count_failures(s, 1) != 1)
        return false;
    fprintf(stderr,
            "fcemu shrink: without any fault the command ends with %s, too; nothing to shrink\n",
            buf_text(&s->failure));
    return true;
}

static int shrink(struct shrink *s)
{
    OWN(mem_free) char *room = NULL;
    bool *best;
    int same;

    if (output_look(s->args, "out") || !read_tape(s))
        return EXIT_CODE_USAGE;
    room = mem_alloc_array(s->count + 1, sizeof(*best));
    best = (bool *)room;
    for (size_t i = 0; i < s->count; i++)
        s->kept[i] = best[i] = true;
    same = count_failures(s, TIMES);
    if (same < 0)
        return s->problem ? s->problem : EXIT_CODE_USAGE;
    if (same == 0) {
        fprintf(
            stderr,
            "fcemu shrink: with the whole tape the command ends with exit 0; nothing to shrink\n");
        return EXIT_CODE_VACUOUS;
    }
    if (same < TIMES) {
        fprintf(stderr,
                "fcemu shrink: flaky: with the whole tape the command failed %d times of %d\n",
                same, TIMES);
        return EXIT_CODE_INCONCLUSIVE;
    }
    if (fails_without_any(s))
        return EXIT_CODE_VACUOUS;
    if (!s->problem)
        minimise(s, best);
    progress_clear();
    if (s->problem)
        return s->problem;
    print_found(s, best);
    return write_found(s, best);
}

static int run_shrink(const struct cli_args *args)
{
    struct shrink s = {.args = args};
    int r;

    if (!args->command || !args->command[0])
        return cli_usage(args, "needs a command: fcemu shrink TAPE -- COMMAND…");
    r = shrink(&s);
    buf_done(&s.text);
    buf_done(&s.failure);
    mem_free(s.lines);
    mem_free(s.kept);
    return r;
}

static const struct cli_option shrink_options[] = {
    PRIVATE_OPTIONS,
    {.name = "out",
      .value = "FILE",
      .help = "where the smallest tape goes; default: standard output",
      .help_zh = "最小的磁带写到哪里；默认标准输出"},
    PARALLEL_OPTION,
    RUN_TIMEOUT_OPTION,
    {0},
};

const struct cli_verb verb_shrink = {
    .name = "shrink",
    .arguments = "TAPE -- COMMAND…",
    .at_least = 1,
    .at_most = 1,
    .summary = "the fewest faults of a tape that still make a command fail",
    .summary_zh = "磁带中仍使命令失败的最少故障",
    .details = "The failure must come back three times of three; else it is called flaky (exit 7).",
    .details_zh = "失败必须三次中三次重现，否则称为不稳定（以 7 退出）。",
    .options = shrink_options,
    .flags = CLI_COMMAND,
    .run = run_shrink,
};
