/*
 * reset and close: the connection ends, by a RST or a FIN, before the answer or inside its body.
 */
#include "fault/outcome/rows.h"

static bool leaves_answer(const struct fault_action *action)
{
    return action->at == PHASE_BODY;
}

const struct fault_outcome_row outcome_reset = {
    .name = "reset",
    .is_network = true,
    .has_phase = true,
    .strikes_early = outcome_is_on_accept,
    .ends_call = outcome_is_before_body,
    .leaves_answer = leaves_answer,
    .effect = outcome_effect_of_phase,
};

const struct fault_outcome_row outcome_close = {
    .name = "close",
    .is_network = true,
    .has_phase = true,
    .strikes_early = outcome_is_on_accept,
    .ends_call = outcome_is_before_body,
    .leaves_answer = leaves_answer,
    .effect = outcome_effect_of_phase,
};
