/*
 * Every documented error at every call: the command is run once without a fault, then once for each
 * error that each of its calls can meet, and must end as well each time.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/draw.h"
#include "base/mem.h"
#include "base/units.h"
#include "catalog/operation.h"
#include "cli/error_list.h"
#include "cli/kept_sweep.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/private.h"
#include "cli/progress.h"
#include "cli/react.h"
#include "cli/trial.h"
#include "cli/verbs.h"
#include "conf/scalar.h"

enum { CASES_MAX = 20000 };

struct sweep_case {
    size_t call; /* from 1 */
    struct str operation, injected;
    const char *what; /* members of `do` */
    size_t nth;       /* of what its rule is asked for; 0: it is asked for none, and holds */
    bool done;        /* told by an earlier run */
};

struct sweep {
    const struct cli_args *args;
    struct arena *arena;
    struct error_list errors;
    struct sweep_case *cases;
    size_t count;
    size_t *order; /* of what is left to do */
    size_t left;
    size_t connections, hellos, uploads; /* of the run without a fault, so far */
    bool by_region;                      /* it came to the address of a region */
    unsigned doors;
    cJSON *rows;
    cJSON *baseline;
    FILE *resume;
    uint64_t budget_ns, begun_ns;
    bool over_budget;
    size_t passed, failed, hung, not_reached, problems;
};

/* ---- what there is to do ---- */

static void add_case(struct sweep *s, size_t call, struct str operation, struct str injected,
                     const char *what, size_t nth)
{
    if (s->count < CASES_MAX)
        s->cases[s->count++] = (struct sweep_case){
            .call = call, .operation = operation, .injected = injected, .what = what, .nth = nth};
}

static const struct operation *operation_of(const cJSON *request)
{
    enum api_version api = api_version_find(json_get_str(request, "api"));

    return operation_find(api, json_get_str(request, "operation"));
}

static bool has(const cJSON *request, const char *flag)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(request, flag));
}

static bool begins_connection(const cJSON *request)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(request, "connection_call")) == 1;
}

static bool has_body(const cJSON *request)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(request, "request_bytes")) > 0;
}

/* The how-manieth of what such a rule is asked for the call brings; 0: it brings none. An address
 * is closed for the whole run. */
static size_t brings(struct sweep *s, enum asking_time asked, size_t call, const cJSON *request)
{
    switch (asked) {
    case ASKED_ON_REQUEST:
    case ASKED_AUTHENTICATED:
        return call;
    case ASKED_ON_HEAD:
        return has_body(request) ? s->uploads : 0;
    case ASKED_ON_ACCEPT:
        return begins_connection(request) ? s->connections : 0;
    case ASKED_ON_HELLO:
        return begins_connection(request) && has(request, "tls") ? s->hellos : 0;
    case ASKED_BY_NAME: /* nobody knows which look-up was for which call */
    case ASKED_AT_ADDRESS:
        return call == 1;
    case ASKING_TIMES:
        break;
    }
    return 0;
}

static void add_ends(struct sweep *s, size_t call, struct str name, const cJSON *request)
{
    const struct fault_trial *end;
    enum asking_time asked;

    s->connections += begins_connection(request);
    s->uploads += has_body(request);
    s->hellos += begins_connection(request) && has(request, "tls");
    s->by_region = s->by_region || has(request, "by_region");
    for (size_t i = 0; cli_has(s->args, "network") && (end = react_end(i, s->doors, &asked)); i++) {
        size_t nth = brings(s, asked, call, request);

        if (!end->reused && nth)
            add_case(s, call, name, str_of(end->name), end->what,
                     asked == ASKED_AT_ADDRESS ? 0 : nth);
    }
}

static void add_call(struct sweep *s, size_t call, const cJSON *request)
{
    struct str name = arena_str(s->arena, json_get_str(request, "operation"));
    const struct operation *op = operation_of(request);

    for (size_t i = 0; i < s->errors.count; i++) {
        const struct fc_error *error = s->errors.items[i];

        if (s->errors.named || (op && fc_error_applies(error, op)))
            add_case(s, call, name, str_of(error->code), cli_error_action(error, "", s->arena),
                     call);
    }
    add_ends(s, call, name, request);
}

static struct trial make_baseline(void *arg, size_t number, struct arena *arena)
{
    (void)arg;
    (void)number;
    (void)arena;
    return (struct trial){0};
}

