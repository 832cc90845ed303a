/*
 * grammar/rule.c - rules: decoded, checked in themselves, sorted, printed and digested
 */
#include <ctype.h>
#include <stdlib.h>

#include "base/draw.h"
#include "base/glob.h"
#include "catalog/operation.h"
#include "conf/scalar.h"
#include "fault/instance.h"
#include "grammar/internal.h"

enum { ID_BYTES_MAX = 63 };

#define AT(member) offsetof(struct fault_rule, member)

/* ---- id, group, tags ---- */

static bool is_id(struct str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (c != '-' || i == 0))
            return false;
    }
    return id.len > 0 && id.len <= ID_BYTES_MAX;
}

/* "Pay Rule" → "pay-rule"; NULL when nothing of it is left. */
static const char *as_id(struct conf_decoder *d, struct str text)
{
    char *out = arena_alloc(d->arena, ID_BYTES_MAX + 1);
    size_t n = 0;

    for (size_t i = 0; i < text.len && n < ID_BYTES_MAX; i++) {
        int c = tolower((unsigned char)text.ptr[i]);

        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            out[n++] = (char)c;
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > 0 && out[n - 1] == '-')
        out[--n] = '\0';
    return n ? out : NULL;
}

bool grammar_id(struct conf_decoder *d, const struct conf_node *node, struct str *out)
{
    const char *better;

    if (!conf_want_text(d, node))
        return false;
    if (is_id(node->text)) {
        *out = arena_str(d->arena, node->text);
        return true;
    }
    better = as_id(d, node->text);
    conf_error(d->report, conf_at(node), "F208", "'%s' must match [a-z0-9][a-z0-9-]{0,62}%s%s%s",
               conf_value(d, node), better ? "; try '" : "", better ? better : "",
               better ? "'" : "");
    return false;
}

static bool take_id(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct grammar *g = grammar_of(d);

    if (!grammar_id(d, node, out))
        return false;
    for (size_t i = 0; i < g->rule_count; i++) {
        const struct conf_node *other = conf_get(g->rules[i].node, "id");

        if (!str_eq(g->rules[i].rule.id, node->text) || other == node || !other)
            continue;
        conf_error(d->report, conf_at(node), "F301", "'%s' is already defined at %s",
                   conf_value(d, node), grammar_place(d, other, false));
        return false;
    }
    return true;
}

static bool take_group(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct grammar_names *groups = &grammar_of(d)->groups;
    struct grammar_name *group;

    if (!conf_want_text(d, node))
        return false;
    group = grammar_name_find(groups, node->text);
    if (!group) {
        grammar_name_missing(d, groups, "group", node);
        return false;
    }
    group->used = true;
    *(int *)out = (int)group->index;
    return true;
}

static bool take_tags(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct conf_field texts = {.name = field->name, .type = FIELD_TEXTS};
    struct fault_rule *rule = out;
    struct conf_texts tags = {0};

    if (!conf_decode_field(d, &texts, node, &tags))
        return false;
    rule->tags = tags.items;
    rule->tag_count = tags.count;
    return true;
}

/* ---- limit ---- */

static const struct conf_word limit_then_list[] = {
    {"off",  false},
    {"pass", true },
};
static const struct conf_words limit_then = {CONF_WORDS_OF(limit_then_list)};
static const struct conf_word mode_list[] = {
    {"enforce", false},
    {"shadow",  true },
};
static const struct conf_slip mode_slips[] = {
    {"dry",     "shadow",  NULL                                         },
    {"dry-run", "shadow",  NULL                                         },
    {"off",     NULL,      "to switch a rule off write 'enabled: false'"},
    {"on",      "enforce", NULL                                         },
    {NULL,      NULL,      NULL                                         },
};
static const struct conf_words modes = {CONF_WORDS_OF(mode_list), .slips = mode_slips};

/* clang-format off */
static const struct conf_field limit_fields[] = {
    {.name = "fires",
     .type = FIELD_UINT,
     .offset = AT(limit_fires),
     .min = 1,
     .max = UINT64_MAX,
     .wrong = "{} is not a positive integer",
     .help = "after so many fires"},
    {.name = "for",
     .type = FIELD_DURATION,
     .flags = FIELD_ABOVE_ZERO,
     .offset = AT(limit_for_ns),
     .help = "so long after the first fire"},
    {.name = "then",
     .type = FIELD_CUSTOM,
     .offset = AT(limit_then_pass),
     .decode = fault_take_flag,
     .words = &limit_then,
     .help = "off: the rule is switched off; pass: it stays and passes",
     .assumed = "off",
     .schema = "\"enum\":[\"off\",\"pass\"]"},
};
/* clang-format on */

