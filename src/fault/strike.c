/*
 * One rule that matches: its gates are asked, evidence is kept, and what it does is combined with
 * what others did.
 */
#include "fault/internal.h"

enum { EVIDENCE_FIRST = 4 };

static struct fault_evidence *add_evidence(struct asking *asking)
{
    struct fault_decision *out = asking->out;

    if (out->evidence_count == asking->evidence_cap) {
        size_t cap = asking->evidence_cap ? 2 * asking->evidence_cap : EVIDENCE_FIRST;
        struct fault_evidence *more = ARENA_ARRAY(asking->arena, cap, struct fault_evidence);

        if (out->evidence_count)
            memcpy(more, out->evidence, out->evidence_count * sizeof(*more));
        out->evidence = more;
        asking->evidence_cap = cap;
    }
    return &out->evidence[out->evidence_count++];
}

/* The rules that are named in a decision must outlive a reload. */
static void keep_set(struct asking *asking)
{
    if (asking->out->set)
        return;
    set_lend(asking->engine, asking->out);
}

static void count_fire(struct asking *asking, struct strike *strike)
{
    struct rule_state *rule = strike->rule;

    rule->fired++;
    strike->key->fired++;
    asking->engine->fired++;
    if (rule->armed_fires++ == 0)
        rule->first_fire_ns = asking->now_ns;
    if (rule->rule->limit_fires && rule->armed_fires >= rule->rule->limit_fires)
        rule->spent = true;
    rule->last_fired_ns = asking->now_ns;
}

void strike_rule(struct asking *asking, struct rule_state *rule, struct str key)
{
    struct strike strike = {
        .rule = rule,
        .key = key_table_get(&rule->keys, key),
        .evidence = add_evidence(asking),
    };

    keep_set(asking);
    *strike.evidence = (struct fault_evidence){
        .rule = rule->rule,
        .key = key,
        .draw = -1,
        .threshold = 1,
        .shadow = rule->rule->shadow,
        .choice = -1,
    };
    strike.evidence->n =
        rule->rule->when.count_seen ? strike.key->matched + 1 : strike.key->reached;
    strike.evidence->gate = gates_ask(asking, &strike);
    if (strike.evidence->gate != GATE_FIRED)
        return;
    count_fire(asking, &strike);
    combine_fire(asking, &strike);
}
