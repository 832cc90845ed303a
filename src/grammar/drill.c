/*
 * grammar/drill.c - drills: timelines with assertions, checked in full
 */
#include "grammar/drill.h"

#include "base/clock.h"
#include "conf/document.h"
#include "conf/scalar.h"
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

/* ---- steps ---- */

static bool knows_rule(struct grammar *g, struct str name)
{
    struct str group;

    if (str_starts(name, STR("group:"))) {
        group = str_slice(name, 6, name.len);
        struct grammar_name *found = grammar_name_find(&g->groups, group);

        if (found)
            found->used = true;
        return found != NULL;
    }
    for (size_t i = 0; i < g->rule_count; i++)
        if (str_eq(g->rules[i].rule.id, name))
            return true;
    return false;
}

static void missing_name(struct conf_decoder *d, const struct conf_node *item)
{
    if (str_starts(item->text, STR("group:")))
        conf_error(d->report, conf_at(item), "F302", "no group '%s'",
                   conf_shown(d->report, str_slice(item->text, 6, item->text.len)));
    else
        conf_error(d->report, conf_at(item), "F302", "no rule '%s' and no 'group:%s'",
                   conf_value(d, item), conf_value(d, item));
}

static bool take_names(struct conf_decoder *d, const struct conf_node *node, struct str **out,
                       size_t *out_count)
{
    const struct conf_node *item = conf_items(node, out_count);
    bool ok = true;

    *out = ARENA_ARRAY(d->arena, *out_count, struct str);
    for (size_t i = 0; i < *out_count; i++, item = item->next) {
        if (!conf_want_text(d, item))
            continue;
        (*out)[i] = arena_str(d->arena, item->text);
        if (knows_rule(grammar_of(d), item->text))
            continue;
        missing_name(d, item);
        ok = false;
    }
    return ok;
}

static bool take_enable(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct drill_step *step = out;

    return take_names(d, node, &step->enable, &step->enable_count);
}

static bool take_disable(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct drill_step *step = out;

    return take_names(d, node, &step->disable, &step->disable_count);
}

static bool take_set(struct conf_decoder *d, const struct conf_field *field,
                     const struct conf_node *node, void *out)
{
    struct drill_step *step = out;
    struct fault_action ignored = {0};

    if (!grammar_take_set_state(d, field, node, &ignored))
        return false;
    step->scenario = arena_str(d->arena, conf_get(node, "scenario")->text);
    step->value = arena_str(d->arena, conf_get(node, "to")->text);
    return true;
}

static bool take_until(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct drill_step *step = out;

    return grammar_condition(d, node, &step->until);
}

static bool take_freeze(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct drill_step *step = out;

    if (!conf_want_text(d, node))
        return false;
    step->clock = DRILL_CLOCK_FREEZE;
    if (str_eq(node->text, STR("now")))
        return true;
    step->clock = DRILL_CLOCK_FREEZE_AT;
    if (clock_parse_iso(node->text.ptr, node->text.len, &step->freeze_wall_ms))
        return true;
    conf_error(d->report, conf_at(node), "F211",
               "'%s' is neither 'now' nor an RFC 3339 time such as 2026-11-23T09:00:00+08:00",
               conf_value(d, node));
    return false;
}

static bool take_real(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct drill_step *step = out;
    bool real = false;

    if (!conf_is_bool(node, &real) || !real) {
        conf_error(d->report, conf_at(node), "F206", "'%s': write 'real: true', or leave it out",
                   conf_value(d, node));
        return false;
    }
    step->clock = DRILL_CLOCK_REAL;
    return true;
}

static bool take_clock(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    struct drill_step *step = out;

    if (!conf_want(d, node, CONF_MAP) ||
        !conf_exclusive(d, node, (const char *const[]){"advance", "freeze", "real", NULL}))
        return false;
    conf_decode(d, field->table, node, step);
    if (step->advance_ns)
        step->clock = DRILL_CLOCK_ADVANCE;
    return true;
}

#define STEP(key, what, member, text)                                                              \
    {                                                                                              \
        .name = key, .type = what, .offset = offsetof(struct drill_step, member), .help = text     \
    }

/* clang-format off */
static const struct conf_field clock_fields[] = {
    {.name = "advance",
     .type = FIELD_DURATION,
     .flags = FIELD_ABOVE_ZERO,
     .offset = offsetof(struct drill_step, advance_ns),
     .help = "move the clock on"},
    {.name = "freeze",
     .type = FIELD_CUSTOM,
     .take = take_freeze,
     .help = "stop the clock, at an RFC 3339 time or now",
     .schema = "\"type\":\"string\""},
    {.name = "real",
     .type = FIELD_CUSTOM,
     .take = take_real,
     .help = "real time again",
     .schema = "\"const\":true"},
};
/* clang-format on */
static const struct conf_table clock_table = {.name = "clock", CONF_TABLE_OF(clock_fields)};

