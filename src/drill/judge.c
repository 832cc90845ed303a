/*
 * The verdict: how the run ended, whether enough happened for it to say anything, what was
 * asserted. A drill must not pass by accident (spec/faults.md §3.4).
 */
#include "drill/judge.h"

#include <inttypes.h>
#include <math.h>

#include "base/clock.h"
#include "base/mem.h"
#include "journal/assertion.h"
#include "journal/format.h"
#include "journal/retries.h"

#define NS_PER_US 1e3
#define US_PER_MS 1e3

enum { TIMELINE_MAX = 2000, CHAINS_MAX = 200 };

struct judging {
    struct judgement *j;
    struct journal_snapshot *snapshot;
    struct journal_selection calls; /* of the run, oldest first */
    cJSON *report;
};

static void worsen(struct judgement *j, enum drill_verdict verdict)
{
    j->verdict = drill_verdict_worse(j->verdict, verdict);
}

static void add_text(cJSON *object, const char *name, const struct buf *text)
{
    json_add_str(object, name, text->len ? buf_str(text) : STR(""));
}

static void add_verdict(cJSON *object, enum drill_verdict verdict)
{
    json_add_str(object, "verdict", str_of(drill_verdict_name(verdict)));
}

/* The calls of the run; of its account, when it is of one. */
static void query_run(const struct judging *x, struct journal_query *query)
{
    journal_query_init(query);
    query->after = x->j->after;
    query->account = x->j->plan->account;
}

/* ---- how it ended ---- */

static void tell_workload(const struct judgement *j, struct buf *out)
{
    const struct drill_workload *w = &j->workload;

    if (w->failed_to_start)
        buf_puts(out, "the workload could not be started");
    else if (w->signal)
        buf_printf(out, "signal %d ended the workload", w->signal);
    else
        buf_printf(out, "the workload ended with %d", w->exit);
    if (!w->failed_to_start && (w->signal || w->exit != j->plan->expect_exit))
        buf_printf(out, ", wanted %d", j->plan->expect_exit);
}

static void judge_ending(struct judging *x)
{
    struct judgement *j = x->j;
    enum drill_verdict verdict = j->ending;
    OWN(buf_done) struct buf text = {0};
    cJSON *ending = json_made(cJSON_AddObjectToObject(x->report, "ending"));

    if (j->workload_ended && verdict == DRILL_PASS) {
        tell_workload(j, &text);
        if (j->workload.signal || j->workload.failed_to_start ||
            j->workload.exit != j->plan->expect_exit)
            verdict = DRILL_FAIL;
    } else {
        buf_puts(&text, j->why);
    }
    add_verdict(ending, verdict);
    add_text(ending, "text", &text);
    worsen(j, verdict);
}

static void add_workload(struct judging *x)
{
    const struct judgement *j = x->j;
    cJSON *workload;

    if (!j->has_workload) {
        cJSON_AddNullToObject(x->report, "workload");
        return;
    }
    workload = json_made(cJSON_AddObjectToObject(x->report, "workload"));
    json_add_str(workload, "command", j->command.ptr ? j->command : STR(""));
    if (j->workload_ended && !j->workload.signal)
        cJSON_AddNumberToObject(workload, "exit", j->workload.exit);
    else
        cJSON_AddNullToObject(workload, "exit");
    if (j->workload_ended && j->workload.signal)
        cJSON_AddNumberToObject(workload, "signal", j->workload.signal);
    else
        cJSON_AddNullToObject(workload, "signal");
    cJSON_AddNumberToObject(workload, "expected", j->plan->expect_exit);
    json_add_str(workload, "output", j->workload.output.ptr ? j->workload.output : STR(""));
    json_add_uint(workload, "output_lost_bytes", j->workload.output_lost_bytes);
}

/* ---- steps ---- */

static void add_steps(struct judging *x)
{
    static const char *const states[] = {
        [STEP_NOT_REACHED] = "not_reached",
        [STEP_DONE] = "done",
        [STEP_TIMED_OUT] = "timed_out",
    };
    struct judgement *j = x->j;
    cJSON *steps = json_made(cJSON_AddArrayToObject(x->report, "steps"));

    for (size_t i = 0; i < j->plan->step_count; i++) {
        cJSON *step = json_made(cJSON_CreateObject());

        cJSON_AddNumberToObject(step, "number", (double)i + 1);
        json_add_str(step, "when", j->plan->steps[i].when_text);
        json_add_str(step, "does", j->plan->steps[i].does_text);
        json_add_str(step, "state", str_of(states[j->steps[i].state]));
        if (j->steps[i].state != STEP_NOT_REACHED)
            json_add_uint(step, "at_ms", j->steps[i].at_ms);
        cJSON_AddItemToArray(steps, step);
    }
}

