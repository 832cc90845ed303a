/*
 * The life of a run: what is on is written down, the steps are taken, everything is put back, the
 * verdict is worked out.
 */
#include "drill/run.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/draw.h"
#include "base/mem.h"
#include "drill/judge.h"
#include "drill/timeline.h"

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

enum { SETTLE_MS = 10, SETTLE_ROUNDS = 50 };

struct drill_runs {
    struct drill_host host;
    struct drill_run *first, **tail; /* oldest first */
    struct drill_run *active;        /* NULL = none */
    size_t kept;
    uint64_t last_number;
};

enum run_state { RUN_GOES, RUN_SETTLES, RUN_IS_JUDGED, RUN_IS_OVER };

struct drill_run {
    struct drill_run *next;
    struct drill_runs *runs;
    enum run_state state;
    bool attached;
    unsigned holders;
    struct loop_timer timeout, settle, attach;
    unsigned settle_rounds;
    struct timeline *timeline;
    struct fault_switches *before;
    struct clock clock_before;
    struct rule_record *counted; /* at the start, in judgement.rules' place */
    struct judgement judgement;
    struct drill_waiter *waiters;
};

/* ---- telling ---- */

static void publish(struct drill_run *run)
{
    OWN(buf_done) struct buf json = {0};

    drill_run_json(run, &json);
    run->runs->host.publish(run->runs->host.owner, buf_str(&json));
}

static void tell_waiters(struct drill_run *run)
{
    while (run->waiters) {
        struct drill_waiter *waiter = run->waiters;

        run->waiters = waiter->next;
        waiter->waits = false;
        waiter->fn(waiter);
    }
}

/* ---- rules ---- */

static void count_rules(struct drill_run *run)
{
    struct judgement *j = &run->judgement;
    struct fault_engine *engine = run->runs->host.engine;
    size_t count = fault_engine_ruleset(engine)->rule_count;
    struct fault_rule_stats *stats = mem_alloc_array(count, sizeof(*stats));

    fault_engine_stats(engine, stats);
    for (size_t i = 0; i < j->rule_count; i++) {
        struct rule_record *record = &j->rules[i];
        int index = fault_ruleset_find(fault_engine_ruleset(engine), record->id);
        const struct fault_rule_stats *now = index < 0 ? NULL : &stats[index];

        if (now)
            *record = (struct rule_record){record->id,   record->named, now->matched,
                                           now->reached, now->fired,    now->capped};
    }
    mem_free(stats);
}

static void list_rules(struct drill_run *run)
{
    struct judgement *j = &run->judgement;

    j->rule_count = j->set->rule_count;
    j->rules = ARENA_ARRAY(j->arena, j->rule_count, struct rule_record);
    for (size_t i = 0; i < j->rule_count; i++)
        j->rules[i].id = j->set->rules[i].id;
    judge_mark_named(j->plan, j->set, j->rules, j->rule_count);
}

/* ---- the end ---- */

static void put_back(struct drill_run *run)
{
    const struct drill_host *host = &run->runs->host;
    bool moved = timeline_moved_clock(run->timeline);

    timeline_free(run->timeline);
    run->timeline = NULL;
    fault_engine_switches_restore(host->engine, run->before);
    fault_switches_free(run->before);
    run->before = NULL;
    loop_timer_cancel(host->loop, &run->timeout);
    loop_timer_cancel(host->loop, &run->attach);
    if (moved) {
        *host->clock = run->clock_before;
        host->clock_moved(host->owner);
    }
    host->rules_changed(host->owner);
}

static void forget_oldest(struct drill_runs *runs);

static void is_judged(void *arg)
{
    struct drill_run *run = arg;
    struct judgement *j = &run->judgement;

    coverage_free(j->coverage);
    j->coverage = NULL;
    run->state = RUN_IS_OVER;
    run->runs->active = NULL;
    publish(run);
    tell_waiters(run);
    forget_oldest(run->runs);
}

static void judge(void *arg)
{
    struct drill_run *run = arg;

    judge_run(&run->judgement);
}

