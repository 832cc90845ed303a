/*
 * Filters whose values are words of a known list: one that is none of them meets nothing, ever, so
 * it is refused with the nearest. Codes and regions can be what a rule or a client made up: those
 * are known, too, once a call has had them.
 */
#include "base/distance.h"
#include "base/glob.h"
#include "catalog/fc_error.h"
#include "catalog/product.h"
#include "catalog/region.h"
#include "journal/names.h"
#include "journal/query_field.h"

/* The words of a filter by their number; absent behind the last. */
typedef struct str word_at(size_t index);

static struct str operation_word(size_t index)
{
    size_t count;
    const struct operation *table = operation_table(&count);

    return index < count ? str_of(table[index].name) : STR_NONE;
}

static struct str outcome_word(size_t index)
{
    return index <= HTTP_REFUSED ? str_of(http_outcome_name((enum http_outcome)index)) : STR_NONE;
}

static struct str invocation_word(size_t index)
{
    return index < INVOCATION_ASYNC_ATTEMPT
               ? str_of(invocation_name((enum fault_invocation)(index + 1)))
               : STR_NONE;
}

static struct str late_word(size_t index)
{
    return index <= LATE_DROPPED ? str_of(late_name((enum journal_late_state)index)) : STR_NONE;
}

static struct str api_word(size_t index)
{
    return index + 1 < API_VERSION_COUNT ? api_version_name((enum api_version)(index + 1))
                                         : STR_NONE;
}

static struct str sdk_word(size_t index)
{
    return index < SDK_COUNT ? fault_sdk_name((enum fault_sdk)index) : STR_NONE;
}

static struct str code_word(size_t index)
{
    size_t count;
    const struct fc_error *errors = fc_error_table(&count);
    const struct product_error *others;

    if (index < count)
        return str_of(errors[index].code);
    index -= count;
    others = product_error_table(&count);
    return index < count ? str_of(others[index].code) : STR_NONE;
}

static struct str region_word(size_t index)
{
    size_t count;
    const struct region *table = region_table(&count);

    return index < count ? str_of(table[index].id) : STR_NONE;
}

static struct str repeated_by_word(size_t index)
{
    static const struct str words[] = {STR_INIT("program"), STR_INIT("transport")};

    return index < N_ELEMENTS(words) ? words[index] : STR_NONE;
}

static const struct vocabulary {
    const char *filter;
    word_at *word;
    bool open; /* entries may have others */
} vocabularies[] = {
    {"api",         api_word,         false},
    {"code",        code_word,        true },
    {"invocation",  invocation_word,  false},
    {"late",        late_word,        false},
    {"operation",   operation_word,   false},
    {"outcome",     outcome_word,     false},
    {"region",      region_word,      true },
    {"repeated_by", repeated_by_word, false},
    {"sdk",         sdk_word,         false},
};

static const struct vocabulary *vocabulary_of(const struct journal_field *field)
{
    for (size_t i = 0; i < N_ELEMENTS(vocabularies); i++) {
        if (strcmp(vocabularies[i].filter, field->name) == 0)
            return &vocabularies[i];
    }
    return NULL;
}

static struct str without_sign(struct str value)
{
    return str_slice(value, str_starts(value, STR("!")), value.len);
}

/* @nearest: filled when it is none. */
static bool is_word(const struct vocabulary *v, const struct journal_field *field, struct str value,
                    struct nearest *nearest)
{
    struct str word;

    *nearest = (struct nearest){.wanted = value};
    if (value.len == 0 || (query_field_is_operation(field) && operation_class_find(value)))
        return true;
    for (size_t i = 0; (word = v->word(i)).ptr; i++) {
        if (glob_match(value, word))
            return true;
        nearest_offer(nearest, word);
    }
    return false;
}

static int refuse(const struct journal_field *field, const struct nearest *nearest,
                  struct error *err)
{
    if (nearest->best.ptr)
        return error_set(err, ERROR_SYNTAX,
                         "%s: there is no '" STR_FMT "'; did you mean '" STR_FMT "'?", field->name,
                         STR_ARG(nearest->wanted), STR_ARG(nearest->best));
    return error_set(err, ERROR_SYNTAX, "%s: there is no '" STR_FMT "'", field->name,
                     STR_ARG(nearest->wanted));
}

int query_field_check(const struct journal_field *field, struct str value, struct error *err)
{
    const struct vocabulary *v = vocabulary_of(field);
    struct nearest nearest;

    if (!v || v->open || is_word(v, field, without_sign(value), &nearest))
        return 0;
    return refuse(field, &nearest, err);
}

static bool has_been(const struct journal_field *field, struct str value,
                     const struct journal_snapshot *snapshot, struct arena *arena)
{
    struct journal_term term = {.field = field, .values = &value, .count = 1};
    struct journal_query query;
    struct journal_selection found;

    if (!snapshot)
        return false;
    journal_query_init(&query);
    query.terms[query.term_count++] = term;
    query.limit = 1;
    journal_select(&query, snapshot, arena, &found);
    return found.matched > 0;
}

/* @misspelt: what is near no word may be a name that is still to come. */
static int check_word(const struct journal_field *field, struct str value, bool misspelt,
                      const struct journal_snapshot *snapshot, struct arena *arena,
                      struct error *err)
{
    const struct vocabulary *v = vocabulary_of(field);
    struct nearest nearest;

    if (!v || is_word(v, field, value, &nearest) || (misspelt && !nearest.best.ptr) ||
        has_been(field, value, snapshot, arena))
        return 0;
    return refuse(field, &nearest, err);
}

static int check_terms(const struct journal_query *query, bool misspelt,
                       const struct journal_snapshot *snapshot, struct arena *arena,
                       struct error *err)
{
    for (size_t i = 0; i < query->term_count; i++) {
        const struct journal_term *term = &query->terms[i];

        for (size_t k = 0; k < term->count; k++) {
            struct str value = without_sign(term->values[k]);

            if (check_word(term->field, value, misspelt, snapshot, arena, err) < 0)
                return -1;
        }
    }
    return 0;
}

int journal_query_check(const struct journal_query *query, const struct journal_snapshot *snapshot,
                        struct arena *arena, struct error *err)
{
    return check_terms(query, false, snapshot, arena, err);
}

int journal_query_check_spelling(const struct journal_query *query,
                                 const struct journal_snapshot *snapshot, struct arena *arena,
                                 struct error *err)
{
    return check_terms(query, true, snapshot, arena, err);
}

int journal_word_check_spelling(const char *filter, struct str value,
                                const struct journal_snapshot *snapshot, struct arena *arena,
                                struct error *err)
{
    return check_word(query_field_find(str_of(filter)), value, true, snapshot, arena, err);
}