static void check_limit(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)out;
    if (!conf_get(node, "fires") && !conf_get(node, "for"))
        conf_error(d->report, conf_at(node), "F309", "write 'fires', 'for' or both");
}

static const struct conf_table limit_table = {
    .name = "limit",
    .help = "Until when a rule fires.",
    CONF_TABLE_OF(limit_fields),
    .check = check_limit,
};

static bool take_ttl(struct conf_decoder *d, const struct conf_field *field,
                     const struct conf_node *node, void *out)
{
    OWN(buf_done) struct buf wrong = {0};
    uint64_t fallback = grammar_of(d)->set->guard.default_ttl_ns;
    struct conf_field ttl = {
        .name = field->name, .type = FIELD_DURATION, .flags = FIELD_FOREVER | FIELD_ABOVE_ZERO};

    buf_puts(&wrong, "must be more than 0s; leave it out for the guard's ");
    if (fallback)
        scalar_format_duration(fallback, &wrong);
    else
        buf_puts(&wrong, "forever");
    ttl.wrong = buf_text(&wrong);
    return conf_decode_field(d, &ttl, node, out);
}

static bool take_stop(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct conf_field stop = {.name = field->name, .type = FIELD_BOOL, .offset = AT(stop)};

    return conf_decode_field(d, &stop, node, out);
}

/* ---- the rule ---- */

/* clang-format off */
static const struct conf_field rule_fields[] = {
    {.name = "match",
     .type = FIELD_CUSTOM,
     .offset = AT(match),
     .take = grammar_take_match,
     .table = &fault_match_table,
     .aka = "predicates predicate request matcher where",
     .help = "which calls; without it, all"},
    {.name = "when",
     .type = FIELD_MAP,
     .offset = AT(when),
     .table = &fault_when_table,
     .aka = "condition conditions",
     .help = "which of them; without it, all"},
    {.name = "do",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .offset = AT(action),
     .take = grammar_take_action,
     .table = &fault_action_table,
     .missing = "a rule must say what happens",
     .aka = "then action actions response fault faults",
     .help = "what happens"},
    {.name = "id",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .offset = AT(id),
     .take = take_id,
     .missing = "a rule needs a name for journal, header and metrics",
     .aka = "name",
     .help = "name of the rule, unique over all files",
     .schema = "\"type\":\"string\",\"pattern\":\"^[a-z0-9][a-z0-9-]{0,62}$\""},
    {.name = "description",
     .type = FIELD_TEXT,
     .offset = AT(description),
     .help = "shown in lists and reports"},
    {.name = "tags",
     .type = FIELD_CUSTOM,
     .decode = take_tags,
     .help = "shown in lists and reports",
     .schema = "\"type\":\"array\""},
    {.name = "group",
     .type = FIELD_CUSTOM,
     .offset = AT(group),
     .take = take_group,
     .help = "a name from 'groups'; the rule is on when both are",
     .schema = "\"type\":\"string\""},
    {.name = "enabled",
     .type = FIELD_BOOL,
     .offset = AT(enabled),
     .help = "is it asked at all",
     .assumed = "true"},
    {.name = "instead",
     .type = FIELD_BOOL,
     .offset = AT(instead),
     .help = "of a canned answer: it answers for a function that has code, too",
     .assumed = "false"},
    {.name = "mode",
     .type = FIELD_CUSTOM,
     .offset = AT(shadow),
     .decode = fault_take_flag,
     .words = &modes,
     .help = "shadow decides and records, and changes nothing",
     .assumed = "enforce",
     .schema = "\"enum\":[\"enforce\",\"shadow\"]"},
    {.name = "priority",
     .type = FIELD_INT,
     .offset = AT(priority),
     .min = -1000,
     .max = 1000,
     .help = "higher is asked first",
     .assumed = "0"},
    {.name = "limit",
     .type = FIELD_MAP,
     .table = &limit_table,
     .help = "until when"},
    {.name = "ttl",
     .type = FIELD_CUSTOM,
     .offset = AT(ttl_ns),
     .decode = take_ttl,
     .help = "how long from arming; default: guard.default_ttl",
     .schema = "\"type\":\"string\""},
    {.name = "stop",
     .type = FIELD_CUSTOM,
     .decode = take_stop,
     .help = "ask no further rule once this one fired; default: true for outcomes, false for "
             "shapers",
     .schema = "\"type\":\"boolean\""},
    {.name = "mark",
     .type = FIELD_CUSTOM,
     .offset = AT(mark),
     .decode = fault_take_flag,
     .words = &grammar_marks,
     .help = "header: changed answers carry X-Fcemu-Fault; default: defaults.mark",
     .schema = "\"enum\":[\"header\",\"none\"]"},
};
/* clang-format on */

