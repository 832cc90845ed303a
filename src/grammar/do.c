/*
 * grammar/do.c - `do`: what happens
 */
#include "conf/scalar.h"
#include "grammar/internal.h"

static const struct conf_word effect_list[] = {
    {"none", EFFECT_NONE},
    {"done", EFFECT_DONE},
    {"late", EFFECT_LATE},
};
static const struct conf_words effects = {CONF_WORDS_OF(effect_list)};

/* clang-format off */
#define OUTCOME(enumerator, key, file, keys, text)                                                 \
    [OUTCOME_##enumerator - 1] = {.name = #key,                                                    \
                                  .type = FIELD_CUSTOM,                                            \
                                  .decode = take_outcome,                                          \
                                  .arg = &outcome_##key,                                           \
                                  .table = &outcome_##keys##_keys,                                 \
                                  .help = text},
#define OUTCOME_OF_GRAMMAR(enumerator, key, file, keys, text)                                      \
    [OUTCOME_##enumerator - 1] = {.name = #key, .type = FIELD_CUSTOM, .help = text, OF_##enumerator},
/* clang-format on */
#define OF_ERROR                                                                                   \
    .decode = grammar_take_error, .table = &fault_error_table, .names = &grammar_codes,            \
    .shape = &shape_names_or_table
#define OF_RESPOND .decode = grammar_take_respond, .table = &fault_respond_table
#define OF_ONE_OF                                                                                  \
    .take = grammar_take_one_of, .table = &fault_choice_table, .aka = "random choose",             \
    .shape = &shape_tables
#define OF_SEQUENCE .decode = grammar_take_sequence, .table = &fault_sequence_table
#define SHAPER(key, text)                                                                          \
    {                                                                                              \
        .name = #key, .type = FIELD_CUSTOM, .decode = grammar_take_##key,                          \
        .table = &fault_##key##_table, .help = text                                                \
    }

/* Does what it needs listen? */
static bool has_door(struct conf_decoder *d, const struct conf_node *node,
                     const struct fault_outcome_row *row)
{
    if (row->door == DOOR_ANY || grammar_of(d)->options->doors >> row->door & 1)
        return true;
    conf_error(d->report, conf_at(node), "F316", "%s", row->no_door);
    return false;
}

/* By its table of keys; its row says what they are kept in. */
static bool take_outcome(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node, void *out)
{
    struct fault_action *action = out;
    const struct fault_outcome_row *row = field->arg;
    bool is_second = row != fault_outcome_row(action->outcome); /* F308 */
    size_t before = d->report->errors;
    uint64_t ns;
    void *base = !row->own_bytes ? action
                 : is_second     ? arena_alloc(d->arena, row->own_bytes)
                                 : action->own;

    conf_defaults(d, field->table, base);
    conf_decode(d, field->table, node, base);
    bool ok = d->report->errors == before && has_door(d, node, row);

    if (!is_second && fault_action_holds(action, &ns))
        ok = grammar_within_guard(d, conf_get(node, "for"), ns) && ok;
    return ok;
}

/* clang-format off */
static const struct conf_field action_fields[] = {
#include "fault/outcomes.inc"
    /* the shapers */
    [OUTCOME_COUNT - 1] = {.name = "delay",
     .type = FIELD_CUSTOM,
     .decode = grammar_take_delay,
     .table = &fault_delay_table,
     .aka = "latency sleep wait",
     .help = "wait: a duration, or a distribution and a place",
     .shape = &shape_text_or_table},
    {.name = "headers",
     .type = FIELD_CUSTOM,
     .decode = grammar_take_headers,
     .table = &fault_header_edits_table,
     .help = "edit the answer's headers"},
    {.name = "corrupt",
     .type = FIELD_MAP,
     .table = &fault_corrupt_table,
     .help = "spoil the answer's body"},
    SHAPER(length, "send a Content-Length that is not true"),
    {.name = "truncate",
     .type = FIELD_MAP,
     .table = &fault_truncate_table,
     .help = "cut the body short"},
    SHAPER(stall, "pause inside the body"),
    SHAPER(drip, "send the body slowly"),
    {.name = "effect",
     .type = FIELD_CHOICE,
     .offset = offsetof(struct fault_action, effect),
     .words = &effects,
     .help = "was the work done? none, done, or late: after the answer"},
    SHAPER(set_state, "move a scenario on"),
};
/* clang-format on */

static const char *const outcome_keys[] = {
#define OUTCOME(enumerator, name, file, keys, help) #name,
#include "fault/outcomes.inc"
    NULL,
};

const struct conf_table fault_action_table = {
    .name = "do",
    .help = "What happens: at most one outcome, any number of shapers.",
    CONF_TABLE_OF(action_fields),
    .one_of = outcome_keys,
};

/* Their rows stand first. */
static enum fault_outcome outcome_of(struct str key)
{
    enum fault_outcome outcome = OUTCOME_COUNT - 1;

    while (outcome != OUTCOME_NONE && !str_eq(key, str_of(action_fields[outcome - 1].name)))
        outcome--;
    return outcome;
}

/* ---- what does not go together ---- */

static void check_shapers(struct conf_decoder *d, const struct conf_node *node,
                          const struct fault_action *action, const char *outcome)
{
    static const char *const need_answer[] = {"headers",  "corrupt", "length",
                                              "truncate", "stall",   "drip"};
    const struct conf_node *effect = conf_get(node, "effect");

    if (!fault_action_leaves_answer(action)) {
        for (size_t i = 0; i < N_ELEMENTS(need_answer); i++) {
            const struct conf_node *shaper = conf_get(node, need_answer[i]);

            if (shaper)
                conf_error(d->report, conf_in_parent(shaper), "F315",
                           "'%s' needs an answer, but '%s' sends none", need_answer[i], outcome);
        }
    }
    if (effect && action->effect != EFFECT_NONE && fault_action_strikes_early(action))
        conf_error(d->report, conf_at(effect), "F315",
                   "nothing can have been done before the request was read");
    if (action->delay && fault_action_strikes_early(action))
        conf_error(d->report, conf_in_parent(conf_get(node, "delay")), "F315",
                   "'delay' holds a call, and there is none yet when '%s' strikes", outcome);
    if (effect && action->outcome == OUTCOME_NONE && action->effect != EFFECT_DONE)
        conf_error(d->report, conf_at(effect), "F315",
                   "without an outcome the answer is that of the work; add 'error', 'respond' or "
                   "another outcome");
}

static bool goes_with(enum fault_outcome outcome, enum fault_outcome answer)
{
    return fault_outcome_row(outcome)->takes_answer && fault_outcome_row(answer)->is_answer;
}

/* One of them sends the other: that one is the outcome. NULL when they exclude one another. */
static const struct conf_node *joined(const struct conf_node *a, const struct conf_node *b)
{
    if (goes_with(outcome_of(a->key), outcome_of(b->key)))
        return a;
    return goes_with(outcome_of(b->key), outcome_of(a->key)) ? b : NULL;
}

/* The key of the outcome; NULL when there is none. F308 when there are two. */
static const struct conf_node *find_outcome(struct conf_decoder *d, const struct conf_node *node)
{
    const struct conf_node *first = NULL;
    bool pair = false;

    CONF_EACH (child, node) {
        if (outcome_of(child->key) == OUTCOME_NONE)
            continue;
        if (first && !pair && joined(first, child)) {
            first = joined(first, child);
            pair = true;
            continue;
        }
        if (!first) {
            first = child;
            continue;
        }
        conf_error(d->report, conf_in_parent(child), "F308",
                   "two outcomes, '" STR_FMT "' (%u:%u) and '" STR_FMT
                   "' (%u:%u); use 'one_of' or 'sequence'",
                   STR_ARG(first->key), first->key_line, first->key_column, STR_ARG(child->key),
                   child->key_line, child->key_column);
        break;
    }
    return first;
}

/* What `then: answer` sends stands beside it, and with nothing else. */
static void check_answer(struct conf_decoder *d, const struct conf_node *node,
                         const struct conf_node *outcome, const struct fault_action *action)
{
    const struct conf_node *answer = conf_get(node, "error");

    if (!fault_outcome_row(action->outcome)->takes_answer)
        return;
    answer = answer ? answer : conf_get(node, "respond");
    if (action->then == THEN_ANSWER && !answer)
        conf_error(d->report, conf_at(outcome), "F104",
                   "'then: answer' sends what stands beside it: write 'error' or 'respond', too");
    if (action->then != THEN_ANSWER && answer)
        conf_error(d->report, conf_in_parent(answer), "F315",
                   "'" STR_FMT
                   "' is not sent: only 'then: answer' sends what stands beside '" STR_FMT "'",
                   STR_ARG(answer->key), STR_ARG(outcome->key));
}

static void action_begin(struct conf_decoder *d, enum fault_outcome outcome,
                         struct fault_action *action)
{
    size_t own_bytes = fault_outcome_row(outcome)->own_bytes;

    action->outcome = outcome;
    if (own_bytes)
        action->own = arena_alloc(d->arena, own_bytes);
}

bool grammar_take_action(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_action *action = ARENA_NEW(d->arena, struct fault_action);
    size_t before = d->report->errors;
    const struct conf_node *outcome;

    action->set_scenario = -1;
    *(struct fault_action **)out = action;
    if (node->kind == CONF_MAP && node->count == 0) {
        conf_error(d->report, conf_at(node), "F309",
                   "nothing to do; write an outcome or a shaper, or 'pass: {}'");
        return false;
    }
    outcome = find_outcome(d, node);
    if (outcome)
        action_begin(d, outcome_of(outcome->key), action);
    conf_decode(d, &fault_action_table, node, action);
    if (d->report->errors == before && outcome)
        check_answer(d, node, outcome, action);
    if (d->report->errors == before && node->kind == CONF_MAP)
        check_shapers(d, node, action, outcome ? arena_dup(d->arena, outcome->key) : "");
    return d->report->errors == before;
}
