/*
 * upload: strikes while the body of a request comes in, or before it, in place of `100 Continue`.
 * What `answer` sends is an `error` or a `respond` beside it.
 */
#include "fault/outcome/rows.h"

#define AT(member) offsetof(struct fault_action, member)

static const struct conf_word then_list[] = {
    {"reset",  THEN_RESET },
    {"stall",  THEN_STALL },
    {"answer", THEN_ANSWER},
};
static const struct conf_words then_words = {CONF_WORDS_OF(then_list)};

/* clang-format off */
static const struct conf_field upload_fields[] = {
    {.name = "after",
     .type = FIELD_CUSTOM,
     .offset = AT(after),
     .decode = fault_take_amount,
     .help = "how much of the body comes in before: a size or a ratio; default 0B: nothing, not even "
             "100 Continue",
     .shape = &shape_text_or_number},
    {.name = "then",
     .type = FIELD_CHOICE,
     .flags = FIELD_REQUIRED,
     .offset = AT(then),
     .words = &then_words,
     .help = "reset: RST; stall: nothing more is read for a while; answer: the 'error' or 'respond' "
             "beside it, before the body has ended"},
    {.name = "for",
     .type = FIELD_DURATION,
     .flags = FIELD_FOREVER | FIELD_ABOVE_ZERO,
     .offset = AT(hang_ns),
     .help = "stall: how long, then the upload goes on; or forever: until the client leaves",
     .assumed = "forever"},
};
/* clang-format on */

static void check_upload(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    const struct fault_action *action = out;
    const struct conf_node *time = conf_get(node, "for");

    if (time && action->then != THEN_STALL)
        conf_error(d->report, conf_at_key(time), "F310", "only with 'then: stall'");
}

const struct conf_table outcome_upload_keys = {
    .name = "upload",
    .help = "Strike while the request's body comes in.",
    CONF_TABLE_OF(upload_fields),
    .check = check_upload,
};

static enum asking_time asked(const struct fault_action *action)
{
    (void)action;
    return ASKED_ON_HEAD;
}

static struct str word(const struct fault_action *action)
{
    return str_of(outcome_then_names[action->then]);
}

static struct fault_sending sends(const struct fault_action *action)
{
    if (action->then == THEN_ANSWER)
        return (struct fault_sending){.what =
                                          outcome_has_error(action) ? SENDS_ERROR : SENDS_ANSWER};
    return (struct fault_sending){
        .what = action->then == THEN_RESET ? SENDS_NOTHING : SENDS_OPERATION,
        .end = action->then,
    };
}

static bool holds_ns(const struct fault_action *action, uint64_t *out_ns)
{
    *out_ns = action->hang_ns;
    return action->then == THEN_STALL;
}

static enum fault_effect effect(const struct fault_action *action)
{
    return action->then == THEN_STALL ? EFFECT_DONE : EFFECT_NONE;
}

static bool is_whole(const struct fault_action *action)
{
    return action->then != THEN_ANSWER || outcome_has_error(action) || action->status;
}

static const struct fault_member members[] = {
    OF_ACTION("after", AMOUNT, after),
    FAULT_NAMED("then", struct fault_action, then, outcome_then_names),
    OF_ACTION("hang_ns", U64, hang_ns),
    MEMBERS_OF_ERROR,
    MEMBERS_OF_BODY,
};

static const struct fault_trial trials[] = {
    {"upload reset",          "upload: {after: 50%, then: reset}",                false},
    {"upload stalled",        "upload: {after: 50%, then: stall, for: 2s}",       false},
    {"upload answered early", "upload: {then: answer}, error: ResourceThrottled", false},
};

const struct fault_outcome_row outcome_upload = {
    .is_network = true,
    .wants_body = true,
    .takes_answer = true,
    .asked = asked,
    .word = word,
    .sends = sends,
    .holds_ns = holds_ns,
    .effect = effect,
    .is_whole = is_whole,
    FAULT_MEMBERS_OF(members),
    FAULT_TRIALS_OF(trials),
    .tried_at = ASKED_ON_HEAD,
};