/* When a step is due: one of three keys, read by take_due(). */
/* clang-format off */
static const struct conf_field step_fields[] = {
    STEP("at", FIELD_DURATION, ns, "so long after the start"),
    STEP("wait", FIELD_DURATION, ns, "so long after the step above"),
    {.name = "until",
     .type = FIELD_CUSTOM,
     .take = take_until,
     .table = &fault_condition_table,
     .help = "as soon as a condition holds"},
    STEP("max", FIELD_DURATION, ns, "longest wait for until"),
    {.name = "enable",
     .type = FIELD_CUSTOM,
     .take = take_enable,
     .help = "ids of rules, or group:name",
     .schema = "\"type\":[\"string\",\"array\"]"},
    {.name = "disable",
     .type = FIELD_CUSTOM,
     .take = take_disable,
     .help = "ids of rules, or group:name",
     .schema = "\"type\":[\"string\",\"array\"]"},
    {.name = "set",
     .type = FIELD_CUSTOM,
     .decode = take_set,
     .table = &fault_set_state_table,
     .help = "move a scenario on"},
    {.name = "clock",
     .type = FIELD_CUSTOM,
     .decode = take_clock,
     .table = &clock_table,
     .help = "move, stop or release the clock of rules"},
    STEP("note", FIELD_TEXT, note, "shown in the report"),
};
/* clang-format on */

static void check_step(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)out;
    if (!conf_exclusive(d, node, (const char *const[]){"at", "wait", "until", NULL}))
        return;
    if (conf_get(node, "until") && !conf_get(node, "max"))
        conf_error(d->report, conf_at(node), "F104",
                   "'until' needs 'max', or the drill could wait for ever");
    else if (!conf_get(node, "until") && conf_get(node, "max"))
        conf_error(d->report, conf_at_key(conf_get(node, "max")), "F310", "only with 'until'");
    else if (!conf_get(node, "at") && !conf_get(node, "wait") && !conf_get(node, "until"))
        conf_error(d->report, conf_at(node), "F104", "a step starts with 'at', 'wait' or 'until'");
}

static const struct conf_table step_table = {
    .name = "drill_step",
    .help = "One step of a drill.",
    CONF_TABLE_OF(step_fields),
    .check = check_step,
};

/* F311 when a step is to begin before the one above it. */
static void check_order(struct conf_decoder *d, const struct conf_node *steps)
{
    OWN(buf_done) struct buf text = {0};
    uint64_t now = 0;

    CONF_EACH (step, steps) {
        const struct conf_node *at = conf_get(step, "at");
        const struct conf_node *wait = conf_get(step, "wait");
        uint64_t ns = 0;

        if (wait && scalar_duration(wait->text, &ns) == SCALAR_OK)
            now += ns;
        if (!at || scalar_duration(at->text, &ns) != SCALAR_OK)
            continue;
        if (ns < now) {
            buf_clear(&text);
            scalar_format_duration(now, &text);
            conf_error(d->report, conf_at(at), "F311", "%s is before the step above (%s)",
                       conf_value(d, at), buf_text(&text));
        }
        now = ns > now ? ns : now;
    }
}

/* ---- a step in words, for reports ---- */

static void add_due(const struct conf_node *node, const char *key, struct buf *out)
{
    const struct conf_node *value = conf_get(node, key);

    if (value)
        buf_printf(out, "%s %s", key, value->text.ptr);
}

static void add_condition(const struct conf_node *until, struct buf *out)
{
    OWN(json_free) cJSON *json = until ? document_from_node(until->first) : NULL;

    if (!until)
        return;
    buf_printf(out, "until " STR_FMT " ", STR_ARG(until->first->key));
    json_print(json, false, out);
}

static void add_list(struct buf *out, const char *verb, const struct str *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_puts(out, i ? ", " : out->len ? "; " : "");
        if (i == 0)
            buf_printf(out, "%s ", verb);
        buf_add(out, names[i]);
    }
}

static void add_clock(const struct drill_step *step, struct buf *out)
{
    if (step->clock == DRILL_CLOCK_KEEP)
        return;
    buf_puts(out, out->len ? "; clock " : "clock ");
    if (step->clock == DRILL_CLOCK_ADVANCE) {
        buf_puts(out, "on by ");
        scalar_format_duration(step->advance_ns, out);
    } else {
        buf_puts(out, step->clock == DRILL_CLOCK_REAL ? "real again" : "frozen");
    }
}

