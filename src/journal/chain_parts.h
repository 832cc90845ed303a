/*
 * journal/chain_parts.h - a chain, and what speaks for a call continuing it; for journal/ only
 *
 * Threads: one at a time.
 */
#pragma once

#include "journal/chain.h"

/* A chain hangs under its key while a call could continue it: not before its attempt has failed,
   or always when the key is an asynchronous invocation id. So a thousand equal calls that wait
   at the same time cost the next one nothing. */
struct chain {
    struct chain *next_by_key, **at_key; /* at_key: what points here; NULL = does not hang there */
    struct chain *next_by_number;
    struct chain *older, *newer; /* in the order they were touched */
    uint64_t number, key;
    uint64_t account;      /* digest of its name */
    uint64_t signature;    /* digest of Date and Authorization, 0 = none */
    uint64_t signed_by_ms; /* wall time of the first attempt with it */
    uint64_t connection;
    uint64_t bytes; /* digest of the attempt that broke on a used connection, 0 = none did */
    uint64_t ended_ns, last_gap_ns;
    uint32_t attempts;
    int status;
    bool under_way, asynchronous;
    bool offered; /* a possible successor was found; content alone says no more about it */
};

/* How often equal calls come that are nobody's retry. */
struct pace {
    uint64_t key;
    uint64_t arrival_ns; /* of the last one; 0 = none yet */
    uint64_t gap_ns;
    uint32_t samples;
};

/* The chain that fits best so far; zeroed = none. */
struct chain_candidate {
    struct chain *chain;
    unsigned evidence;
    bool rivals_differ; /* an equally good chain has another number of attempts */
};

/* What is worked out of a call, for each chain it may continue. */
struct chain_arrival {
    const struct chain_call *call;
    uint64_t key, signature; /* as in struct chain */
    uint64_t bytes;          /* the same; 0 until a chain asks for it */
    uint64_t now_ns;
};

/** What speaks for @arrival continuing @chain; 0 = it cannot. */
unsigned chain_evidence_for(const struct chain *chain, const struct chain_arrival *arrival);
void chain_candidate_offer(struct chain_candidate *best, struct chain *chain, unsigned evidence);
/** Add what speaks against the best candidate. */
void chain_candidate_doubt(struct chain_candidate *best, const struct chain_call *call,
                           const struct pace *pace, uint64_t now_ns);
enum chain_confidence chain_candidate_confidence(const struct chain_candidate *candidate,
                                                 const struct chain_call *call);

/** A call that continues nothing for certain has arrived. */
void pace_arrival(struct pace *pace, uint64_t now_ns);
