/*
 * respond: an answer of the rule's own instead of the operation's.
 */
#include "fault/outcome/rows.h"

static struct fault_sending sends(const struct fault_action *action)
{
    (void)action;
    return (struct fault_sending){.what = SENDS_ANSWER};
}

static const struct fault_member members[] = {
    OF_ACTION("status", U32, status),
    OF_ACTION("answer_headers", EDITS, answer_headers),
    MEMBERS_OF_BODY,
};

static const struct fault_trial trials[] = {
    {"502 HTML",
     "respond: {status: 502, headers: {content-type: text/html}, body: \"<html>502</html>\"}", false},
};

const struct fault_outcome_row outcome_respond = {
    .is_answer = true,
    .sends = sends,
    FAULT_MEMBERS_OF(members),
    FAULT_TRIALS_OF(trials),
};
