/*
 * The array of the outcomes, made from fault/outcomes.inc: a row that is missing does not link.
 */
#include "fault/outcome.h"

#include "fault/outcome/rows.h"

static const struct fault_outcome_row *const rows[] = {
    [OUTCOME_NONE] = NULL,
#define OUTCOME(enumerator, name) [OUTCOME_##enumerator] = &outcome_##name,
#include "fault/outcomes.inc"
#undef OUTCOME
};
_Static_assert(N_ELEMENTS(rows) == OUTCOME_COUNT, "a row an outcome");

const struct fault_outcome_row *fault_outcome_row(enum fault_outcome outcome)
{
    return rows[outcome];
}

struct str fault_outcome_name(enum fault_outcome outcome)
{
    if (outcome == OUTCOME_NONE)
        return STR("none");
    return outcome < OUTCOME_COUNT ? str_of(rows[outcome]->name) : STR_NONE;
}

bool fault_action_strikes_early(const struct fault_action *action)
{
    const struct fault_outcome_row *row = action ? rows[action->outcome] : NULL;

    return row && row->strikes_early && row->strikes_early(action);
}

bool fault_action_ends_call(const struct fault_action *action)
{
    const struct fault_outcome_row *row = action ? rows[action->outcome] : NULL;

    return row && row->ends_call && row->ends_call(action);
}

bool fault_action_leaves_answer(const struct fault_action *action)
{
    const struct fault_outcome_row *row = action ? rows[action->outcome] : NULL;

    return !row || !row->leaves_answer || row->leaves_answer(action);
}

enum fault_effect fault_action_effect(const struct fault_action *action)
{
    const struct fault_outcome_row *row = action ? rows[action->outcome] : NULL;

    return row && row->effect ? row->effect(action) : EFFECT_DONE;
}

bool outcome_always(const struct fault_action *action)
{
    (void)action;
    return true;
}

bool outcome_never(const struct fault_action *action)
{
    (void)action;
    return false;
}

enum fault_effect outcome_refuses(const struct fault_action *action)
{
    (void)action;
    return EFFECT_NONE;
}

bool outcome_is_before_body(const struct fault_action *action)
{
    return action->at != PHASE_BODY;
}

bool outcome_is_on_accept(const struct fault_action *action)
{
    return action->at == PHASE_ACCEPT;
}

enum fault_effect outcome_effect_of_phase(const struct fault_action *action)
{
    return action->at < PHASE_HEADERS ? EFFECT_NONE : EFFECT_DONE;
}
