/*
 * drill/run.h - drills as they run, over the rules that are loaded: one at a time, or one for each
 * account, where their guards say that they are about one account alone
 *
 * A run writes down what is on, sets the seed, takes the steps of its plan in their order, and puts
 * everything back whatever way it ends. Steps follow the virtual clock, less what the drill itself
 * moves it by; the timeout is real time. With a workload the run is over when that has ended,
 * without one when the last step is done. The verdict is worked out on a worker thread from a
 * snapshot of the journal.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "drill/report.h"
#include "fault/engine.h"
#include "grammar/drill.h"
#include "journal/verify.h"
#include "loop/loop.h"
#include "loop/worker.h"

enum {
    DRILL_REPORTS_KEPT = 32,
    DRILL_ATTACH_S = 5, /* an attached run that nobody waits for is interrupted after this */
};

struct drill_runs;
struct drill_run;

/* What runs need of the daemon. Everything outlives them. */
struct drill_host {
    struct loop *loop;
    struct clock *clock;
    struct journal *journal;
    struct fault_engine *engine;
    struct worker *worker;
    struct observations *observations;
    const char *version;
    void *owner;
    /** A copy, to be freed by the run. */
    struct coverage *(*coverage)(void *owner);
    /** Rules were switched. */
    void (*rules_changed)(void *owner);
    /** The virtual clock was moved. */
    void (*clock_moved)(void *owner);
    /** One JSON object on one line, for those who listen. */
    void (*publish)(void *owner, struct str json);
};

struct drill_options {
    bool has_seed;
    uint64_t seed;
    uint64_t timeout_ns; /* 0 = the plan's */
    bool has_workload;   /* the run ends by drill_run_workload_ended() */
    struct str command;  /* of the workload, for the report */
    bool attached;       /* interrupted when whoever started it goes away */
};

struct drill_runs *drill_runs_new(const struct drill_host *host);
void drill_runs_free(struct drill_runs *runs); /* with the engine; nothing is put back */

enum {
    DRILL_BUSY = 1,       /* another runs, and they are not about different accounts */
    DRILL_OTHER_SEED = 2, /* another runs that this one could run beside, at another seed */
};
/**
 * Start @plan, which is one of @set. When a positive number is returned *out is the other run.
 * @out lives until DRILL_REPORTS_KEPT later ones have ended.
 */
int drill_runs_start(struct drill_runs *runs, const struct fault_ruleset *set,
                     const struct drill_plan *plan, const struct drill_options *options,
                     struct drill_run **out);
/** NULL when there is none of that number, or no longer. */
struct drill_run *drill_runs_find(struct drill_runs *runs, uint64_t number);
/** Call each(arg, run), oldest first. */
void drill_runs_each(struct drill_runs *runs, void (*each)(void *arg, struct drill_run *run),
                     void *arg);
/** The virtual clock was moved by somebody else. */
void drill_runs_clock_moved(struct drill_runs *runs);
/** *Stop all* was pressed, or a guard struck: the run ends as stopped. */
void drill_runs_halted(struct drill_runs *runs, const char *why);

struct drill_workload {
    int exit;   /* -1 = a signal ended it */
    int signal; /* 0 = none */
    bool failed_to_start;
    struct str output;
    uint64_t output_lost_bytes;
};
/** False when the run has no workload, or is over. */
bool drill_run_workload_ended(struct drill_run *run, const struct drill_workload *workload);
/** End it early; idempotent. @why is for the report. */
void drill_run_stop(struct drill_run *run, enum drill_verdict verdict, const char *why);

uint64_t drill_run_number(const struct drill_run *run);
struct str drill_run_plan_id(const struct drill_run *run);
bool drill_run_is_over(const struct drill_run *run); /* the report is there */
/** Its state as a JSON object: number, drill, state, step, time left; and the verdict once it is
 * over. */
void drill_run_json(const struct drill_run *run, struct buf *out);
/** JSON text; absent while it runs. */
struct str drill_run_report(const struct drill_run *run);

/* Told once when the report is there. Zeroed is not waiting; it stays in place while it waits. */
struct drill_waiter {
    struct drill_waiter *next;
    void (*fn)(struct drill_waiter *waiter);
    bool waits;
};
/** At once when it is over already. */
void drill_run_wait(struct drill_run *run, struct drill_waiter *waiter,
                    void (*fn)(struct drill_waiter *waiter));
void drill_run_unwait(struct drill_run *run, struct drill_waiter *waiter); /* not waiting is fine */
/** Somebody holds on to an attached run, or lets go of it: with nobody left it is interrupted. */
void drill_run_attach(struct drill_run *run);
void drill_run_detach(struct drill_run *run);