/* ---- what it takes to say anything ---- */

static void add_requirement(struct judging *x, const char *name, struct str rule, uint64_t wanted,
                            uint64_t seen, enum drill_verdict verdict, const struct buf *text)
{
    cJSON *list = cJSON_GetObjectItemCaseSensitive(x->report, "require");
    cJSON *item = json_made(cJSON_CreateObject());

    json_add_str(item, "name", str_of(name));
    if (rule.ptr)
        json_add_str(item, "rule", rule);
    json_add_uint(item, "wanted", wanted);
    json_add_uint(item, "seen", seen);
    add_verdict(item, verdict);
    add_text(item, "text", text);
    cJSON_AddItemToArray(list, item);
    worsen(x->j, verdict);
}

static void require_calls(struct judging *x)
{
    uint64_t wanted = x->j->plan->require.calls;
    uint64_t seen = x->calls.count;
    OWN(buf_done) struct buf text = {0};

    buf_printf(&text, "%" PRIu64 " calls", seen);
    if (seen < wanted)
        buf_printf(&text, ", wanted at least %" PRIu64 "%s", wanted,
                   seen ? "" : ": is the client pointed at this daemon?");
    add_requirement(x, "calls", STR_NONE, wanted, seen, seen < wanted ? DRILL_VACUOUS : DRILL_PASS,
                    &text);
}

static void require_fires(struct judging *x, const struct rule_record *rule)
{
    uint64_t wanted = x->j->plan->require.fires_per_rule;
    bool starved = rule->fired < wanted;
    OWN(buf_done) struct buf text = {0};

    buf_printf(&text, "fired %" PRIu64 " times", rule->fired);
    if (starved) {
        buf_printf(&text, ", wanted at least %" PRIu64 ": ", wanted);
        starved_explain(x->j->set, rule, &x->calls, &text);
    }
    add_requirement(x, "fires", rule->id, wanted, rule->fired, starved ? DRILL_VACUOUS : DRILL_PASS,
                    &text);
}

/* What other rules strike is of other accounts when the drill is of one. */
static bool is_ours(const struct judging *x, const struct rule_record *rule)
{
    return rule->named || !x->j->plan->account.ptr;
}

static void require_capped(struct judging *x)
{
    uint64_t most = x->j->plan->require.capped, seen = 0;
    OWN(buf_done) struct buf text = {0};

    for (size_t i = 0; i < x->j->rule_count; i++)
        if (is_ours(x, &x->j->rules[i]))
            seen += x->j->rules[i].capped;
    buf_printf(&text, "%" PRIu64 " fires were capped by guard.max_active", seen);
    if (seen > most)
        buf_printf(&text, ", wanted at most %" PRIu64, most);
    add_requirement(x, "capped", STR_NONE, most, seen, seen > most ? DRILL_VACUOUS : DRILL_PASS,
                    &text);
}

static uint64_t lost_of_run(const struct judging *x)
{
    uint64_t oldest;

    if (!journal_snapshot_count(x->snapshot))
        return x->j->lost;
    oldest = journal_snapshot_at(x->snapshot, 0)->number;
    return oldest > x->j->after + 1 ? oldest - x->j->after - 1 : 0;
}

static void require_journal(struct judging *x)
{
    uint64_t most = x->j->plan->require.journal_lost;
    /* Entries from before the run may go as they like. */
    uint64_t ours = lost_of_run(x);
    OWN(buf_done) struct buf text = {0};

    buf_printf(&text, "the journal lost %" PRIu64 " calls of the run", ours);
    if (ours > most)
        buf_printf(&text, ", wanted at most %" PRIu64 "; give it more room (journal.memory)", most);
    add_requirement(x, "journal_lost", STR_NONE, most, ours,
                    ours > most ? DRILL_INCONCLUSIVE : DRILL_PASS, &text);
}

static void judge_requirements(struct judging *x)
{
    json_made(cJSON_AddArrayToObject(x->report, "require"));
    require_calls(x);
    for (size_t i = 0; i < x->j->rule_count; i++)
        if (x->j->rules[i].named)
            require_fires(x, &x->j->rules[i]);
    require_capped(x);
    require_journal(x);
}

/* A condition that was waited for in vain: what was to be drilled did not happen. */
static void judge_steps(struct judging *x)
{
    for (size_t i = 0; i < x->j->plan->step_count; i++)
        if (x->j->steps[i].state == STEP_TIMED_OUT)
            worsen(x->j, DRILL_VACUOUS);
}

/* ---- assertions ---- */

