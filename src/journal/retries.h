/*
 * journal/retries.h - the retry chains of a journal, and what they say about a client
 *
 * The gap of a retry is the client's own wait: from the end of the failed attempt to the start of
 * the next.
 *
 * Threads: any; works on a snapshot.
 */
#pragma once

#include "journal/query.h"

struct retry_chain {
    uint64_t number;
    const struct journal_entry **attempts; /* in their order */
    size_t count;
    size_t transport;                 /* of them repeats below the program */
    double *gaps_ms;                  /* before each retry of the program */
    size_t retries;                   /* as many as gaps */
    enum chain_confidence confidence; /* of its weakest link; CHAIN_FIRST without a retry */
    bool succeeded;                   /* the last attempt did */
    bool gave_up;                     /* the last attempt failed, and the program had retried */
    uint32_t performed;               /* attempts whose work was done */
    uint32_t stale_signatures;        /* retries signed as the attempt before */
    uint32_t after_timeout;           /* retries after the client itself had left */
    uint32_t too_early;               /* retries before the Retry-After of the answer */
};

struct retries {
    struct retry_chain *chains; /* by number */
    size_t count;               /* logical calls */
    size_t attempts;
    size_t transport;    /* attempts that were repeats below the program */
    size_t retried;      /* chains with a retry of the program */
    size_t maybe;        /* links that are only possible, not counted as retries */
    uint32_t duplicates; /* work done again: performed beyond the first, over all chains */
    uint32_t stale_signatures, after_timeout, too_early, give_ups;
};

/** Group what @query matches; its limit is not applied. All memory is the arena's. */
void retries_collect(const struct journal_query *query, const struct journal_snapshot *snapshot,
                     struct arena *arena, struct retries *out);

/** Attempts per logical call; 0 when there was none. @possible counts possible links as retries. */
double retries_amplification(const struct retries *retries, bool possible);

/* How gaps grow. */
struct retry_fit {
    size_t used;      /* gaps that say something: at least 20 ms */
    double first_ms;  /* of those */
    double factor;    /* growth from gap to gap, geometric mean; 1 = constant; 0 = unknown */
    double deviation; /* largest relative distance from first * factor^n */
    bool jitter;      /* the deviation is beyond what a timer explains */
};
void retries_fit(const double *gaps_ms, size_t count, struct retry_fit *out);

void retry_chain_json(const struct retry_chain *chain, bool with_attempts, struct buf *out);
void retries_json(const struct retries *retries, struct buf *out);
