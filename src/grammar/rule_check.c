/*
 * grammar/rule_check.c - what does not go together in a rule, and is known only once it is whole
 */
#include "base/glob.h"
#include "catalog/operation.h"
#include "fault/instance.h"
#include "grammar/internal.h"

/* ---- at the door ---- */

/* The first that is chosen from; all of them, when they strike at one moment. */
static const struct fault_action *first_of(const struct fault_action *action)
{
    while (action && action->choice_count)
        action = action->choices[0].action;
    return action;
}

static bool all_asked_at(const struct fault_action *action, enum asking_time time)
{
    if (!action || !action->choice_count)
        return !action || fault_action_asked(action) == time;
    for (size_t i = 0; i < action->choice_count; i++)
        if (!all_asked_at(action->choices[i].action, time))
            return false;
    return true;
}

static bool is_known_at_door(struct str key)
{
    static const char *const known[] = {"client", "host", "region", "account"};

    for (size_t i = 0; i < N_ELEMENTS(known); i++)
        if (str_eq(key, str_of(known[i])))
            return true;
    return false;
}

/* F314: what strikes before the request is read may only ask where the connection goes. */
static void check_door_match(struct conf_decoder *d, const struct conf_node *match,
                             const char *instead)
{
    if (!match || match->kind != CONF_MAP)
        return;
    CONF_EACH (child, match)
        if (!is_known_at_door(child->key))
            conf_error(d->report, conf_at_key(child), "F314",
                       "not known yet when a connection is accepted; %smatch client, host, region "
                       "or account",
                       instead);
}

/* F314: gates that tell calls apart by what is not known yet, or wait for their end. */
static void check_door_when(struct conf_decoder *d, const struct conf_node *when,
                            const struct fault_when *gates)
{
    const struct conf_node *per = when ? conf_get(when, "per") : NULL;
    size_t count = 0;
    const struct conf_node *item = per ? conf_items(per, &count) : NULL;

    for (size_t i = 0; i < count; i++, item = item->next)
        if (!is_known_at_door(item->text))
            conf_error(d->report, conf_at(item), "F314",
                       "not known yet when a connection is accepted; count per client, host, "
                       "region or account");
    if (gates->draw_by_request && when && conf_get(when, "draw_by"))
        conf_error(d->report, conf_at(conf_get(when, "draw_by")), "F314",
                   "there is no request yet when a connection is accepted; draw by call");
    if (gates->concurrency_limit)
        conf_error(d->report, conf_at_key(conf_get(when, "over_concurrency")), "F314",
                   "no call is in flight yet when a connection is accepted; use 'over_rate'");
}

/* F314: what is known only once the body is in. */
static void check_head_match(struct conf_decoder *d, const struct conf_node *match)
{
    static const char *const unknown[] = {"body", "attempt", "authenticated"};

    if (!match || match->kind == CONF_SCALAR)
        return;
    CONF_EACH (child, match) {
        if (match->kind == CONF_LIST || str_eq(child->key, STR("any")) ||
            str_eq(child->key, STR("not")))
            check_head_match(d, child);
        for (size_t i = 0; match->kind == CONF_MAP && i < N_ELEMENTS(unknown); i++)
            if (str_eq(child->key, str_of(unknown[i])))
                conf_error(d->report, conf_at_key(child), "F314",
                           "not known yet while the body comes in; match anything but body, "
                           "attempt and authenticated");
    }
}

static void check_head(struct conf_decoder *d, const struct conf_node *node,
                       struct fault_rule *rule)
{
    const struct conf_node *when = conf_get(node, "when");

    check_head_match(d, conf_get(node, "match"));
    if (rule->when.draw_by_request && when && conf_get(when, "draw_by"))
        conf_error(d->report, conf_at(conf_get(when, "draw_by")), "F314",
                   "the request is not whole yet while its body comes in; draw by call");
    rule->when.draw_by_request = false; /* of `defaults` */
}

static void check_door(struct conf_decoder *d, const struct conf_node *node,
                       struct fault_rule *rule)
{
    const struct fault_action *first = first_of(rule->action);
    enum asking_time time = fault_action_asked(first);
    bool has_phase =
        first && first->outcome != OUTCOME_NONE && fault_outcome_row(first->outcome)->has_phase;

    if (!all_asked_at(rule->action, time))
        conf_error(d->report, conf_at(conf_get(node, "do")), "F315",
                   "these strike at different moments, and a rule is asked once: make a rule of "
                   "each");
    if (time == ASKED_ON_HEAD)
        check_head(d, node, rule);
    if (time == ASKED_AT_ADDRESS) {
        grammar_check_address(d, node, rule);
        return;
    }
    if (!asking_is_early(time))
        return;
    check_door_match(d, conf_get(node, "match"), has_phase ? "use 'at: request' or " : "");
    check_door_when(d, conf_get(node, "when"), &rule->when);
    rule->when.draw_by_request = false; /* of `defaults` */
}

/* ---- in running code ---- */

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
    if (rule->action)
        check_door(d, node, rule);
    pick_attempts(d, node, rule);
    check_inside(d, node, rule);
}
