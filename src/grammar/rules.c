/*
 * grammar/rules.c - the rules of all files: decoded one by one, printed, digested, sorted
 */
#include <stdlib.h>

#include "base/draw.h"
#include "grammar/internal.h"

static bool has_outcome(const struct fault_action *action)
{
    if (action->outcome == OUTCOME_NONE || !fault_outcome_row(action->outcome)->chooses)
        return action->outcome != OUTCOME_NONE;
    for (size_t i = 0; i < action->choice_count; i++)
        if (action->choices[i].action && has_outcome(action->choices[i].action))
            return true;
    return false;
}

/* The rule alone, as YAML. Defaults of the set stay with the set. */
static void print_source(struct grammar *g, struct grammar_rule *r)
{
    OWN(buf_done) struct buf text = {0};

    conf_print(r->node, 0, NULL, &text);
    r->rule.source = arena_str(g->set->arena, buf_str(&text));
}

/* Texts of the latencies that the rule refers to. */
static void add_refs(struct grammar *g, const struct conf_node *node, struct buf *out)
{
    CONF_EACH (child, node) {
        const struct grammar_name *latency =
            str_eq(child->key, STR("ref")) ? grammar_name_find(&g->latencies, child->text) : NULL;

        if (latency)
            buf_add(out, latency->text);
        add_refs(g, child, out);
    }
}

static void digest(struct grammar *g, struct grammar_rule *r)
{
    static const uint8_t key[16] = "fcemu rule v1";
    OWN(buf_done) struct buf text = {0};

    conf_print(r->node, 0, "enabled", &text);
    add_refs(g, r->node, &text);
    buf_printf(&text, "%llu %d %d %d %d", (unsigned long long)r->rule.ttl_ns, r->rule.mark,
               r->rule.when.count_seen, r->rule.when.draw_by_request, g->defaults.keys);
    r->rule.digest = draw_siphash(key, text.ptr, text.len);
}

/* A rule that names no product strikes Function Compute alone. */
static unsigned products_of(const struct conf_node *rule)
{
    unsigned products = grammar_products(conf_get(rule, "match"));

    return products ? products : 1U << PRODUCT_FC;
}

static void decode_rule(struct grammar *g, struct grammar_rule *r)
{
    struct conf_decoder *d = &g->decoder;
    struct fault_rule *rule = &r->rule;
    size_t before = d->report->errors;

    *rule = (struct fault_rule){
        .group = -1,
        .enabled = true,
        .mark = g->defaults.mark,
        .ttl_ns = g->set->guard.default_ttl_ns,
        .at = {r->node->source->name, r->node->line, r->node->column},
    };
    rule->match.empty = true;
    rule->match.products = g->products = products_of(r->node);
    rule->when.state_scenario = -1;
    rule->when.count_seen = g->defaults.count_seen;
    rule->when.draw_by_request = g->defaults.draw_by_request;
    conf_decode(d, &fault_rule_table, r->node, rule);
    rule->match.products = g->products;
    grammar_check_rule(d, r->node, rule);
    if (d->report->errors != before)
        return;
    r->valid = true;
    if (!conf_get(r->node, "stop"))
        rule->stop = has_outcome(rule->action);
    print_source(g, r);
    digest(g, r);
}

static int by_priority(const void *a, const void *b)
{
    const struct grammar_rule *x = a;
    const struct grammar_rule *y = b;

    if (x->rule.priority != y->rule.priority)
        return x->rule.priority < y->rule.priority ? 1 : -1;
    return (x->order > y->order) - (x->order < y->order);
}

static size_t count_rules(struct grammar *g)
{
    size_t count = 0;

    for (const struct grammar_file *f = g->files; f; f = f->next) {
        const struct conf_node *list = conf_get(f->top, "rules");

        if (list && list->kind == CONF_LIST)
            count += list->count;
    }
    return count;
}

static void add_rules(struct grammar *g, const struct conf_node *list)
{
    if (!conf_want(&g->decoder, list, CONF_LIST))
        return;
    CONF_EACH (child, list) {
        struct grammar_rule *r = &g->rules[g->rule_count];

        if (g->rule_count == FAULT_RULES_MAX) {
            conf_error(g->decoder.report, conf_at(child), "F106", "more than %d rules",
                       FAULT_RULES_MAX);
            return;
        }
        r->node = child;
        r->order = g->rule_count++;
        decode_rule(g, r);
    }
}

void grammar_rules(struct grammar *g)
{
    g->rules = ARENA_ARRAY(g->trees, count_rules(g), struct grammar_rule);
    for (const struct grammar_file *f = g->files; f; f = f->next) {
        const struct conf_node *list = conf_get(f->top, "rules");

        if (list)
            add_rules(g, list);
    }
    qsort(g->rules, g->rule_count, sizeof(*g->rules), by_priority);
}
