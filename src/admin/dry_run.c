/* What a document would have done to the calls of the journal. */

#include <inttypes.h>
#include <stdlib.h>

#include "admin/compile.h"
#include "admin/recall.h"
#include "admin/steps.h"
#include "fault/explain.h"
#include "journal/query.h"

enum { CALLS_DEFAULT = 500, EXAMPLES_MAX = 100 };

struct dry_run {
    struct compile *compile;
    size_t last;
    uint64_t seed;
    /* while it works */
    const struct journal_entry **entries; /* by the time they began */
    struct fault_dry_call *calls;
    struct fault_dry_result *results;
    size_t count;
};

/* Most documents are the rules in force with a change, so they stand alone; ?over=files lays them
 * over the files, as PUT /_fcemu/faults would. */
static bool wants_files(struct admin_call *call, bool *out)
{
    struct str over = admin_query(call, "over");

    *out = str_eq(over, STR("files"));
    if (!over.ptr || *out)
        return true;
    admin_problem(call, 400, "over: '" STR_FMT "' is not 'files'", STR_ARG(over));
    return false;
}

void step_dry_run_begin(struct admin_call *call)
{
    struct dry_run *run = ARENA_NEW(call->arena, struct dry_run);
    struct str last = admin_query(call, "last");
    uint64_t count = CALLS_DEFAULT;
    bool over_files;

    if (!wants_files(call, &over_files))
        return;

    if (last.ptr && str_to_uint(last, JOURNAL_QUERY_LIMIT_MAX, &count) != NUMBER_OK) {
        admin_problem(call, 400, "last: '" STR_FMT "' is not a count", STR_ARG(last));
        return;
    }
    run->compile = compile_new(call->admin, call->arena);
    run->last = (size_t)count;
    run->seed = fault_engine_seed(call->admin->context.engine);
    if (!over_files)
        run->compile->file_count = 0;
    run->compile->layer = layer_new();
    run->compile->whole = call->request.body.ptr ? call->request.body : STR("");
    call->state = run;
    call->bulk = true;
}

/* The journal has calls in the order they ended; rules met them in the order they began. */
static int by_start(const void *a, const void *b)
{
    const struct journal_entry *x = *(const struct journal_entry *const *)a;
    const struct journal_entry *y = *(const struct journal_entry *const *)b;

    return x->started_ns < y->started_ns ? -1 : x->started_ns > y->started_ns;
}

static void take_calls(struct dry_run *run, const struct journal_snapshot *snapshot,
                       struct arena *arena)
{
    size_t all = journal_snapshot_count(snapshot);

    run->count = all < run->last ? all : run->last;
    run->entries = ARENA_ARRAY(arena, run->count, const struct journal_entry *);
    run->calls = ARENA_ARRAY(arena, run->count, struct fault_dry_call);
    run->results = ARENA_ARRAY(arena, run->count, struct fault_dry_result);
    for (size_t i = 0; i < run->count; i++)
        run->entries[i] = journal_snapshot_at(snapshot, all - run->count + i);
    qsort(run->entries, run->count, sizeof(const struct journal_entry *), by_start);
    for (size_t i = 0; i < run->count; i++) {
        const struct journal_entry *entry = run->entries[i];
        struct fault_call *told = ARENA_NEW(arena, struct fault_call);

        recall_call(entry, arena, told);
        run->calls[i] = (struct fault_dry_call){.call = told,
                                                .at_ns = entry->started_ns,
                                                .took_ns = entry->ended_ns - entry->started_ns};
    }
}

/* ---- what came of it ---- */

struct tally {
    uint64_t matched, fired;
};

static void tally_decision(const struct dry_run *run, const struct fault_decision *decision,
                           struct tally *tallies)
{
    for (size_t i = 0; i < decision->evidence_count; i++) {
        const struct fault_evidence *evidence = &decision->evidence[i];
        size_t index = (size_t)(evidence->rule - run->compile->set->rules);

        tallies[index].matched++;
        tallies[index].fired += evidence->gate == GATE_FIRED;
    }
}

static struct str would_be(const struct fault_dry_result *result)
{
    for (size_t i = 0; i < N_ELEMENTS(result->doors); i++)
        if (result->doors[i].first_rule)
            return result->doors[i].first_rule->id;
    if (result->upload.first_rule)
        return result->upload.first_rule->id;
    if (result->early.first_rule)
        return result->early.first_rule->id;
    return result->late.first_rule ? result->late.first_rule->id : STR("");
}

static void add_rules(const struct dry_run *run, struct arena *arena, struct buf *out)
{
    const struct fault_ruleset *set = run->compile->set;
    struct tally *tallies = ARENA_ARRAY(arena, set->rule_count, struct tally);

    for (size_t i = 0; i < run->count; i++) {
        tally_decision(run, &run->results[i].doors[0], tallies);
        tally_decision(run, &run->results[i].doors[1], tallies);
        tally_decision(run, &run->results[i].upload, tallies);
        tally_decision(run, &run->results[i].early, tallies);
        tally_decision(run, &run->results[i].late, tallies);
    }
    buf_puts(out, ",\"rules\":[");
    for (size_t i = 0; i < set->rule_count; i++) {
        buf_puts(out, i ? ",{\"id\":" : "{\"id\":");
        buf_json_string(out, set->rules[i].id);
        buf_printf(out, ",\"matched\":%" PRIu64 ",\"fired\":%" PRIu64 ",\"asked\":%s}",
                   tallies[i].matched, tallies[i].fired,
                   fault_dry_run_asks(&set->rules[i]) ? "true" : "false");
    }
    buf_add_char(out, ']');
}

static void add_changed(const struct dry_run *run, struct buf *out)
{
    size_t shown = 0;

    buf_puts(out, ",\"changed\":[");
    for (size_t i = 0; i < run->count && shown < EXAMPLES_MAX; i++) {
        struct str would = would_be(&run->results[i]);

        if (str_eq(would, run->entries[i]->rule))
            continue;
        buf_puts(out, shown++ ? ",{\"request_id\":" : "{\"request_id\":");
        buf_json_string(out, run->entries[i]->request_id);
        buf_puts(out, ",\"was\":");
        buf_json_string(out, run->entries[i]->rule.len ? run->entries[i]->rule : STR_NONE);
        buf_puts(out, ",\"would_be\":");
        buf_json_string(out, would.len ? would : STR_NONE);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

void step_dry_run_work(struct admin_call *call)
{
    struct dry_run *run = call->state;
    struct buf body = {0};
    size_t struck = 0;

    compile_run(run->compile);
    if (!run->compile->set) {
        admin_problem_issues(call, 422, "the rules have mistakes", str_of(run->compile->errors));
        return;
    }
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(call->admin->context.journal);

    take_calls(run, snapshot, call->arena);
    fault_dry_run(run->compile->set, run->seed, run->calls, run->count, call->arena, run->results);
    for (size_t i = 0; i < run->count; i++)
        struck += would_be(&run->results[i]).len > 0;
    buf_printf(&body, "{\"calls\":%zu,\"struck\":%zu", run->count, struck);
    add_rules(run, call->arena, &body);
    add_changed(run, &body);
    buf_printf(&body, ",\"warnings\":%s}", run->compile->warnings);
    admin_json(call, 200, &body);
}
