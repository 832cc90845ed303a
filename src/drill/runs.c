/*
 * The runs that there are: found, listed, told as JSON, waited for.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "base/mem.h"
#include "drill/run_parts.h"

#define NS_PER_MS UINT64_C(1000000)

struct drill_runs *drill_runs_new(const struct drill_host *host)
{
    struct drill_runs *runs = mem_alloc(sizeof(*runs));

    runs->host = *host;
    runs->tail = &runs->first;
    return runs;
}

void drill_run_free(struct drill_run *run)
{
    struct judgement *j = &run->judgement;

    timeline_free(run->timeline);
    fault_switches_free(run->before);
    loop_timer_cancel(run->runs->host.loop, &run->timeout);
    loop_timer_cancel(run->runs->host.loop, &run->attach);
    loop_timer_cancel(run->runs->host.loop, &run->settle);
    coverage_free(j->coverage);
    fault_ruleset_unref(j->set);
    buf_done(&j->report);
    arena_free(j->arena);
    mem_free(run);
}

void drill_runs_free(struct drill_runs *runs)
{
    struct drill_run *run;

    if (!runs)
        return;
    while ((run = runs->first)) {
        runs->first = run->next;
        drill_run_free(run);
    }
    mem_free(runs);
}

void drill_runs_forget(struct drill_runs *runs)
{
    while (runs->kept > DRILL_REPORTS_KEPT && runs->first->state == RUN_IS_OVER) {
        struct drill_run *run = runs->first;

        runs->first = run->next;
        runs->kept--;
        drill_run_free(run);
    }
}

struct drill_run *drill_runs_find(struct drill_runs *runs, uint64_t number)
{
    struct drill_run *run = runs->first;

    while (run && run->judgement.number != number)
        run = run->next;
    return run;
}

void drill_runs_each(struct drill_runs *runs, void (*each)(void *arg, struct drill_run *run),
                     void *arg)
{
    for (struct drill_run *run = runs->first; run; run = run->next)
        each(arg, run);
}

void drill_runs_clock_moved(struct drill_runs *runs)
{
    for (struct drill_run *run = runs->first; run; run = run->next)
        if (run->timeline)
            timeline_look(run->timeline);
}

void drill_runs_halted(struct drill_runs *runs, const char *why)
{
    for (struct drill_run *run = runs->first; run; run = run->next)
        drill_run_stop(run, DRILL_STOPPED, why);
}

/* ---- one of them ---- */

uint64_t drill_run_number(const struct drill_run *run)
{
    return run->judgement.number;
}

struct str drill_run_plan_id(const struct drill_run *run)
{
    return run->judgement.plan->id;
}

bool drill_run_is_over(const struct drill_run *run)
{
    return run->state == RUN_IS_OVER;
}

struct str drill_run_report(const struct drill_run *run)
{
    return drill_run_is_over(run) ? buf_str(&run->judgement.report) : STR_NONE;
}

static void add_progress(const struct drill_run *run, struct buf *out)
{
    const struct judgement *j = &run->judgement;
    uint64_t now_ns = clock_monotonic_ns(), deadline_ns = run->timeout.deadline_ns;

    buf_printf(out, ",\"calls\":%" PRIu64 ",\"since_ms\":%" PRIu64 ",\"left_ms\":%" PRIu64,
               journal_stats(j->journal).appended - j->after, (now_ns - j->started_ns) / NS_PER_MS,
               deadline_ns > now_ns ? (deadline_ns - now_ns) / NS_PER_MS : 0);
}

void drill_run_json(const struct drill_run *run, struct buf *out)
{
    static const char *const states[] = {
        [RUN_GOES] = "running",
        [RUN_SETTLES] = "judging",
        [RUN_IS_JUDGED] = "judging",
        [RUN_IS_OVER] = "over",
    };
    const struct judgement *j = &run->judgement;

    buf_printf(out, "{\"run\":%" PRIu64 ",\"drill\":", j->number);
    buf_json_string(out, j->plan->id);
    buf_printf(out, ",\"state\":\"%s\",\"seed\":\"%" PRIu64 "\",\"steps\":%zu,\"step\":%zu",
               states[run->state], j->seed, j->plan->step_count,
               run->timeline ? timeline_step(run->timeline) : j->plan->step_count);
    if (run->state == RUN_GOES)
        add_progress(run, out);
    if (run->state != RUN_GOES) {
        buf_puts(out, ",\"why\":");
        buf_json_string(out, str_of(j->why));
    }
    if (run->state == RUN_IS_OVER)
        buf_printf(out, ",\"verdict\":\"%s\",\"exit\":%d", drill_verdict_name(j->verdict),
                   drill_verdict_exit(j->verdict));
    buf_add_char(out, '}');
}

void drill_run_wait(struct drill_run *run, struct drill_waiter *waiter,
                    void (*fn)(struct drill_waiter *waiter))
{
    waiter->fn = fn;
    if (drill_run_is_over(run)) {
        fn(waiter);
        return;
    }
    waiter->waits = true;
    waiter->next = run->waiters;
    run->waiters = waiter;
}

void drill_run_unwait(struct drill_run *run, struct drill_waiter *waiter)
{
    struct drill_waiter **slot = &run->waiters;

    if (!waiter->waits)
        return;
    while (*slot != waiter)
        slot = &(*slot)->next;
    *slot = waiter->next;
    waiter->waits = false;
}

void drill_run_attach(struct drill_run *run)
{
    run->holders++;
    loop_timer_cancel(run->runs->host.loop, &run->attach);
}

void drill_run_detach(struct drill_run *run)
{
    run->holders--;
    if (run->attached && run->holders == 0)
        drill_run_stop(run, DRILL_INTERRUPTED, "whoever started it has gone");
}
