/*
 * fault/instance.h - a fault within the instance that runs a function
 *
 * It strikes where the code runs, so that caller, log, retries and other calls of the instance meet
 * it as they would meet the real one.
 *
 * Threads: plain value.
 */
#pragma once

#include "fault/rule.h"

enum fault_inside {
    INSIDE_NONE,
    INSIDE_SLOW_START, /* the call has a new instance, whose program starts so much later */
    INSIDE_SLOW_INIT,  /* … whose initializer takes so much longer */
    INSIDE_CRASH,      /* the process exits */
    INSIDE_OOM,        /* it is ended for its memory */
    INSIDE_TIMEOUT,    /* it does not answer within the function's limit */
    INSIDE_KILL,       /* it is ended from outside */
    INSIDE_LOSE_LOG,   /* what it prints is lost */
};

struct fault_instance {
    enum fault_inside fault;
    bool after; /* the handler has done its work; its answer is lost */
    uint64_t by_ns;
    uint64_t attempts; /* of an asynchronous call: bit n, from 1; 0 = all */
};

/** NULL when the action has no such outcome. */
const struct fault_instance *fault_action_instance(const struct fault_action *action);
/** It strikes these attempts; choices are looked into. False when nothing in it is such an outcome.
 */
bool fault_action_pick_attempts(struct fault_action *action, uint64_t attempts);
/** The n-th attempt is one of them. */
bool fault_instance_strikes(const struct fault_instance *instance, uint64_t attempt);
