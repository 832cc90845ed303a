/*
 * error: an answer of the catalogue instead of the operation's; the work is refused.
 */
#include "fault/outcome/rows.h"

static struct fault_sending sends(const struct fault_action *action)
{
    (void)action;
    return (struct fault_sending){.what = SENDS_ERROR};
}

static const struct fault_member members[] = {
    MEMBERS_OF_ERROR,
};

const struct fault_outcome_row outcome_error = {
    .is_answer = true,
    .sends = sends,
    .effect = outcome_refuses,
    .is_whole = outcome_has_error,
    FAULT_MEMBERS_OF(members),
};
