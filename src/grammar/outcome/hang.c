/*
 * grammar/outcome/hang.c - `hang`: silence for a while
 */
#include "grammar/internal.h"

#define AT(member) offsetof(struct fault_action, member)

static const struct conf_word hang_then_list[] = {
    {"close",    THEN_CLOSE   },
    {"reset",    THEN_RESET   },
    {"continue", THEN_CONTINUE},
};
static const struct conf_words hang_then = {CONF_WORDS_OF(hang_then_list)};

/* clang-format off */
static const struct conf_field hang_fields[] = {
    {.name = "at",
     .type = FIELD_CHOICE,
     .offset = AT(at),
     .words = &grammar_cut_phases,
     .help = "where the silence begins",
     .assumed = "request"},
    {.name = "for",
     .type = FIELD_DURATION,
     .flags = FIELD_FOREVER | FIELD_ABOVE_ZERO,
     .offset = AT(hang_ns),
     .help = "how long, or forever: until the client leaves",
     .assumed = "forever"},
    {.name = "then",
     .type = FIELD_CHOICE,
     .offset = AT(then),
     .words = &hang_then,
     .help = "what follows",
     .assumed = "close"},
};
/* clang-format on */
const struct conf_table fault_hang_table = {
    .name = "hang", .help = "Say nothing for a while.", CONF_TABLE_OF(hang_fields)};

bool grammar_take_hang(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->outcome = OUTCOME_HANG;
    action->at = PHASE_REQUEST;
    action->hang_ns = FAULT_FOREVER;
    conf_decode(d, field->table, node, action);
    return grammar_within_guard(d, conf_get(node, "for"), action->hang_ns);
}
