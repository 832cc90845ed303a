/*
 * grammar/drill_guard.c - a drill of one account, which others may run beside: what it does must be
 * seen by that account alone
 */
#include "fault/engine.h"
#include "grammar/drill.h"
#include "grammar/internal.h"

#define GROUP "group:"

static void want_rule_of_account(struct conf_decoder *d, const struct conf_node *item,
                                 const struct fault_rule *rule, struct str account)
{
    if (fault_rule_is_of_account(rule, account))
        return;
    conf_error(d->report, conf_at(item), "F317",
               "rule '" STR_FMT "' is not for account " STR_FMT
               " alone, as guard.only wants; give it 'match: {account: …}'",
               STR_ARG(rule->id), STR_ARG(account));
}

static void check_rules(struct conf_decoder *d, const struct conf_node *item, struct str account)
{
    const struct grammar *g = grammar_of(d);
    bool grouped = str_starts(item->text, STR(GROUP));
    struct str name =
        grouped ? str_slice(item->text, sizeof(GROUP) - 1, item->text.len) : item->text;
    const struct grammar_name *group = grouped ? grammar_name_find(&g->groups, name) : NULL;

    for (size_t i = 0; i < g->rule_count; i++) {
        const struct fault_rule *rule = &g->rules[i].rule;

        if (grouped ? group && rule->group == (int)group->index : str_eq(rule->id, name))
            want_rule_of_account(d, item, rule, account);
    }
}

static void check_names(struct conf_decoder *d, const struct conf_node *list, struct str account)
{
    size_t count;
    const struct conf_node *item = list ? conf_items(list, &count) : NULL;

    for (size_t i = 0; item && i < count; i++, item = item->next)
        check_rules(d, item, account);
}

/* Only the fires of a rule are the account's own; the others count everybody's calls. */
static void check_condition(struct conf_decoder *d, const struct conf_node *condition,
                            struct str account)
{
    const struct conf_node *fired;

    if (!condition || condition->kind != CONF_MAP)
        return;
    fired = conf_get(condition, "fired");
    if (fired && conf_get(fired, "rule"))
        check_rules(d, conf_get(fired, "rule"), account);
    else
        conf_error(d->report, conf_at(condition), "F317",
                   "counts calls of other accounts, too; with guard.only use 'fired' of a rule");
}

static void refuse(struct conf_decoder *d, const struct conf_node *value)
{
    if (value)
        conf_error(d->report, conf_at_key(value), "F317",
                   "'" STR_FMT "' is seen by all accounts; leave it out, or leave guard.only out",
                   STR_ARG(value->key));
}

void grammar_check_drill_guard(struct conf_decoder *d, const struct conf_node *drill,
                               const struct drill_plan *plan)
{
    const struct conf_node *steps = conf_get(drill, "steps"), *stop = conf_get(drill, "stop_when");

    for (const struct conf_node *s = steps && steps->kind == CONF_LIST ? steps->first : NULL; s;
         s = s->next) {
        check_names(d, conf_get(s, "enable"), plan->account);
        check_names(d, conf_get(s, "disable"), plan->account);
        check_condition(d, conf_get(s, "until"), plan->account);
        check_condition(d, conf_get(s, "wait"), plan->account);
        refuse(d, conf_get(s, "set"));
        refuse(d, conf_get(s, "clock"));
    }
    for (const struct conf_node *c = stop && stop->kind == CONF_LIST ? stop->first : NULL; c;
         c = c->next)
        check_condition(d, c, plan->account);
}