static void add_shown(cJSON *item, const struct verify_result *result)
{
    cJSON *calls = json_made(cJSON_AddArrayToObject(item, "calls"));

    for (size_t i = 0; i < result->call_count; i++)
        cJSON_AddItemToArray(calls, json_string(result->calls[i]));
}

static void add_assertion(struct judging *x, cJSON *list, const struct verify_result *result)
{
    cJSON *item = json_made(cJSON_CreateObject());
    enum drill_verdict verdict = DRILL_FAIL;

    drill_verdict_find(str_of(verdict_name(result->verdict)), &verdict);
    json_add_str(item, "assertion", str_of(result->assertion));
    add_verdict(item, verdict);
    json_add_str(item, "text", result->text);
    if (result->call_count)
        add_shown(item, result);
    cJSON_AddItemToArray(list, item);
    worsen(x->j, verdict);
}

static void refuse_assertions(struct judging *x, cJSON *list, const struct error *err)
{
    cJSON *item = json_made(cJSON_CreateObject());

    json_add_str(item, "assertion", STR("assert"));
    add_verdict(item, DRILL_FAIL);
    json_add_str(item, "text", str_of(err->text));
    cJSON_AddItemToArray(list, item);
    worsen(x->j, DRILL_FAIL);
}

static const struct str *ids_of_rules(const struct judgement *j)
{
    struct str *ids = ARENA_ARRAY(j->arena, j->rule_count + 1, struct str);

    for (size_t i = 0; i < j->rule_count; i++)
        ids[i] = j->rules[i].id;
    return ids;
}

static void judge_assertions(struct judging *x)
{
    struct judgement *j = x->j;
    cJSON *list = json_made(cJSON_AddArrayToObject(x->report, "assertions"));
    struct verify_input input = {
        .snapshot = x->snapshot,
        .coverage = j->coverage,
        .observations = j->observations,
        .rules = ids_of_rules(j),
        .rule_count = j->rule_count,
        .after = j->after,
        .account = j->plan->account,
        .wall_ms = j->ended_wall_ms,
    };
    struct verify_report verdicts;
    struct error err = {0};

    if (!j->plan->assertions.ptr)
        return;
    OWN(json_free) cJSON *assertions = json_parse_within(j->plan->assertions, SIZE_MAX, &err);

    if (!cJSON_IsArray(assertions) || !assertions->child)
        return;
    if (verify_run(assertions, &input, j->arena, &verdicts, &err) < 0) {
        refuse_assertions(x, list, &err);
        return;
    }
    for (size_t i = 0; i < verdicts.count; i++)
        add_assertion(x, list, &verdicts.results[i]);
}

/* ---- what happened ---- */

static void add_rules(struct judging *x)
{
    cJSON *list = json_made(cJSON_AddArrayToObject(x->report, "rules"));

    for (size_t i = 0; i < x->j->rule_count; i++) {
        const struct rule_record *rule = &x->j->rules[i];
        cJSON *item;

        if (!is_ours(x, rule) || (!rule->named && !rule->fired))
            continue;
        item = json_made(cJSON_CreateObject());
        json_add_str(item, "id", rule->id);
        json_add_uint(item, "matched", rule->matched);
        json_add_uint(item, "reached", rule->reached);
        json_add_uint(item, "fired", rule->fired);
        json_add_uint(item, "capped", rule->capped);
        cJSON_AddItemToArray(list, item);
    }
}

static void add_calls(struct judging *x)
{
    cJSON *calls = json_made(cJSON_AddObjectToObject(x->report, "calls"));
    uint64_t failed = 0, struck = 0;

    for (size_t i = 0; i < x->calls.count; i++) {
        failed += journal_entry_failed(x->calls.entries[i]);
        struck += x->calls.entries[i]->rule.len > 0;
    }
    json_add_uint(calls, "total", x->calls.count);
    json_add_uint(calls, "failed", failed);
    json_add_uint(calls, "struck", struck);
}

static double since_start_ms(const struct judgement *j, uint64_t ns)
{
    return ns > j->started_ns ? floor((double)(ns - j->started_ns) / NS_PER_US) / US_PER_MS : 0;
}

static struct str shown(struct str text)
{
    return text.ptr ? text : STR("");
}

