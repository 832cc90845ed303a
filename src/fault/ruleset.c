/* Rule sets: made, counted, looked through. */
#include <stdatomic.h>

#include "fault/rule.h"

struct counted {
    struct fault_ruleset set; /* first: what the outside sees */
    atomic_uint refs;
};

struct fault_ruleset *fault_ruleset_new(void)
{
    struct arena *arena = arena_new();
    struct counted *counted = ARENA_NEW(arena, struct counted);

    counted->set.arena = arena;
    atomic_init(&counted->refs, 1);
    return &counted->set;
}

struct fault_ruleset *fault_ruleset_ref(const struct fault_ruleset *set)
{
    struct counted *counted = (struct counted *)set;

    atomic_fetch_add(&counted->refs, 1);
    return &counted->set;
}

void fault_ruleset_unref(struct fault_ruleset *set)
{
    if (set && atomic_fetch_sub(&((struct counted *)set)->refs, 1) == 1)
        arena_free(set->arena); /* the set itself lives in it */
}

int fault_ruleset_find(const struct fault_ruleset *set, struct str id)
{
    for (size_t i = 0; i < set->rule_count; i++)
        if (str_eq(set->rules[i].id, id))
            return (int)i;
    return -1;
}
