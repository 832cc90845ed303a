/*
 * reset and close: the connection ends, by a RST or a FIN, before the answer or inside its body.
 */
#include "fault/outcome/rows.h"

#define AT(member) offsetof(struct fault_action, member)

/* clang-format off */
static const struct conf_field cut_fields[] = {
    {.name = "at",
     .type = FIELD_CHOICE,
     .offset = AT(at),
     .words = &outcome_phases,
     .help = "accept: before the request; request: instead of an answer; headers: before the "
             "answer; body: inside its body",
     .fallback = "request"},
    {.name = "after",
     .type = FIELD_CUSTOM,
     .offset = AT(after),
     .decode = fault_take_amount,
     .help = "with at: body, how much of the body is sent: a size or a ratio",
     .shape = &shape_text_or_number},
};
/* clang-format on */

static void check_after(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    const struct fault_action *action = out;
    const struct conf_node *after = conf_get(node, "after");

    if (after && action->at != PHASE_BODY)
        conf_error(d->report, conf_at_key(after), "F310", "only with 'at: body'");
}

const struct conf_table outcome_cut_keys = {
    .name = "cut",
    .help = "End the connection.",
    CONF_TABLE_OF(cut_fields),
    .check = check_after,
};

static struct fault_sending cut(const struct fault_action *action, enum fault_then end)
{
    return (struct fault_sending){
        .what = action->at == PHASE_BODY ? SENDS_OPERATION : SENDS_NOTHING,
        .end = end,
    };
}

static struct fault_sending sends_reset(const struct fault_action *action)
{
    return cut(action, THEN_RESET);
}

static struct fault_sending sends_close(const struct fault_action *action)
{
    return cut(action, THEN_CLOSE);
}

static const struct fault_member members[] = {
    FAULT_NAMED("at", struct fault_action, at, outcome_phase_names),
    OF_ACTION("after", AMOUNT, after),
};

static const struct fault_trial resets[] = {
    {"reset",         "reset: {at: headers}",          false},
    {"reset, reused", "reset: {at: headers}",          true },
    {"reset in body", "reset: {at: body, after: 50%}", false},
};
static const struct fault_trial closes[] = {
    {"close",         "close: {at: headers}", false},
    {"close, reused", "close: {at: headers}", true },
};

const struct fault_outcome_row outcome_reset = {
    .is_network = true,
    .has_phase = true,
    .asked = outcome_asked_by_phase,
    .sends = sends_reset,
    .effect = outcome_effect_of_phase,
    FAULT_MEMBERS_OF(members),
    FAULT_TRIALS_OF(resets),
};

const struct fault_outcome_row outcome_close = {
    .is_network = true,
    .has_phase = true,
    .asked = outcome_asked_by_phase,
    .sends = sends_close,
    .effect = outcome_effect_of_phase,
    FAULT_MEMBERS_OF(members),
    FAULT_TRIALS_OF(closes),
};
