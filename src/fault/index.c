/*
 * Which rules can match a call, without looking at the others.
 *
 * A rule hangs in one kind of list: under the texts of one of its keys (function, account, …) when
 * it has such, under its operations, or in the list for every call. Whichever is shortest is taken.
 * A text is an exact one, or the head of a glob: what stands before its first wildcard. A call then
 * walks the few lists it belongs to, merged in the order of asking; the matcher checks everything,
 * so a list may name too many rules but never too few.
 */
#include "fault/internal.h"

#include <assert.h>

#include "base/mem.h"

/* The keys that are worth a table of their own: what tests and drills name exactly. */
static const struct field {
    size_t wanted_at; /* struct fault_patterns in struct fault_match */
    size_t value_at;  /* struct str in struct fault_call */
} fields[INDEX_FIELDS] = {
#define FIELD(member)                                                                              \
    {                                                                                              \
        offsetof(struct fault_match, member), offsetof(struct fault_call, member)                  \
    }
    FIELD(function), FIELD(label),   FIELD(service), FIELD(access_key),
    FIELD(account),  FIELD(trigger), FIELD(domain),  FIELD(region),
#undef FIELD
};

struct list {
    uint32_t *rules;
    size_t count, cap;
};

struct term { /* a text and the rules that want it */
    UT_hash_handle hh;
    struct list list;
    size_t popularity; /* of all rules, wherever they hang */
    struct str text;   /* lives in the rule set */
};

struct lists {
    struct term *exact[INDEX_FIELDS];
    struct term *heads[INDEX_FIELDS];
    uint32_t head_lengths[INDEX_FIELDS]; /* bit n: some head is n bytes long */
    struct list *by_op;
    size_t *op_popularity;
    struct list every;
    size_t count;
};

struct rule_index {
    size_t op_count;
    struct lists times[ASKING_TIMES];
};

/* ---- the moment a rule is asked ---- */

/* Of several to choose from, the grammar lets none strike at another moment than the first. */
static enum asking_time action_asking_time(const struct fault_action *action)
{
    while (action->choice_count)
        action = action->choices[0].action;
    return fault_action_asked(action);
}

enum asking_time rule_asking_time(const struct fault_rule *rule)
{
    enum asking_time time = action_asking_time(rule->action);

    return time == ASKED_ON_REQUEST && match_asks_authenticated(&rule->match) ? ASKED_AUTHENTICATED
                                                                              : time;
}

/* ---- building ---- */

static void list_add(struct list *list, uint32_t rule)
{
    if (list->count && list->rules[list->count - 1] == rule)
        return; /* a text or an operation that the rule names twice */
    if (list->count == list->cap) {
        list->cap = list->cap ? 2 * list->cap : 4;
        list->rules = mem_grow(list->rules, list->cap, sizeof(*list->rules));
    }
    list->rules[list->count++] = rule;
}

/* A glob's bytes before its first wildcard, as far as they are looked at. */
static struct str glob_head(struct str glob)
{
    size_t len = 0;

    while (len < glob.len && len < INDEX_HEAD_BYTES && glob.ptr[len] != '*' && glob.ptr[len] != '?')
        len++;
    return str_slice(glob, 0, len);
}

/* What the pattern hangs under; empty when it tells nothing about how a text begins. */
static struct str pattern_head(const struct fault_pattern *pattern)
{
    if (pattern->negate)
        return STR_NONE;
    if (pattern->kind == PATTERN_PREFIX || pattern->kind == PATTERN_GLOB)
        return glob_head(pattern->text);
    return STR_NONE;
}

static bool pattern_is_exact(const struct fault_pattern *pattern)
{
    return pattern->kind == PATTERN_EXACT && !pattern->negate;
}

