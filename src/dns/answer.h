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

/* By which of our addresses the asker has reached us: the answer. */
struct dns_address {
    int family; /* AF_INET, AF_INET6 */
    union {
        struct in_addr v4;
        struct in6_addr v6;
    };
};

/* How a name that is served is answered. */
struct dns_fate {
    enum { DNS_TRUE = 0, DNS_NO_NAME, DNS_FAILS, DNS_SILENCE } kind;
    struct dns_address address; /* of DNS_TRUE: by which we were reached, unless it is changed */
};

struct dns_zone {
    bool (*serves)(void *owner, struct str name); /* lower case, without the final dot */
    /* @asker, an address as text, asks for an address of a served name, of IPv6 if @six. NULL:
       DNS_TRUE. */
    void (*fate)(void *owner, struct str asker, struct str name, bool six, struct dns_fate *out);
    void *owner;
};

enum { DNS_TTL_S = 5 };

/** The answer to @query, appended to @out; nothing for DNS_SILENCE. False when there is none: it is
 * no question, or memory is out. */
bool dns_answer(const struct dns_zone *zone, const struct dns_address *here, struct str asker,
                struct str query, struct buf *out);
