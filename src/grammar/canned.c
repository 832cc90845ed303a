/*
 * grammar/canned.c - what the file of a canned answer may not say: it stands in for the work of an
 * operation, so nothing guards it, and it cannot strike where there is no work
 */
#include "fault/outcome.h"
#include "grammar/internal.h"

void grammar_canned_defaults(struct fault_guard *guard)
{
    guard->max_active = UINT32_MAX;
    guard->max_delay_ns = 0;   /* no bound */
    guard->default_ttl_ns = 0; /* for ever */
}

static bool any_action(const struct fault_action *action,
                       bool (*is)(const struct fault_action *action))
{
    if (is(action))
        return true;
    for (size_t i = 0; i < action->choice_count; i++)
        if (action->choices[i].action && any_action(action->choices[i].action, is))
            return true;
    return false;
}

static bool is_stale(const struct fault_action *action)
{
    return action->outcome != OUTCOME_NONE && fault_outcome_row(action->outcome)->wants_answers;
}

static bool has_effect(const struct fault_action *action)
{
    return action->effect != EFFECT_DEFAULT;
}

static bool asks_authenticated(const struct fault_match *match)
{
    if (match->authenticated.given)
        return true;
    for (size_t i = 0; i < match->any_count; i++)
        if (asks_authenticated(&match->any[i]))
            return true;
    return match->not &&asks_authenticated(match->not );
}

void grammar_canned_check(struct grammar *g)
{
    static const struct {
        bool (*is)(const struct fault_action *action);
        const char *why;
    } refused[] = {
        {fault_action_strikes_early,
         "a canned answer stands in for the operation: it cannot strike before there is a "
         "request; write it as a rule"                                                   },
        {is_stale,                   "only rules repeat earlier answers"                 },
        {has_effect,                 "a canned answer is the work: 'effect' is for rules"},
    };
    struct conf_report *report = g->decoder.report;

    if (g->guard_node)
        conf_error(report, conf_at_key(g->guard_node), "F315",
                   "canned answers are not faults, and not guarded; leave 'guard' out");
    for (size_t i = 0; i < g->rule_count; i++) {
        const struct grammar_rule *r = &g->rules[i];
        const struct conf_node *action = conf_get(r->node, "do");
        const struct conf_node *match = conf_get(r->node, "match");

        for (size_t k = 0; r->rule.action && k < N_ELEMENTS(refused); k++)
            if (any_action(r->rule.action, refused[k].is))
                conf_error(report, conf_at(action), "F315", "%s", refused[k].why);
        if (asks_authenticated(&r->rule.match))
            conf_error(report, conf_at(match), "F315",
                       "canned answers are asked once, behind authentication; leave "
                       "'authenticated' out");
    }
}

void grammar_fault_check(struct grammar *g)
{
    for (size_t i = 0; i < g->rule_count; i++) {
        if (g->rules[i].rule.instead)
            conf_error(g->decoder.report, conf_at(conf_get(g->rules[i].node, "instead")), "F315",
                       "'instead' is for canned answers, under 'fixtures'; a rule strikes code "
                       "anyway");
    }
}
