/*
 * refuse, unanswered: at the address of a region nobody listens, or nobody answers, for as long as
 * the rule holds. Who comes is seen by the kernel alone (gateway/addresses.c).
 */
#include "fault/outcome/rows.h"

static enum asking_time asked(const struct fault_action *action)
{
    (void)action;
    return ASKED_AT_ADDRESS;
}

static struct fault_sending refuses(const struct fault_action *action)
{
    (void)action;
    return (struct fault_sending){.what = SENDS_NOTHING, .end = THEN_RESET};
}

static struct fault_sending is_silent(const struct fault_action *action)
{
    (void)action;
    return (struct fault_sending){.what = SENDS_NOTHING, .end = THEN_CLOSE};
}

#define NO_ADDRESS                                                                                 \
    "needs an address for each region; set 'listen.per_region: true' or start with "               \
    "--listen-per-region true"

static const struct fault_trial refuse_trials[] = {
    {"address: refused", "refuse: {}", false},
};

const struct fault_outcome_row outcome_refuse = {
    .is_network = true,
    .door = DOOR_OF_REGION,
    .no_door = NO_ADDRESS,
    .at_door = true,
    .asked = asked,
    .sends = refuses,
    .effect = outcome_refuses,
    FAULT_TRIALS_OF(refuse_trials),
    .tried_at = ASKED_AT_ADDRESS,
};

static const struct fault_trial unanswered_trials[] = {
    {"address: unanswered", "unanswered: {}", false},
};

const struct fault_outcome_row outcome_unanswered = {
    .is_network = true,
    .door = DOOR_OF_REGION,
    .no_door = NO_ADDRESS,
    .at_door = true,
    .asked = asked,
    .sends = is_silent,
    .effect = outcome_refuses,
    FAULT_TRIALS_OF(unanswered_trials),
    .tried_at = ASKED_AT_ADDRESS,
};
