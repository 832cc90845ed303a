/*
 * raw: exact bytes instead of an HTTP answer.
 */
#include "fault/outcome/rows.h"

const struct fault_outcome_row outcome_raw = {
    .name = "raw",
    .ends_call = outcome_always,
    .leaves_answer = outcome_never,
};
