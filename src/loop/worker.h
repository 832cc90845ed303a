/*
 * loop/worker.h - one named thread with a queue, for what must not happen on the loop
 *
 * Jobs run in the order they were given. `work` runs on the worker's thread, `done` afterwards on
 * the loop thread.
 *
 * Threads: worker_submit() from any thread; new, stop and free from the loop thread.
 */
#pragma once

#include "base/error.h"

struct loop;
struct worker;

int worker_new(struct loop *loop, const char *name, struct worker **out, struct error *err);
/** @done may be NULL. */
void worker_submit(struct worker *worker, void (*work)(void *arg), void (*done)(void *arg),
                   void *arg);
/** Finish what is queued, then join the thread; `done`s that are still due are run from here. NULL
 * is fine. */
void worker_free(struct worker *worker);
DEFINE_OWN(worker_free, struct worker *);
