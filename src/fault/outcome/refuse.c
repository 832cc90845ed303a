/*
 * refuse: nobody listens at the address of a region, for as long as the rule is on.
 */
#include "fault/outcome/rows.h"

static enum asking_time asked(const struct fault_action *action)
{
    (void)action;
    return ASKED_AT_ADDRESS;
}

const struct fault_outcome_row outcome_refuse = {
    .door = DOOR_OF_REGION,
    .no_door = "needs 'listen.per_region: true'; all hosts share one address now",
    .at_door = true,
    .asked = asked,
    .effect = outcome_refuses,
};
