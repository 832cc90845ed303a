/*
 * grammar/guard.c - `guard`, and the conditions that it shares with drills
 */
#include "conf/scalar.h"
#include "grammar/internal.h"

/* ---- conditions ---- */

static bool take_rule(struct conf_decoder *d, const struct conf_node *node,
                      struct fault_condition *out)
{
    struct grammar_pending *pending = ARENA_NEW(d->arena, struct grammar_pending);

    if (!conf_want_text(d, node))
        return false;
    out->rule_id = arena_str(d->arena, node->text);
    pending->node = node;
    pending->rule = &out->rule;
    pending->next = grammar_of(d)->conditions;
    grammar_of(d)->conditions = pending;
    return true;
}

/* The children that are comparisons, as a mapping of their own. */
static struct conf_node *comparison_part(struct conf_decoder *d, const struct conf_node *node)
{
    struct conf_node *part = ARENA_NEW(d->arena, struct conf_node);
    struct conf_node **tail = &part->first;

    *part = *node;
    part->first = NULL;
    part->count = 0;
    CONF_EACH (child, node) {
        if (!grammar_is_comparison_key(child->key))
            continue;
        *tail = ARENA_NEW(d->arena, struct conf_node);
        **tail = *child;
        (*tail)->next = NULL;
        tail = &(*tail)->next;
        part->count++;
    }
    return part;
}

/* In the order of enum fault_condition_kind. */
static const struct grammar_comparison condition_forms[] = {
    [CONDITION_FIRED] = {.type = FIELD_NUMBER, .example = "{rule: x, gte: 20}"},
    [CONDITION_IN_FLIGHT] = {.type = FIELD_NUMBER, .example = "{gt: 200}"         },
    [CONDITION_UNEXPECTED_5XX] = {.type = FIELD_NUMBER, .example = "{gt: 0}"           },
    [CONDITION_CALL_RATE] = {.type = FIELD_NUMBER, .example = "{gt: 500}"         },
    [CONDITION_SUCCESS] = {.type = FIELD_RATIO,  .example = "{lt: 50%}"         },
};

static bool take_condition(struct conf_decoder *d, const struct conf_field *field,
                           const struct conf_node *node, void *out)
{
    struct fault_condition *condition = out;
    bool has_rule = condition->kind == CONDITION_FIRED;
    bool has_over = condition->kind >= CONDITION_CALL_RATE;

    if (!conf_want(d, node, CONF_MAP))
        return false;
    CONF_EACH (child, node) {
        if (has_rule && str_eq(child->key, STR("rule")))
            take_rule(d, child, condition);
        else if (has_over && str_eq(child->key, STR("over")))
            grammar_ns(d, child, 1, &condition->over_ns);
        else if (!grammar_is_comparison_key(child->key))
            conf_unknown_key(d, field->table, child);
    }
    return grammar_compare(d, &condition_forms[condition->kind], comparison_part(d, node),
                           &condition->compare);
}

/* clang-format off */
static const struct conf_field fired_fields[] = {
    {.name = "rule", .type = FIELD_TEXT, .help = "id of a rule; default: any"},
    {.name = "eq", .type = FIELD_NUMBER}, {.name = "gt", .type = FIELD_NUMBER},
    {.name = "gte", .type = FIELD_NUMBER}, {.name = "lt", .type = FIELD_NUMBER},
    {.name = "lte", .type = FIELD_NUMBER},
};
/* clang-format on */
/* clang-format off */
#define OVER {.name = "over", .type = FIELD_DURATION, .help = "the window", .assumed = "10s"}
static const struct conf_field rate_fields[] = {
    OVER,
    {.name = "eq", .type = FIELD_NUMBER}, {.name = "gt", .type = FIELD_NUMBER},
    {.name = "gte", .type = FIELD_NUMBER}, {.name = "lt", .type = FIELD_NUMBER},
    {.name = "lte", .type = FIELD_NUMBER},
};
static const struct conf_field share_fields[] = {
    OVER,
    {.name = "eq", .type = FIELD_RATIO}, {.name = "gt", .type = FIELD_RATIO},
    {.name = "gte", .type = FIELD_RATIO}, {.name = "lt", .type = FIELD_RATIO},
    {.name = "lte", .type = FIELD_RATIO},
};
/* clang-format on */
static const struct conf_table fired_table = {.name = "fired", CONF_TABLE_OF(fired_fields)};
static const struct conf_table number_table = {
    .name = "number", .fields = fired_fields + 1, .count = N_ELEMENTS(fired_fields) - 1};
