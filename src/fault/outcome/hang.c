/*
 * hang: silence for a while, and then the end of the connection or the answer after all.
 */
#include "fault/outcome/rows.h"

#define AT(member) offsetof(struct fault_action, member)

static const struct conf_word then_list[] = {
    {"close",    THEN_CLOSE   },
    {"reset",    THEN_RESET   },
    {"continue", THEN_CONTINUE},
};
static const struct conf_words then_words = {CONF_WORDS_OF(then_list)};

/* clang-format off */
static const struct conf_field hang_fields[] = {
    {.name = "at",
     .type = FIELD_CHOICE,
     .offset = AT(at),
     .words = &outcome_phases,
     .help = "where the silence begins",
     .fallback = "request"},
    {.name = "for",
     .type = FIELD_DURATION,
     .flags = FIELD_FOREVER | FIELD_ABOVE_ZERO,
     .offset = AT(hang_ns),
     .help = "how long, or forever: until the client leaves",
     .fallback = "forever"},
    {.name = "then",
     .type = FIELD_CHOICE,
     .offset = AT(then),
     .words = &then_words,
     .help = "what follows",
     .fallback = "close"},
};
/* clang-format on */
const struct conf_table outcome_hang_keys = {
    .name = "hang", .help = "Say nothing for a while.", CONF_TABLE_OF(hang_fields)};

static struct fault_sending sends(const struct fault_action *action)
{
    bool goes_on = action->at == PHASE_BODY || action->then == THEN_CONTINUE;

    return (struct fault_sending){
        .what = goes_on ? SENDS_OPERATION : SENDS_NOTHING,
        .end = action->then,
    };
}

static bool holds_ns(const struct fault_action *action, uint64_t *out_ns)
{
    *out_ns = action->hang_ns;
    return true;
}

static const struct fault_member members[] = {
    FAULT_NAMED("at", struct fault_action, at, outcome_phase_names),
    OF_ACTION("hang_ns", U64, hang_ns),
    FAULT_NAMED("then", struct fault_action, then, outcome_then_names),
};

static const struct fault_trial trials[] = {
    {"hang, then close", "hang: {at: headers, for: 2s, then: close}", false},
};

const struct fault_outcome_row outcome_hang = {
    .is_network = true,
    .has_phase = true,
    .asked = outcome_asked_by_phase,
    .sends = sends,
    .holds_ns = holds_ns,
    .effect = outcome_effect_of_phase,
    FAULT_MEMBERS_OF(members),
    FAULT_TRIALS_OF(trials),
};
