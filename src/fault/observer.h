/*
 * fault/observer.h - who looks on while the engine decides, and may decide in its stead
 *
 * The engine tells one observer of each asking and knows nothing of what it is for; the tape
 * (tape/tape.h) is one.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "fault/engine.h"
#include "fault/outcome.h"

/* One asking, while it lasts. */
struct fault_sight {
    const struct fault_call *call;
    enum asking_time time;
    bool has_brought; /* the call brought a rule along, which lives no longer than the call */
    struct arena *arena;
    struct fault_decision *decision;
};

struct fault_observer {
    void *arg;
    /** Before anything is asked. */
    void (*begins)(void *arg, const struct fault_sight *sight);
    /** Decides in the engine's stead, while fault_engine_decided_elsewhere(); false: nothing
     * strikes the call. The pointers in the decision live in its `set`, referenced for it. */
    bool (*decides)(void *arg, const struct fault_sight *sight);
    /** Behind the decision, whoever made it. */
    void (*ends)(void *arg, const struct fault_sight *sight);
    /** Another rule set was loaded: let go of the one that was. */
    void (*set_gone)(void *arg);
};

/** Taken over by value; NULL = nobody looks on. All functions must be there. */
void fault_engine_observe_with(struct fault_engine *engine, const struct fault_observer *observer);
/** From now on the observer decides, and no rule is asked; @times: bit per enum asking_time at
 * which there is something to decide, besides the request. */
void fault_engine_decided_elsewhere(struct fault_engine *engine, bool on, unsigned times);
