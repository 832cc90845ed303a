/*
 * grammar/rule_check.c - what does not go together in a rule, and is known only once it is whole
 */
#include "base/glob.h"
#include "catalog/operation.h"
#include "fault/instance.h"
#include "grammar/internal.h"

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

void grammar_check_rule(struct conf_decoder *d, const struct conf_node *node,
                        struct fault_rule *rule)
{
    check_operation(d, node, rule->match.products);
    if (rule->action && any_early(rule->action))
        check_early(d, node, rule->action);
    pick_attempts(d, node, rule);
    check_inside(d, node, rule);
}