static bool take_baseline(void *arg, size_t number, cJSON *result)
{
    struct sweep *s = arg;

    (void)number;
    s->baseline = result;
    return true;
}

static int run_baseline(struct sweep *s)
{
    struct trials trials = {
        .args = s->args, .count = 1, .arg = s, .make = make_baseline, .take = take_baseline};
    OWN(buf_done) struct buf ending = {0};
    const cJSON *request;
    size_t call = 0;
    int r = trials_run(&trials);

    if (r)
        return r;
    if (!trial_passed(s->baseline)) {
        trial_ending(s->baseline, &ending);
        fprintf(
            stderr,
            "fcemu sweep: without any fault the command ends with %s; it must end with exit 0\n%s",
            buf_text(&ending),
            json_get_str(s->baseline, "output").ptr ? json_get_str(s->baseline, "output").ptr : "");
        return EXIT_CODE_USAGE;
    }
    s->cases = mem_alloc_array(CASES_MAX, sizeof(*s->cases));
    cJSON_ArrayForEach (request, cJSON_GetObjectItemCaseSensitive(s->baseline, "requests")) {
        add_call(s, ++call, request);
    }
    if (call)
        return 0;
    fprintf(stderr, "fcemu sweep: no call of the command came here; is it led by the environment "
                    "('fcemu env')?\n");
    return EXIT_CODE_VACUOUS;
}

/* ---- taking up again ---- */

static void mark_done(struct sweep *s, const cJSON *row)
{
    for (size_t i = 0; i < s->count; i++)
        if ((double)s->cases[i].call ==
                cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(row, "call")) &&
            str_eq(s->cases[i].injected, json_get_str(row, "injected")))
            s->cases[i].done = true;
}

static void count_row(struct sweep *s, struct str outcome)
{
    s->passed += str_eq(outcome, STR("passed"));
    s->failed += str_eq(outcome, STR("failed"));
    s->hung += str_eq(outcome, STR("hung"));
    s->not_reached += str_eq(outcome, STR("not reached"));
}

static int open_resume(struct sweep *s)
{
    const cJSON *row;
    int r = kept_sweep_open(s->args, &s->resume, s->rows);

    cJSON_ArrayForEach (row, s->rows) {
        mark_done(s, row);
        count_row(s, json_get_str(row, "outcome"));
    }
    return r;
}

static uint64_t shuffle_key(uint64_t seed, size_t index)
{
    return draw_bits(seed, STR("sweep"), STR(""), STR("order"), index);
}

static uint64_t order_seed;

static int by_key(const void *a, const void *b)
{
    uint64_t x = shuffle_key(order_seed, *(const size_t *)a),
             y = shuffle_key(order_seed, *(const size_t *)b);

    return x < y ? -1 : x > y;
}

static void put_in_order(struct sweep *s)
{
    s->order = mem_alloc_array(s->count, sizeof(*s->order));
    for (size_t i = 0; i < s->count; i++)
        if (!s->cases[i].done)
            s->order[s->left++] = i;
    if (cli_has(s->args, "seed"))
        qsort(s->order, s->left, sizeof(*s->order), by_key);
}

/* ---- trials ---- */

static struct trial make(void *arg, size_t number, struct arena *arena)
{
    const struct sweep *s = arg;
    const struct sweep_case *c = &s->cases[s->order[number]];

    const char *when = c->nth ? arena_printf(arena, "when: {calls: {nth: [%zu]}}, ", c->nth) : "";

    return (struct trial){
        .rules = arena_printf(
            arena,
            "version: 1\nrules:\n  - {id: sweep, priority: 1000, ttl: forever, match: {}, "
            "%sdo: {%s}}\n",
            when, c->what),
    };
}

/* A call that was never made cannot have gone wrong; that is no pass. Who comes to a closed address
 * is seen by nobody, but it is known who came there while it was open. */
static bool was_reached(const struct sweep *s, const cJSON *result)
{
    return trial_struck(result, "sweep") || (s->by_region && trial_closed(result, "sweep"));
}

static const char *outcome_of(const struct sweep *s, const cJSON *result)
{
    if (cJSON_HasObjectItem(result, "problem"))
        return "problem";
    if (trial_timed_out(result))
        return "hung";
    if (!was_reached(s, result))
        return "not reached";
    return trial_passed(result) ? "passed" : "failed";
}

