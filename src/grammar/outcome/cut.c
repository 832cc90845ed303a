/*
 * grammar/outcome/cut.c - `reset` and `close`: the end of the connection
 */
#include "grammar/internal.h"

#define AT(member) offsetof(struct fault_action, member)

static const struct conf_word at_list[] = {
    {"accept",  PHASE_ACCEPT },
    {"request", PHASE_REQUEST},
    {"headers", PHASE_HEADERS},
    {"body",    PHASE_BODY   },
};
const struct conf_words grammar_cut_phases = {CONF_WORDS_OF(at_list)};

/* clang-format off */
static const struct conf_field cut_fields[] = {
    {.name = "at",
     .type = FIELD_CHOICE,
     .offset = AT(at),
     .words = &grammar_cut_phases,
     .help = "accept: before the request; request: instead of an answer; headers: before the "
             "answer; body: inside its body",
     .assumed = "request"},
    {.name = "after",
     .type = FIELD_CUSTOM,
     .offset = AT(after),
     .decode = grammar_take_amount,
     .help = "with at: body, how much of the body is sent: a size or a ratio",
     .schema = "\"type\":[\"string\",\"number\"]"},
};
/* clang-format on */

static void check_after(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    const struct fault_action *action = out;
    const struct conf_node *after = conf_get(node, "after");

    if (after && action->at != PHASE_BODY)
        conf_error(d->report, conf_at_key(after), "F310", "only with 'at: body'");
}

const struct conf_table fault_cut_table = {
    .name = "cut",
    .help = "End the connection.",
    CONF_TABLE_OF(cut_fields),
    .check = check_after,
};

static bool take_cut(struct conf_decoder *d, const struct conf_node *node,
                     enum fault_outcome outcome, struct fault_action *action)
{
    action->outcome = outcome;
    action->at = PHASE_REQUEST;
    conf_decode(d, &fault_cut_table, node, action);
    return true;
}

bool grammar_take_reset(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    return take_cut(d, node, OUTCOME_RESET, out);
}

bool grammar_take_close(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    return take_cut(d, node, OUTCOME_CLOSE, out);
}
