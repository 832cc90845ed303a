/*
 * fault/outcome/rows.h - what the files of the outcomes share; nobody else includes it
 */
#pragma once

#include "fault/outcome.h"

#define OUTCOME(enumerator, name) extern const struct fault_outcome_row outcome_##name;
#include "fault/outcomes.inc"
#undef OUTCOME

/* Answers that several rows give. */
bool outcome_always(const struct fault_action *action);
bool outcome_never(const struct fault_action *action);
enum fault_effect outcome_refuses(const struct fault_action *action);
/* Of those with a phase: reset, close, hang. */
bool outcome_is_before_body(const struct fault_action *action);
bool outcome_is_on_accept(const struct fault_action *action);
enum fault_effect outcome_effect_of_phase(const struct fault_action *action);
