/* Does an entry fit a query? */
#include "base/glob.h"
#include "journal/query_field.h"

static bool compare_holds(const struct fault_compare *compare, double value)
{
    return (!compare->has_eq || value == compare->eq) &&
           (!compare->has_gt || value > compare->gt) &&
           (!compare->has_gte || value >= compare->gte) &&
           (!compare->has_lt || value < compare->lt) &&
           (!compare->has_lte || value <= compare->lte);
}

static bool text_holds(const struct journal_field *field, struct str wanted,
                       const struct journal_entry *entry)
{
    unsigned classes = query_field_is_operation(field) ? operation_class_find(wanted) : 0;

    if (classes)
        return entry->op && entry->op->classes & classes;
    return glob_match(wanted, field->text(entry));
}

static bool numbers_hold(const struct journal_term *term, double value)
{
    bool wanted = false; /* any value without '!' was given */
    bool found = false;

    for (size_t i = 0; i < term->number_count; i++) {
        const struct journal_number *number = &term->numbers[i];
        bool holds = compare_holds(&number->compare, value);

        if (number->negated && holds)
            return false;
        wanted = wanted || !number->negated;
        found = found || (holds && !number->negated);
    }
    return found || !wanted;
}

static bool term_holds(const struct journal_term *term, const struct journal_entry *entry)
{
    bool wanted = false; /* any value without '!' was given */
    bool found = false;

    if (term->field->kind != QUERY_TEXT)
        return compare_holds(&term->compare, term->field->number(entry)) &&
               numbers_hold(term, term->field->number(entry));
    for (size_t i = 0; i < term->count; i++) {
        struct str value = term->values[i];

        if (value.len && value.ptr[0] == '!') {
            if (text_holds(term->field, str_slice(value, 1, value.len), entry))
                return false;
        } else {
            wanted = true;
            found = found || text_holds(term->field, value, entry);
        }
    }
    return found || !wanted;
}

bool journal_query_in_time(const struct journal_query *query, const struct journal_entry *entry)
{
    return entry->number > query->after &&
           (!query->account.ptr || str_eq(entry->account, query->account)) &&
           (!query->since_ms || entry->wall_ms >= query->since_ms) &&
           (!query->until_ms || entry->wall_ms <= query->until_ms);
}

bool journal_query_matches_but(const struct journal_query *query, const struct journal_entry *entry,
                               size_t but)
{
    if (!journal_query_in_time(query, entry))
        return false;
    if (query->unmatched && entry->rule.len && !entry->near_miss.len)
        return false;
    for (size_t i = 0; i < query->term_count; i++) {
        if (i != but && !term_holds(&query->terms[i], entry))
            return false;
    }
    return true;
}

bool journal_query_matches(const struct journal_query *query, const struct journal_entry *entry)
{
    return journal_query_matches_but(query, entry, SIZE_MAX);
}

void journal_select(const struct journal_query *query, const struct journal_snapshot *snapshot,
                    struct arena *arena, struct journal_selection *out)
{
    size_t count = journal_snapshot_count(snapshot);
    size_t room = query->limit < count ? query->limit : count;
    const struct journal_entry **ring = ARENA_ARRAY(arena, room, const struct journal_entry *);
    size_t matched = 0;

    for (size_t i = 0; i < count; i++) {
        const struct journal_entry *entry = journal_snapshot_at(snapshot, i);

        if (!journal_query_matches(query, entry))
            continue;
        if (room && (matched < room || !query->after))
            ring[matched % room] = entry;
        matched++;
    }
    *out = (struct journal_selection){ring, matched < room ? matched : room, matched};
    if (matched <= room || query->after || !room)
        return;
    /* The ring starts at its oldest; turn it so that the oldest comes first. */
    const struct journal_entry **turned = ARENA_ARRAY(arena, room, const struct journal_entry *);

    for (size_t i = 0; i < room; i++)
        turned[i] = ring[(matched + i) % room];
    out->entries = turned;
}