static void describe(struct conf_decoder *d, const struct conf_node *node, struct drill_step *step)
{
    OWN(buf_done) struct buf text = {0};

    add_due(node, "at", &text);
    add_due(node, "wait", &text);
    add_condition(conf_get(node, "until"), &text);
    step->when_text = arena_str(d->arena, buf_str(&text));
    buf_clear(&text);
    add_list(&text, "enable", step->enable, step->enable_count);
    add_list(&text, "disable", step->disable, step->disable_count);
    if (step->scenario.ptr)
        buf_printf(&text, "%sscenario " STR_FMT " to " STR_FMT, text.len ? "; " : "",
                   STR_ARG(step->scenario), STR_ARG(step->value));
    add_clock(step, &text);
    if (step->note.len)
        buf_printf(&text, "%s" STR_FMT, text.len ? "; " : "", STR_ARG(step->note));
    step->does_text = arena_str(d->arena, buf_str(&text));
}

static bool take_steps(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    struct drill_plan *plan = out;
    uint32_t mistakes = d->report->errors;

    if (!conf_want(d, node, CONF_LIST))
        return false;
    if (node->count == 0)
        conf_error(d->report, conf_at(node), "F309", "at least one step");
    plan->steps = ARENA_ARRAY(d->arena, node->count, struct drill_step);
    CONF_EACH (child, node) {
        struct drill_step *step = &plan->steps[plan->step_count++];

        conf_decode(d, field->table, child, step);
        step->when = conf_get(child, "at")     ? DRILL_AT
                     : conf_get(child, "wait") ? DRILL_WAIT
                                               : DRILL_UNTIL;
        if (d->report->errors == mistakes)
            describe(d, child, step);
    }
    check_order(d, node);
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
     .schema = "\"type\":\"string\",\"pattern\":\"^[a-z0-9][a-z0-9-]{0,62}$\""},
    {.name = "description",
     .type = FIELD_TEXT,
     .offset = AT(description),
     .help = "shown in lists and reports"},
    {.name = "seed",
     .type = FIELD_CUSTOM,
     .decode = take_seed,
     .help = "what chance depends on while it runs",
     .schema = "\"anyOf\":[{\"const\":\"random\"},{\"type\":\"integer\",\"minimum\":0}]"},
    {.name = "timeout",
     .type = FIELD_DURATION,
     .flags = FIELD_ABOVE_ZERO,
     .offset = AT(timeout_ns),
     .fallback = "10m",
     .help = "stops everything"},
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
     .decode = take_steps,
     .table = &step_table,
     .help = "the timeline",
     .schema = "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/drill_step\"}"},
    {.name = "stop_when",
     .type = FIELD_CUSTOM,
     .take = take_conditions,
     .table = &fault_condition_table,
     .help = "list of conditions; when one holds, the drill stops",
     .schema = "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/condition\"}"},
    {.name = "assert",
     .type = FIELD_CUSTOM,
     .decode = take_assertions,
     .table = &fault_assertion_table,
     .aka = "asserts assertions expect",
     .help = "what must hold in the end",
     .schema = "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/assertion\"}"},
};
/* clang-format on */

const struct conf_table fault_drill_table = {
    .name = "drill",
    .help = "A timeline with assertions.",
    CONF_TABLE_OF(drill_fields),
};

/* F311 for a step that the timeout would cut off before it begins. */
static void check_timeout(struct conf_decoder *d, const struct conf_node *node,
                          const struct drill_plan *plan)
{
    const struct conf_node *steps = conf_get(node, "steps");
    OWN(buf_done) struct buf text = {0};

    scalar_format_duration(plan->timeout_ns, &text);
    for (const struct conf_node *step = steps && steps->kind == CONF_LIST ? steps->first : NULL;
         step; step = step->next) {
        const struct conf_node *at = conf_get(step, "at");
        uint64_t ns;

        if (at && scalar_duration(at->text, &ns) == SCALAR_OK && ns >= plan->timeout_ns)
            conf_error(d->report, conf_at(at), "F311", "%s is not before the drill's timeout (%s)",
                       conf_value(d, at), buf_text(&text));
    }
}

static void read_drill(struct conf_decoder *d, const struct conf_node *node,
                       struct drill_plan *plan)
{
    conf_defaults(d, &fault_drill_table, plan);
    conf_decode(d, &fault_drill_table, node, plan);
    check_timeout(d, node, plan);
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
