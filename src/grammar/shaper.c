/*
 * grammar/shaper.c - the shapers of `do`, which combine with one another
 */
#include "conf/scalar.h"
#include "grammar/internal.h"

#define AT(member) offsetof(struct fault_action, member)

enum { DRIP_STEP_MS = 100 };

/* ---- headers ---- */

static const int edit_kinds[] = {EDIT_SET, EDIT_ADD, EDIT_REMOVE};

static bool take_edits(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    return grammar_headers(d, node, *(const int *)field->arg, action->headers,
                           &action->header_count);
}

/* clang-format off */
static const struct conf_field header_edits_fields[] = {
    {.name = "set",
     .type = FIELD_CUSTOM,
     .decode = take_edits,
     .arg = &edit_kinds[EDIT_SET],
     .help = "header name: value, in place of what is there",
     .shape = &shape_map},
    {.name = "add",
     .type = FIELD_CUSTOM,
     .decode = take_edits,
     .arg = &edit_kinds[EDIT_ADD],
     .help = "header name: value, beside what is there",
     .shape = &shape_map},
    {.name = "remove",
     .type = FIELD_CUSTOM,
     .decode = take_edits,
     .arg = &edit_kinds[EDIT_REMOVE],
     .help = "a header name or a list of them",
     .shape = &shape_text_or_list},
};
/* clang-format on */
const struct conf_table fault_header_edits_table = {.name = "headers",
                                                    .help = "Edits of the answer's headers.",
                                                    CONF_TABLE_OF(header_edits_fields)};

bool grammar_take_headers(struct conf_decoder *d, const struct conf_field *field,
                          const struct conf_node *node, void *out)
{
    struct fault_action *action = out;
    size_t room = 0;

    CONF_EACH (child, node)
        room += child->kind == CONF_SCALAR ? 1
                : child->kind == CONF_LIST ? child->count
                                           : grammar_headers_room(child);
    action->headers = ARENA_ARRAY(d->arena, room, struct fault_header_edit);
    conf_decode(d, field->table, node, action);
    if (node->kind == CONF_MAP && node->count == 0)
        conf_error(d->report, conf_at(node), "F309", "write 'set', 'add' or 'remove'");
    return true;
}

/* ---- corrupt ---- */

static const struct conf_word corrupt_list[] = {
    {"cut_json",   CORRUPT_CUT_JSON  },
    {"bad_json",   CORRUPT_BAD_JSON  },
    {"wrong_type", CORRUPT_WRONG_TYPE},
    {"empty",      CORRUPT_EMPTY     },
    {"flip_bytes", CORRUPT_FLIP_BYTES},
    {"bad_utf8",   CORRUPT_BAD_UTF8  },
    {"bad_gzip",   CORRUPT_BAD_GZIP  },
};
static const struct conf_words corrupt_words = {CONF_WORDS_OF(corrupt_list), .shown = 2};

/* clang-format off */
static const struct conf_field corrupt_fields[] = {
    {.name = "kind",
     .type = FIELD_CHOICE,
     .flags = FIELD_REQUIRED,
     .offset = AT(corrupt),
     .words = &corrupt_words,
     .help = "how the body is spoilt"},
    {.name = "amount",
     .type = FIELD_UINT,
     .offset = AT(corrupt_amount),
     .min = 1,
     .max = 1000000,
     .help = "how many bytes; default: that of the kind"},
};
/* clang-format on */
const struct conf_table fault_corrupt_table = {
    .name = "corrupt", .help = "Spoil the answer's body.", CONF_TABLE_OF(corrupt_fields)};

/* ---- length ---- */

static bool take_declare(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_action *action = out;
    bool plus = node->kind == CONF_SCALAR && str_starts(node->text, STR("+"));
    struct str digits = node->text;

    if (!conf_want_text(d, node))
        return false;
    if (plus)
        digits = str_slice(digits, 1, digits.len);
    if (str_to_int(digits, -INT32_MAX, INT32_MAX, &action->length_declare) != NUMBER_OK ||
        (plus && action->length_declare < 0)) {
        conf_error(d->report, conf_at(node), "F205", "expected an integer or \"+n\" or \"-n\"");
        return false;
    }
    action->length_is_relative = plus || action->length_declare < 0;
    action->has_length = true;
    return true;
}

static const struct conf_word length_then_list[] = {
    {"stall", THEN_STALL},
    {"close", THEN_CLOSE},
};
static const struct conf_words length_then = {CONF_WORDS_OF(length_then_list)};

static const struct conf_shape integer_or_text = SHAPE_OF_TYPES("integer", "string");

/* clang-format off */
static const struct conf_field length_fields[] = {
    {.name = "declare",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .take = take_declare,
     .help = "Content-Length: a number, or \"+100\" or \"-10\" from the true one",
     .shape = &integer_or_text},
    {.name = "then",
     .type = FIELD_CHOICE,
     .offset = AT(length_then),
     .words = &length_then,
     .help = "stall: the connection stays open; close: it ends",
     .assumed = "stall"},
};
/* clang-format on */
const struct conf_table fault_length_table = {
    .name = "length", .help = "A Content-Length that is not true.", CONF_TABLE_OF(length_fields)};

bool grammar_take_length(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node, void *out)
{
    ((struct fault_action *)out)->length_then = THEN_STALL;
    conf_decode(d, field->table, node, out);
    return true;
}

/* ---- truncate, stall ---- */

static const struct conf_word then_list[] = {
    {"close",    THEN_CLOSE   },
    {"reset",    THEN_RESET   },
    {"continue", THEN_CONTINUE},
};
static const struct conf_words truncate_then = {.list = then_list, .count = 2};
static const struct conf_word stall_then_list[] = {
    {"continue", THEN_CONTINUE},
    {"close",    THEN_CLOSE   },
    {"reset",    THEN_RESET   },
};
static const struct conf_words stall_then = {CONF_WORDS_OF(stall_then_list)};

