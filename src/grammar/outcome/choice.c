/*
 * grammar/outcome/choice.c - `one_of` and `sequence`: one of several actions
 */
#include "grammar/internal.h"

enum { CHOICE_DEPTH_MAX = 4 }; /* one_of and sequence inside one another */

#define CHOICE(member) offsetof(struct fault_choice, member)

#define CHOICE_DO                                                                                  \
    {                                                                                              \
        .name = "do", .type = FIELD_CUSTOM, .flags = FIELD_REQUIRED, .offset = CHOICE(action),     \
        .take = grammar_take_action, .table = &fault_action_table, .help = "what happens",         \
        .missing = "say what happens"                                                              \
    }

/* clang-format off */
static const struct conf_field choice_fields[] = {
    {.name = "weight",
     .type = FIELD_UINT,
     .offset = CHOICE(weight),
     .max = 1000000,
     .help = "how often, against the other weights",
     .assumed = "1"},
    CHOICE_DO,
};
/* clang-format on */
/* clang-format off */
static const struct conf_field step_fields[] = {
    {.name = "times",
     .type = FIELD_UINT,
     .offset = CHOICE(times),
     .min = 1,
     .max = 1000000000,
     .help = "how many fires",
     .assumed = "1"},
    CHOICE_DO,
};
/* clang-format on */
const struct conf_table fault_choice_table = {
    .name = "choice", .help = "One of several.", CONF_TABLE_OF(choice_fields)};
static const struct conf_table step_table = {
    .name = "step", .help = "One after another.", CONF_TABLE_OF(step_fields)};

static bool too_deep(struct conf_decoder *d, const struct conf_node *node)
{
    unsigned depth = 0;

    for (const struct conf_node *n = node; n; n = n->parent)
        depth += str_eq(n->key, STR("one_of")) || str_eq(n->key, STR("sequence"));
    if (depth <= CHOICE_DEPTH_MAX)
        return false;
    conf_error(d->report, conf_at(node), "F106", "one_of/sequence nested deeper than %d",
               CHOICE_DEPTH_MAX);
    return true;
}

static bool take_choices(struct conf_decoder *d, const struct conf_table *table,
                         const struct conf_node *node, struct fault_action *action)
{
    if (!conf_want(d, node, CONF_LIST) || too_deep(d, node))
        return false;
    if (node->count == 0) {
        conf_error(d->report, conf_at(node), "F309", "at least one %s",
                   table == &step_table ? "step" : "choice");
        return false;
    }
    action->choices = ARENA_ARRAY(d->arena, node->count, struct fault_choice);
    action->choice_count = node->count;
    CONF_EACH (child, node) {
        struct fault_choice *choice = &action->choices[child->index];

        choice->weight = choice->times = 1;
        conf_decode(d, table, child, choice);
    }
    return true;
}

bool grammar_take_one_of(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_action *action = out;
    uint64_t sum = 0;

    if (!take_choices(d, &fault_choice_table, node, action))
        return false;
    for (size_t i = 0; i < action->choice_count; i++)
        sum += action->choices[i].weight;
    if (sum == 0)
        conf_error(d->report, conf_at(node), "F319", "the weights sum to 0");
    return sum > 0;
}

static bool take_steps(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    return take_choices(d, &step_table, node, out);
}

static const struct conf_word sequence_then_list[] = {
    {"pass",   SEQUENCE_PASS  },
    {"hold",   SEQUENCE_HOLD  },
    {"repeat", SEQUENCE_REPEAT},
};
static const struct conf_slip sequence_then_slips[] = {
    {"loop",  "repeat", NULL},
    {"cycle", "repeat", NULL},
    {"stay",  "hold",   NULL},
    {NULL,    NULL,     NULL},
};
static const struct conf_words sequence_then = {CONF_WORDS_OF(sequence_then_list),
                                                .slips = sequence_then_slips};

/* clang-format off */
static const struct conf_field sequence_fields[] = {
    {.name = "steps",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .take = take_steps,
     .table = &step_table,
     .help = "list of {times, do}",
     .shape = &shape_some_tables},
    {.name = "then",
     .type = FIELD_CHOICE,
     .offset = offsetof(struct fault_action, sequence_then),
     .words = &sequence_then,
     .help = "pass: the rule is over; hold: the last step stays; repeat: from the start",
     .assumed = "pass"},
};
/* clang-format on */
const struct conf_table fault_sequence_table = {
    .name = "sequence", .help = "Faults in a fixed order.", CONF_TABLE_OF(sequence_fields)};

bool grammar_take_sequence(struct conf_decoder *d, const struct conf_field *field,
                           const struct conf_node *node, void *out)
{
    conf_decode(d, field->table, node, out);
    return true;
}