static const struct conf_table rate_table = {.name = "rate", CONF_TABLE_OF(rate_fields)};
static const struct conf_table share_table = {.name = "share", CONF_TABLE_OF(share_fields)};

#define CONDITION(key, rows, text)                                                                 \
    {                                                                                              \
        .name = key, .type = FIELD_CUSTOM, .decode = take_condition, .table = &rows, .help = text  \
    }

/* In the order of enum fault_condition_kind. */
/* clang-format off */
static const struct conf_field condition_fields[] = {
    CONDITION("fired", fired_table, "how often a rule, or all of them, fired"),
    CONDITION("in_flight", number_table, "calls in flight"),
    CONDITION("unexpected_5xx", number_table, "5xx answers that no rule made"),
    CONDITION("call_rate", rate_table, "calls in a second, over a window"),
    CONDITION("success", share_table, "share of calls that succeed, over a window"),
};
/* clang-format on */

const struct conf_table fault_condition_table = {
    .name = "condition",
    .noun = "condition",
    .help = "One condition with a comparison.",
    CONF_TABLE_OF(condition_fields),
};

bool grammar_condition(struct conf_decoder *d, const struct conf_node *node,
                       struct fault_condition *out)
{
    const struct conf_field *field;

    if (!conf_want(d, node, CONF_MAP))
        return false;
    if (node->count != 1) {
        conf_error(d->report, conf_at(node), "F103", "expected one condition, found %zu",
                   node->count);
        return false;
    }
    field = conf_table_find(&fault_condition_table, node->first->key);
    if (!field) {
        conf_unknown_key(d, &fault_condition_table, node->first);
        return false;
    }
    out->kind = (enum fault_condition_kind)(field - condition_fields);
    out->rule = -1;
    return take_condition(d, field, node->first, out);
}

/* ---- guard ---- */

#define AT(member) offsetof(struct fault_guard, member)

static const struct conf_word overflow_list[] = {
    {"pass",   false},
    {"reject", true },
};
static const struct conf_words overflows = {CONF_WORDS_OF(overflow_list)};

static bool take_only(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_guard *guard = out;

    guard->has_only = true;
    return grammar_match(d, node, &guard->only);
}

static bool take_halt(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_guard *guard = out;
    bool ok = true;

    if (!conf_want(d, node, CONF_LIST))
        return false;
    guard->halt = ARENA_ARRAY(d->arena, node->count, struct fault_condition);
    guard->halt_count = node->count;
    CONF_EACH (child, node)
        ok = grammar_condition(d, child, &guard->halt[child->index]) && ok;
    return ok;
}

/* clang-format off */
static const struct conf_field guard_fields[] = {
    {.name = "max_active",
     .type = FIELD_UINT32,
     .offset = AT(max_active),
     .min = 1,
     .max = 100000,
     .fallback = "256",
     .help = "calls that rules may hold or change at once"},
    {.name = "overflow",
     .type = FIELD_EITHER,
     .offset = AT(overflow_reject),
     .words = &overflows,
     .fallback = "pass",
     .help = "what happens to a call beyond that: pass, or reject with 503"},
    {.name = "max_delay",
     .type = FIELD_DURATION,
     .flags = FIELD_ABOVE_ZERO,
     .offset = AT(max_delay_ns),
     .fallback = "2m",
     .help = "longest a call is held, all delays together"},
    {.name = "default_ttl",
     .type = FIELD_DURATION,
     .flags = FIELD_FOREVER | FIELD_ABOVE_ZERO,
     .offset = AT(default_ttl_ns),
     .fallback = "30m",
     .help = "ttl of rules that have none; forever for rules that never expire"},
    {.name = "only",
     .type = FIELD_CUSTOM,
     .take = take_only,
     .table = &fault_match_table,
     .help = "a match: calls outside it are never touched"},
    {.name = "halt",
     .type = FIELD_CUSTOM,
     .take = take_halt,
     .table = &fault_condition_table,
     .help = "list of conditions; when one holds, all rules stop",
     .shape = &shape_tables},
};
/* clang-format on */

const struct conf_table fault_guard_table = {
    .name = "guard",
    .help = "Bounds that hold for all rules.",
    CONF_TABLE_OF(guard_fields),
};
