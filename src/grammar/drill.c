/*
 * grammar/drill.c - drills: what they require, what stops them, what must hold in the end
 */
#include "grammar/drill.h"

#include "conf/document.h"
#include "grammar/internal.h"

static struct str as_json(struct conf_decoder *d, const struct conf_node *node)
{
    OWN(json_free) cJSON *json = document_from_node(node);
    OWN(buf_done) struct buf text = {0};

    json_print(json, false, &text);
    return arena_str(d->arena, buf_str(&text));
}

static bool take_assertions(struct conf_decoder *d, const struct conf_field *field,
                            const struct conf_node *node, void *out)
{
    struct drill_plan *plan = out;
    char nothing[8] = {0};

    if (!conf_want(d, node, CONF_LIST))
        return false;
    CONF_EACH (child, node) {
        if (child->kind == CONF_MAP && child->count != 1)
            conf_error(d->report, conf_at(child), "F103", "expected one assertion, found %zu",
                       child->count);
        else
            conf_decode(d, field->table, child, nothing);
    }
    plan->assertions = as_json(d, node);
    return true;
}

static bool take_conditions(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct drill_plan *plan = out;
    bool ok = true;

    if (!conf_want(d, node, CONF_LIST))
        return false;
    plan->stop_when = ARENA_ARRAY(d->arena, node->count, struct fault_condition);
    CONF_EACH (child, node)
        ok = grammar_condition(d, child, &plan->stop_when[plan->stop_count++]) && ok;
    return ok;
}

/* ---- the drill ---- */

#define AT(member) offsetof(struct drill_plan, member)

/* clang-format off */
static const struct conf_field require_fields[] = {
    {.name = "calls",
     .type = FIELD_UINT,
     .offset = AT(require.calls),
     .min = 1,
     .max = UINT32_MAX,
     .wrong = "{} would allow an empty drill; use 1 or more",
     .fallback = "1",
     .help = "fewer calls make the drill vacuous"},
    {.name = "fires_per_rule",
     .type = FIELD_UINT,
     .offset = AT(require.fires_per_rule),
     .max = UINT32_MAX,
     .fallback = "1",
     .help = "fewer fires of a rule that it enables, sets or names make it vacuous"},
    {.name = "capped",
     .type = FIELD_UINT,
     .offset = AT(require.capped),
     .max = UINT32_MAX,
     .fallback = "0",
     .help = "more capped fires make it vacuous"},
    {.name = "journal_lost",
     .type = FIELD_UINT,
     .offset = AT(require.journal_lost),
     .max = UINT32_MAX,
     .fallback = "0",
     .help = "more lost records make it inconclusive"},
};
/* clang-format on */
static const struct conf_table require_table = {.name = "require", CONF_TABLE_OF(require_fields)};

static bool take_account(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    if (!conf_want_text(d, node))
        return false;
    if (node->text.len == 0 || memchr(node->text.ptr, '*', node->text.len) ||
        memchr(node->text.ptr, '?', node->text.len)) {
        conf_error(d->report, conf_at(node), "F317", "'%s' is not one account",
                   conf_value(d, node));
        return false;
    }
    *(struct str *)out = arena_str(d->arena, node->text);
    return true;
}

/* clang-format off */
static const struct conf_field only_fields[] = {
    {.name = "account",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .offset = AT(account),
     .take = take_account,
     .help = "one account id",
     .shape = &shape_text_or_number},
};
static const struct conf_table only_table = {.name = "drill_only", CONF_TABLE_OF(only_fields)};
static const struct conf_field drill_guard_fields[] = {
    {.name = "only",
     .type = FIELD_MAP,
     .flags = FIELD_REQUIRED,
     .table = &only_table,
     .help = "the account whose calls are judged; every rule of the drill is for it alone"},
};
/* clang-format on */
static const struct conf_table drill_guard_table = {.name = "drill_guard",
                                                    CONF_TABLE_OF(drill_guard_fields)};

static bool take_drill_id(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct grammar *g = grammar_of(d);

    if (!grammar_id(d, node, out))
        return false;
    grammar_name_add(d, &g->drills, "drill", node, node->text);
    return true;
}