static cJSON *call_json(const struct judgement *j, const struct journal_entry *e)
{
    cJSON *call = json_made(cJSON_CreateObject());
    bool cut = e->outcome == HTTP_CUT && e->outcome_kind.len;

    cJSON_AddNumberToObject(call, "at_ms", since_start_ms(j, e->started_ns));
    cJSON_AddNumberToObject(call, "took_ms",
                            since_start_ms(j, e->ended_ns) - since_start_ms(j, e->started_ns));
    json_add_str(call, "request_id", shown(e->request_id));
    json_add_str(call, "operation", e->op ? str_of(e->op->name) : STR(""));
    json_add_str(call, "function", shown(e->function));
    json_add_str(call, "region", shown(e->region));
    cJSON_AddNumberToObject(call, "status", e->status);
    json_add_str(call, "code", shown(e->code));
    json_add_str(call, "cut", cut ? e->outcome_kind : STR(""));
    json_add_str(call, "rule", shown(e->rule));
    json_add_uint(call, "chain", e->link.chain);
    cJSON_AddBoolToObject(call, "by_transport", (e->link.evidence & CHAIN_BY_TRANSPORT) != 0);
    return call;
}

static void add_timeline(struct judging *x)
{
    cJSON *list = json_made(cJSON_AddArrayToObject(x->report, "timeline"));
    size_t shown_calls = x->calls.count < TIMELINE_MAX ? x->calls.count : TIMELINE_MAX;

    for (size_t i = 0; i < shown_calls; i++)
        cJSON_AddItemToArray(list, call_json(x->j, x->calls.entries[i]));
    json_add_uint(x->report, "timeline_left_out", x->calls.count - shown_calls);
}

static cJSON *chain_json(const struct retry_chain *chain)
{
    cJSON *item = json_made(cJSON_CreateObject());
    cJSON *gaps;

    json_add_uint(item, "chain", chain->number);
    json_add_uint(item, "attempts", chain->count);
    json_add_uint(item, "transport_repeats", chain->transport);
    json_add_str(item, "ended",
                 chain->succeeded ? STR("succeeded")
                 : chain->gave_up ? STR("gave up")
                                  : STR(""));
    gaps = json_made(cJSON_AddArrayToObject(item, "gaps_ms"));
    for (size_t i = 0; i < chain->retries; i++)
        cJSON_AddItemToArray(
            gaps, json_made(cJSON_CreateNumber((double)(uint64_t)(chain->gaps_ms[i] * 10) / 10)));
    return item;
}

static void add_chains(struct judging *x)
{
    cJSON *list = json_made(cJSON_AddArrayToObject(x->report, "chains"));
    struct journal_query query;
    struct retries retries;
    size_t shown_chains = 0;

    query_run(x, &query);
    retries_collect(&query, x->snapshot, x->j->arena, &retries);
    for (size_t i = 0; i < retries.count && shown_chains < CHAINS_MAX; i++) {
        if (retries.chains[i].count < 2)
            continue;
        cJSON_AddItemToArray(list, chain_json(&retries.chains[i]));
        shown_chains++;
    }
}

/* ---- the report ---- */

static void add_time(cJSON *report, const char *name, uint64_t wall_ms)
{
    char time[CLOCK_ISO_BYTES];

    clock_format_iso(wall_ms, time);
    json_add_str(report, name, str_of(time));
}

static void add_head(struct judging *x)
{
    const struct judgement *j = x->j;
    OWN(buf_done) struct buf seed = {0};

    buf_add_uint(&seed, j->seed);
    cJSON_AddNumberToObject(x->report, "schema", 1);
    json_add_str(x->report, "fcemu", str_of(j->version));
    json_add_str(x->report, "drill", j->plan->id);
    json_add_str(x->report, "description", shown(j->plan->description));
    json_add_uint(x->report, "run", j->number);
    json_add_str(x->report, "seed", buf_str(&seed));
    add_time(x->report, "started", j->started_wall_ms);
    add_time(x->report, "ended", j->ended_wall_ms);
    cJSON_AddNumberToObject(x->report, "duration_ms", since_start_ms(j, j->ended_ns));
}

static void select_calls(struct judging *x)
{
    struct journal_query query;

    query_run(x, &query);
    query.limit = JOURNAL_QUERY_LIMIT_MAX;
    journal_select(&query, x->snapshot, x->j->arena, &x->calls);
}

void judge_run(struct judgement *j)
{
    OWN(json_free) cJSON *report = json_made(cJSON_CreateObject());
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(j->journal);
    struct judging x = {.j = j, .snapshot = snapshot, .report = report};

    j->verdict = DRILL_PASS;
    select_calls(&x);
    add_head(&x);
    judge_ending(&x);
    add_workload(&x);
    add_steps(&x);
    judge_steps(&x);
    judge_requirements(&x);
    judge_assertions(&x);
    add_rules(&x);
    add_calls(&x);
    add_timeline(&x);
    add_chains(&x);
    add_verdict(report, j->verdict);
    cJSON_AddNumberToObject(report, "exit", drill_verdict_exit(j->verdict));
    json_print(report, false, &j->report);
}
