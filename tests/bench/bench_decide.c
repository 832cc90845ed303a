/*
 * tests/bench/bench_decide.c - what one decision costs with a thousand rules loaded
 *
 * Usage: bench_decide. Prints nanoseconds and allocations for each kind of call, those from the
 * call's arena included; nothing is judged here.
 */
#include <math.h>
#include <stdio.h>

#include "../unit/fault/builder.h"

enum { RULES = 1000, CALLS = 2000, BATCHES = 200 };

static size_t allocations;

void *__libc_malloc(size_t size); /* glibc's own, behind the two below */
void *__libc_realloc(void *ptr, size_t size);

void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

void *realloc(void *ptr, size_t size)
{
    allocations++;
    return __libc_realloc(ptr, size);
}

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

/* What @world's arena gives next; a decision that takes nothing from it leaves it where it is. */
static const char *arena_mark(struct world *w)
{
    return arena_alloc(w->calls, 1);
}

static size_t allocations_of(struct world *w, const struct fault_call *call)
{
    ptrdiff_t step;
    const char *before = arena_mark(w);

    step = arena_mark(w) - before;
    allocations = 0;
    before = arena_mark(w);
    decide_once(w, call);
    return allocations + (arena_mark(w) - before != step);
}

/* Nanoseconds of a decision; the best of some batches, as the machine adds only. */
static double cost_of(struct world *w, const struct fault_call *call)
{
    double best_ns = INFINITY;

    for (int batch = 0; batch < BATCHES; batch++) {
        uint64_t begin_ns = clock_monotonic_ns();

        for (int i = 0; i < CALLS; i++) {
            decide_once(w, call);
            arena_reset(w->calls);
        }
        best_ns = fmin(best_ns, (double)(clock_monotonic_ns() - begin_ns) / CALLS);
    }
    return best_ns;
}

static void measure(const char *what, struct fault_ruleset *set, const struct fault_call *call)
{
    struct world w;

    world_start(&w, set);
    clock_real(&w.clock);
    decide_once(&w, call);
    double ns = cost_of(&w, call);

    printf("%-42s %8.0f ns, %zu allocations\n", what, ns, allocations_of(&w, call));
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
