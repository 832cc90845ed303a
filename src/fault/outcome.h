/*
 * fault/outcome.h - what is to be known of an outcome, whoever asks
 *
 * Threads: any; constant data.
 */
#pragma once

#include "fault/rule.h"

struct fault_outcome_row {
    const char *name;
    bool exempts;       /* the call goes its way, and no further rule is asked */
    bool chooses;       /* of the action's choices; never an outcome by itself */
    bool is_network;    /* a fault of the network, which coverage counts as such */
    bool has_phase;     /* `at` says when it strikes */
    bool wants_answers; /* earlier answers must be kept */
    /* Does it strike before a request exists? NULL: never. */
    bool (*strikes_early)(const struct fault_action *action);
    /* Is it all that the client gets, so that nothing but it is delivered? NULL: never. */
    bool (*ends_call)(const struct fault_action *action);
    /* Is an HTTP answer sent that shapers can change? NULL: always. */
    bool (*leaves_answer)(const struct fault_action *action);
    /* What becomes of the work unless the rule says it. NULL: it is done. */
    enum fault_effect (*effect)(const struct fault_action *action);
};

/** The row of an outcome that is not OUTCOME_NONE. */
const struct fault_outcome_row *fault_outcome_row(enum fault_outcome outcome);

/* The same asked of an action, which may have no outcome. Choices are not looked into. */
bool fault_action_strikes_early(const struct fault_action *action);
bool fault_action_ends_call(const struct fault_action *action);
bool fault_action_leaves_answer(const struct fault_action *action);
enum fault_effect fault_action_effect(const struct fault_action *action);
