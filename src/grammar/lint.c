/*
 * grammar/lint.c - rules that are well formed and still cannot do what they seem to say
 */
#include "base/clock.h"
#include "conf/scalar.h"
#include "grammar/internal.h"

/* ---- which calls two rules share ---- */

static bool same_tree(const struct conf_node *a, const struct conf_node *b)
{
    if (a->kind != b->kind || a->count != b->count || !str_eq(a->text, b->text))
        return false;
    const struct conf_node *y = b->first;

    for (const struct conf_node *x = a->first; x; x = x->next, y = y->next)
        if (!str_eq(x->key, y->key) || !same_tree(x, y))
            return false;
    return true;
}

/* The keys of `match` that compare text. */
static const struct {
    const char *key;
    size_t offset;
} text_keys[] = {
#define TEXT_OF_TEXT(name) {#name, offsetof(struct fault_match, name)},
#define TEXT_OF_FLAG(name)
#define TEXT_OF_U32(name)
#define KEY(name, TYPE, how, place, help) TEXT_OF_##TYPE(name)
#define FACT(name, TYPE, SHOWN, ...) FACT_KEY(KEY, name, TYPE, __VA_ARGS__)
    CALL_FACTS(FACT)
#undef FACT
#undef KEY
};

static const struct fault_patterns *patterns_at(const struct fault_match *match, size_t i)
{
    return (const struct fault_patterns *)(const void *)((const char *)match + text_keys[i].offset);
}

static bool all_exact(const struct fault_patterns *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->items[i].kind != PATTERN_EXACT || p->items[i].negate)
            return false;
    return p->count > 0;
}

/* True when the pattern surely holds for the text; a regular expression is not asked. */
static bool surely_holds(const struct fault_pattern *p, struct str text)
{
    return !p->negate && p->kind != PATTERN_REGEX && fault_pattern_holds(p, text, NULL);
}

static bool patterns_cover(const struct fault_patterns *wide, const struct fault_patterns *narrow)
{
    if (!all_exact(narrow))
        return false;
    for (size_t i = 0; i < narrow->count; i++) {
        bool held = false;

        for (size_t j = 0; j < wide->count; j++)
            held = held || surely_holds(&wide->items[j], narrow->items[i].text);
        if (!held)
            return false;
    }
    return true;
}

static size_t operation_words(void)
{
    size_t count;

    operation_table(&count);
    return (count + 63) / 64;
}

static bool bits_cover(unsigned wide, unsigned narrow)
{
    return narrow != 0 && (narrow & ~wide) == 0;
}

static bool key_covers(struct str key, const struct fault_match *wide,
                       const struct fault_match *narrow)
{
    if (str_eq(key, STR("operation"))) {
        for (size_t i = 0; narrow->operations && i < operation_words(); i++)
            if (narrow->operations[i] & ~wide->operations[i])
                return false;
        return narrow->operations != NULL;
    }
    if (str_eq(key, STR("api")))
        return bits_cover(wide->apis, narrow->apis);
    if (str_eq(key, STR("sdk")))
        return bits_cover(wide->sdks, narrow->sdks);
    if (str_eq(key, STR("invocation")))
        return bits_cover(wide->invocations, narrow->invocations);
    for (size_t i = 0; i < N_ELEMENTS(text_keys); i++)
        if (str_eq(key, str_of(text_keys[i].key)))
            return patterns_cover(patterns_at(wide, i), patterns_at(narrow, i));
    return false;
}

/* True when each call that matches @narrow surely matches @wide. */
static bool covers(const struct grammar_rule *wide, const struct grammar_rule *narrow)
{
    const struct conf_node *w = conf_get(wide->node, "match");
    const struct conf_node *n = conf_get(narrow->node, "match");

    if (narrow->rule.match.products & ~wide->rule.match.products)
        return false;
    if (!w)
        return true;
    for (const struct conf_node *child = w->first; child; child = child->next) {
        const char *key = child->key.ptr;

        if (str_eq(child->key, STR("product")))
            continue;
        const struct conf_node *same = n ? conf_get(n, key) : NULL;

        if (!(same && same_tree(child, same)) &&
            !key_covers(child->key, &wide->rule.match, &narrow->rule.match))
            return false;
    }
    return true;
}

