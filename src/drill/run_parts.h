/*
 * drill/run_parts.h - a run and those it stands among; for drill/ only
 *
 * Threads: the loop thread.
 */
#pragma once

#include "drill/judge.h"
#include "drill/timeline.h"

struct drill_runs {
    struct drill_host host;
    struct drill_run *first, **tail; /* oldest first */
    size_t kept;
    uint64_t last_number;
    uint64_t seed_before; /* of the engine, while any run goes */
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

/** A run goes until its report is there. */
static inline bool drill_run_goes(const struct drill_run *run)
{
    return run->state != RUN_IS_OVER;
}

void drill_run_free(struct drill_run *run);

/* run_told.c */
/** Tell its state to those who listen. */
void drill_run_publish(const struct drill_run *run);
/** The report is there. */
void drill_run_tell_waiters(struct drill_run *run);
