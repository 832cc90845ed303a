/*
 * What several outcomes say alike.
 */
#include "fault/outcome/rows.h"

const struct conf_table outcome_no_keys = {.name = "nothing", .help = "Takes no keys."};

const char *const outcome_phase_names[] = {"accept", "request", "effect", "headers", "body"};
const char *const outcome_then_names[] = {"close", "reset", "continue", "stall", "answer"};
const char *const outcome_error_keys[] = {"default", "both", "documented", "sdk"};

bool outcome_has_error(const struct fault_action *action)
{
    return action->error || str_is_set(action->code);
}

enum fault_effect outcome_refuses(const struct fault_action *action)
{
    (void)action;
    return EFFECT_NONE;
}

enum asking_time outcome_asked_by_phase(const struct fault_action *action)
{
    return action->at == PHASE_ACCEPT ? ASKED_ON_ACCEPT : ASKED_ON_REQUEST;
}

enum fault_effect outcome_effect_of_phase(const struct fault_action *action)
{
    return action->at < PHASE_HEADERS ? EFFECT_NONE : EFFECT_DONE;
}

static const struct conf_word phase_list[] = {
    {"accept",  PHASE_ACCEPT },
    {"request", PHASE_REQUEST},
    {"headers", PHASE_HEADERS},
    {"body",    PHASE_BODY   },
};
const struct conf_words outcome_phases = {CONF_WORDS_OF(phase_list)};
