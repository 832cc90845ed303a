/*
 * grammar/drill_step.c - the timeline of a drill: when each step is due, and what it does
 */
#include "base/clock.h"
#include "base/distance.h"
#include "conf/document.h"
#include "conf/scalar.h"
#include "grammar/drill.h"
#include "grammar/internal.h"

#define GROUP "group:"

static bool knows_rule(struct grammar *g, struct str name)
{
    struct str group;

    if (str_starts(name, STR(GROUP))) {
        group = str_slice(name, sizeof(GROUP) - 1, name.len);
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

/* The nearest of what may stand there, as it is written there; absent = none is near. */
static struct str nearest_name(struct conf_decoder *d, struct str wanted)
{
    const struct grammar *g = grammar_of(d);
    bool grouped = str_starts(wanted, STR(GROUP));
    struct str bare = grouped ? str_slice(wanted, sizeof(GROUP) - 1, wanted.len) : wanted;
    struct nearest rule = {.wanted = bare}, group = {.wanted = bare};

    for (size_t i = 0; i < g->rule_count; i++)
        nearest_offer(&rule, g->rules[i].rule.id);
    for (const struct grammar_name *name = g->groups.first; name; name = name->next)
        nearest_offer(&group, name->name);
    if (!group.best.ptr || (rule.best.ptr && rule.distance + grouped <= group.distance))
        return rule.best;
    return arena_strf(d->arena, GROUP STR_FMT, STR_ARG(group.best));
}

static void missing_name(struct conf_decoder *d, const struct conf_node *item)
{
    const char *hint = conf_did_you_mean(d, nearest_name(d, item->text));

    if (str_starts(item->text, STR(GROUP)))
        conf_error(d->report, conf_at(item), "F302", "no group '%s'%s",
                   conf_shown(d->report, str_slice(item->text, sizeof(GROUP) - 1, item->text.len)),
                   hint);
    else if (grammar_name_find(&grammar_of(d)->groups, item->text))
        conf_error(d->report, conf_at(item), "F302", "no rule '%s'%s", conf_value(d, item), hint);
    else
        conf_error(d->report, conf_at(item), "F302", "no rule '%s' and no 'group:%s'%s",
                   conf_value(d, item), conf_value(d, item), hint);
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

/* F302 for a scenario that no rule asks for: to set it would strike nothing. */
static bool is_asked_for(struct conf_decoder *d, const struct conf_node *name)
{
    struct nearest nearest = {.wanted = name->text};

    for (const struct grammar_pending *p = grammar_of(d)->states; p; p = p->next) {
        const struct conf_node *asked = conf_get(p->node, "scenario");

        if (str_eq(asked->text, name->text))
            return true;
        nearest_offer(&nearest, asked->text);
    }
    conf_error(d->report, conf_at(name), "F302", "no rule asks for scenario '%s'%s",
               conf_value(d, name), conf_did_you_mean(d, nearest.best));
    return false;
}

static bool take_set(struct conf_decoder *d, const struct conf_field *field,
                     const struct conf_node *node, void *out)
{
    struct drill_step *step = out;
    struct fault_action ignored = {0};

    if (!grammar_take_set_state(d, field, node, &ignored) ||
        !is_asked_for(d, conf_get(node, "scenario")))
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

/* So long, or until something has happened. */
static bool take_wait(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct drill_step *step = out;

    if (node->kind == CONF_MAP)
        return take_until(d, node, out);
    return grammar_ns(d, node, 0, &step->ns);
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
     .shape = &shape_text},
    {.name = "real",
     .type = FIELD_CUSTOM,
     .take = take_real,
     .help = "real time again",
     .shape = &shape_true},
};
/* clang-format on */
static const struct conf_table clock_table = {.name = "clock", CONF_TABLE_OF(clock_fields)};

/* When a step is due: one of three keys, read by take_due(). */
static const struct conf_shape wait_for = SHAPE_ANY(&shape_duration, &shape_table);

/* clang-format off */
static const struct conf_field step_fields[] = {
    STEP("at", FIELD_DURATION, ns, "so long after the start"),
    {.name = "wait",
     .type = FIELD_CUSTOM,
     .take = take_wait,
     .table = &fault_condition_table,
     .help = "so long after the step above; or a condition, as in until",
     .shape = &wait_for},
    {.name = "until",
     .type = FIELD_CUSTOM,
     .take = take_until,
     .table = &fault_condition_table,
     .help = "as soon as a condition holds"},
    STEP("max", FIELD_DURATION, ns, "longest wait for a condition"),
    {.name = "enable",
     .type = FIELD_CUSTOM,
     .take = take_enable,
     .help = "ids of rules, or group:name",
     .shape = &shape_text_or_list},
    {.name = "disable",
     .type = FIELD_CUSTOM,
     .take = take_disable,
     .help = "ids of rules, or group:name",
     .shape = &shape_text_or_list},
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

/* The condition that a step waits for, or NULL. */
static const struct conf_node *condition_of(const struct conf_node *node)
{
    const struct conf_node *wait = conf_get(node, "wait");

    return wait && wait->kind == CONF_MAP ? wait : conf_get(node, "until");
}

static void check_step(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    const struct conf_node *condition = condition_of(node);

    (void)out;
    if (!conf_exclusive(d, node, (const char *const[]){"at", "wait", "until", NULL}))
        return;
    if (condition && !conf_get(node, "max"))
        conf_error(d->report, conf_at(node), "F104",
                   "'" STR_FMT "' needs 'max', or the drill could wait for ever",
                   STR_ARG(condition->key));
    else if (!condition && conf_get(node, "max"))
        conf_error(d->report, conf_at_key(conf_get(node, "max")), "F310", "only with 'until'");
    else if (!condition && !conf_get(node, "at") && !conf_get(node, "wait"))
        conf_error(d->report, conf_at(node), "F104", "a step starts with 'at', 'wait' or 'until'");
}

const struct conf_table fault_drill_step_table = {
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

        if (wait && wait->kind == CONF_SCALAR && scalar_duration(wait->text, &ns) == SCALAR_OK)
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

    if (value && value->kind == CONF_SCALAR)
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
    add_condition(condition_of(node), &text);
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

bool grammar_take_steps(struct conf_decoder *d, const struct conf_field *field,
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
        step->when = condition_of(child)     ? DRILL_UNTIL
                     : conf_get(child, "at") ? DRILL_AT
                                             : DRILL_WAIT;
        if (d->report->errors == mistakes)
            describe(d, child, step);
    }
    check_order(d, node);
    return true;
}

/* F311 for a step that the timeout would cut off before it begins. */
void grammar_steps_check_timeout(struct conf_decoder *d, const struct conf_node *steps,
                                 uint64_t timeout_ns)
{
    OWN(buf_done) struct buf text = {0};

    scalar_format_duration(timeout_ns, &text);
    for (const struct conf_node *step = steps && steps->kind == CONF_LIST ? steps->first : NULL;
         step; step = step->next) {
        const struct conf_node *at = conf_get(step, "at");
        uint64_t ns;

        if (at && scalar_duration(at->text, &ns) == SCALAR_OK && ns >= timeout_ns)
            conf_error(d->report, conf_at(at), "F311", "%s is not before the drill's timeout (%s)",
                       conf_value(d, at), buf_text(&text));
    }
}
