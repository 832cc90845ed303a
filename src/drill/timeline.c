/*
 * The steps of a drill. Their time is the virtual clock's, less what the drill itself moves it by;
 * while the drill itself has stopped the clock it is real time.
 */
#include "drill/timeline.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/units.h"
#include "fault/watch.h"

struct timeline {
    struct timeline_host host;
    const struct drill_plan *plan;
    struct step_record *records;
    size_t step;         /* the one that is waited for */
    uint64_t elapsed_ns; /* since the start, as steps count */
    uint64_t looked_ns;  /* when elapsed_ns was right */
    uint64_t begun_ns;   /* elapsed when the step above was done */
    uint64_t started_ns; /* real */
    bool froze, moved;
    struct fault_watch *until, *stop;
    bool until_holds;
    struct loop_timer timer;
};

static uint64_t time_of(const struct timeline *t)
{
    return t->froze ? clock_monotonic_ns() : clock_now_ns(t->host.clock);
}

static void keep_time(struct timeline *t)
{
    uint64_t now_ns = time_of(t);

    if (now_ns > t->looked_ns) /* a clock set back stands still for us */
        t->elapsed_ns += now_ns - t->looked_ns;
    t->looked_ns = now_ns;
}

/* ---- what a step does ---- */

static void switch_one(struct fault_engine *engine, struct str name, bool on)
{
    if (str_starts(name, STR("group:")))
        fault_engine_enable_group(engine, str_slice(name, sizeof("group:") - 1, name.len), on, 0);
    else
        fault_engine_enable_rule(engine, name, on, 0);
}

static void move_clock(struct timeline *t, const struct drill_step *step)
{
    keep_time(t);
    switch (step->clock) {
    case DRILL_CLOCK_KEEP:
        return;
    case DRILL_CLOCK_ADVANCE:
        clock_advance(t->host.clock, step->advance_ns);
        break;
    case DRILL_CLOCK_FREEZE:
        clock_freeze(t->host.clock);
        t->froze = true;
        break;
    case DRILL_CLOCK_FREEZE_AT:
        clock_freeze_at(t->host.clock, step->freeze_wall_ms);
        t->froze = true;
        break;
    case DRILL_CLOCK_REAL:
        clock_real(t->host.clock);
        t->froze = false;
        break;
    }
    t->moved = true;
    t->looked_ns = time_of(t);
    t->host.clock_moved(t->host.arg);
}

static void take(struct timeline *t, const struct drill_step *step)
{
    for (size_t i = 0; i < step->disable_count; i++)
        switch_one(t->host.engine, step->disable[i], false);
    for (size_t i = 0; i < step->enable_count; i++)
        switch_one(t->host.engine, step->enable[i], true);
    if (step->scenario.ptr)
        fault_engine_set_scenario(t->host.engine, step->scenario, step->value);
    move_clock(t, step);
}

/* ---- when ---- */

static void until_holds(void *arg, const struct fault_condition *condition)
{
    struct timeline *t = arg;

    (void)condition;
    t->until_holds = true;
    timeline_look(t);
}

static void stop_holds(void *arg, const struct fault_condition *condition)
{
    struct timeline *t = arg;

    t->host.stop(t->host.arg, condition);
}

static void begin_step(struct timeline *t)
{
    const struct drill_step *step = &t->plan->steps[t->step];

    t->begun_ns = t->elapsed_ns;
    if (step->when == DRILL_UNTIL)
        t->until = fault_watch_start(t->host.engine, &step->until, 1, until_holds, t);
}

static uint64_t due_ns(const struct timeline *t, const struct drill_step *step)
{
    return step->when == DRILL_AT ? step->ns : t->begun_ns + step->ns;
}

/* False while it must wait. */
static bool end_step(struct timeline *t)
{
    const struct drill_step *step = &t->plan->steps[t->step];
    struct step_record *record = &t->records[t->step];
    bool due = t->elapsed_ns >= due_ns(t, step);

    if (step->when == DRILL_UNTIL ? !t->until_holds && !due : !due)
        return false;
    record->state = step->when == DRILL_UNTIL && !t->until_holds ? STEP_TIMED_OUT : STEP_DONE;
    record->at_ms = (clock_monotonic_ns() - t->started_ns) / NS_PER_MS;
    fault_watch_stop(t->host.engine, t->until);
    t->until = NULL;
    t->until_holds = false;
    take(t, step);
    t->step++;
    return true;
}

static void is_due(struct loop_timer *timer)
{
    timeline_look(CONTAINER_OF(timer, struct timeline, timer));
}

static void wait_for_step(struct timeline *t)
{
    uint64_t due = due_ns(t, &t->plan->steps[t->step]);

    if (t->host.clock->frozen && !t->froze)
        return; /* until somebody moves the clock */
    loop_timer_arm(t->host.loop, &t->timer, due - t->elapsed_ns, is_due);
}

void timeline_look(struct timeline *t)
{
    size_t before = t->step;

    keep_time(t);
    while (t->step < t->plan->step_count && end_step(t))
        if (t->step < t->plan->step_count)
            begin_step(t);
    if (t->step > before)
        t->host.step_done(t->host.arg);
    if (t->step < t->plan->step_count)
        wait_for_step(t);
    else
        t->host.all_done(t->host.arg);
}

/* ---- life ---- */

struct timeline *timeline_start(const struct timeline_host *host, const struct drill_plan *plan)
{
    struct timeline *t = mem_alloc(sizeof(*t));

    t->host = *host;
    t->plan = plan;
    t->records = mem_alloc_array(plan->step_count, sizeof(*t->records));
    t->started_ns = clock_monotonic_ns();
    t->looked_ns = time_of(t);
    if (plan->stop_count)
        t->stop = fault_watch_start(host->engine, plan->stop_when, plan->stop_count, stop_holds, t);
    if (plan->step_count)
        begin_step(t);
    return t;
}

void timeline_free(struct timeline *t)
{
    if (!t)
        return;
    loop_timer_cancel(t->host.loop, &t->timer);
    fault_watch_stop(t->host.engine, t->until);
    fault_watch_stop(t->host.engine, t->stop);
    mem_free(t->records);
    mem_free(t);
}

size_t timeline_step(const struct timeline *t)
{
    return t->step;
}

bool timeline_moved_clock(const struct timeline *t)
{
    return t->moved;
}

void timeline_records(const struct timeline *t, struct step_record *out)
{
    if (t->plan->step_count)
        memcpy(out, t->records, t->plan->step_count * sizeof(*out));
}
