/*
 * drill/timeline.h - the steps of a plan, one after the other; for drill/ only
 *
 * Threads: the loop thread.
 */
#pragma once

#include "drill/judge.h"

struct timeline;

struct timeline_host {
    struct loop *loop;
    struct clock *clock;
    struct fault_engine *engine;
    void *arg;
    void (*step_done)(void *arg);
    void (*all_done)(void *arg);
    void (*stop)(void *arg, const struct fault_condition *condition); /* one of stop_when holds */
    void (*clock_moved)(void *arg);                                   /* by a step */
};

/** Nothing happens before the first timeline_look(). */
struct timeline *timeline_start(const struct timeline_host *host, const struct drill_plan *plan);
void timeline_free(struct timeline *timeline); /* NULL is fine */
/** Take what is due: at the start, and when the clock was moved by somebody else. Callbacks may
 * come out of this. */
void timeline_look(struct timeline *timeline);
/** How many steps are done. */
size_t timeline_step(const struct timeline *timeline);
bool timeline_moved_clock(const struct timeline *timeline);
/** How far each step came; @out has room for all of them. */
void timeline_records(const struct timeline *timeline, struct step_record *out);
