/*
 * catalog/facts.h - the facts of a call, a row each
 *
 * From these rows come the fields that a call on its way (fault/call.h) and its entry in the
 * journal (journal/journal.h) share, how they are copied from one to the other, kept, printed,
 * asked for in queries, and described in the OpenAPI document. A new fact costs its row here and
 * the place that knows it (gateway/).
 *
 * Threads: constant data.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* In the order in which the journal prints them. FACT(name, TYPE, SHOWN): TYPE is one of TEXT,
 * FLAG, U16, U32, U64; SHOWN is ALWAYS (null or 0 where there is none) or IF_SET. */
#define CALL_FACTS(FACT)                                                                           \
    FACT(client, TEXT, ALWAYS) /* address */                                                       \
    FACT(client_port, U16, IF_SET)                                                                 \
    FACT(connection, U64, ALWAYS)                                                                  \
    FACT(connection_call, U32, ALWAYS) /* n-th on its connection */                                \
    FACT(tls, FLAG, ALWAYS)                                                                        \
    FACT(host, TEXT, ALWAYS)                                                                       \
    FACT(account, TEXT, ALWAYS)                                                                    \
    FACT(region, TEXT, ALWAYS)                                                                     \
    FACT(internal, FLAG, ALWAYS) /* asked for by an -internal or -vpc name */                      \
    FACT(method, TEXT, ALWAYS)                                                                     \
    FACT(path, TEXT, ALWAYS) /* as received, without query */                                      \
    FACT(service, TEXT, ALWAYS)                                                                    \
    FACT(function, TEXT, ALWAYS)                                                                   \
    FACT(qualifier, TEXT, IF_SET)                                                                  \
    FACT(trigger, TEXT, IF_SET)                                                                    \
    FACT(layer, TEXT, IF_SET)                                                                      \
    FACT(domain, TEXT, IF_SET)                                                                     \
    FACT(access_key, TEXT, ALWAYS)                                                                 \
    FACT(sts, FLAG, IF_SET)                                                                        \
    FACT(user_agent, TEXT, IF_SET)                                                                 \
    FACT(label, TEXT, ALWAYS) /* X-Fcemu-Label */

typedef struct str fact_TEXT;
typedef bool fact_FLAG;
typedef uint16_t fact_U16;
typedef uint32_t fact_U32;
typedef uint64_t fact_U64;

/** As members of a struct: CALL_FACTS(FACT_FIELD). */
#define FACT_FIELD(name, TYPE, SHOWN) fact_##TYPE name;
/** As statements, with `to` and `from` that both have them: CALL_FACTS(FACT_TAKE). */
#define FACT_TAKE(name, TYPE, SHOWN) to->name = from->name;
