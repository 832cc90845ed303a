/*
 * The client reaction matrix: what a program makes of each documented error, and of each other way
 * a call may end.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cli/error_list.h"
#include "cli/print.h"
#include "cli/private.h"
#include "cli/progress.h"
#include "cli/react.h"
#include "cli/trial.h"
#include "cli/verbs.h"

enum { CASES_MAX = 256, GAPS_MAX = 32, GAP_SAME_MS = 150 };

struct cell_case {
    const char *name, *rule;
    struct str code; /* that must come through; absent = none */
};

struct react {
    const struct cli_args *args;
    struct arena *arena;
    struct cell_case cases[CASES_MAX];
    size_t count;
    cJSON *cells;
    unsigned problems;
};

/* ---- cases ---- */

static void add_case(struct react *r, const char *name, struct str code, const char *match,
                     const char *what)
{
    if (r->count == CASES_MAX)
        return;
    r->cases[r->count++] = (struct cell_case){
        .name = name,
        .code = code,
        .rule = arena_printf(r->arena,
                             "version: 1\nrules:\n  - {id: react, priority: 1000, ttl: forever, "
                             "match: {%s}, do: {%s}}\n",
                             match, what),
    };
}

static void add_error(struct react *r, const struct fc_error *error)
{
    struct str code = str_of(error->code);

    add_case(r, error->code, code, "", cli_error_action(error, "", r->arena));
    if (error->status == 429 || error->status == 503)
        add_case(r, arena_printf(r->arena, "%s, Retry-After: 1", error->code), code, "",
                 cli_error_action(error, ", retry_after: 1s", r->arena));
}

static bool add_errors(struct react *r)
{
    struct error_list list;

    if (!cli_error_list(r->args, r->arena, &list))
        return false;
    for (size_t i = 0; i < list.count; i++)
        add_error(r, list.items[i]);
    /* Its body says errorCode, as it is documented; classic clients read ErrorCode. */
    if (!list.named)
        add_case(r, arena_printf(r->arena, "%s, errorCode", list.items[0]->code),
                 str_of(list.items[0]->code), "",
                 cli_error_action(list.items[0], ", keys: documented", r->arena));
    return true;
}

static void add_network(struct react *r)
{
    const struct fault_trial *end;
    unsigned doors = private_doors(r->args);
    enum asking_time asked;

    for (size_t i = 0; (end = react_end(i, doors, &asked)); i++)
        add_case(r, end->name, STR_NONE, end->reused ? "connection_call: {gte: 2}" : "", end->what);
}

static struct trial make(void *arg, size_t number, struct arena *arena)
{
    const struct react *r = arg;

    (void)arena;
    return (struct trial){.rules = r->cases[number].rule};
}

/* ---- cells ---- */

static void copy(const cJSON *from, const char *name, cJSON *to)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(from, name);

    cJSON_AddItemToObject(to, name, item ? cJSON_Duplicate(item, true) : cJSON_CreateNull());
}

/* "kept" when the code stands in what the program said, "lost" when it does not. */
static void add_code(const struct cell_case *c, const cJSON *result, cJSON *cell)
{
    size_t at;
    struct str output = json_get_str(result, "output");

    if (!c->code.ptr)
        cJSON_AddNullToObject(cell, "code");
    else
        json_add_str(cell, "code", str_find(output, c->code, &at) ? STR("kept") : STR("lost"));
}

static void add_cell(struct react *r, const struct cell_case *c, const cJSON *result,
                     const cJSON *row)
{
    static const char *const copied[] = {
        "sdk",     "operation",         "calls", "attempts_least", "attempts_most",
        "gaps_ms", "transport_repeats",
    };
    cJSON *cell = json_made(cJSON_CreateObject());
    OWN(buf_done) struct buf ending = {0};

    json_add_str(cell, "injected", str_of(c->name));
    for (size_t i = 0; i < N_ELEMENTS(copied); i++)
        copy(row, copied[i], cell);
    trial_ending(result, &ending);
    json_add_uint(cell, "struck", trial_struck(result, "react"));
    json_add_uint(cell, "closed", trial_closed(result, "react"));
    json_add_str(cell, "ending", buf_str(&ending));
    add_code(c, result, cell);
    cJSON_AddItemToArray(r->cells, cell);
}

