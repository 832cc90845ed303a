/*
 * grammar/outcome/raw.c - `raw`: exact bytes
 */
#include "grammar/internal.h"

#define AT(member) offsetof(struct fault_action, member)

static bool take_raw_text(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    if (!conf_want_text(d, node))
        return false;
    ((struct fault_action *)out)->raw = arena_str(d->arena, node->text);
    return true;
}

static bool take_raw_base64(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    return grammar_base64(d, node, &((struct fault_action *)out)->raw);
}

static const struct conf_word end_list[] = {
    {"close", THEN_CLOSE},
    {"reset", THEN_RESET},
};
static const struct conf_words ends = {CONF_WORDS_OF(end_list)};

/* clang-format off */
static const struct conf_field raw_fields[] = {
    {.name = "text",
     .type = FIELD_CUSTOM,
     .take = take_raw_text,
     .help = "exact bytes, as text",
     .schema = "\"type\":\"string\""},
    {.name = "base64",
     .type = FIELD_CUSTOM,
     .take = take_raw_base64,
     .help = "exact bytes, as base64",
     .schema = "\"type\":\"string\",\"contentEncoding\":\"base64\""},
    {.name = "then",
     .type = FIELD_CHOICE,
     .offset = AT(then),
     .words = &ends,
     .help = "how the connection ends",
     .assumed = "close"},
};
/* clang-format on */

static void check_raw(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)out;
    if (conf_exclusive(d, node, (const char *const[]){"text", "base64", NULL}) &&
        !conf_get(node, "text") && !conf_get(node, "base64"))
        conf_error(d->report, conf_at(node), "F309", "write 'text' or 'base64'");
}

const struct conf_table fault_raw_table = {
    .name = "raw",
    .help = "Exact bytes instead of an HTTP answer.",
    CONF_TABLE_OF(raw_fields),
    .check = check_raw,
};

bool grammar_take_raw(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->outcome = OUTCOME_RAW;
    action->then = THEN_CLOSE;
    conf_decode(d, field->table, node, action);
    return true;
}
