/*
 * tests/bench/bench_decide.c - what one decision costs with a thousand rules loaded
 *
 * Usage: bench_decide. Prints nanoseconds for each kind of call; nothing is judged here.
 */
#include <stdio.h>

#include "../unit/fault/builder.h"

enum { RULES = 1000, CALLS = 300000 };

/* A hundred functions, ten rules for each; so a call meets ten of the thousand. */
static void add_by_function(struct fault_ruleset *set, bool prefix)
{
    for (int i = 0; i < RULES; i++) {
        const char *name = arena_printf(set->arena, "function-%02d", i % 100);
        struct fault_rule *rule =
            rule_add(set, arena_printf(set->arena, "rule-%d", i), OUTCOME_ERROR);

        want_operation(set, rule, API_2016, i % 10 ? "InvokeFunction" : "UpdateFunction");
        patterns_add(set, &rule->match.function,
                     pattern_of(prefix ? PATTERN_PREFIX : PATTERN_EXACT, name));
        rule->when.chance = CHANCE_PROBABILITY;
        rule->when.probability = 1e-9;
        count_per(set, rule, PER_LABEL);
    }
}

static void measure(const char *what, struct fault_ruleset *set, const struct fault_call *call)
{
    struct world w;
    uint64_t begin_ns;
    size_t evidence = 0;

    world_start(&w, set);
    clock_real(&w.clock);
    decide_once(&w, call);
    begin_ns = clock_monotonic_ns();
    for (int i = 0; i < CALLS; i++) {
        evidence = decide_once(&w, call).evidence_count;
        arena_reset(w.calls);
    }
    printf("%-42s %8.0f ns a decision, %zu rules matched\n", what,
           (double)(clock_monotonic_ns() - begin_ns) / CALLS, evidence);
    world_stop(&w);
}

int main(void)
{
    struct fault_ruleset *exact = set_new();
    struct fault_ruleset *prefixes = set_new();
    struct fault_ruleset *other = set_new();
    struct fault_ruleset *struck = set_new();
    struct fault_call call = call_of("function-07", "bench");
    struct fault_call unknown = call_of("nobody", "bench");

    add_by_function(exact, false);
    add_by_function(prefixes, true);
    add_by_function(other, false);
    rule_add(struck, "throttle", OUTCOME_ERROR);
    measure("no rule loaded", set_new(), &call);
    measure("1,000 rules, none can match", other, &unknown);
    measure("1,000 rules, ten match by name", exact, &call);
    measure("1,000 rules, prefixes of one operation", prefixes, &call);
    measure("one rule, which strikes and is recorded", struck, &call);
    return 0;
}
