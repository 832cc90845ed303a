/*
 * journal/journal.h - what happened, call by call, bounded in bytes
 *
 * A ring of immutable, counted entries. The loop thread appends; anybody may take a snapshot and
 * read it in peace. What fell out at the old end is counted as lost, so that a verification can say
 * "inconclusive".
 *
 * Threads: append and head changes from the loop thread; snapshot, find and stats from any.
 */
#pragma once

#include "catalog/operation.h"
#include "fault/engine.h"
#include "http/server.h"

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

/* All strings are copies owned by the entry. Times: monotonic ns for differences, wall ms for
 * people. */
struct journal_entry {
    uint64_t number; /* from 1, in the order calls ended */
    struct str request_id;
    uint64_t wall_ms; /* when the head was in */
    uint64_t started_ns;
    uint64_t ended_ns;
    uint64_t held_ns; /* of that, parked by rules */
    struct str client;
    uint16_t client_port;
    uint64_t connection;
    uint32_t connection_call;
    bool tls;
    struct str host, account, region;
    bool internal;
    struct str method, path, query;
    enum api_version api;
    const struct operation *op; /* NULL = none */
    struct str service, function, qualifier, trigger, layer, domain;
    enum fault_invocation invocation;
    struct str access_key;
    bool sts;
    enum fault_sdk sdk;
    struct str user_agent, label;
    struct str date, authorization_digest; /* evidence for retry chains; the digest is hex SHA-256,
                                              never the header itself */
    uint64_t request_bytes, response_bytes;
    struct str body_sha256; /* hex; "" when there was no body */
    int status;             /* 0 = none was sent; 499 = the client left */
    struct str code;        /* FC error code, or "" */
    enum http_outcome outcome;
    struct str outcome_kind;  /* "error", "reset", …: the outcome that struck, or "" */
    struct str rule;          /* its rule, or "" */
    enum fault_effect effect; /* what happened to the operation */
    bool performed;           /* the operation itself ran */
    struct journal_strike *strikes;
    size_t strike_count;
    struct str near_miss; /* one sentence: why this call may not be what was meant; "" */
    struct str auth_note; /* what lenient authentication found; "" */
    struct str request_headers, request_body, response_headers,
        response_body; /* captured, bounded, redacted; absent = not captured */
    uint64_t chain;    /* number of the retry chain, 0 = not looked at */
    uint32_t attempt;  /* position in it */
};
