/*
 * respond: an answer of the rule's own instead of the operation's.
 */
#include "fault/outcome/rows.h"

const struct fault_outcome_row outcome_respond = {.name = "respond", .ends_call = outcome_always};
