/*
 * The life of a run: what is on is written down, the steps are taken, everything is put back, the
 * verdict is worked out.
 */
#include "base/clock.h"
#include "base/draw.h"
#include "base/mem.h"
#include "base/units.h"
#include "drill/run_parts.h"

enum { SETTLE_MS = 10, SETTLE_ROUNDS = 50 };

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

static bool others_strike(const struct drill_run *run)
{
    for (const struct drill_run *other = run->runs->first; other; other = other->next)
        if (other != run && other->timeline)
            return true;
    return false;
}

static void put_back(struct drill_run *run)
{
    const struct drill_host *host = &run->runs->host;
    bool moved = timeline_moved_clock(run->timeline);

    timeline_free(run->timeline);
    run->timeline = NULL;
    fault_engine_switches_restore(host->engine, run->before);
    if (!others_strike(run))
        fault_engine_keep_seed(host->engine, run->runs->seed_before);
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

static void forget_oldest(struct drill_runs *runs)
{
    while (runs->kept > DRILL_REPORTS_KEPT && runs->first->state == RUN_IS_OVER) {
        struct drill_run *run = runs->first;

        runs->first = run->next;
        runs->kept--;
        drill_run_free(run);
    }
}

static void is_judged(void *arg)
{
    struct drill_run *run = arg;
    struct judgement *j = &run->judgement;

    coverage_free(j->coverage);
    j->coverage = NULL;
    run->state = RUN_IS_OVER;
    drill_run_publish(run);
    drill_run_tell_waiters(run);
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
    drill_run_publish(run);
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

/* The one that it cannot run beside. */
static struct drill_run *in_the_way(const struct drill_runs *runs, const struct drill_plan *plan)
{
    for (struct drill_run *run = runs->first; run; run = run->next) {
        struct str account = run->judgement.plan->account;

        if (drill_run_goes(run) &&
            (!account.ptr || !plan->account.ptr || str_eq(account, plan->account)))
            return run;
    }
    return NULL;
}

/* One that strikes already, at a seed that holds for both. */
static struct drill_run *beside(const struct drill_runs *runs)
{
    struct drill_run *run = runs->first;

    while (run && !run->timeline)
        run = run->next;
    return run;
}

static uint64_t seed_of(const struct drill_runs *runs, const struct drill_plan *plan,
                        const struct drill_options *options)
{
    if (options->has_seed)
        return options->seed;
    if (plan->has_seed && !(plan->seed_random && beside(runs)))
        return plan->seed_random ? draw_random_seed() : plan->seed;
    return fault_engine_seed(runs->host.engine);
}

static void start_judgement(struct drill_run *run, const struct fault_ruleset *set,
                            const struct drill_plan *plan, const struct drill_options *options,
                            uint64_t seed)
{
    const struct drill_host *host = &run->runs->host;
    struct journal_stats journal = journal_stats(host->journal);
    struct arena *arena = arena_new();

    run->judgement = (struct judgement){
        .arena = arena,
        .set = fault_ruleset_ref(set),
        .plan = plan,
        .number = ++run->runs->last_number,
        .seed = seed,
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

/* Is it one of those that the drill switches? */
static bool is_switched(void *arg, bool group, struct str name)
{
    const struct judgement *j = arg;

    for (size_t i = 0; !group && i < j->rule_count; i++)
        if (j->rules[i].named && str_eq(j->rules[i].id, name))
            return true;
    return group && judge_names_group(j->plan, name);
}

/* From the same beginning each time; beside another, only what is its own. */
static void take_over(struct drill_run *run)
{
    struct drill_runs *runs = run->runs;
    struct fault_engine *engine = runs->host.engine;
    const struct judgement *j = &run->judgement;

    run->before = fault_engine_switches_save(engine);
    run->clock_before = *runs->host.clock;
    if (j->plan->account.ptr)
        fault_switches_narrow(run->before, is_switched, &run->judgement);
    if (beside(runs)) {
        fault_engine_restart_account(engine, j->plan->account);
        return;
    }
    runs->seed_before = fault_engine_seed(engine);
    fault_engine_reseed(engine, j->seed);
}

static void append(struct drill_run *run)
{
    struct drill_runs *runs = run->runs;

    *runs->tail = run;
    runs->tail = &run->next;
    runs->kept++;
}

static void count_from_here(struct drill_run *run)
{
    struct judgement *j = &run->judgement;

    count_rules(run);
    run->counted = ARENA_ARRAY(j->arena, j->rule_count, struct rule_record);
    if (j->rule_count)
        memcpy(run->counted, j->rules, j->rule_count * sizeof(*run->counted));
}

int drill_runs_start(struct drill_runs *runs, const struct fault_ruleset *set,
                     const struct drill_plan *plan, const struct drill_options *options,
                     struct drill_run **out)
{
    uint64_t timeout_ns = options->timeout_ns ? options->timeout_ns : plan->timeout_ns;
    uint64_t seed = seed_of(runs, plan, options);
    struct drill_run *run;

    if ((*out = in_the_way(runs, plan)))
        return DRILL_BUSY;
    if ((*out = beside(runs)) && seed != fault_engine_seed(runs->host.engine))
        return DRILL_OTHER_SEED;
    run = mem_alloc(sizeof(*run));
    run->runs = runs;
    run->attached = options->attached;
    start_judgement(run, set, plan, options, seed);
    list_rules(run);
    take_over(run);
    count_from_here(run);
    append(run);
    loop_timer_arm(runs->host.loop, &run->timeout, timeout_ns, timed_out);
    if (run->attached)
        loop_timer_arm(runs->host.loop, &run->attach, DRILL_ATTACH_S * NS_PER_S, nobody_attached);
    start_timeline(run);
    drill_run_publish(run);
    *out = run;
    timeline_look(run->timeline);
    return 0;
}

/* ---- whoever started it ---- */

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
