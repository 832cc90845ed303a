/*
 * refuse: the listening address is closed. All hosts share one as yet: the grammar refuses it
 * (F316), and coverage does not count it.
 */
#include "fault/outcome/rows.h"

const struct fault_outcome_row outcome_refuse = {
    .door = DOOR_OF_REGION,
    .no_door = "needs 'listen.per_region: true'; all hosts share one address now",
    .strikes_early = outcome_always,
    .effect = outcome_refuses,
};
