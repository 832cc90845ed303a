/*
 * catalog/facts.h - the facts of a call, a row each
 *
 * From these rows come the fields that a call on its way (fault/call.h) and its entry in the
 * journal (journal/journal.h) share, how they are copied from one to the other, kept, printed,
 * asked for in queries, described in the OpenAPI document, and matched by rules. A new fact costs
 * its row here and the place that knows it (gateway/).
 *
 * Threads: constant data.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/*
 * In the order in which the journal prints them: FACT(name, TYPE, SHOWN, MATCH). TYPE is one of
 * TEXT, FLAG, U16, U32, U64; SHOWN is ALWAYS (null or 0 where there is none) or IF_SET. MATCH is
 * NO, or how rules match it, its place in the order in which the keys of `match` are asked, and its
 * help:
 *
 *   PLAIN    a text by patterns, a flag by true or false
 *   CHECKED  the same where grammar/match.c looks at each pattern
 *   SPECIAL  its key is a SPECIAL_name() there
 */
#define CALL_FACTS(FACT)                                                                           \
    FACT(client, TEXT, ALWAYS, NO) /* address */                                                   \
    FACT(client_port, U16, IF_SET, NO)                                                             \
    FACT(connection, U64, ALWAYS, NO)                                                              \
    FACT(connection_call, U32, ALWAYS, SPECIAL, 8, "n-th call on its connection")                  \
    FACT(tls, FLAG, ALWAYS, NO)                                                                    \
    FACT(by_region, FLAG, IF_SET, NO) /* came in at the address of a region */                     \
    FACT(host, TEXT, ALWAYS, PLAIN, 20, "host name as received")                                   \
    FACT(account, TEXT, ALWAYS, CHECKED, 11, "account id, from host name, SNI or header")          \
    FACT(region, TEXT, ALWAYS, SPECIAL, 12, "region id")                                           \
    FACT(internal, FLAG, ALWAYS, NO) /* asked for by an -internal or -vpc name */                  \
    FACT(method, TEXT, ALWAYS, CHECKED, 19, "HTTP method")                                         \
    FACT(path, TEXT, ALWAYS, CHECKED, 21, "path as received, without the query")                   \
    FACT(service, TEXT, ALWAYS, PLAIN, 10, "service name")                                         \
    FACT(function, TEXT, ALWAYS, PLAIN, 9, "function name")                                        \
    FACT(qualifier, TEXT, IF_SET, PLAIN, 15,                                                       \
         "version or alias; a call that names none has LATEST")                                    \
    FACT(trigger, TEXT, IF_SET, PLAIN, 16, "trigger name")                                         \
    FACT(layer, TEXT, IF_SET, PLAIN, 17, "layer name")                                             \
    FACT(domain, TEXT, IF_SET, PLAIN, 18, "custom domain")                                         \
    FACT(access_key, TEXT, ALWAYS, PLAIN, 14, "access key id")                                     \
    FACT(sts, FLAG, IF_SET, PLAIN, 5, "whether the key is a temporary one")                        \
    FACT(canned, TEXT, IF_SET, NO)          /* the canned answer that answered */                  \
    FACT(caller, TEXT, IF_SET, NO)          /* request id of the function's call behind it */      \
    FACT(caller_instance, TEXT, IF_SET, NO) /* whose key signed it */                              \
    FACT(user_agent, TEXT, IF_SET, NO)                                                             \
    FACT(label, TEXT, ALWAYS, PLAIN, 13, "text of the request header X-Fcemu-Label")

typedef struct str fact_TEXT;
typedef bool fact_FLAG;
typedef uint16_t fact_U16;
typedef uint32_t fact_U32;
typedef uint64_t fact_U64;

/** As members of a struct: CALL_FACTS(FACT_FIELD). */
#define FACT_FIELD(name, TYPE, SHOWN, ...) fact_##TYPE name;
/** As statements, with `to` and `from` that both have them: CALL_FACTS(FACT_TAKE). */
#define FACT_TAKE(name, TYPE, SHOWN, ...) to->name = from->name;
/** DO(name) of those that are texts, for a FACT() that passes the rest. */
#define FACT_IF_TEXT(DO, name, TYPE, ...) FACT_IF_TEXT_##TYPE(DO, name)
#define FACT_IF_TEXT_TEXT(DO, name) DO(name)
#define FACT_IF_TEXT_FLAG(...)
#define FACT_IF_TEXT_U16(...)
#define FACT_IF_TEXT_U32(...)
#define FACT_IF_TEXT_U64(...)
/** KEY(name, TYPE, how, place, help) of those that are matched, for a FACT() that passes the rest.
 */
#define FACT_KEY(KEY, name, TYPE, how, ...) FACT_KEY_##how(KEY, name, TYPE, how, __VA_ARGS__)
#define FACT_KEY_NO(...)
#define FACT_KEY_PLAIN(KEY, ...) KEY(__VA_ARGS__)
#define FACT_KEY_CHECKED(KEY, ...) KEY(__VA_ARGS__)
#define FACT_KEY_SPECIAL(KEY, ...) KEY(__VA_ARGS__)
