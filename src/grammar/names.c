/*
 * grammar/names.c - names of groups, latencies, scenarios and rules, and who speaks of them
 */
#include "base/distance.h"
#include "grammar/internal.h"

struct grammar_name *grammar_name_find(const struct grammar_names *names, struct str name)
{
    for (struct grammar_name *n = names->first; n; n = n->next)
        if (str_eq(n->name, name))
            return n;
    return NULL;
}

struct grammar_name *grammar_name_append(struct grammar *g, struct grammar_names *names,
                                         const struct conf_node *node, struct str name)
{
    struct grammar_name *added = ARENA_NEW(g->decoder.arena, struct grammar_name);

    added->name = arena_str(g->decoder.arena, name);
    added->node = node;
    added->index = names->count++;
    *names->tail = added;
    names->tail = &added->next;
    return added;
}

const char *grammar_place(struct conf_decoder *d, const struct conf_node *node, bool of_key)
{
    return arena_printf(d->arena, "%s:%u:%u", node->source->name,
                        of_key ? node->key_line : node->line,
                        of_key ? node->key_column : node->column);
}

struct grammar_name *grammar_name_add(struct conf_decoder *d, struct grammar_names *names,
                                      const char *noun, const struct conf_node *node,
                                      struct str name)
{
    const struct grammar_name *before = grammar_name_find(names, name);

    if (before && before->node->source == node->source)
        return NULL; /* F101 said it */
    if (before) {
        conf_error(d->report, conf_at_key(node), "F301", "%s '%s' is already defined at %s", noun,
                   conf_shown(d->report, name), grammar_place(d, before->node, true));
        return NULL;
    }
    return grammar_name_append(grammar_of(d), names, node, name);
}

void grammar_name_missing(struct conf_decoder *d, const struct grammar_names *names,
                          const char *noun, const struct conf_node *node)
{
    OWN(buf_done) struct buf known = {0};
    struct nearest nearest = {.wanted = node->text};
    size_t n = 0;

    for (const struct grammar_name *name = names->first; name; name = name->next, n++) {
        nearest_offer(&nearest, name->name);
        if (n < 3)
            buf_printf(&known, "%s" STR_FMT, n ? ", " : "; known: ", STR_ARG(name->name));
    }
    /* A common beginning is what people remember: 'prod' for 'prod-invoke'. */
    for (const struct grammar_name *name = names->first; name && !str_is_set(nearest.best);
         name = name->next)
        if (node->text.len > 2 && str_starts(name->name, node->text))
            nearest.best = name->name;
    if (n > 3)
        buf_puts(&known, ", …");
    conf_error(d->report, conf_at(node), "F302", "no %s '%s'%s", noun, conf_value(d, node),
               str_is_set(nearest.best) ? conf_did_you_mean(d, nearest.best) : buf_text(&known));
}

void grammar_scenario_value(struct grammar *g, struct str scenario, struct str value,
                            int *out_scenario, int *out_value)
{
    struct grammar_name *name = grammar_name_find(&g->scenarios, scenario);
    struct arena *arena = g->decoder.arena;
    size_t i = 0;

    if (!name) {
        name = grammar_name_append(g, &g->scenarios, NULL, scenario);
        name->values.items = ARENA_ARRAY(arena, 1, struct str);
        name->values.items[0] = STR("");
        name->values.count = 1;
    }
    while (i < name->values.count && !str_eq(name->values.items[i], value))
        i++;
    if (i == name->values.count) {
        struct str *more = ARENA_ARRAY(arena, i + 1, struct str);

        memcpy(more, name->values.items, i * sizeof(*more));
        more[i] = arena_str(arena, value);
        name->values = (struct conf_texts){more, i + 1};
    }
    *out_scenario = (int)name->index;
    *out_value = (int)i;
}

/* ---- what waited until all rules were known ---- */

static void finish_scenarios(struct grammar *g)
{
    g->set->scenarios = ARENA_ARRAY(g->decoder.arena, g->scenarios.count, struct fault_scenario);
    g->set->scenario_count = g->scenarios.count;
    for (const struct grammar_name *n = g->scenarios.first; n; n = n->next)
        g->set->scenarios[n->index] =
            (struct fault_scenario){n->name, n->values.items, n->values.count};
}

static int value_of(const struct grammar_name *scenario, struct str value)
{
    for (size_t i = 0; i < scenario->values.count; i++)
        if (str_eq(scenario->values.items[i], value))
            return (int)i;
    return -1;
}

static void unknown_value(struct grammar *g, const struct grammar_name *scenario,
                          const struct conf_node *node)
{
    struct conf_decoder *d = &g->decoder;
    struct nearest nearest = {.wanted = node->text};

    for (size_t i = 0; i < scenario->values.count; i++)
        nearest_offer(&nearest, scenario->values.items[i]);
    conf_error(d->report, conf_at(node), "F302", "no rule sets scenario '" STR_FMT "' to '%s'%s",
               STR_ARG(scenario->name), conf_value(d, node), conf_did_you_mean(d, nearest.best));
}

static struct fault_when *when_of(struct grammar *g, size_t order)
{
    size_t i = 0;

    while (g->rules[i].order != order)
        i++;
    return &g->rules[i].rule.when;
}

static void resolve_state(struct grammar *g, const struct grammar_pending *p)
{
    struct fault_when *when = when_of(g, p->order);
    const struct conf_node *name = conf_get(p->node, "scenario");
    const struct grammar_name *scenario = grammar_name_find(&g->scenarios, name->text);
    struct nearest nearest = {.wanted = name->text};
    size_t count;
    const struct conf_node *is = conf_items(conf_get(p->node, "is"), &count);

    if (!scenario) {
        for (const struct grammar_name *n = g->scenarios.first; n; n = n->next)
            nearest_offer(&nearest, n->name);
        conf_error(g->decoder.report, (struct conf_spot){.path = p->node, .at = name}, "F302",
                   "no rule sets scenario '%s'%s", conf_value(&g->decoder, name),
                   conf_did_you_mean(&g->decoder, nearest.best));
        return;
    }
    when->state_scenario = (int)scenario->index;
    when->state_is = ARENA_ARRAY(g->decoder.arena, count, int);
    when->state_count = count;
    for (size_t i = 0; i < count; i++, is = is->next) {
        when->state_is[i] = value_of(scenario, is->text);
        if (when->state_is[i] < 0)
            unknown_value(g, scenario, is);
    }
}

int grammar_rule_index(struct conf_decoder *d, const struct conf_node *node)
{
    const struct grammar *g = grammar_of(d);
    struct nearest nearest = {.wanted = node->text};

    for (size_t i = 0; i < g->rule_count; i++) {
        if (str_eq(g->rules[i].rule.id, node->text))
            return (int)i;
        nearest_offer(&nearest, g->rules[i].rule.id);
    }
    conf_error(d->report, conf_at(node), "F302", "no rule '%s'%s", conf_value(d, node),
               conf_did_you_mean(d, nearest.best));
    return -1;
}

static void resolve_condition(struct grammar *g, const struct grammar_pending *p)
{
    int index = grammar_rule_index(&g->decoder, p->node);

    if (index >= 0)
        *p->rule = index;
}

void grammar_resolve(struct grammar *g)
{
    for (const struct grammar_pending *p = g->states; p; p = p->next)
        resolve_state(g, p);
    for (const struct grammar_pending *p = g->conditions; p; p = p->next)
        resolve_condition(g, p);
    finish_scenarios(g);
}
