/*
 * error: an answer of the catalogue instead of the operation's; the work is refused.
 */
#include "fault/outcome/rows.h"

static struct fault_sending sends(const struct fault_action *action)
{
    (void)action;
    return (struct fault_sending){.what = SENDS_ERROR};
}

static bool is_whole(const struct fault_action *action)
{
    return action->error || str_is_set(action->code);
}

const char *const outcome_error_keys[] = {"default", "both", "documented", "sdk"};

static const struct fault_member members[] = {
    OF_ACTION("error", ERROR, error),
    OF_ACTION("code", TEXT, code),
    OF_ACTION("status", U32, status),
    OF_ACTION("args", TEXTS, args),
    OF_ACTION("message", TEXT, message),
    OF_ACTION("request_id", TEXT, request_id),
    FAULT_NAMED("keys", struct fault_action, keys, outcome_error_keys),
    OF_ACTION("has_retry_after", BOOL, has_retry_after),
    OF_ACTION("retry_after_date", BOOL, retry_after_date),
    OF_ACTION("retry_after_ns", U64, retry_after_ns),
    OF_ACTION("answer_headers", EDITS, answer_headers),
};

const struct fault_outcome_row outcome_error = {
    .is_answer = true,
    .sends = sends,
    .effect = outcome_refuses,
    .is_whole = is_whole,
    FAULT_MEMBERS_OF(members),
};
