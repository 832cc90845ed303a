/*
 * error: an answer of the catalogue instead of the operation's; the work is refused.
 */
#include "fault/outcome/rows.h"

const struct fault_outcome_row outcome_error = {
    .name = "error",
    .ends_call = outcome_always,
    .effect = outcome_refuses,
};