static bool take(void *arg, size_t number, cJSON *result)
{
    struct react *r = arg;
    const cJSON *row, *rows = cJSON_GetObjectItemCaseSensitive(result, "clients");
    bool any = false;

    progress_show("%zu of %zu trials", number + 1, r->count);
    r->problems += cJSON_HasObjectItem(result, "problem");
    cJSON_ArrayForEach (row, rows) {
        add_cell(r, &r->cases[number], result, row);
        any = true;
    }
    if (!any) /* nothing was struck: no call came, or none on a connection that was used before */
        add_cell(r, &r->cases[number], result, NULL);
    json_free(result);
    return true;
}

/* ---- output ---- */

static void add_gaps(const cJSON *cell, struct buf *out)
{
    const cJSON *gap;
    const char *comma = "";

    cJSON_ArrayForEach (gap, cJSON_GetObjectItemCaseSensitive(cell, "gaps_ms")) {
        buf_printf(out, "%s%.1f", comma, gap->valuedouble / 1000);
        comma = ", ";
    }
}

/* What the program did not do itself. */
static void add_transport(const cJSON *cell, struct buf *out)
{
    const cJSON *repeats = cJSON_GetObjectItemCaseSensitive(cell, "transport_repeats");

    if (cJSON_IsNumber(repeats) && repeats->valuedouble > 0)
        buf_printf(out, ", %.0f by transport", repeats->valuedouble);
}

/* Of what makes no call fail, or leaves none: connections, names, slow uploads. */
static double times_struck(const cJSON *cell)
{
    const cJSON *struck = cJSON_GetObjectItemCaseSensitive(cell, "struck");

    return cJSON_IsNumber(struck) ? struck->valuedouble : 0;
}

static void print_cells(const struct react *r)
{
    static const struct cli_column columns[] = {
        {"injected",  "injected", 26},
        {"sdk",         "sdk", 8},
        {"operation",       "operation", 18},
        {"calls",          "calls", 5},
        {"attempts", "attempts", 8},
        {"gaps s",         "gaps", 20},
        {"ended",     "ending", 10},
        {"code",          "code", 5},
        {0 },
    };
    const cJSON *cell;
    OWN(json_free) cJSON *rows = cJSON_CreateArray();

    cJSON_ArrayForEach (cell, r->cells) {
        cJSON *row = cJSON_Duplicate(cell, true);
        const cJSON *least = cJSON_GetObjectItemCaseSensitive(cell, "attempts_least");
        const cJSON *most = cJSON_GetObjectItemCaseSensitive(cell, "attempts_most");
        OWN(buf_done) struct buf attempts = {0}, gaps = {0};

        if (cJSON_IsNumber(most))
            buf_printf(&attempts, least->valuedouble < most->valuedouble ? "%.0f-%.0f" : "%.0f",
                       least->valuedouble, most->valuedouble);
        else if (times_struck(cell) > 0)
            buf_printf(&attempts, "struck %.0f", times_struck(cell));
        else if (cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(cell, "closed")) > 0)
            buf_puts(&attempts, "closed");
        add_transport(cell, &attempts);
        add_gaps(cell, &gaps);
        json_add_str(row, "attempts", attempts.len ? buf_str(&attempts) : STR("not struck"));
        json_add_str(row, "gaps", gaps.len ? buf_str(&gaps) : STR(""));
        cJSON_AddItemToArray(rows, row);
    }
    cli_print_table(columns, rows);
}

static bool nothing_struck(const struct react *r)
{
    const cJSON *cell;

    cJSON_ArrayForEach (cell, r->cells) {
        if (times_struck(cell) > 0 ||
            cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(cell, "attempts_most")))
            return false;
    }
    return true;
}

