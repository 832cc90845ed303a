/*
 * What rules were like at the last look, compared with what they are like now.
 */
#include "admin/ended_rules.h"

#include "base/mem.h"

struct seen_rule {
    uint64_t digest;
    bool expired, spent;
    uint64_t capped;
};

struct teller {
    void (*tell)(void *arg, const char *event, const struct fault_rule_stats *stats);
    void *arg;
};

/* Rules that were put in or taken out by a reload have moved those behind them: @shift says by how
 * many places, as of the rule before. One that was not there yet had not ended. */
static const struct seen_rule *find(const struct ended_rules *rules, uint64_t digest, size_t i,
                                    size_t *shift)
{
    static const struct seen_rule fresh;

    if (i + *shift < rules->count && rules->seen[i + *shift].digest == digest)
        return &rules->seen[i + *shift];
    for (size_t k = 0; k < rules->count; k++) {
        if (rules->seen[k].digest == digest) {
            *shift = k - i; /* wraps around when it is negative, and back when it is added */
            return &rules->seen[k];
        }
    }
    return &fresh;
}

static void compare(const struct seen_rule *before, const struct fault_rule_stats *now,
                    const struct teller *teller)
{
    if (now->expired && !before->expired)
        teller->tell(teller->arg, "expired", now);
    if (now->spent && !before->spent)
        teller->tell(teller->arg, "spent", now);
    if (now->capped > before->capped)
        teller->tell(teller->arg, "capped", now);
}

void ended_rules_look(struct ended_rules *rules, struct fault_engine *engine,
                      void (*tell)(void *arg, const char *event,
                                   const struct fault_rule_stats *stats),
                      void *arg)
{
    const struct fault_ruleset *set = fault_engine_ruleset(engine);
    struct teller teller = {tell, arg};
    size_t count = set ? set->rule_count : 0;
    size_t shift = 0;
    struct fault_rule_stats *stats = mem_alloc_array(count, sizeof(*stats));
    struct seen_rule *seen = mem_alloc_array(count, sizeof(*seen));

    if (set)
        fault_engine_stats(engine, stats);
    for (size_t i = 0; i < count; i++) {
        if (rules->looked)
            compare(find(rules, stats[i].rule->digest, i, &shift), &stats[i], &teller);
        seen[i] = (struct seen_rule){stats[i].rule->digest, stats[i].expired, stats[i].spent,
                                     stats[i].capped};
    }
    mem_free(stats);
    mem_free(rules->seen);
    rules->seen = seen;
    rules->count = count;
    rules->looked = true;
}

void ended_rules_done(struct ended_rules *rules)
{
    mem_free(rules->seen);
    *rules = (struct ended_rules){0};
}