const struct conf_table fault_rule_table = {
    .name = "rule",
    .help = "Which calls, which of them, what happens, until when.",
    CONF_TABLE_OF(rule_fields),
};

/* ---- what is known only once the rule is whole ---- */

static bool has_outcome(const struct fault_action *action)
{
    if (action->outcome == OUTCOME_NONE || !fault_outcome_row(action->outcome)->chooses)
        return action->outcome != OUTCOME_NONE;
    for (size_t i = 0; i < action->choice_count; i++)
        if (action->choices[i].action && has_outcome(action->choices[i].action))
            return true;
    return false;
}

static bool any_early(const struct fault_action *action)
{
    if (fault_action_strikes_early(action))
        return true;
    for (size_t i = 0; i < action->choice_count; i++)
        if (action->choices[i].action && any_early(action->choices[i].action))
            return true;
    return false;
}

/* F314: what strikes before the request is read may only ask where the connection goes. */
static void check_early(struct conf_decoder *d, const struct conf_node *node,
                        const struct fault_action *action)
{
    static const char *const known[] = {"client", "host", "region", "account"};
    const struct conf_node *match = conf_get(node, "match");
    bool has_phase =
        action->outcome != OUTCOME_NONE && fault_outcome_row(action->outcome)->has_phase;

    if (!match || match->kind != CONF_MAP)
        return;
    CONF_EACH (child, match) {
        bool is_known = false;

        for (size_t i = 0; i < N_ELEMENTS(known); i++)
            is_known = is_known || str_eq(child->key, str_of(known[i]));
        if (!is_known)
            conf_error(d->report, conf_at_key(child), "F314",
                       "not known yet when a connection is accepted; %smatch client, host, region "
                       "or account",
                       has_phase ? "use 'at: request' or " : "");
    }
}

/* Faults in running code strike attempts, and nothing else does. */
static void pick_attempts(struct conf_decoder *d, const struct conf_node *node,
                          struct fault_rule *rule)
{
    const struct conf_node *when = conf_get(node, "when");
    const struct conf_node *attempts = when ? conf_get(when, "attempts") : NULL;

    rule->inside = rule->action && fault_action_pick_attempts(rule->action, rule->when.attempts);
    if (attempts && rule->action && !rule->inside)
        conf_error(d->report, conf_at_key(attempts), "F310",
                   "only with 'instance', which strikes each attempt by itself");
}

static bool names_invocation(struct str text)
{
    size_t count;
    const struct operation *ops = operation_table(&count);
    unsigned classes = operation_class_find(text);

    for (size_t i = 0; i < count; i++)
        if (ops[i].classes & OP_INVOKE &&
            (classes ? (ops[i].classes & classes) != 0 : glob_match(text, str_of(ops[i].name))))
            return true;
    return false;
}

/* Patterns of other kinds are not looked into. */
static bool runs_functions(const struct conf_node *operation)
{
    size_t count;
    const struct conf_node *item = conf_items(operation, &count);

    for (size_t i = 0; i < count; i++, item = item->next)
        if (item->kind == CONF_MAP || names_invocation(item->text))
            return true;
    return false;
}

/* F314: other operations run no code. */
static void check_inside(struct conf_decoder *d, const struct conf_node *node,
                         const struct fault_rule *rule)
{
    const struct conf_node *match = conf_get(node, "match");
    const struct conf_node *operation = match ? conf_get(match, "operation") : NULL;

    if (rule->inside && operation && !runs_functions(operation))
        conf_error(
            d->report, conf_in_parent(operation), "F314",
            "runs no function; 'instance' needs InvokeFunction, InvokeHTTPTrigger or @invoke");
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

static void check_operation(struct conf_decoder *d, const struct conf_node *rule, unsigned products)
{
    const struct conf_node *match = conf_get(rule, "match");
    const struct conf_node *operation = match ? conf_get(match, "operation") : NULL;

    if (operation && !(products >> PRODUCT_FC & 1))
        conf_error(
            d->report, conf_in_parent(operation), "F310",
            "operations are those of Function Compute; match the neighbours by method, path, "
            "query or header");
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
    check_operation(d, r->node, g->products);
    if (rule->action && any_early(rule->action))
        check_early(d, r->node, rule->action);
    pick_attempts(d, r->node, rule);
    check_inside(d, r->node, rule);
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