static void start_judging(struct drill_run *run)
{
    const struct drill_host *host = &run->runs->host;
    struct judgement *j = &run->judgement;

    run->state = RUN_IS_JUDGED;
    j->coverage = host->coverage(host->owner);
    j->lost = journal_stats(host->journal).lost - j->lost;
    worker_submit(host->worker, judge, is_judged, run);
}

/* Calls of a workload that has just ended are told by the kernel a moment later. */
static void look_whether_settled(struct loop_timer *timer)
{
    struct drill_run *run = CONTAINER_OF(timer, struct drill_run, settle);
    const struct drill_host *host = &run->runs->host;

    if (fault_engine_in_flight(host->engine) && run->settle_rounds++ < SETTLE_ROUNDS)
        loop_timer_arm(host->loop, timer, SETTLE_MS * NS_PER_MS, look_whether_settled);
    else
        start_judging(run);
}

static void end(struct drill_run *run, enum drill_verdict ending, const char *why)
{
    struct judgement *j = &run->judgement;

    if (run->state != RUN_GOES)
        return;
    run->state = RUN_SETTLES;
    j->ending = ending;
    j->why = arena_dup(j->arena, str_of(why));
    j->ended_ns = clock_monotonic_ns();
    j->ended_wall_ms = clock_wall_ms();
    timeline_records(run->timeline, j->steps);
    count_rules(run);
    for (size_t i = 0; i < j->rule_count; i++) {
        j->rules[i].matched -= run->counted[i].matched;
        j->rules[i].reached -= run->counted[i].reached;
        j->rules[i].fired -= run->counted[i].fired;
        j->rules[i].capped -= run->counted[i].capped;
    }
    put_back(run);
    loop_timer_arm(run->runs->host.loop, &run->settle, 0, look_whether_settled);
}

void drill_run_stop(struct drill_run *run, enum drill_verdict verdict, const char *why)
{
    end(run, verdict, why);
}

static void timed_out(struct loop_timer *timer)
{
    struct drill_run *run = CONTAINER_OF(timer, struct drill_run, timeout);

    end(run, DRILL_TIMED_OUT, "the drill's timeout is over");
}

static void nobody_attached(struct loop_timer *timer)
{
    struct drill_run *run = CONTAINER_OF(timer, struct drill_run, attach);

    end(run, DRILL_INTERRUPTED, "whoever started it has not come back");
}

bool drill_run_workload_ended(struct drill_run *run, const struct drill_workload *workload)
{
    struct judgement *j = &run->judgement;

    if (!j->has_workload || j->workload_ended || run->state == RUN_IS_JUDGED ||
        run->state == RUN_IS_OVER)
        return false;
    j->workload_ended = true;
    j->workload = *workload;
    j->workload.output = arena_str(j->arena, workload->output);
    end(run, DRILL_PASS, "the workload has ended");
    return true;
}

/* ---- what the timeline says ---- */

static void step_is_done(void *arg)
{
    struct drill_run *run = arg;

    run->runs->host.rules_changed(run->runs->host.owner);
    publish(run);
}

static void steps_are_done(void *arg)
{
    struct drill_run *run = arg;

    if (!run->judgement.has_workload)
        end(run, DRILL_PASS, "the last step is done");
}

static void stop_condition_holds(void *arg, const struct fault_condition *condition)
{
    struct drill_run *run = arg;
    OWN(mem_free)
    char *why = mem_printf("stop_when: %s held", fault_condition_name(condition->kind));

    end(run, DRILL_STOPPED, why);
}

static void clock_is_moved(void *arg)
{
    struct drill_run *run = arg;

    run->runs->host.clock_moved(run->runs->host.owner);
}

/* ---- the start ---- */

static uint64_t seed_of(const struct drill_runs *runs, const struct drill_plan *plan,
                        const struct drill_options *options)
{
    if (options->has_seed)
        return options->seed;
    if (plan->has_seed)
        return plan->seed_random ? draw_random_seed() : plan->seed;
    return fault_engine_seed(runs->host.engine);
}