/* The patterns of a key, when each of them is a text to hang under; else NULL. */
static const struct fault_patterns *texts_of(const struct fault_match *match, size_t field)
{
    const struct fault_patterns *patterns =
        (const void *)((const char *)match + fields[field].wanted_at);

    for (size_t i = 0; i < patterns->count; i++)
        if (!pattern_is_exact(&patterns->items[i]) && pattern_head(&patterns->items[i]).len == 0)
            return NULL;
    return patterns->count ? patterns : NULL;
}

static struct term *term_find(struct term *terms, struct str text)
{
    struct term *term;

    HASH_FIND(hh, terms, text.len ? text.ptr : "", text.len, term);
    return term;
}

static struct term *term_get(struct lists *lists, size_t field, const struct fault_pattern *pattern)
{
    bool exact = pattern_is_exact(pattern);
    struct term **terms = exact ? &lists->exact[field] : &lists->heads[field];
    struct str text = exact ? pattern->text : pattern_head(pattern);
    struct term *term = term_find(*terms, text);

    if (term)
        return term;
    term = mem_alloc(sizeof(*term));
    term->text = text.len ? text : STR("");
    HASH_ADD_KEYPTR(hh, *terms, term->text.ptr, term->text.len, term);
    if (exact)
        return term;
    assert(text.len <= INDEX_HEAD_BYTES); /* or the bit below would not exist */
    lists->head_lengths[field] |= UINT32_C(1) << text.len;
    return term;
}

static bool op_wanted(const struct fault_match *match, size_t op)
{
    return match->operations && match->operations[op / 64] >> (op % 64) & 1;
}

/* How many rules share each text and each operation. */
static void count_rule(const struct rule_index *index, struct lists *lists,
                       const struct fault_match *match)
{
    for (size_t field = 0; field < INDEX_FIELDS; field++) {
        const struct fault_patterns *texts = texts_of(match, field);

        for (size_t i = 0; texts && i < texts->count; i++)
            term_get(lists, field, &texts->items[i])->popularity++;
    }
    for (size_t op = 0; op < index->op_count; op++)
        lists->op_popularity[op] += op_wanted(match, op);
}

static size_t text_popularity(struct lists *lists, size_t field, const struct fault_patterns *texts)
{
    size_t most = 0;

    for (size_t i = 0; i < texts->count; i++) {
        size_t one = term_get(lists, field, &texts->items[i])->popularity;

        most = one > most ? one : most;
    }
    return most;
}

static size_t operation_popularity(const struct rule_index *index, const struct lists *lists,
                                   const struct fault_match *match)
{
    size_t most = match->operations ? 0 : SIZE_MAX;

    for (size_t op = 0; match->operations && op < index->op_count; op++)
        if (op_wanted(match, op) && lists->op_popularity[op] > most)
            most = lists->op_popularity[op];
    return most;
}

static void hang_by_operation(const struct rule_index *index, struct lists *lists,
                              const struct fault_match *match, uint32_t rule)
{
    if (!match->operations)
        list_add(&lists->every, rule);
    for (size_t op = 0; op < index->op_count; op++)
        if (op_wanted(match, op))
            list_add(&lists->by_op[op], rule);
}

static void hang_rule(const struct rule_index *index, struct lists *lists,
                      const struct fault_match *match, uint32_t rule)
{
    size_t least = operation_popularity(index, lists, match);
    size_t best = INDEX_FIELDS;

    lists->count++;
    for (size_t field = 0; field < INDEX_FIELDS; field++) {
        const struct fault_patterns *texts = texts_of(match, field);
        size_t one = texts ? text_popularity(lists, field, texts) : SIZE_MAX;

        if (one < least) {
            least = one;
            best = field;
        }
    }
    if (best == INDEX_FIELDS) {
        hang_by_operation(index, lists, match, rule);
        return;
    }
    const struct fault_patterns *texts = texts_of(match, best);

    for (size_t i = 0; i < texts->count; i++)
        list_add(&term_get(lists, best, &texts->items[i])->list, rule);
}

