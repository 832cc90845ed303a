/*
 * A filter that is misspelt lets nothing through: leave out one at a time and see.
 */
#include "journal/closest.h"

#include "base/distance.h"
#include "journal/query_field.h"

enum { VALUES_MAX = 64 };

/* What calls have where a filter wanted something else. */
struct tally {
    struct str values[VALUES_MAX];
    size_t counts[VALUES_MAX];
    size_t count;
    size_t calls;
};

static void tally_add(struct tally *tally, struct str value)
{
    tally->calls++;
    for (size_t i = 0; i < tally->count; i++) {
        if (str_eq(tally->values[i], value)) {
            tally->counts[i]++;
            return;
        }
    }
    if (tally->count == VALUES_MAX)
        return;
    tally->values[tally->count] = value;
    tally->counts[tally->count++] = 1;
}

static struct str value_of(const struct journal_field *field, const struct journal_entry *entry,
                           struct arena *arena)
{
    if (field->kind == QUERY_TEXT)
        return field->text(entry);
    return arena_strf(arena, "%.15g", field->number(entry));
}

static void tally_without(const struct journal_query *query, size_t term,
                          const struct journal_snapshot *snapshot, struct arena *arena,
                          struct tally *out)
{
    *out = (struct tally){0};
    for (size_t i = 0; i < journal_snapshot_count(snapshot); i++) {
        const struct journal_entry *entry = journal_snapshot_at(snapshot, i);

        if (journal_query_matches_but(query, entry, term))
            tally_add(out, value_of(query->terms[term].field, entry, arena));
    }
}

static size_t best_value(const struct tally *tally, const struct journal_term *term)
{
    struct nearest nearest = {.wanted = term->count ? term->values[0] : STR_NONE};
    size_t best = 0;

    for (size_t i = 0; i < tally->count; i++) {
        if (nearest.wanted.len && tally->values[i].len)
            nearest_offer(&nearest, tally->values[i]);
        if (tally->counts[i] > tally->counts[best])
            best = i;
    }
    for (size_t i = 0; nearest.best.ptr && i < tally->count; i++) {
        if (str_eq(tally->values[i], nearest.best))
            return i;
    }
    return best;
}

static void add_closest(const struct journal_query *query, const struct journal_snapshot *snapshot,
                        struct arena *arena, struct buf *out)
{
    struct tally *most = ARENA_NEW(arena, struct tally);
    struct tally *tally = ARENA_NEW(arena, struct tally);
    const struct journal_term *term = NULL;
    size_t best;

    for (size_t i = 0; i < query->term_count; i++) {
        tally_without(query, i, snapshot, arena, tally);
        if (tally->calls > most->calls) {
            *most = *tally;
            term = &query->terms[i];
        }
    }
    if (!term)
        return;
    best = best_value(most, term);
    if (most->values[best].len)
        buf_printf(out, "; closest: %s '" STR_FMT "' (%zu)", term->field->name,
                   STR_ARG(most->values[best]), most->counts[best]);
    else
        buf_printf(out, "; closest: no %s (%zu)", term->field->name, most->counts[best]);
}

/* ---- a rule that looked at calls and struck none ---- */

static const struct journal_strike *strike_of(const struct journal_entry *entry, struct str rule)
{
    for (size_t i = 0; i < entry->strike_count; i++)
        if (str_eq(entry->strikes[i].rule, rule))
            return &entry->strikes[i];
    return NULL;
}

static void add_gate(const struct journal_query *query, size_t term,
                     const struct journal_snapshot *snapshot, struct buf *out)
{
    struct str rule = query->terms[term].values[0];
    size_t stopped[GATE_NOT_ASKED + 1] = {0};
    size_t most = 0;

    for (size_t i = 0; i < journal_snapshot_count(snapshot); i++) {
        const struct journal_entry *entry = journal_snapshot_at(snapshot, i);
        const struct journal_strike *strike = strike_of(entry, rule);

        if (strike && journal_query_matches_but(query, entry, term))
            stopped[strike->gate]++;
    }
    for (size_t gate = 0; gate < N_ELEMENTS(stopped); gate++)
        most = stopped[gate] > stopped[most] ? gate : most;
    if (stopped[most])
        buf_printf(out, "; rule '" STR_FMT "' looked at %zu of them and was stopped at %s",
                   STR_ARG(rule), stopped[most], fault_gate_name((enum fault_gate)most));
}

void journal_closest(const struct journal_query *query, const struct journal_snapshot *snapshot,
                     struct arena *arena, struct buf *out)
{
    size_t calls = 0;

    for (size_t i = 0; i < journal_snapshot_count(snapshot); i++)
        calls += journal_query_in_time(query, journal_snapshot_at(snapshot, i));
    buf_printf(out, "0 of %zu calls met the match", calls);
    for (size_t i = 0; i < query->term_count; i++) {
        if (strcmp(query->terms[i].field->name, "rule") == 0 && query->terms[i].count)
            add_gate(query, i, snapshot, out);
    }
    add_closest(query, snapshot, arena, out);
}
