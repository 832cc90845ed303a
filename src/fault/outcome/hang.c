/*
 * hang: silence for a while, and then the end of the connection or the answer after all.
 */
#include "fault/outcome/rows.h"

static bool ends_call(const struct fault_action *action)
{
    return outcome_is_before_body(action) && action->then != THEN_CONTINUE;
}

static bool leaves_answer(const struct fault_action *action)
{
    return !outcome_is_on_accept(action) && !ends_call(action);
}

const struct fault_outcome_row outcome_hang = {
    .name = "hang",
    .is_network = true,
    .has_phase = true,
    .strikes_early = outcome_is_on_accept,
    .ends_call = ends_call,
    .leaves_answer = leaves_answer,
    .effect = outcome_effect_of_phase,
};
