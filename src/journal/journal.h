/*
 * journal/journal.h - what happened, call by call, bounded in bytes
 *
 * A ring of entries that do not change, but for what comes of late work. The loop thread appends;
 * anybody may take a snapshot and read it in peace. Entries live in counted segments: an append is
 * a copy into the newest one, a snapshot takes a reference to each, and dropping the oldest segment
 * makes room. What fell out at the old end is counted as lost, so that a verification can say
 * "inconclusive".
 *
 * Threads: append, tap and clear from the loop thread; snapshot and stats from any. The one mutex
 * is held for a few pointers, never while an entry is copied or read.
 */
#pragma once

#include "catalog/operation.h"
#include "crypto/digest.h"
#include "fault/engine.h"
#include "http/call/server.h"
#include "journal/chain.h"

enum { JOURNAL_BYTES_DEFAULT = 32 << 20 };

struct journal;

/* One rule's part in a call, copied out of the engine's evidence. */
struct journal_strike {
    struct str rule;
    enum fault_gate gate;
    struct str key;
    uint64_t n;
    double draw, threshold;
    bool shadow;
    int choice;
};

/* What comes of work that is done behind the answer (effect: late). */
enum journal_late_state {
    LATE_WAITS,
    LATE_DONE,
    LATE_REFUSED, /* by the service itself, or because the call was not admitted */
    LATE_DROPPED, /* the daemon ended before its time */
};
enum { JOURNAL_CODE_BYTES = 48 };
struct journal_late {
    _Atomic enum journal_late_state state; /* the last word: what stands below is read behind it */
    int status;                            /* that the operation answered; 0 = none */
    char code[JOURNAL_CODE_BYTES];         /* of its refusal; "" */
};

/* All strings are copies owned by the entry. Times: monotonic ns for differences, wall ms for
 * people. */
struct journal_entry {
    uint64_t number; /* from 1, in the order calls ended */
    struct str request_id;
    uint64_t wall_ms; /* when the head was in */
    uint64_t started_ns;
    uint64_t ended_ns;
    uint64_t held_ns;  /* of that, parked by rules */
    bool delay_capped; /* guard.max_delay cut what the rules asked for */
    CALL_FACTS(FACT_FIELD)
    struct str query; /* without secrets: redact_query() */
    enum api_version api;
    const struct operation *op; /* NULL = none */
    enum fault_invocation invocation;
    enum fault_sdk sdk;
    struct str date, authorization_digest; /* evidence for retry chains; the digest is hex SHA-256,
                                              never the header itself */
    uint64_t request_bytes, response_bytes;
    struct str body_sha256; /* hex; "" where `request_body` is all of it: journal_body_sha256() */
    int status;             /* 0 = none was sent; 499 = the client left */
    struct str code;        /* FC error code, or "" */
    int operation_status;   /* what the operation said where a rule had something else sent, or */
    struct str operation_code, operation_body; /* nothing; 0 = it said nothing */
    enum http_outcome outcome;
    struct str outcome_kind;   /* "error", "reset", …: the outcome that struck, or "" */
    struct str fault;          /* which of its faults, "expired"; "" where it has but one */
    struct str rule;           /* its rule, or "" */
    enum fault_effect effect;  /* what happened to the operation */
    bool performed;            /* the operation itself ran */
    struct journal_late *late; /* NULL: no work is done behind the answer. Set once more when it is
                                  over: journal_late_ends() */
    struct journal_strike *strikes;
    size_t strike_count;
    struct str defaulted; /* "account", "region", "account, region": by the settings; else "" */
    struct str near_miss; /* one sentence: why this call may not be what was meant; "" */
    struct str auth_note; /* what lenient authentication found; "" */
    /* Where the signature of a known key does not hold: what was signed ("string to sign"), by the
     * reference, and by the client if a usual mistake explains it. All "" otherwise. */
    struct str signed_what, signed_expected, signed_seen, signed_hint;
    uint64_t signed_differ_at; /* the first byte in which they differ */
    struct str ran;      /* what ran the code of a function: "Python 3.11.2"; "" when none ran */
    struct str instance; /* and in which instance */
    struct str request_headers, request_body, response_headers,
        response_body;       /* captured, bounded, redacted; absent = not captured; of the response
                                what was sent */
    uint32_t retry_after_ms; /* the answer asked the client to wait; 0 = it did not */
    bool damaged;            /* a shaper cut, corrupted or mis-declared the answer */
    uint64_t seed;           /* of the draws in `strikes` */
    struct chain_link link;  /* its place in a retry chain; chain 0 = not looked at */
};