static cJSON *row_of(const struct sweep *s, const struct sweep_case *c, const cJSON *result)
{
    cJSON *row = json_made(cJSON_CreateObject());
    OWN(buf_done) struct buf ending = {0};

    trial_ending(result, &ending);
    json_add_uint(row, "call", c->call);
    json_add_str(row, "operation", c->operation);
    json_add_str(row, "injected", c->injected);
    json_add_str(row, "outcome", str_of(outcome_of(s, result)));
    json_add_str(row, "ending", buf_str(&ending));
    if (!trial_passed(result))
        json_add_str(row, "output", json_get_str(result, "output"));
    return row;
}

static bool take(void *arg, size_t number, cJSON *result)
{
    struct sweep *s = arg;
    cJSON *row = row_of(s, &s->cases[s->order[number]], result);
    struct str outcome = json_get_str(row, "outcome");
    bool bad = str_eq(outcome, STR("failed")) || str_eq(outcome, STR("hung"));

    s->problems += str_eq(outcome, STR("problem"));
    count_row(s, outcome);
    if (s->resume && !cJSON_HasObjectItem(result, "problem"))
        kept_sweep_add(s->resume, row);
    cJSON_AddItemToArray(s->rows, row);
    json_free(result);
    progress_show("%zu of %zu trials, %zu failed", number + 1, s->left, s->failed + s->hung);
    s->over_budget =
        s->budget_ns && clock_monotonic_ns() - s->begun_ns > s->budget_ns && number + 1 < s->left;
    return !s->over_budget && !(bad && cli_has(s->args, "first"));
}

/* ---- output ---- */

static int by_call(const void *a, const void *b)
{
    const cJSON *x = *(const cJSON *const *)a, *y = *(const cJSON *const *)b;
    double calls = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(x, "call")) -
                   cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(y, "call"));

    if (calls != 0)
        return calls < 0 ? -1 : 1;
    return str_compare(json_get_str(x, "injected"), json_get_str(y, "injected"));
}

/* Whatever order they ran in: the same sweep reads the same. */
static void sort_rows(struct sweep *s)
{
    size_t count = (size_t)cJSON_GetArraySize(s->rows), i = 0;
    cJSON **all = mem_alloc_array(count, sizeof(*all));

    while (s->rows->child)
        all[i++] = cJSON_DetachItemViaPointer(s->rows, s->rows->child);
    qsort(all, count, sizeof(*all), by_call);
    for (i = 0; i < count; i++)
        cJSON_AddItemToArray(s->rows, all[i]);
    mem_free(all);
}

static void print_rows(const struct sweep *s)
{
    static const struct cli_column columns[] = {
        {"call",      "call", 4},
        {"operation",          "operation", 20},
        {"injected", "injected", 24},
        {"outcome",         "outcome", 11},
        {"ended",  "ending", 10},
        {0        },
    };
    cJSON *bad = json_made(cJSON_CreateArray());
    const cJSON *row;

    cJSON_ArrayForEach (row, s->rows) {
        if (cli_has(s->args, "all") || !str_eq(json_get_str(row, "outcome"), STR("passed")))
            cJSON_AddItemToArray(bad, cJSON_Duplicate(row, true));
    }
    if (bad->child)
        cli_print_table(columns, bad);
    json_free(bad);
    printf("%zu of %zu trials: %zu passed, %zu failed, %zu hung, %zu not reached%s\n",
           s->passed + s->failed + s->hung + s->not_reached, s->count, s->passed, s->failed,
           s->hung, s->not_reached, s->over_budget ? "; the budget is used up" : "");
}

static void print_json(struct sweep *s)
{
    cJSON *out = json_made(cJSON_CreateObject());

    cJSON_AddNumberToObject(out, "schema", 1);
    json_add_uint(out, "trials", s->count);
    json_add_uint(out, "passed", s->passed);
    json_add_uint(out, "failed", s->failed);
    json_add_uint(out, "hung", s->hung);
    json_add_uint(out, "not_reached", s->not_reached);
    cJSON_AddBoolToObject(out, "over_budget", s->over_budget);
    cJSON_AddItemReferenceToObject(out, "rows", s->rows);
    cli_print_json(out);
}

static int finish(struct sweep *s)
{
    sort_rows(s);
    if (cli_has(s->args, "json"))
        print_json(s);
    else
        print_rows(s);
    if (s->problems) {
        fprintf(stderr, "fcemu sweep: %zu trials could not be run\n", s->problems);
        return EXIT_CODE_UNREACHABLE;
    }
    if (s->over_budget)
        return EXIT_CODE_TIMEOUT;
    if (!s->passed && !s->failed && !s->hung)
        return EXIT_CODE_VACUOUS;
    return s->failed || s->hung ? EXIT_CODE_ASSERTION : EXIT_CODE_PASS;
}

