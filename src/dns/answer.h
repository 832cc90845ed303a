/*
 * dns/answer.h - one DNS message answered
 *
 * Authoritative for the names that are served here, and for nothing else: whatever else is asked is
 * refused, so that nobody can have this machine ask others. The answer is never much longer than
 * the question.
 *
 * Source: RFC 1035 §4, RFC 6891 (EDNS), RFC 8482 (ANY).
 *
 * Threads: any; a pure function.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

#include "base/buf.h"

struct dns_zone {
    bool (*serves)(void *owner, struct str name); /* lower case, without the final dot */
    void *owner;
};

/* By which of our addresses the asker has reached us: the answer. */
struct dns_address {
    int family; /* AF_INET, AF_INET6 */
    union {
        struct in_addr v4;
        struct in6_addr v6;
    };
};

enum { DNS_TTL_S = 5 };

/** The answer to @query, appended to @out. False when there is none: it is no question, or memory
 * is out. */
bool dns_answer(const struct dns_zone *zone, const struct dns_address *here, struct str query,
                struct buf *out);
