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

#define PLAIN(key, what, rows, text)                                                               \
    {                                                                                              \
        .name = key, .type = FIELD_CUSTOM, .decode = grammar_take_##what, .table = &rows,          \
        .help = text                                                                               \
    }
#define CUT(key, what, rows, text)                                                                 \
    {                                                                                              \
        .name = key, .type = FIELD_CUSTOM, .take = grammar_take_##what, .table = &rows,            \
        .help = text                                                                               \
    }
#define SHAPER(key, text)                                                                          \
    {                                                                                              \
        .name = #key, .type = FIELD_CUSTOM, .decode = grammar_take_##key,                          \
        .table = &fault_##key##_table, .help = text                                                \
    }

/* clang-format off */
static const struct conf_field action_fields[] = {
    [OUTCOME_ERROR - 1] = {.name = "error",
     .type = FIELD_CUSTOM,
     .decode = grammar_take_error,
     .table = &fault_error_table,
     .help = "an error of the service: its code, or a mapping",
     .schema = "\"anyOf\":[{\"$ref\":\"#/$defs/code\"},{\"$ref\":\"#/$defs/error\"}]"},
    [OUTCOME_RESPOND - 1] = PLAIN("respond", respond, fault_respond_table, "answer this instead"),
    [OUTCOME_STALE - 1] = PLAIN("stale", stale, fault_stale_table, "replay an earlier answer"),
    [OUTCOME_RESET - 1] = CUT("reset", reset, fault_cut_table, "reset the connection (RST)"),
    [OUTCOME_CLOSE - 1] = CUT("close", close, fault_cut_table, "close the connection (FIN)"),
    [OUTCOME_HANG - 1] = PLAIN("hang", hang, fault_hang_table, "say nothing"),
    [OUTCOME_RAW - 1] = PLAIN("raw", raw, fault_raw_table, "send exact bytes instead of HTTP"),
    [OUTCOME_TLS - 1] = PLAIN("tls", tls, fault_tls_table, "break the TLS handshake"),
    [OUTCOME_REFUSE - 1] = PLAIN("refuse", refuse, fault_empty_table, "close the listening address"),
    [OUTCOME_DNS - 1] = PLAIN("dns", dns, fault_dns_table, "answer the name wrongly"),
    [OUTCOME_PASS - 1] = PLAIN("pass", pass, fault_empty_table, "let the call go and ask no further rule"),
    [OUTCOME_ONE_OF - 1] = {.name = "one_of",
     .type = FIELD_CUSTOM,
     .take = grammar_take_one_of,
     .table = &fault_choice_table,
     .aka = "random choose",
     .help = "list of {weight, do}, of which one is drawn",
     .schema = "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/choice\"}"},
    [OUTCOME_SEQUENCE - 1] = PLAIN("sequence", sequence, fault_sequence_table, "one after another"),
    /* the shapers */
    [OUTCOME_COUNT - 1] = {.name = "delay",
     .type = FIELD_CUSTOM,
     .decode = grammar_take_delay,
     .table = &fault_delay_table,
     .aka = "latency sleep wait",
     .help = "wait: a duration, or a distribution and a place",
     .schema = "\"anyOf\":[{\"type\":\"string\"},{\"$ref\":\"#/$defs/delay\"}]"},
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
#define OUTCOME(enumerator, name) #name,
#include "fault/outcomes.inc"
#undef OUTCOME
    NULL,
};

const struct conf_table fault_action_table = {
    .name = "do",
    .help = "What happens: at most one outcome, any number of shapers.",
    CONF_TABLE_OF(action_fields),
    .one_of = outcome_keys,
};

/* Is it the key of an outcome? Their rows stand first. */
static bool is_outcome(struct str key)
{
    for (size_t i = 0; i < OUTCOME_COUNT - 1; i++)
        if (str_eq(key, str_of(action_fields[i].name)))
            return true;
    return false;
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
    if (effect && action->outcome == OUTCOME_NONE && action->effect != EFFECT_DONE)
        conf_error(d->report, conf_at(effect), "F315",
                   "without an outcome the answer is that of the work; add 'error', 'respond' or "
                   "another outcome");
}

/* The key of the outcome; NULL when there is none. F308 when there are two. */
static const struct conf_node *find_outcome(struct conf_decoder *d, const struct conf_node *node)
{
    const struct conf_node *first = NULL;

    CONF_EACH (child, node) {
        if (!is_outcome(child->key))
            continue;
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
    conf_decode(d, &fault_action_table, node, action);
    if (d->report->errors == before && node->kind == CONF_MAP)
        check_shapers(d, node, action, outcome ? arena_dup(d->arena, outcome->key) : "");
    return d->report->errors == before;
}
