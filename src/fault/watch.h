/*
 * fault/watch.h - conditions that are followed while calls come and go
 *
 * guard.halt, and what drills wait for or stop at. Counts begin when the watch is started. Rates
 * are taken over a window cut into slices; the share of successes says nothing before a handful of
 * calls has ended.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "fault/engine.h"

struct fault_watch;

/** @arg and the condition that holds. Called at the edge of a decision, when no rule is being
 * asked: it may switch rules, stop this watch and start others; it may not load a set. */
typedef void fault_watch_fn(void *arg, const struct fault_condition *condition);

/**
 * Follow @conditions, which are borrowed, from now on. @fn is called once, for the first that
 * holds; the watch is silent from then on. Rules are found by `rule_id` in whatever set is loaded;
 * a rule that is not there has not fired.
 */
struct fault_watch *fault_watch_start(struct fault_engine *engine,
                                      const struct fault_condition *conditions, size_t count,
                                      fault_watch_fn *fn, void *arg);
/** NULL is fine. */
void fault_watch_stop(struct fault_engine *engine, struct fault_watch *watch);
