/*
 * grammar/drill.c - drills: timelines with assertions, checked in full
 */
#include "conf/scalar.h"
#include "grammar/internal.h"

static bool take_assertions(struct conf_decoder *d, const struct conf_field *field,
                            const struct conf_node *node, void *out)
{
    char nothing[8] = {0};

    (void)out;
    if (!conf_want(d, node, CONF_LIST))
        return false;
    CONF_EACH (child, node) {
        if (child->kind == CONF_MAP && child->count != 1)
            conf_error(d->report, conf_at(child), "F103", "expected one assertion, found %zu",
                       child->count);
        else
            conf_decode(d, field->table, child, nothing);
    }
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

static bool take_names(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    bool ok = true;

    (void)field;
    (void)out;
    for (size_t i = 0; i < count; i++, item = item->next) {
        if (!conf_want_text(d, item) || knows_rule(grammar_of(d), item->text))
            continue;
        if (str_starts(item->text, STR("group:")))
            conf_error(d->report, conf_at(item), "F302", "no group '%s'",
                       conf_shown(d->report, str_slice(item->text, 6, item->text.len)));
        else
            conf_error(d->report, conf_at(item), "F302", "no rule '%s' and no 'group:%s'",
                       conf_value(d, item), conf_value(d, item));
        ok = false;
    }
    return ok;
}

static bool take_set(struct conf_decoder *d, const struct conf_field *field,
                     const struct conf_node *node, void *out)
{
    struct fault_action ignored = {0};

    (void)out;
    return grammar_take_set_state(d, field, node, &ignored);
}

static bool take_until(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    struct fault_condition *condition = ARENA_NEW(d->arena, struct fault_condition);

    (void)field;
    (void)out;
    return grammar_condition(d, node, condition);
}

struct step {
    uint64_t at_ns, wait_ns, max_ns, advance_ns;
    struct str note, freeze;
    bool real;
};

#define STEP(key, what, member, text)                                                              \
    {                                                                                              \
        .name = key, .type = what, .offset = offsetof(struct step, member), .help = text           \
    }

/* clang-format off */
static const struct conf_field clock_fields[] = {
    STEP("advance", FIELD_DURATION, advance_ns, "move the clock on"),
    STEP("freeze", FIELD_TEXT, freeze, "stop the clock, at an RFC 3339 time or now"),
    STEP("real", FIELD_BOOL, real, "real time again"),
};
/* clang-format on */
static const struct conf_table clock_table = {.name = "clock", CONF_TABLE_OF(clock_fields)};

/* clang-format off */
static const struct conf_field step_fields[] = {
    STEP("at", FIELD_DURATION, at_ns, "so long after the start"),
    STEP("wait", FIELD_DURATION, wait_ns, "so long after the step above"),
    {.name = "until",
     .type = FIELD_CUSTOM,
     .decode = take_until,
     .table = &fault_condition_table,
     .help = "as soon as a condition holds"},
    STEP("max", FIELD_DURATION, max_ns, "longest wait for until"),
    {.name = "enable",
     .type = FIELD_CUSTOM,
     .decode = take_names,
     .help = "ids of rules, or group:name",
     .schema = "\"type\":[\"string\",\"array\"]"},
    {.name = "disable",
     .type = FIELD_CUSTOM,
     .decode = take_names,
     .help = "ids of rules, or group:name",
     .schema = "\"type\":[\"string\",\"array\"]"},
    {.name = "set",
     .type = FIELD_CUSTOM,
     .decode = take_set,
     .table = &fault_set_state_table,
     .help = "move a scenario on"},
    {.name = "clock",
     .type = FIELD_MAP,
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

static bool take_steps(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    (void)out;
    if (!conf_want(d, node, CONF_LIST))
        return false;
    if (node->count == 0)
        conf_error(d->report, conf_at(node), "F309", "at least one step");
    CONF_EACH (child, node) {
        struct step step = {0};

        conf_decode(d, field->table, child, &step);
    }
    check_order(d, node);
    return true;
}

static bool take_conditions(struct conf_decoder *d, const struct conf_field *field,
                            const struct conf_node *node, void *out)
{
    bool ok = true;

    if (!conf_want(d, node, CONF_LIST))
        return false;
    CONF_EACH (child, node)
        ok = take_until(d, field, child, out) && ok;
    return ok;
}

/* ---- the drill ---- */

struct drill {
    struct str id, description;
    bool seed_random;
    uint64_t seed, timeout_ns;
    uint64_t calls, fires, capped, lost;
    int expect_exit;
};

#define AT(member) offsetof(struct drill, member)

/* clang-format off */
static const struct conf_field require_fields[] = {
    {.name = "calls",
     .type = FIELD_UINT,
     .offset = AT(calls),
     .min = 1,
     .max = UINT32_MAX,
     .wrong = "{} would allow an empty drill; use 1 or more",
     .help = "fewer calls make the drill vacuous; default: 1"},
    {.name = "fires_per_rule",
     .type = FIELD_UINT,
     .offset = AT(fires),
     .max = UINT32_MAX,
     .help = "fewer fires of a rule make it vacuous; default: 1"},
    {.name = "capped",
     .type = FIELD_UINT,
     .offset = AT(capped),
     .max = UINT32_MAX,
     .help = "more capped fires make it vacuous; default: 0"},
    {.name = "journal_lost",
     .type = FIELD_UINT,
     .offset = AT(lost),
     .max = UINT32_MAX,
     .help = "more lost records make it inconclusive; default: 0"},
};
/* clang-format on */
static const struct conf_table require_table = {.name = "require", CONF_TABLE_OF(require_fields)};

static bool take_drill_id(struct conf_decoder *d, const struct conf_field *field,
                          const struct conf_node *node, void *out)
{
    struct grammar *g = grammar_of(d);

    (void)field;
    if (!grammar_id(d, node, out))
        return false;
    grammar_name_add(d, &g->drills, "drill", node, node->text);
    return true;
}

static bool take_seed(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct conf_field number = {
        .name = field->name,
        .type = FIELD_UINT,
        .max = UINT64_MAX,
        .wrong = "{} is not between 0 and 18446744073709551615, nor 'random'",
    };

    return (node->kind == CONF_SCALAR && str_eq(node->text, STR("random"))) ||
           conf_decode_field(d, &number, node, out);
}

/* clang-format off */
static const struct conf_field drill_fields[] = {
    {.name = "id",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .offset = AT(id),
     .decode = take_drill_id,
     .help = "name of the drill",
     .schema = "\"type\":\"string\",\"pattern\":\"^[a-z0-9][a-z0-9-]{0,62}$\""},
    {.name = "description",
     .type = FIELD_TEXT,
     .offset = AT(description),
     .help = "shown in lists and reports"},
    {.name = "seed",
     .type = FIELD_CUSTOM,
     .offset = AT(seed),
     .decode = take_seed,
     .help = "what chance depends on while it runs",
     .schema = "\"anyOf\":[{\"const\":\"random\"},{\"type\":\"integer\",\"minimum\":0}]"},
    {.name = "timeout",
     .type = FIELD_DURATION,
     .flags = FIELD_ABOVE_ZERO,
     .offset = AT(timeout_ns),
     .help = "stops everything"},
    {.name = "require",
     .type = FIELD_MAP,
     .table = &require_table,
     .help = "below it the drill is vacuous"},
    {.name = "expect_exit",
     .type = FIELD_INT,
     .offset = AT(expect_exit),
     .max = 255,
     .help = "exit code of the command that counts as success; default: 0"},
    {.name = "steps",
     .type = FIELD_CUSTOM,
     .decode = take_steps,
     .table = &step_table,
     .help = "the timeline",
     .schema = "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/drill_step\"}"},
    {.name = "stop_when",
     .type = FIELD_CUSTOM,
     .decode = take_conditions,
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

void grammar_drills(struct grammar *g)
{
    for (const struct grammar_file *f = g->files; f; f = f->next) {
        const struct conf_node *list = conf_get(f->top, "drills");

        if (!list || !conf_want(&g->decoder, list, CONF_LIST))
            continue;
        CONF_EACH (child, list) {
            struct drill ignored = {0};

            conf_decode(&g->decoder, &fault_drill_table, child, &ignored);
        }
    }
}
