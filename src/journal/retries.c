/* The retry chains of a journal, and what they say about a client. */
#include "journal/retries.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/units.h"
#include "journal/assertion.h"
#include "journal/format.h"

#define GAP_LEAST_MS 20.0    /* shorter ones are "at once" */
#define JITTER_DEVIATION 0.1 /* what timers and a loaded machine explain */

/* ---- grouping ---- */

static int by_chain(const void *a, const void *b)
{
    const struct journal_entry *x = *(const struct journal_entry *const *)a;
    const struct journal_entry *y = *(const struct journal_entry *const *)b;

    if (x->link.chain != y->link.chain)
        return x->link.chain < y->link.chain ? -1 : 1;
    if (x->link.attempt != y->link.attempt)
        return x->link.attempt < y->link.attempt ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static double gap_ms(const struct journal_entry *from, const struct journal_entry *to)
{
    return to->started_ns > from->ended_ns ? (double)(to->started_ns - from->ended_ns) / NS_PER_MS
                                           : 0;
}

static bool is_transport(const struct journal_entry *entry)
{
    return entry->link.evidence & CHAIN_BY_TRANSPORT;
}

static void note_retry(struct retry_chain *chain, size_t index)
{
    const struct journal_entry *before = chain->attempts[index - 1];
    const struct journal_entry *after = chain->attempts[index];
    double gap = gap_ms(before, after);

    if (chain->confidence == CHAIN_FIRST || after->link.confidence < chain->confidence)
        chain->confidence = after->link.confidence;
    if (is_transport(after)) {
        chain->transport++;
        return;
    }
    chain->gaps_ms[chain->retries++] = gap;
    if (after->link.evidence & CHAIN_BY_SIGNATURE)
        chain->stale_signatures++;
    if (before->outcome == HTTP_CLIENT_GONE)
        chain->after_timeout++;
    if (before->retry_after_ms && gap < before->retry_after_ms)
        chain->too_early++;
}

static void chain_finish(struct retry_chain *chain, struct arena *arena)
{
    const struct journal_entry *last = chain->attempts[chain->count - 1];

    chain->gaps_ms = ARENA_ARRAY(arena, chain->count, double);
    for (size_t i = 0; i < chain->count; i++) {
        chain->performed += journal_entry_performed(chain->attempts[i]);
        if (i > 0)
            note_retry(chain, i);
    }
    chain->succeeded = !journal_entry_failed(last);
    chain->gave_up = !chain->succeeded && chain->retries;
}

static void add_up(struct retries *all, const struct retry_chain *chain)
{
    all->attempts += chain->count;
    all->transport += chain->transport;
    all->retried += chain->retries > 0;
    all->duplicates += chain->performed > 1 ? chain->performed - 1 : 0;
    all->stale_signatures += chain->stale_signatures;
    all->after_timeout += chain->after_timeout;
    all->too_early += chain->too_early;
    all->give_ups += chain->gave_up;
    for (size_t i = 0; i < chain->count; i++)
        all->maybe += chain->attempts[i]->link.maybe != 0;
}

void retries_collect(const struct journal_query *query, const struct journal_snapshot *snapshot,
                     struct arena *arena, struct retries *out)
{
    size_t count = journal_snapshot_count(snapshot);
    const struct journal_entry **entries = ARENA_ARRAY(arena, count, const struct journal_entry *);
    size_t used = 0;

    *out = (struct retries){0};
    for (size_t i = 0; i < count; i++) {
        const struct journal_entry *entry = journal_snapshot_at(snapshot, i);

        if (entry->link.chain && journal_query_matches(query, entry))
            entries[used++] = entry;
    }
    qsort(entries, used, sizeof(const struct journal_entry *), by_chain);
    out->chains = ARENA_ARRAY(arena, used, struct retry_chain);
    for (size_t from = 0, to; from < used; from = to) {
        struct retry_chain *chain = &out->chains[out->count++];

        for (to = from; to < used && entries[to]->link.chain == entries[from]->link.chain; to++)
            ;
        chain->number = entries[from]->link.chain;
        chain->attempts = entries + from;
        chain->count = to - from;
        chain_finish(chain, arena);
        add_up(out, chain);
    }
}

double retries_amplification(const struct retries *retries, bool possible)
{
    size_t calls = retries->count;

    if (possible && retries->maybe < calls)
        calls -= retries->maybe;
    return calls ? (double)retries->attempts / (double)calls : 0;
}

/* ---- growth and jitter ---- */

void retries_fit(const double *gaps_ms, size_t count, struct retry_fit *out)
{
    size_t first = 0;

    *out = (struct retry_fit){0};
    while (first < count && gaps_ms[first] < GAP_LEAST_MS)
        first++;
    out->used = count - first;
    if (!out->used)
        return;
    out->first_ms = gaps_ms[first];
    if (out->used < 2)
        return;
    double last = gaps_ms[count - 1] > GAP_LEAST_MS ? gaps_ms[count - 1] : GAP_LEAST_MS;

    out->factor = pow(last / out->first_ms, 1.0 / (double)(out->used - 1));
    for (size_t i = 0; i < out->used; i++) {
        double expected = out->first_ms * pow(out->factor, (double)i);
        double deviation = fabs(gaps_ms[first + i] - expected) / expected;

        if (deviation > out->deviation)
            out->deviation = deviation;
    }
    out->jitter = out->deviation > JITTER_DEVIATION;
}

/* ---- JSON ---- */

static void add_growth(const struct retry_chain *chain, struct buf *out)
{
    struct retry_fit fit;

    retries_fit(chain->gaps_ms, chain->retries, &fit);
    if (fit.used < 2)
        return;
    buf_printf(out, ",\"growth\":{\"first_ms\":%.1f,\"factor\":%.3f,\"deviation\":%.4f",
               fit.first_ms, fit.factor, fit.deviation);
    buf_printf(out, ",\"jitter\":%s}", fit.jitter ? "true" : "false");
}

void retry_chain_json(const struct retry_chain *chain, bool with_attempts, struct buf *out)
{
    const struct journal_entry *first = chain->attempts[0];

    buf_printf(out,
               "{\"chain\":%" PRIu64 ",\"attempts\":%zu,\"retries\":%zu,"
               "\"transport_repeats\":%zu,\"confidence\":\"%s\",\"operation\":",
               chain->number, chain->count, chain->retries, chain->transport,
               chain_confidence_name(chain->confidence));
    buf_json_string(out, str_of(first->op ? first->op->name : NULL));
    buf_puts(out, ",\"function\":");
    buf_json_string(out, first->function.len ? first->function : STR_NONE);
    buf_puts(out, ",\"sdk\":");
    buf_json_string(out, fault_sdk_name(first->sdk));
    buf_puts(out, ",\"label\":");
    buf_json_string(out, first->label.len ? first->label : STR_NONE);
    buf_puts(out, ",\"gaps_ms\":[");
    for (size_t i = 0; i < chain->retries; i++)
        buf_printf(out, "%s%.3f", i ? "," : "", chain->gaps_ms[i]);
    buf_add_char(out, ']');
    add_growth(chain, out);
    buf_printf(out,
               ",\"succeeded\":%s,\"gave_up\":%s,\"performed\":%u,\"stale_signatures\":%u,"
               "\"after_client_timeout\":%u,\"before_retry_after\":%u",
               chain->succeeded ? "true" : "false", chain->gave_up ? "true" : "false",
               chain->performed, chain->stale_signatures, chain->after_timeout, chain->too_early);
    if (with_attempts) {
        buf_puts(out, ",\"requests\":[");
        for (size_t i = 0; i < chain->count; i++) {
            if (i)
                buf_add_char(out, ',');
            journal_entry_json(chain->attempts[i], JOURNAL_SHORT, out);
        }
        buf_add_char(out, ']');
    }
    buf_add_char(out, '}');
}

void retries_json(const struct retries *retries, struct buf *out)
{
    const char *comma = "";

    buf_printf(out, "{\"calls\":%zu,\"attempts\":%zu,\"amplification\":%.4f", retries->count,
               retries->attempts, retries_amplification(retries, false));
    buf_printf(out, ",\"transport_repeats\":%zu", retries->transport);
    buf_printf(out, ",\"amplification_at_most\":%.4f,\"possible_retries\":%zu,\"retried\":%zu",
               retries_amplification(retries, true), retries->maybe, retries->retried);
    buf_printf(out,
               ",\"duplicate_effects\":%u,\"stale_signatures\":%u,\"after_client_timeout\":%u,"
               "\"before_retry_after\":%u,\"give_ups\":%u,\"chains\":[",
               retries->duplicates, retries->stale_signatures, retries->after_timeout,
               retries->too_early, retries->give_ups);
    for (size_t i = 0; i < retries->count; i++) {
        if (retries->chains[i].count < 2)
            continue;
        buf_puts(out, comma);
        retry_chain_json(&retries->chains[i], false, out);
        comma = ",";
    }
    buf_puts(out, "]}");
}