static int finish(struct react *r)
{
    cJSON *matrix;

    if (cli_has(r->args, "json")) {
        matrix = json_made(cJSON_CreateObject());
        cJSON_AddNumberToObject(matrix, "schema", 1);
        cJSON_AddItemReferenceToObject(matrix, "cells", r->cells);
        cli_print_json(matrix);
    } else {
        print_cells(r);
    }
    if (r->problems) {
        fprintf(stderr, "fcemu react: %u trials could not be run\n", r->problems);
        return EXIT_CODE_UNREACHABLE;
    }
    if (!nothing_struck(r))
        return EXIT_CODE_PASS;
    fprintf(stderr, "fcemu react: no call of the command came here; is it led by the environment "
                    "('fcemu env')?\n");
    return EXIT_CODE_VACUOUS;
}

static int run_react(const struct cli_args *args)
{
    struct react r = {.args = args};
    struct trials trials = {.args = args, .arg = &r, .make = make, .take = take};
    int result;

    if (!args->command || !args->command[0])
        return cli_usage(args, "needs a command: fcemu react -- COMMAND…");
    if (!cli_trial_options(args, &trials.parallel))
        return EXIT_CODE_USAGE;
    r.arena = arena_new();
    r.cells = json_made(cJSON_CreateArray());
    if (!add_errors(&r)) {
        result = EXIT_CODE_USAGE;
    } else {
        if (cli_has(args, "network"))
            add_network(&r);
        trials.count = r.count;
        result = trials_run(&trials);
        progress_clear();
        if (result == 0)
            result = finish(&r);
    }
    json_free(r.cells);
    arena_free(r.arena);
    return result;
}

/* ---- what an upgrade changed ---- */

static bool same_text(const cJSON *a, const cJSON *b, const char *name)
{
    return str_eq(json_get_str(a, name), json_get_str(b, name));
}

static const cJSON *same_cell(const cJSON *cells, const cJSON *cell)
{
    const cJSON *other;

    cJSON_ArrayForEach (other, cells) {
        if (same_text(other, cell, "injected") && same_text(other, cell, "sdk") &&
            same_text(other, cell, "operation"))
            return other;
    }
    return NULL;
}

/* Times of a client are never the same to the millisecond; a schedule is. */
static bool same_gaps(const cJSON *a, const cJSON *b)
{
    const cJSON *x = cJSON_GetObjectItemCaseSensitive(a, "gaps_ms"),
                *y = cJSON_GetObjectItemCaseSensitive(b, "gaps_ms");

    x = x ? x->child : NULL;
    y = y ? y->child : NULL;
    for (; x && y; x = x->next, y = y->next)
        if (fabs(x->valuedouble - y->valuedouble) >
            fmax(GAP_SAME_MS, 0.3 * fmax(x->valuedouble, y->valuedouble)))
            return false;
    return !x && !y;
}

static bool same_number(const cJSON *a, const cJSON *b, const char *name)
{
    const cJSON *x = cJSON_GetObjectItemCaseSensitive(a, name),
                *y = cJSON_GetObjectItemCaseSensitive(b, name);

    return cJSON_IsNumber(x) == cJSON_IsNumber(y) &&
           (!cJSON_IsNumber(x) || x->valuedouble == y->valuedouble);
}

static void describe(const cJSON *cell, struct buf *out)
{
    const cJSON *most = cJSON_GetObjectItemCaseSensitive(cell, "attempts_most");

    if (!cell) {
        buf_puts(out, "(none)");
        return;
    }
    if (cJSON_IsNumber(most))
        buf_printf(out, "%.0f attempts, gaps [", most->valuedouble);
    else
        buf_puts(out, "not struck, gaps [");
    add_gaps(cell, out);
    buf_puts(out, "] s, ");
    buf_add(out, json_get_str(cell, "ending"));
    if (json_get_str(cell, "code").ptr)
        buf_printf(out, ", code " STR_FMT, STR_ARG(json_get_str(cell, "code")));
}