struct rule_index *rule_index_new(const struct fault_ruleset *set)
{
    struct rule_index *index = mem_alloc(sizeof(*index));

    operation_table(&index->op_count);
    for (size_t t = 0; t < ASKING_TIMES; t++) {
        index->times[t].by_op = mem_alloc_array(index->op_count, sizeof(struct list));
        index->times[t].op_popularity = mem_alloc_array(index->op_count, sizeof(size_t));
    }
    for (size_t i = 0; i < set->rule_count; i++)
        count_rule(index, &index->times[rule_asking_time(&set->rules[i])], &set->rules[i].match);
    for (size_t i = 0; i < set->rule_count; i++)
        hang_rule(index, &index->times[rule_asking_time(&set->rules[i])], &set->rules[i].match,
                  (uint32_t)i);
    return index;
}

static void terms_free(struct term *terms)
{
    struct term *term;
    struct term *next;

    HASH_ITER(hh, terms, term, next)
    {
        HASH_DEL(terms, term);
        mem_free(term->list.rules);
        mem_free(term);
    }
}

void rule_index_free(struct rule_index *index)
{
    if (!index)
        return;
    for (size_t t = 0; t < ASKING_TIMES; t++) {
        struct lists *lists = &index->times[t];

        for (size_t field = 0; field < INDEX_FIELDS; field++) {
            terms_free(lists->exact[field]);
            terms_free(lists->heads[field]);
        }
        for (size_t op = 0; op < index->op_count; op++)
            mem_free(lists->by_op[op].rules);
        mem_free(lists->by_op);
        mem_free(lists->op_popularity);
        mem_free(lists->every.rules);
    }
    mem_free(index);
}

size_t rule_index_count(const struct rule_index *index, enum asking_time time)
{
    return index ? index->times[time].count : 0;
}

/* ---- walking ---- */

static void walk_list(struct index_walk *walk, const struct list *list)
{
    if (list->count == 0)
        return;
    walk->next[walk->lists] = list->rules;
    walk->end[walk->lists] = list->rules + list->count;
    walk->lists++;
}

static void walk_term(struct index_walk *walk, struct term *terms, struct str text)
{
    const struct term *term = terms ? term_find(terms, text) : NULL;

    if (term)
        walk_list(walk, &term->list);
}

static void walk_heads(struct index_walk *walk, const struct lists *lists, size_t field,
                       struct str text)
{
    for (uint32_t left = lists->head_lengths[field]; left; left &= left - 1) {
        size_t len = (size_t)__builtin_ctz(left);

        if (len > text.len)
            return;
        walk_term(walk, lists->heads[field], str_slice(text, 0, len));
    }
}

void index_walk_start(const struct rule_index *index, enum asking_time time,
                      const struct fault_call *call, size_t op_index, struct index_walk *out)
{
    const struct lists *lists = &index->times[time];

    out->lists = 0;
    walk_list(out, &lists->every);
    if (op_index < index->op_count)
        walk_list(out, &lists->by_op[op_index]);
    for (size_t field = 0; field < INDEX_FIELDS; field++) {
        struct str text =
            *(const struct str *)(const void *)((const char *)call + fields[field].value_at);

        if (!str_is_set(text))
            continue;
        walk_term(out, lists->exact[field], text);
        walk_heads(out, lists, field, text);
    }
}

bool index_walk_next(struct index_walk *walk, uint32_t *out_rule)
{
    uint32_t first = UINT32_MAX;

    for (size_t i = 0; i < walk->lists; i++)
        if (walk->next[i] < walk->end[i] && *walk->next[i] < first)
            first = *walk->next[i];
    if (first == UINT32_MAX)
        return false;
    /* A rule of several patterns may hang in several of the lists. */
    for (size_t i = 0; i < walk->lists; i++)
        if (walk->next[i] < walk->end[i] && *walk->next[i] == first)
            walk->next[i]++;
    *out_rule = first;
    return true;
}
