/*
 * pass: an exemption; the call goes its way and no further rule is asked.
 */
#include "fault/outcome/rows.h"

const struct fault_outcome_row outcome_pass = {.exempts = true};
