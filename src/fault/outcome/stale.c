/*
 * stale: an earlier answer once more.
 */
#include "fault/outcome/rows.h"

static const struct conf_word of_list[] = {
    {"call",      false},
    {"operation", true },
};
static const struct conf_words of_words = {CONF_WORDS_OF(of_list)};

/* clang-format off */
static const struct conf_field stale_fields[] = {
    {.name = "of",
     .type = FIELD_EITHER,
     .offset = offsetof(struct fault_action, stale_of_operation),
     .words = &of_words,
     .help = "call: an earlier answer to the same call; operation: to any call of the operation",
     .fallback = "call"},
    {.name = "age",
     .type = FIELD_UINT,
     .offset = offsetof(struct fault_action, stale_age),
     .min = 1,
     .max = 1000,
     .wrong = "ages count from 1",
     .help = "how many answers back",
     .fallback = "1"},
};
/* clang-format on */
const struct conf_table outcome_stale_keys = {
    .name = "stale", .help = "Replay an earlier answer.", CONF_TABLE_OF(stale_fields)};

static struct fault_sending sends(const struct fault_action *action)
{
    (void)action;
    return (struct fault_sending){.what = SENDS_EARLIER};
}

static const struct fault_member members[] = {
    OF_ACTION("stale_of_operation", BOOL, stale_of_operation),
    OF_ACTION("stale_age", U64, stale_age),
};

const struct fault_outcome_row outcome_stale = {
    .wants_answers = true,
    .sends = sends,
    FAULT_MEMBERS_OF(members),
};
