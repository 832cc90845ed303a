/*
 * fault/outcome/rows.h - what the files of the outcomes share
 */
#pragma once

#include "conf/field.h"
#include "fault/outcome.h"
#include "fault/take.h"

#define OF_ACTION(name, kind, member) FAULT_MEMBER(name, kind, struct fault_action, member)

/* Answers that several rows give. */
enum fault_effect outcome_refuses(const struct fault_action *action);

/* Of those with a phase: reset, close, hang. */
extern const struct conf_words outcome_phases; /* of the key `at` */
enum asking_time outcome_asked_by_phase(const struct fault_action *action);
enum fault_effect outcome_effect_of_phase(const struct fault_action *action);

/* In the order of their enumerations. */
extern const char *const outcome_phase_names[PHASE_BODY + 1];
extern const char *const outcome_then_names[THEN_ANSWER + 1];
extern const char *const outcome_error_keys[KEYS_SDK + 1];
