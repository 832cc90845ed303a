/*
 * grammar/outcome/pass.c - `pass`: an exemption
 */
#include "grammar/internal.h"

bool grammar_take_pass(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    ((struct fault_action *)out)->outcome = OUTCOME_PASS;
    conf_decode(d, field->table, node, out);
    return true;
}
