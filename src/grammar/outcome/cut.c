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

bool grammar_take_cut(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->outcome = strcmp(field->name, "reset") == 0 ? OUTCOME_RESET : OUTCOME_CLOSE;
    action->at = PHASE_REQUEST;
    conf_decode(d, field->table, node, action);
    return true;
}
