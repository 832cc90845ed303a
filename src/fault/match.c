/*
 * Does a rule's `match` hold for a call? It is compiled to the keys that it really asks for,
 * regular expressions behind everything cheaper, the body last.
 */
#include "fault/match_keys.h"

static enum cost cost_of(const struct match_row *row, const struct fault_match *m)
{
    const struct fault_patterns *patterns = match_wanted(row, m);

    if (!match_row_compares_text(row))
        return row->cost;
    for (size_t i = 0; i < patterns->count; i++)
        if (patterns->items[i].kind == PATTERN_REGEX)
            return COST_DEAR;
    return COST_CHEAP;
}

static void compile_rows(struct arena *arena, struct matcher *out)
{
    size_t count;
    const struct match_row *rows = match_rows(&count);

    out->tests = ARENA_ARRAY(arena, count, const struct match_row *);
    for (enum cost cost = COST_CHEAP; cost < COSTS; cost++)
        for (size_t i = 0; i < count; i++)
            if (rows[i].given(&rows[i], out->match) && cost_of(&rows[i], out->match) == cost)
                out->tests[out->test_count++] = &rows[i];
}

void matcher_compile(const struct fault_match *match, struct arena *arena, struct matcher *out)
{
    *out = (struct matcher){.match = match};
    compile_rows(arena, out);
    if (match->any_count)
        out->any = ARENA_ARRAY(arena, match->any_count, struct matcher);
    for (size_t i = 0; i < match->any_count; i++)
        matcher_compile(&match->any[i], arena, &out->any[i]);
    if (match->not ) {
        out->none = ARENA_NEW(arena, struct matcher);
        matcher_compile(match->not, arena, out->none);
    }
}

bool matcher_holds(const struct matcher *matcher, struct match_call *c, const char **out_failed)
{
    for (size_t i = 0; i < matcher->test_count; i++) {
        const struct match_row *row = matcher->tests[i];

        if (row->test(row, matcher, c))
            continue;
        if (out_failed)
            *out_failed = row->key;
        return false;
    }
    return true;
}

struct str match_value_of(const char *key, const struct fault_call *call)
{
    size_t count;
    const struct match_row *rows = match_rows(&count);

    for (size_t i = 0; i < count; i++)
        if (match_row_compares_text(&rows[i]) && strcmp(rows[i].key, key) == 0)
            return match_row_value(&rows[i], call);
    if (strcmp(key, "product") == 0)
        return cloud_product_name(call->product);
    if (strcmp(key, "operation") == 0 && call->op)
        return str_of(call->op->name);
    return STR_NONE;
}

bool match_asks_authenticated(const struct fault_match *match)
{
    if (match->authenticated.given && match->authenticated.wanted)
        return true;
    for (size_t i = 0; i < match->any_count; i++)
        if (match_asks_authenticated(&match->any[i]))
            return true;
    return match->not &&match_asks_authenticated(match->not );
}
