/* How each kind of client reacted to each failure. */
#include "journal/reaction.h"

#include <inttypes.h>
#include <stdlib.h>

enum { GAPS_MAX = 16 };

struct row {
    enum fault_sdk sdk;
    const struct operation *op;
    struct str failure;
    size_t calls, attempts_least, attempts_most, succeeded, gave_up, stale, too_early, transport;
    double gap_sums[GAPS_MAX];
    size_t gap_counts[GAPS_MAX];
};

/* What the first hurt attempt of a chain was hurt by; absent when no rule did. */
static struct str failure_of(const struct retry_chain *chain, const struct journal_entry **out)
{
    for (size_t i = 0; i < chain->count; i++) {
        const struct journal_entry *entry = chain->attempts[i];

        if (!entry->rule.len || !chain_failed(entry->status, entry->outcome, entry->damaged))
            continue;
        *out = entry;
        return entry->code.len ? entry->code : entry->outcome_kind;
    }
    return STR_NONE;
}

static bool same_row(const struct row *row, const struct journal_entry *entry, struct str failure)
{
    const char *a = row->op ? row->op->name : "";
    const char *b = entry->op ? entry->op->name : "";

    return row->sdk == entry->sdk && strcmp(a, b) == 0 && str_eq(row->failure, failure);
}

static struct row *row_for(struct row *rows, size_t *count, const struct journal_entry *entry,
                           struct str failure)
{
    for (size_t i = 0; i < *count; i++) {
        if (same_row(&rows[i], entry, failure))
            return &rows[i];
    }
    rows[*count] = (struct row){
        .sdk = entry->sdk, .op = entry->op, .failure = failure, .attempts_least = SIZE_MAX};
    return &rows[(*count)++];
}

static void add_chain(struct row *row, const struct retry_chain *chain)
{
    row->calls++;
    row->attempts_least = chain->count < row->attempts_least ? chain->count : row->attempts_least;
    row->attempts_most = chain->count > row->attempts_most ? chain->count : row->attempts_most;
    row->succeeded += chain->succeeded;
    row->gave_up += !chain->succeeded;
    row->stale += chain->stale_signatures;
    row->too_early += chain->too_early;
    row->transport += chain->transport;
    for (size_t i = 0; i < chain->retries && i < GAPS_MAX; i++) {
        row->gap_sums[i] += chain->gaps_ms[i];
        row->gap_counts[i]++;
    }
}

static int by_name(const void *a, const void *b)
{
    const struct row *x = a;
    const struct row *y = b;
    int names = strcmp(x->op ? x->op->name : "", y->op ? y->op->name : "");

    if (x->sdk != y->sdk)
        return x->sdk < y->sdk ? -1 : 1;
    return names ? names : str_compare(x->failure, y->failure);
}

static void add_row(const struct row *row, struct buf *out)
{
    buf_puts(out, "{\"sdk\":");
    buf_json_string(out, fault_sdk_name(row->sdk));
    buf_puts(out, ",\"operation\":");
    buf_json_string(out, str_of(row->op ? row->op->name : NULL));
    buf_puts(out, ",\"failure\":");
    buf_json_string(out, row->failure);
    buf_printf(out, ",\"calls\":%zu,\"attempts_least\":%zu,\"attempts_most\":%zu,\"gaps_ms\":[",
               row->calls, row->attempts_least, row->attempts_most);
    for (size_t i = 0; i < GAPS_MAX && row->gap_counts[i]; i++)
        buf_printf(out, "%s%.1f", i ? "," : "", row->gap_sums[i] / (double)row->gap_counts[i]);
    buf_printf(
        out,
        "],\"transport_repeats\":%zu,\"succeeded\":%zu,\"gave_up\":%zu,\"stale_signatures\":%zu,"
        "\"before_retry_after\":%zu}",
        row->transport, row->succeeded, row->gave_up, row->stale, row->too_early);
}

void reaction_json(const struct journal_query *query, const struct journal_snapshot *snapshot,
                   struct arena *arena, struct buf *out)
{
    struct retries retries;
    size_t count = 0;

    retries_collect(query, snapshot, arena, &retries);
    struct row *rows = ARENA_ARRAY(arena, retries.count, struct row);

    for (size_t i = 0; i < retries.count; i++) {
        const struct journal_entry *entry = NULL;
        struct str failure = failure_of(&retries.chains[i], &entry);

        if (failure.ptr)
            add_chain(row_for(rows, &count, entry, failure), &retries.chains[i]);
    }
    qsort(rows, count, sizeof(*rows), by_name);
    buf_puts(out, "{\"rows\":[");
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_char(out, ',');
        add_row(&rows[i], out);
    }
    buf_puts(out, "]}");
}