static void print_change(const cJSON *cell, const cJSON *before, const cJSON *after)
{
    OWN(buf_done) struct buf line = {0};

    buf_printf(&line, STR_FMT ", " STR_FMT " " STR_FMT ": ",
               STR_ARG(json_get_str(cell, "injected")), STR_ARG(json_get_str(cell, "sdk")),
               STR_ARG(json_get_str(cell, "operation")));
    describe(before, &line);
    buf_puts(&line, " -> ");
    describe(after, &line);
    puts(buf_text(&line));
}

static bool is_matrix(const cJSON *json)
{
    const cJSON *cell, *cells = cJSON_GetObjectItemCaseSensitive(json, "cells");

    cJSON_ArrayForEach (cell, cells) {
        if (!json_get_str(cell, "injected").ptr || !json_get_str(cell, "ending").ptr)
            return false;
    }
    return cJSON_IsArray(cells);
}

static cJSON *read_matrix(const struct cli_args *args, const char *file)
{
    OWN(buf_done) struct buf text = {0};
    struct error err = {0};
    cJSON *matrix;

    if (cli_read(args, file, &text) != 0)
        return NULL;
    matrix = json_parse(buf_str(&text), &err);
    if (matrix && is_matrix(matrix))
        return matrix;
    json_free(matrix);
    cli_usage(args, "%s is no matrix; write one with 'fcemu react --json -- COMMAND…'", file);
    return NULL;
}

static int run_react_diff(const struct cli_args *args)
{
    OWN(json_free) cJSON *before = read_matrix(args, args->positional[0]);
    OWN(json_free) cJSON *after = before ? read_matrix(args, args->positional[1]) : NULL;
    const cJSON *cell, *old, *new;
    size_t changes = 0;

    if (!after)
        return EXIT_CODE_USAGE;
    old = cJSON_GetObjectItemCaseSensitive(before, "cells");
    new = cJSON_GetObjectItemCaseSensitive(after, "cells");
    cJSON_ArrayForEach (cell, old) {
        const cJSON *now = same_cell(new, cell);

        if (now && same_number(cell, now, "attempts_least") &&
            same_number(cell, now, "attempts_most") && same_text(cell, now, "ending") &&
            same_text(cell, now, "code") && same_gaps(cell, now))
            continue;
        print_change(cell, cell, now);
        changes++;
    }
    cJSON_ArrayForEach (cell, new) {
        if (same_cell(old, cell))
            continue;
        print_change(cell, NULL, cell);
        changes++;
    }
    return changes ? EXIT_CODE_ASSERTION : EXIT_CODE_PASS;
}

static const struct cli_option react_options[] = {
    PRIVATE_OPTIONS,
    {.name = "errors",
      .value = "LIST",
      .help = "codes with commas between them, or all; default: those of the reference",
      .help_zh = "以逗号分隔的错误码，或 all；默认为参考文档中的"},
    {.name = "network",
      .help = "also resets, closes, cuts, hangs and spoilt answers",
      .help_zh = "也包括调用的其他结束方式：reset、close、截断、挂起等"},
    PARALLEL_OPTION,
    RUN_TIMEOUT_OPTION,
    {0                                                                                },
};

const struct cli_verb verb_react = {
    .name = "react",
    .arguments = "-- COMMAND…",
    .summary = "how a command takes each documented error",
    .summary_zh = "一条命令如何应对每个有文档的错误",
    .details = "Runs the command once for each error, with a daemon of its own that answers every "
               "call with "
               "it: attempts, gaps, how it "
               "ended, and whether what it says names the code.",
    .details_zh = "对每个错误运行一次命令，其守护进程对每次调用都以该错误应答：列出尝试次数、间隔、"
                  "如何结束，以及输出是否提到错误码。",
    .options = react_options,
    .flags = CLI_JSON | CLI_COMMAND,
    .run = run_react,
};

const struct cli_verb verb_react_diff = {
    .name = "react diff",
    .arguments = "FROM TO",
    .at_least = 2,
    .at_most = 2,
    .summary = "what differs between two matrices of react --json; exit 1 when a cell does",
    .summary_zh = "两次 react --json 结果的差别；有不同时以 1 退出",
    .run = run_react_diff,
};