static int carry_out(struct sweep *s, unsigned parallel)
{
    struct trials trials = {
        .args = s->args, .parallel = parallel, .arg = s, .make = make, .take = take};
    int r = run_baseline(s);

    if (r == 0)
        r = open_resume(s);
    if (r)
        return r;
    put_in_order(s);
    trials.count = s->left;
    s->begun_ns = clock_monotonic_ns();
    r = trials_run(&trials);
    progress_clear();
    return r ? r : finish(s);
}

/* What would be found wrong only behind the first run of the command. */
static int look_ahead(struct sweep *s, unsigned *out_parallel)
{
    const struct cli_args *args = s->args;
    const char *budget = cli_value(args, "budget"), *seed = cli_value(args, "seed");

    if (!args->command || !args->command[0])
        return cli_usage(args, "needs a command: fcemu sweep -- COMMAND…");
    if (budget && (scalar_duration(str_of(budget), &s->budget_ns) != SCALAR_OK || !s->budget_ns))
        return cli_usage(args, "'--budget %s' is not a duration such as 5m", budget);
    if (seed && str_to_uint(str_of(seed), UINT64_MAX, &order_seed) != NUMBER_OK)
        return cli_usage(args, "'--seed %s' is not a number", seed);
    if (!cli_trial_options(args, out_parallel))
        return EXIT_CODE_USAGE;
    return output_look_kept(args, "resume");
}

static int run_sweep(const struct cli_args *args)
{
    struct sweep s = {.args = args};
    unsigned parallel = 1;
    int r = look_ahead(&s, &parallel);

    if (r)
        return r;
    s.arena = arena_new();
    s.doors = private_doors(args);
    s.rows = json_made(cJSON_CreateArray());
    r = cli_error_list(args, s.arena, &s.errors) ? carry_out(&s, parallel) : EXIT_CODE_USAGE;
    if (s.resume)
        fclose(s.resume);
    json_free(s.rows);
    json_free(s.baseline);
    mem_free(s.cases);
    mem_free(s.order);
    arena_free(s.arena);
    return r;
}

static const struct cli_option sweep_options[] = {
    PRIVATE_OPTIONS,
    {.name = "errors",
      .value = "LIST",
      .help = "codes with commas between them, or documented for the 13 of the reference; default: "
             "those of them that fit the operation", .help_zh = "以逗号分隔的错误码，或 documented 表示参考文档中的 13 个；默认为其中适合该操作的"},
    {.name = "network",
      .help = "also resets, closes, cuts, hangs and spoilt answers",
      .help_zh = "也包括调用的其他结束方式"},
    PARALLEL_OPTION,
    {.name = "timeout",
      .value = "DURATION",
      .help = "longer than this is called hung; default 60s",
      .help_zh = "超过此时长视为挂起；默认 60s"},
    {.name = "budget",
      .value = "DURATION",
      .help = "stop after so long: 5m",
      .help_zh = "多久后停止：5m"},
    {.name = "resume",
      .value = "FILE",
      .help = "keep what is known there, and do not do it again",
      .help_zh = "把已知结果保存在那里，不再重做"},
    {.name = "seed",                                           .value = "SEED", .help = "shuffle the trials", .help_zh = "打乱试验的次序"},
    {.name = "first",         .help = "stop at the first failure", .help_zh = "遇到第一个失败即停止"},
    {.name = "all",                                              .help = "show those that passed, too", .help_zh = "也显示通过的"},
    {0                             },
};

const struct cli_verb verb_sweep = {
    .name = "sweep",
    .arguments = "-- COMMAND…",
    .summary = "every error at every call of a command",
    .summary_zh = "在一条命令的每次调用上试每个错误",
    .details = "Runs the command once without a fault, then once for each error that each of its "
               "calls can "
               "meet. It must end with exit 0 each time; "
               "exit 1 when it does not.",
    .details_zh = "先无故障运行一次，再对每次调用可能遇到的每个错误各运行一次。每次都必须以 0 "
                  "结束，否则以 1 退出。",
    .options = sweep_options,
    .flags = CLI_JSON | CLI_COMMAND,
    .run = run_sweep,
};
