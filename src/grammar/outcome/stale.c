/*
 * grammar/outcome/stale.c - `stale`: an earlier answer again
 */
#include "grammar/internal.h"

#define AT(member) offsetof(struct fault_action, member)

static const struct conf_word of_list[] = {
    {"call",      false},
    {"operation", true },
};
static const struct conf_words of_words = {CONF_WORDS_OF(of_list)};

/* clang-format off */
static const struct conf_field stale_fields[] = {
    {.name = "of",
     .type = FIELD_CUSTOM,
     .offset = AT(stale_of_operation),
     .decode = grammar_take_flag,
     .words = &of_words,
     .help = "call: an earlier answer to the same call; operation: to any call of the operation",
     .assumed = "call",
     .schema = "\"enum\":[\"call\",\"operation\"]"},
    {.name = "age",
     .type = FIELD_UINT,
     .offset = AT(stale_age),
     .min = 1,
     .max = 1000,
     .wrong = "ages count from 1",
     .help = "how many answers back",
     .assumed = "1"},
};
/* clang-format on */
const struct conf_table fault_stale_table = {
    .name = "stale", .help = "Replay an earlier answer.", CONF_TABLE_OF(stale_fields)};

bool grammar_take_stale(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->outcome = OUTCOME_STALE;
    action->stale_age = 1;
    conf_decode(d, field->table, node, action);
    return true;
}
