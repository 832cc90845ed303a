/*
 * The array of the outcomes, made from fault/outcomes.inc: a row that is missing does not link.
 */
#include "fault/outcome.h"

#include "base/own.h"

static const struct fault_outcome_row *const rows[] = {
    [OUTCOME_NONE] = NULL,
#define OUTCOME(enumerator, name, file, keys, help) [OUTCOME_##enumerator] = &outcome_##name,
#include "fault/outcomes.inc"
};
_Static_assert(N_ELEMENTS(rows) == OUTCOME_COUNT, "a row an outcome");

static const char *const names[] = {
    [OUTCOME_NONE] = "none",
#define OUTCOME(enumerator, name, file, keys, help) [OUTCOME_##enumerator] = #name,
#include "fault/outcomes.inc"
};

const struct fault_outcome_row *fault_outcome_row(enum fault_outcome outcome)
{
    return rows[outcome];
}

struct str fault_outcome_name(enum fault_outcome outcome)
{
    return outcome < OUTCOME_COUNT ? str_of(names[outcome]) : STR_NONE;
}

/* ---- asked of an action ---- */

static const struct fault_outcome_row *row_of(const struct fault_action *action)
{
    return action ? rows[action->outcome] : NULL;
}

enum asking_time fault_action_asked(const struct fault_action *action)
{
    const struct fault_outcome_row *row = row_of(action);

    return row && row->asked ? row->asked(action) : ASKED_ON_REQUEST;
}

bool fault_action_strikes_early(const struct fault_action *action)
{
    return asking_is_early(fault_action_asked(action));
}

struct str fault_action_word(const struct fault_action *action)
{
    const struct fault_outcome_row *row = row_of(action);

    return row && row->word ? row->word(action) : STR("");
}

struct fault_sending fault_action_sends(const struct fault_action *action)
{
    const struct fault_outcome_row *row = row_of(action);

    return row && row->sends ? row->sends(action) : (struct fault_sending){.what = SENDS_OPERATION};
}

bool fault_action_ends_call(const struct fault_action *action)
{
    return fault_action_sends(action).what != SENDS_OPERATION;
}

bool fault_action_leaves_answer(const struct fault_action *action)
{
    enum fault_sends what = fault_action_sends(action).what;

    return what != SENDS_BYTES && what != SENDS_NOTHING && !fault_action_strikes_early(action);
}

bool fault_action_holds(const struct fault_action *action, uint64_t *out_ns)
{
    const struct fault_outcome_row *row = row_of(action);

    return row && row->holds_ns && row->holds_ns(action, out_ns);
}

enum fault_effect fault_action_effect(const struct fault_action *action)
{
    const struct fault_outcome_row *row = row_of(action);

    return row && row->effect ? row->effect(action) : EFFECT_DONE;
}
