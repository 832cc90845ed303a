/*
 * gateway/exchange.h - one call on its way through the stations
 *
 * Made when the head is in, gone when the server says "finished". Everything it points to lives in
 * the call's arena, or is counted.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "auth/auth.h"
#include "base/query.h"
#include "catalog/fc_error.h"
#include "fault/engine.h"
#include "fault/outcome.h"
#include "gateway/gateway.h"
#include "http/call/server.h"
#include "journal/chain.h"
#include "journal/journal.h"
#include "loop/loop.h"
#include "product/service/service.h"
#include "route/place.h"
#include "route/target.h"

/* An answer of the emulated service, before faults change it. */
struct reply {
    struct http_response http;
    struct str code; /* FC error code; absent on success */
    bool of_user;    /* a function, a rule or a canned answer wrote it */
};

struct exchange {
    struct gateway *gateway;
    struct http_call *call;
    struct arena *arena;
    const struct http_request *request;
    struct http_request *rest; /* `request`, where a place was cut off its path; or NULL */
    size_t station;            /* row of the table in gateway.c that is run next */
    bool advancing;

    struct str request_id;
    uint64_t wall_ms;
    struct place place;
    bool account_named; /* by Host or X-Fc-Account-Id, not by default or key */
    struct target target;
    struct query query;
    bool download; /* of a package, by a URL that carries its own permission */
    struct fault_call facts;
    struct chain_link chain;

    /* What place and operate found wrong; answered after the rules were asked, so that a rule can
     * match it. */
    const struct fc_error *refusal;
    struct str refusal_args[FC_ERROR_ARGS_MAX];
    size_t refusal_arg_count;
    struct str near_miss;
    int refusal_status;    /* instead of the catalogue's; or 0 */
    enum wire_door closed; /* asked of us as a proxy, and where it leads is closed */
    struct str closed_by;  /* by this rule */

    bool asked;
    struct fault_decision decision; /* of both askings, combined */
    struct fault_decision *upload;  /* the asking before the body was in; or NULL */
    struct fault_decision *second;  /* the asking behind authentication, for its release; or NULL */

    struct auth_result auth;
    struct str passed_to; /* of a stand-in: where a proxy's connection was passed on to; else "" */
    struct service_pending *pending;
    struct neighbours_pending *neighbour_pending;
    struct fault_decision fixture;
    bool fixture_asked;
    bool canned; /* the fixture has answered, or cut the call off */
    bool performed;
    bool streamed;            /* the answer goes out as its function writes it */
    int pipe;                 /* a connection that the call's is joined to; -1: none */
    struct str pipe_first;    /* what it said already */
    struct str ran, instance; /* of code that ran; absent when none did */
    struct late *late;        /* its work, to be done behind the answer; or NULL */
    struct late *detached;    /* this is such work: there is no connection, `call` is NULL */

    struct reply own; /* what the operation said, where a rule has something else sent, or nothing;
                         status 0 = it said nothing */
    uint64_t entry;   /* in the journal, once it has ended; 0 = none */

    bool answered;
    struct reply reply;
    struct delivery delivery;

    /* Held by a rule: hold.c. */
    struct loop_timer timer;
    struct exchange *held_next, *held_prev;
    struct str held_by; /* a rule's id; "" */
    uint64_t held_number, held_since_ns, held_total_ns;
    const char *held_kind;
    bool held;
    bool uploading;  /* what is held is its upload */
    bool delivering; /* the answer is on its way; what is held is its delivery */
};

/** Run the stations from where the call stands until one parks it. */
void exchange_advance(struct exchange *x);

/** What the call is about: acs:fc:<region>:<account>:services/s/functions/f; in its arena. */
struct str exchange_arn(struct exchange *x);
/* With the path that was sent, where it is another one; or NULL. */
static inline const struct http_request *exchange_as_sent(const struct exchange *x)
{
    return x->rest ? http_call_request(x->call) : NULL;
}
static inline struct str exchange_header(const struct exchange *x, struct str name)
{
    return http_headers_get(&x->request->headers, name);
}

/* hold.c: parked by a rule; @ns FAULT_FOREVER waits for the client or for stop all */
void exchange_hold(struct exchange *x, uint64_t ns, struct str rule, const char *kind);
void exchange_unhold(struct exchange *x);
/** The id of the rule whose shapers come first, "" when there is none. A view into its rule set. */
struct str exchange_shaping_rule(const struct exchange *x);

/* refuse.c */
/** Note what is wrong: an error of the catalogue with up to two arguments; absent = no more. */
void exchange_refuse(struct exchange *x, const char *code, struct str first, struct str second);

/* answer.c */
struct buf;
/** The JSON body of an error, in the keys that clients of that generation read. */
void error_body(struct buf *b, enum api_version api, enum fault_keys keys, struct str request_id,
                struct str code, struct str message);
/** Make the reply an error of the service. @message replaces the catalogue's text, @status its
 * status (0: the catalogue's). */
void reply_error(struct exchange *x, const struct fc_error *error, const struct str *args,
                 size_t arg_count, struct str message, int status, enum fault_keys keys);
void reply_common_headers(struct exchange *x, struct reply *reply);

/* outcome.c */
/** Put the outcome's answer or cut into the exchange. False when it leaves the operation's own
 * answer alone. */
bool outcome_reply(struct exchange *x, const struct fault_decision *decision);
struct str stale_key(struct exchange *x, bool of_operation);

/* shape.c */
void reply_edit_header(struct exchange *x, const struct fault_header_edit *edit);

/* visit.c */
/** Headers that keep a browser from running what users wrote beside the API and the control side,
 * and that let pages of allowed origins read. */
void answer_guard(struct exchange *x);

/* record.c */
void exchange_record(struct exchange *x, const struct http_result *result);
