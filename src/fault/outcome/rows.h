/*
 * fault/outcome/rows.h - what the files of the outcomes share
 */
#pragma once

#include "conf/field.h"
#include "fault/outcome.h"
#include "fault/take.h"

#define OF_ACTION(name, kind, member) FAULT_MEMBER(name, kind, struct fault_action, member)

/* What the tape keeps of an answer that is an error, and of one of the rule's own. */
#define MEMBERS_OF_ERROR                                                                           \
    OF_ACTION("error", ERROR, error), OF_ACTION("code", TEXT, code),                               \
        OF_ACTION("status", U32, status), OF_ACTION("args", TEXTS, args),                          \
        OF_ACTION("message", TEXT, message), OF_ACTION("request_id", TEXT, request_id),            \
        FAULT_NAMED("keys", struct fault_action, keys, outcome_error_keys),                        \
        OF_ACTION("has_retry_after", BOOL, has_retry_after),                                       \
        OF_ACTION("retry_after_date", BOOL, retry_after_date),                                     \
        OF_ACTION("retry_after_ns", U64, retry_after_ns),                                          \
        OF_ACTION("answer_headers", EDITS, answer_headers)
#define MEMBERS_OF_BODY                                                                            \
    OF_ACTION("body", TEXT, body), OF_ACTION("body_is_template", BOOL, body_is_template)

/* Answers that several rows give. */
bool outcome_has_error(const struct fault_action *action); /* that is, says which */
enum fault_effect outcome_refuses(const struct fault_action *action);

/* Of those with a phase: reset, close, hang. */
extern const struct conf_words outcome_phases; /* of the key `at` */
enum asking_time outcome_asked_by_phase(const struct fault_action *action);
enum fault_effect outcome_effect_of_phase(const struct fault_action *action);

/* In the order of their enumerations. */
extern const char *const outcome_phase_names[PHASE_BODY + 1];
extern const char *const outcome_then_names[THEN_ANSWER + 1];
extern const char *const outcome_error_keys[KEYS_SDK + 1];