/**
 * SHA-256 of the request's body in hex, in @room or in the entry. "" when there was no body, or one
 * of more than 1 MiB that is not kept whole. Most entries are never asked, so what can be told
 * later is not worked out for each call. Any thread.
 */
struct str journal_body_sha256(const struct journal_entry *entry, char room[DIGEST_HEX_BYTES]);
/** True when `request_body` is the body, byte for byte. */
bool journal_body_is_whole(const struct journal_entry *entry);

/** @bytes_max bounds the segments together; JOURNAL_BYTES_DEFAULT is the documented default. 0: it
 * is off, whatever is appended is forgotten. */
struct journal *journal_new(uint64_t bytes_max);
/** False when it is off, so that entries need not be made. */
bool journal_is_on(const struct journal *journal);
void journal_free(struct journal *journal);
DEFINE_OWN(journal_free, struct journal *);

/**
 * Keep a copy of @entry, all strings included; its `number` is ignored. An absent string stays
 * absent. An entry larger than the whole ring is counted as lost.
 *
 * Returns the number it got; 0 when the journal is off. Loop thread.
 */
uint64_t journal_append(struct journal *journal, const struct journal_entry *entry);

/**
 * The work that @number's entry says is waiting has come to something; nothing happens when that
 * entry is gone. Loop thread.
 */
void journal_late_ends(struct journal *journal, uint64_t number, enum journal_late_state state,
                       int status, struct str code);
/** The operation ran, be it behind the answer. Any thread. */
bool journal_entry_performed(const struct journal_entry *entry);

/** Call fn(arg, the kept entry) after each append, on the loop thread. One tap; NULL ends it. */
void journal_tap(struct journal *journal, void (*fn)(void *arg, const struct journal_entry *entry),
                 void *arg);

/** Forget all entries and the lost count; numbers go on. Loop thread. */
void journal_clear(struct journal *journal);
/** Forget the calls of one account. What was lost stays counted: nobody knows whose it was. Loop
 * thread. */
void journal_forget_account(struct journal *journal, struct str account);

struct journal_stats {
    uint64_t appended; /* since start */
    uint64_t kept;     /* in the ring now */
    uint64_t lost;     /* dropped at the old end since start or the last clear */
    uint64_t bytes;    /* taken by what is kept */
    uint64_t bytes_max;
};
struct journal_stats journal_stats(struct journal *journal);

/* Entries as they were at one moment, oldest first. Free it soon: it holds segments beyond the
 * bound. */
struct journal_snapshot;
struct journal_snapshot *journal_snapshot_take(struct journal *journal);
void journal_snapshot_free(struct journal_snapshot *snapshot);
DEFINE_OWN(journal_snapshot_free, struct journal_snapshot *);
size_t journal_snapshot_count(const struct journal_snapshot *snapshot);
uint64_t journal_snapshot_lost(const struct journal_snapshot *snapshot);
/** @index from 0, the oldest, below the count. Valid as long as the snapshot. */
const struct journal_entry *journal_snapshot_at(const struct journal_snapshot *snapshot,
                                                size_t index);
/** The newest entry with this request id, or NULL. */
const struct journal_entry *journal_snapshot_find(const struct journal_snapshot *snapshot,
                                                  struct str request_id);