static bool patterns_disjoint(const struct fault_patterns *a, const struct fault_patterns *b)
{
    if (!all_exact(a) || !all_exact(b))
        return false;
    for (size_t i = 0; i < a->count; i++)
        for (size_t j = 0; j < b->count; j++)
            if (str_eq(a->items[i].text, b->items[j].text))
                return false;
    return true;
}

/* True when no call can match both. */
static bool disjoint(const struct fault_match *a, const struct fault_match *b)
{
    bool common = !a->operations || !b->operations;

    if (!(a->products & b->products))
        return true;

    for (size_t i = 0; !common && i < operation_words(); i++)
        common = (a->operations[i] & b->operations[i]) != 0;
    if (!common || (a->apis && b->apis && !(a->apis & b->apis)) ||
        (a->sdks && b->sdks && !(a->sdks & b->sdks)) ||
        (a->invocations && b->invocations && !(a->invocations & b->invocations)))
        return true;
    for (size_t i = 0; i < N_ELEMENTS(text_keys); i++)
        if (patterns_disjoint(patterns_at(a, i), patterns_at(b, i)))
            return true;
    return false;
}

/* ---- rules against the rules above ---- */

static bool is_on(const struct grammar *g, const struct fault_rule *rule)
{
    return rule->enabled && !rule->shadow &&
           (rule->group < 0 || g->set->groups[rule->group].enabled);
}

/* True when the rule fires for each call that it matches, and then no other is asked. */
static bool always_ends(const struct grammar *g, const struct fault_rule *rule)
{
    const struct fault_when *when = &rule->when;
    bool fades =
        rule->action->outcome == OUTCOME_SEQUENCE && rule->action->sequence_then == SEQUENCE_PASS;

    return is_on(g, rule) && rule->stop && !fades && !rule->limit_fires && !rule->limit_for_ns &&
           !when->has_window && when->state_count == 0 && when->calls == CALLS_ALL &&
           when->rate == RATE_NONE && when->concurrency_limit == 0 && when->chance == CHANCE_ALWAYS;
}

/* Rules are asked on accept, on the request, or behind the signature check. */
static int asking_round(const struct fault_rule *rule)
{
    if (fault_action_strikes_early(rule->action))
        return 0;
    return rule->match.authenticated.given && rule->match.authenticated.wanted ? 2 : 1;
}

/* Can the rule above take calls from the other? At the door, only from those asked at the same
 * moment; but an ended connection has no request. */
static bool stands_before(const struct fault_rule *above, const struct fault_rule *rule)
{
    enum asking_time first = fault_action_asked(above->action);
    enum asking_time then = fault_action_asked(rule->action);

    return first == then
               ? asking_round(above) <= asking_round(rule)
               : first == ASKED_ON_ACCEPT && (then == ASKED_ON_HELLO || !asking_is_early(then));
}

static bool warn_unreachable(struct grammar *g, size_t index)
{
    const struct grammar_rule *r = &g->rules[index];

    for (size_t i = 0; i < index; i++) {
        const struct grammar_rule *above = &g->rules[i];

        if (!stands_before(&above->rule, &r->rule) || !always_ends(g, &above->rule) ||
            !covers(above, r))
            continue;
        conf_warn(g->decoder.report, conf_at(r->node), "W401",
                  "can never be reached because rule '" STR_FMT
                  "' above always ends the asking for the same calls",
                  STR_ARG(above->rule.id));
        return true;
    }
    return false;
}

