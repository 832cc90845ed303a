/*
 * product/service/resource/schedule.h - scheduled actions of provision and scaling configs
 *
 * Inside product/service/ only. Source: spec page api-2016-08-15 §3.4 and §6.10.
 */
#pragma once

#include "product/service/frame/work.h"

/** Check a list of actions (or policies with times only). False when refused. */
bool schedule_check(struct work *work, const cJSON *actions);
/** Check the times of policies whose figures are their own. False when refused. */
bool schedule_check_windows(struct work *work, const cJSON *policies);
/** Policies over figures of an instance need those to be collected. False when refused. */
bool schedule_check_metrics(struct work *work, const struct address *at, const cJSON *policies);
/** The target of the action that fired last in its window; @preset when none has. */
double schedule_target(const cJSON *actions, uint64_t now_ms, double preset);

extern const struct field_table schedule_action_fields;
extern const struct field_table schedule_policy_fields;
