/* What a run is told as, and who waits for its report. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/units.h"
#include "drill/run_parts.h"

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
    if (run->state != RUN_IS_OVER)
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

/* ---- those who listen ---- */

void drill_run_publish(const struct drill_run *run)
{
    OWN(buf_done) struct buf json = {0};

    drill_run_json(run, &json);
    run->runs->host.publish(run->runs->host.owner, buf_str(&json));
}

void drill_run_tell_waiters(struct drill_run *run)
{
    while (run->waiters) {
        struct drill_waiter *waiter = run->waiters;

        run->waiters = waiter->next;
        waiter->waits = false;
        waiter->fn(waiter);
    }
}