static void warn_reached(struct grammar *g, size_t index)
{
    const struct grammar_rule *r = &g->rules[index];
    const struct conf_node *calls = conf_get(conf_get(r->node, "when"), "calls");

    if (r->rule.when.calls == CALLS_ALL || r->rule.when.count_seen || !calls)
        return;
    for (size_t i = 0; i < index; i++) {
        const struct fault_rule *above = &g->rules[i].rule;

        if (!above->stop || above->action->outcome == OUTCOME_NONE || !above->enabled ||
            above->shadow || !stands_before(above, &r->rule) ||
            disjoint(&above->match, &r->rule.match))
            continue;
        conf_warn(g->decoder.report, conf_at(calls), "W409",
                  "'reached' counting: rule '" STR_FMT "' above changes which calls rule '" STR_FMT
                  "' counts; 'count_on: seen' counts all that match",
                  STR_ARG(above->id), STR_ARG(r->rule.id));
        return;
    }
}

/* ---- errors that an operation cannot give ---- */

/* True when the documentation lists the error for one of the operations that the rule meets. */
static bool error_applies(const struct fc_error *error, const struct fault_match *match,
                          const struct operation **out_first, size_t *out_others)
{
    size_t count;
    const struct operation *table = operation_table(&count);

    *out_first = NULL;
    *out_others = 0;
    for (size_t i = 0; i < count; i++) {
        if (!(match->operations[i / 64] >> (i % 64) & 1) ||
            (match->apis && !(match->apis >> table[i].api & 1)))
            continue;
        if (fc_error_applies(error, &table[i]))
            return true;
        if (!*out_first)
            *out_first = &table[i];
        else if (strcmp(table[i].name, (*out_first)->name) != 0)
            ++*out_others;
    }
    return *out_first == NULL;
}

static void warn_inapplicable(struct grammar *g, const struct fault_rule *rule,
                              const struct fault_action *action, const struct conf_node *node)
{
    const struct conf_node *error = conf_get(node, "error");
    const struct conf_node *choices = conf_get(node, "one_of");
    const struct operation *first;
    size_t others;

    if (!choices)
        choices = conf_get(conf_get(node, "sequence"), "steps");
    for (size_t i = 0; choices && i < action->choice_count; i++) {
        const struct conf_node *choice = choices->first;

        while (choice->index != i)
            choice = choice->next;
        warn_inapplicable(g, rule, action->choices[i].action, conf_get(choice, "do"));
    }
    if (!error || !action->error || error_applies(action->error, &rule->match, &first, &others))
        return;
    conf_warn(g->decoder.report, conf_at(error), "W404",
              others ? "the documentation does not list %s for %s, nor for the others here"
                     : "the documentation does not list %s for %s",
              action->error->code, first->name);
}

/* ---- single rules ---- */

static void warn_bodies(struct grammar *g, const struct conf_node *match)
{
    if (!match)
        return;
    CONF_EACH (child, match) {
        if (str_eq(child->key, STR("body")) && match->kind == CONF_MAP)
            conf_warn(g->decoder.report, conf_at_key(child), "W408",
                      "this rule makes the daemon read bodies before deciding");
        else if (str_eq(child->key, STR("any")) || str_eq(child->key, STR("not")) ||
                 match->kind == CONF_LIST)
            warn_bodies(g, child);
    }
}

static void warn_per_client(struct grammar *g, const struct conf_node *per)
{
    size_t count;
    const struct conf_node *item;

    if (!per)
        return;
    item = conf_items(per, &count);
    for (size_t i = 0; i < count; i++, item = item->next)
        if (str_eq(item->text, STR("client")))
            conf_warn(g->decoder.report, conf_at(item), "W410",
                      "'per: [client]' behind one NAT or proxy address sees one client");
}

