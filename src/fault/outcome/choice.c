/*
 * one_of and sequence: one of several actions, by weight or in a fixed order.
 */
#include "fault/outcome/rows.h"

const struct fault_outcome_row outcome_one_of = {.chooses = true};
const struct fault_outcome_row outcome_sequence = {.chooses = true};