static void start_judgement(struct drill_run *run, const struct fault_ruleset *set,
                            const struct drill_plan *plan, const struct drill_options *options)
{
    const struct drill_host *host = &run->runs->host;
    struct journal_stats journal = journal_stats(host->journal);
    struct arena *arena = arena_new();

    run->judgement = (struct judgement){
        .arena = arena,
        .set = fault_ruleset_ref(set),
        .plan = plan,
        .number = ++run->runs->last_number,
        .seed = seed_of(run->runs, plan, options),
        .steps = ARENA_ARRAY(arena, plan->step_count, struct step_record),
        .started_wall_ms = clock_wall_ms(),
        .started_ns = clock_monotonic_ns(),
        .after = journal.appended,
        .lost = journal.lost,
        .has_workload = options->has_workload,
        .command = arena_str(arena, options->command),
        .journal = host->journal,
        .observations = host->observations,
        .version = host->version,
    };
}

static void start_timeline(struct drill_run *run)
{
    const struct drill_host *host = &run->runs->host;
    const struct timeline_host timeline = {
        .loop = host->loop,
        .clock = host->clock,
        .engine = host->engine,
        .arg = run,
        .step_done = step_is_done,
        .all_done = steps_are_done,
        .stop = stop_condition_holds,
        .clock_moved = clock_is_moved,
    };

    run->timeline = timeline_start(&timeline, run->judgement.plan);
}

int drill_runs_start(struct drill_runs *runs, const struct fault_ruleset *set,
                     const struct drill_plan *plan, const struct drill_options *options,
                     struct drill_run **out)
{
    struct drill_run *run;
    uint64_t timeout_ns = options->timeout_ns ? options->timeout_ns : plan->timeout_ns;

    *out = runs->active;
    if (runs->active)
        return DRILL_BUSY;
    run = mem_alloc(sizeof(*run));
    run->runs = runs;
    run->attached = options->attached;
    start_judgement(run, set, plan, options);
    run->before = fault_engine_switches_save(runs->host.engine);
    run->clock_before = *runs->host.clock;
    fault_engine_reseed(runs->host.engine, run->judgement.seed);
    list_rules(run);
    count_rules(run);
    run->counted = ARENA_ARRAY(run->judgement.arena, run->judgement.rule_count, struct rule_record);
    if (run->judgement.rule_count)
        memcpy(run->counted, run->judgement.rules,
               run->judgement.rule_count * sizeof(*run->counted));
    *runs->tail = run;
    runs->tail = &run->next;
    runs->active = run;
    runs->kept++;
    loop_timer_arm(runs->host.loop, &run->timeout, timeout_ns, timed_out);
    if (run->attached)
        loop_timer_arm(runs->host.loop, &run->attach, DRILL_ATTACH_S * NS_PER_S, nobody_attached);
    start_timeline(run);
    publish(run);
    *out = run;
    timeline_look(run->timeline);
    return 0;
}

/* ---- all of them ---- */

struct drill_runs *drill_runs_new(const struct drill_host *host)
{
    struct drill_runs *runs = mem_alloc(sizeof(*runs));

    runs->host = *host;
    runs->tail = &runs->first;
    return runs;
}

static void run_free(struct drill_run *run)
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
        run_free(run);
    }
    mem_free(runs);
}

static void forget_oldest(struct drill_runs *runs)
{
    while (runs->kept > DRILL_REPORTS_KEPT && runs->first->state == RUN_IS_OVER) {
        struct drill_run *run = runs->first;

        runs->first = run->next;
        runs->kept--;
        run_free(run);
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
    if (runs->active && runs->active->timeline)
        timeline_look(runs->active->timeline);
}

void drill_runs_halted(struct drill_runs *runs, const char *why)
{
    if (runs->active)
        end(runs->active, DRILL_STOPPED, why);
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
        end(run, DRILL_INTERRUPTED, "whoever started it has gone");
}