/* clang-format off */
static const struct conf_field truncate_fields[] = {
    {.name = "after",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .offset = AT(truncate),
     .decode = fault_take_amount,
     .help = "how much of the body is sent: a size or a ratio",
     .shape = &shape_text_or_number},
    {.name = "then",
     .type = FIELD_CHOICE,
     .offset = AT(truncate_then),
     .words = &truncate_then,
     .help = "how the connection ends",
     .assumed = "close"},
};
/* clang-format on */
/* clang-format off */
static const struct conf_field stall_fields[] = {
    {.name = "after",
     .type = FIELD_CUSTOM,
     .offset = AT(stall_after),
     .decode = fault_take_amount,
     .help = "how much of the body is sent before; default: nothing",
     .shape = &shape_text_or_number},
    {.name = "for",
     .type = FIELD_DURATION,
     .flags = FIELD_FOREVER | FIELD_ABOVE_ZERO,
     .offset = AT(stall_ns),
     .help = "how long, or forever: until the client leaves",
     .assumed = "forever"},
    {.name = "then",
     .type = FIELD_CHOICE,
     .offset = AT(stall_then),
     .words = &stall_then,
     .help = "what follows",
     .assumed = "continue"},
};
/* clang-format on */
const struct conf_table fault_truncate_table = {
    .name = "truncate",
    .help = "Cut the body; Content-Length stays true.",
    CONF_TABLE_OF(truncate_fields),
};
const struct conf_table fault_stall_table = {
    .name = "stall", .help = "Pause inside the body.", CONF_TABLE_OF(stall_fields)};

bool grammar_take_stall(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, void *out)
{
    struct fault_action *action = out;

    action->stall_then = THEN_CONTINUE;
    conf_decode(d, field->table, node, action);
    action->stall_after.given = true;
    return grammar_within_guard(d, conf_get(node, "for"), action->stall_ns);
}

/* ---- drip ---- */

struct drip {
    uint64_t rate, chunk, every_ns;
};

/* clang-format off */
static const struct conf_field drip_fields[] = {
    {.name = "rate",
     .type = FIELD_RATE,
     .flags = FIELD_ABOVE_ZERO,
     .offset = offsetof(struct drip, rate),
     .max = UINT64_C(1) << 30,
     .help = "bytes in a second: 32KiB/s"},
    {.name = "chunk",
     .type = FIELD_SIZE,
     .flags = FIELD_ABOVE_ZERO,
     .offset = offsetof(struct drip, chunk),
     .max = UINT64_C(1) << 20,
     .help = "bytes sent at once"},
    {.name = "every",
     .type = FIELD_DURATION,
     .offset = offsetof(struct drip, every_ns),
     .min = DURATION_MS,
     .max = DURATION_H,
     .help = "pause between two chunks"},
};
/* clang-format on */

static void check_drip(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)out;
    if (!conf_exclusive(d, node, (const char *const[]){"rate", "chunk", NULL}) ||
        !conf_exclusive(d, node, (const char *const[]){"rate", "every", NULL}) ||
        conf_get(node, "rate") || (conf_get(node, "chunk") && conf_get(node, "every")))
        return;
    conf_error(d->report, conf_at(node), "F309", "write 'rate' or 'chunk' with 'every'");
}

const struct conf_table fault_drip_table = {
    .name = "drip",
    .help = "Send the body slowly.",
    CONF_TABLE_OF(drip_fields),
    .check = check_drip,
};

/* A rate as chunks about DRIP_STEP_MS apart: exact below, to the byte per step above. */
static void rate_to_chunks(uint64_t rate, struct fault_action *action)
{
    uint64_t every_ms = DRIP_STEP_MS;

    while (every_ms < 1000 && rate * every_ms % 1000)
        every_ms++;
    if (every_ms > 2 * (uint64_t)DRIP_STEP_MS && rate >= 1000)
        every_ms = DRIP_STEP_MS;
    action->drip_every_ms = (uint32_t)every_ms;
    action->drip_bytes = (uint32_t)(rate * every_ms / 1000);
}

bool grammar_take_drip(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    struct fault_action *action = out;
    struct drip drip = {0};

    conf_decode(d, field->table, node, &drip);
    if (drip.rate) {
        rate_to_chunks(drip.rate, action);
    } else {
        action->drip_bytes = (uint32_t)drip.chunk;
        action->drip_every_ms = (uint32_t)(drip.every_ns / DURATION_MS);
    }
    return true;
}

/* ---- set_state ---- */

struct set_state {
    struct str scenario, to;
};

/* clang-format off */
static const struct conf_field set_state_fields[] = {
    {.name = "scenario",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .offset = offsetof(struct set_state, scenario),
     .help = "name of the scenario"},
    {.name = "to",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .offset = offsetof(struct set_state, to),
     .help = "its new value"},
};
/* clang-format on */
const struct conf_table fault_set_state_table = {
    .name = "set_state", .help = "Move a scenario on.", CONF_TABLE_OF(set_state_fields)};

bool grammar_take_set_state(struct conf_decoder *d, const struct conf_field *field,
                            const struct conf_node *node, void *out)
{
    struct fault_action *action = out;
    struct set_state args = {0};
    size_t before = d->report->errors;

    conf_decode(d, field->table, node, &args);
    if (d->report->errors != before)
        return false;
    grammar_scenario_value(grammar_of(d), args.scenario, args.to, &action->set_scenario,
                           &action->set_value);
    return true;
}
