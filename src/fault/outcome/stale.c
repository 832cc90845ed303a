/*
 * stale: an earlier answer once more.
 */
#include "fault/outcome/rows.h"

const struct fault_outcome_row outcome_stale = {
    .name = "stale",
    .wants_answers = true,
    .ends_call = outcome_always,
};
