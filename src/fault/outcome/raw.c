/*
 * raw: exact bytes instead of an HTTP answer.
 */
#include "fault/outcome/rows.h"

static bool take_text(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    if (!conf_want_text(d, node))
        return false;
    *(struct str *)out = arena_str(d->arena, node->text);
    return true;
}

static const struct conf_word then_list[] = {
    {"close", THEN_CLOSE},
    {"reset", THEN_RESET},
};
static const struct conf_words then_words = {CONF_WORDS_OF(then_list)};

/* clang-format off */
static const struct conf_field raw_fields[] = {
    {.name = "text",
     .type = FIELD_CUSTOM,
     .offset = offsetof(struct fault_action, raw),
     .take = take_text,
     .help = "exact bytes, as text",
     .shape = &shape_text},
    {.name = "base64",
     .type = FIELD_CUSTOM,
     .offset = offsetof(struct fault_action, raw),
     .take = fault_take_base64,
     .help = "exact bytes, as base64",
     .shape = &shape_base64},
    {.name = "then",
     .type = FIELD_CHOICE,
     .offset = offsetof(struct fault_action, then),
     .words = &then_words,
     .help = "how the connection ends",
     .fallback = "close"},
};
/* clang-format on */

static void check_raw(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)out;
    if (conf_exclusive(d, node, (const char *const[]){"text", "base64", NULL}) &&
        !conf_get(node, "text") && !conf_get(node, "base64"))
        conf_error(d->report, conf_at(node), "F309", "write 'text' or 'base64'");
}

const struct conf_table outcome_raw_keys = {
    .name = "raw",
    .help = "Exact bytes instead of an HTTP answer.",
    CONF_TABLE_OF(raw_fields),
    .check = check_raw,
};

static struct fault_sending sends(const struct fault_action *action)
{
    return (struct fault_sending){
        .what = SENDS_BYTES,
        .end = action->then,
        .bytes = action->raw,
    };
}

static const struct fault_member members[] = {
    FAULT_NAMED("then", struct fault_action, then, outcome_then_names),
    OF_ACTION("raw", TEXT, raw),
};

static const struct fault_trial trials[] = {
    {"raw",
     "raw: {text: \"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nZZZ\\r\\n\", "
     "then: close}", false},
};

const struct fault_outcome_row outcome_raw = {
    .sends = sends,
    FAULT_MEMBERS_OF(members),
    FAULT_TRIALS_OF(trials),
};