static bool take_seed(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct drill_plan *plan = out;
    struct conf_field number = {
        .name = field->name,
        .type = FIELD_UINT,
        .offset = AT(seed),
        .max = UINT64_MAX,
        .wrong = "{} is not between 0 and 18446744073709551615, nor 'random'",
    };

    plan->has_seed = true;
    plan->seed_random = node->kind == CONF_SCALAR && str_eq(node->text, STR("random"));
    return plan->seed_random || conf_decode_field(d, &number, node, plan);
}

/* clang-format off */
static const struct conf_field drill_fields[] = {
    {.name = "id",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .offset = AT(id),
     .take = take_drill_id,
     .help = "name of the drill",
     .shape = &grammar_id_shape},
    {.name = "description",
     .type = FIELD_TEXT,
     .offset = AT(description),
     .help = "shown in lists and reports"},
    {.name = "seed",
     .type = FIELD_CUSTOM,
     .decode = take_seed,
     .help = "what chance depends on while it runs",
     .shape = &shape_random},
    {.name = "timeout",
     .type = FIELD_DURATION,
     .flags = FIELD_ABOVE_ZERO,
     .offset = AT(timeout_ns),
     .fallback = "10m",
     .help = "stops everything"},
    {.name = "guard",
     .type = FIELD_MAP,
     .table = &drill_guard_table,
     .help = "drills of different accounts may run at once"},
    {.name = "require",
     .type = FIELD_MAP,
     .table = &require_table,
     .help = "below it the drill is vacuous"},
    {.name = "expect_exit",
     .type = FIELD_INT,
     .offset = AT(expect_exit),
     .max = 255,
     .fallback = "0",
     .help = "exit code of the command that counts as success"},
    {.name = "steps",
     .type = FIELD_CUSTOM,
     .decode = grammar_take_steps,
     .table = &fault_drill_step_table,
     .help = "the timeline",
     .shape = &shape_tables},
    {.name = "stop_when",
     .type = FIELD_CUSTOM,
     .take = take_conditions,
     .table = &fault_condition_table,
     .help = "list of conditions; when one holds, the drill stops",
     .shape = &shape_tables},
    {.name = "assert",
     .type = FIELD_CUSTOM,
     .decode = take_assertions,
     .table = &fault_assertion_table,
     .aka = "asserts assertions expect",
     .help = "what must hold in the end",
     .shape = &shape_tables},
};
/* clang-format on */

const struct conf_table fault_drill_table = {
    .name = "drill",
    .help = "A timeline with assertions.",
    CONF_TABLE_OF(drill_fields),
};

static void read_drill(struct conf_decoder *d, const struct conf_node *node,
                       struct drill_plan *plan)
{
    conf_defaults(d, &fault_drill_table, plan);
    conf_decode(d, &fault_drill_table, node, plan);
    if (plan->account.ptr)
        grammar_check_drill_guard(d, node, plan);
    grammar_steps_check_timeout(d, conf_get(node, "steps"), plan->timeout_ns);
    plan->definition = as_json(d, node);
    plan->at = (struct fault_position){arena_dup(d->arena, str_of(node->source->name)), node->line,
                                       node->column};
}

static size_t count_drills(const struct grammar *g)
{
    size_t count = 0;

    for (const struct grammar_file *f = g->files; f; f = f->next) {
        const struct conf_node *list = conf_get(f->top, "drills");

        count += list && list->kind == CONF_LIST ? list->count : 0;
    }
    return count;
}

void grammar_drills(struct grammar *g)
{
    struct drill_plan *plans = ARENA_ARRAY(g->decoder.arena, count_drills(g), struct drill_plan);

    g->set->drills = plans;
    for (const struct grammar_file *f = g->files; f; f = f->next) {
        const struct conf_node *list = conf_get(f->top, "drills");

        if (!list || !conf_want(&g->decoder, list, CONF_LIST))
            continue;
        CONF_EACH (child, list)
            read_drill(&g->decoder, child, &plans[g->set->drill_count++]);
    }
}

/* ---- asking ---- */

const struct drill_plan *drill_plans(const struct fault_ruleset *set, size_t *out_count)
{
    *out_count = set ? set->drill_count : 0;
    return set ? set->drills : NULL;
}

const struct drill_plan *drill_plan_find(const struct fault_ruleset *set, struct str id)
{
    size_t count;
    const struct drill_plan *plans = drill_plans(set, &count);

    for (size_t i = 0; i < count; i++)
        if (str_eq(plans[i].id, id))
            return &plans[i];
    return NULL;
}