/* W413: it opens when the rule is over; W414: it closed before now. */
static void warn_window(struct grammar *g, const struct fault_rule *rule,
                        const struct conf_node *window)
{
    const struct fault_when *when = &rule->when;
    uint64_t now_ms = clock_wall_ms();
    uint64_t opens_ms = when->window_from_ms > now_ms ? when->window_from_ms - now_ms : 0;
    uint64_t opens_ns = when->window_is_absolute ? opens_ms * DURATION_MS : when->window_after_ns;
    OWN(buf_done) struct buf opens = {0};
    OWN(buf_done) struct buf ttl = {0};

    if (when->window_is_absolute && when->window_until_ms && when->window_until_ms <= now_ms) {
        conf_warn(g->decoder.report, conf_at(window), "W414", "this window is over already");
        return;
    }
    if (!rule->ttl_ns || opens_ns < rule->ttl_ns)
        return;
    scalar_format_duration(opens_ns / DURATION_S ? opens_ns / DURATION_S * DURATION_S : opens_ns,
                           &opens);
    scalar_format_duration(rule->ttl_ns, &ttl);
    conf_warn(g->decoder.report, conf_at(window), "W413",
              "opens after %s, but the rule ends after its ttl of %s", buf_text(&opens),
              buf_text(&ttl));
}

/* W415 */
static void warn_ramp(struct grammar *g, const struct fault_rule *rule,
                      const struct conf_node *ramp)
{
    OWN(buf_done) struct buf over = {0};
    OWN(buf_done) struct buf ttl = {0};

    if (!rule->ttl_ns || rule->when.ramp_over_ns <= rule->ttl_ns)
        return;
    scalar_format_duration(rule->when.ramp_over_ns, &over);
    scalar_format_duration(rule->ttl_ns, &ttl);
    conf_warn(g->decoder.report, conf_at(ramp), "W415",
              "takes %s, but the rule ends after its ttl of %s and never gets to the end of it",
              buf_text(&over), buf_text(&ttl));
}

/* Said once, at the first rule, and not at all when the file names the time itself. */
static void warn_default_ttl(struct grammar *g)
{
    OWN(buf_done) struct buf ttl = {0};
    OWN(buf_done) struct buf more = {0};
    const struct grammar_rule *first = NULL;
    size_t count = 0;

    if (g->options->canned || conf_get(g->guard_node, "default_ttl"))
        return;
    for (size_t i = 0; i < g->rule_count; i++) {
        if (conf_get(g->rules[i].node, "ttl"))
            continue;
        if (!first || g->rules[i].order < first->order)
            first = &g->rules[i];
        count++;
    }
    if (!first)
        return;
    scalar_format_duration(g->set->guard.default_ttl_ns, &ttl);
    if (count > 1)
        buf_printf(&more, ", and to %zu more %s", count - 1, count > 2 ? "rules" : "rule");
    conf_warn(g->decoder.report, conf_at(first->node), "W407", "no 'ttl', the guard's %s applies%s",
              buf_text(&ttl), buf_text(&more));
}

static void warn_unused(struct grammar *g, const struct grammar_names *names, const char *noun)
{
    for (const struct grammar_name *n = names->first; n; n = n->next)
        if (!n->used)
            conf_warn(g->decoder.report, conf_at_key(n->node), "W403",
                      "%s '" STR_FMT "' is never used", noun, STR_ARG(n->name));
}

void grammar_lint(struct grammar *g)
{
    warn_unused(g, &g->latencies, "latency");
    warn_unused(g, &g->groups, "group");
    warn_default_ttl(g);
    for (size_t i = 0; i < g->rule_count; i++) {
        const struct grammar_rule *r = &g->rules[i];

        if (!warn_unreachable(g, i))
            warn_reached(g, i);
        if (r->rule.match.operations)
            warn_inapplicable(g, &r->rule, r->rule.action, conf_get(r->node, "do"));
        warn_bodies(g, conf_get(r->node, "match"));
        const struct conf_node *when = conf_get(r->node, "when");

        warn_per_client(g, conf_get(when, "per"));
        if (conf_get(when, "window"))
            warn_window(g, &r->rule, conf_get(when, "window"));
        if (conf_get(when, "ramp"))
            warn_ramp(g, &r->rule, conf_get(when, "ramp"));
    }
}
