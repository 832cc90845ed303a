/*
 * journal/chain.h - which calls are attempts of one logical call
 *
 * A retry chain is one logical call with its attempts. A call continues a chain only when the
 * chain's last attempt has ended and failed: two equal calls after successes, or at the same time,
 * are two calls. Evidence, strongest first:
 *
 *   certain   the same asynchronous invocation id; or the same Date and Authorization again,
 *             when a fresh call would carry a later date
 *             or the same bytes at once on another connection, after one that had served calls
 *             broke: no retry of the program, but of its transport (Go's net/http, curl and
 *             Java's HttpURLConnection do it by themselves)
 *   likely    the same credential, operation, target, label and body soon after the failure
 *   possible  the same, but the client calls at this pace anyway, has made such calls since, or
 *             several chains fit; the call starts a chain of its own and remembers the
 *             other one
 *
 * `match.attempt` of a rule counts certain and likely links only, so a possible one is attempt 1.
 * Memory is bounded: the chain that ended longest ago is forgotten first.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "catalog/operation.h"
#include "fault/call.h"
#include "http/call/server.h"

enum chain_confidence {
    CHAIN_FIRST = 0, /* continues nothing */
    CHAIN_POSSIBLE,
    CHAIN_LIKELY,
    CHAIN_CERTAIN,
};
const char *chain_confidence_name(enum chain_confidence confidence); /* "first", "possible", … */

enum chain_evidence {
    CHAIN_BY_SIGNATURE = 1 << 0,  /* same Date and Authorization */
    CHAIN_BY_STALE_DATE = 1 << 1, /* and older than a fresh call's would be */
    CHAIN_BY_ASYNC_ID = 1 << 2,
    CHAIN_BY_CONTENT = 1 << 3,    /* credential, operation, target, label, body */
    CHAIN_BY_CONNECTION = 1 << 4, /* on the connection of the failed attempt */
    CHAIN_AT_USUAL_PACE = 1 << 5, /* against it: fresh calls come like this, too */
    CHAIN_OF_SEVERAL = 1 << 6,    /* against it: more than one chain fits */
    CHAIN_AMONG_OTHERS = 1 << 7,  /* against it: fresh equal calls came in between */
    CHAIN_TOO_SOON = 1 << 8,      /* against it: this client does not repeat without a pause */
    CHAIN_ON_SCHEDULE = 1 << 9,   /* at the moment when this client would */
    CHAIN_BY_TRANSPORT = 1 << 10, /* below the program: the same bytes at once elsewhere */
};
enum { CHAIN_EVIDENCE_COUNT = 11 };
const char *chain_evidence_name(unsigned bit); /* "same signature", … */

/** Who made the call again: "transport" (below the program), "program", or "" for a first attempt
 * and what is only possible. */
struct str chain_repeated_by(enum chain_confidence confidence, unsigned evidence);

struct chain_tracker;
struct chain_tracker *chain_tracker_new(void);
void chain_tracker_free(struct chain_tracker *tracker);
void chain_tracker_clear(struct chain_tracker *tracker); /* numbers go on */
/** The same for the calls of one account. */
void chain_tracker_forget_account(struct chain_tracker *tracker, struct str account);
DEFINE_OWN(chain_tracker_free, struct chain_tracker *);

/* What is known of a call when it arrives. Views; digests of them are kept, never the texts. */
struct chain_call {
    struct str date, authorization; /* header values; absent = none */
    struct str async_id;            /* X-Fc-Async-Invocation-Id or the like; absent = none */
    struct str access_key, account, region, label;
    const struct operation *op; /* NULL = none */
    struct str method, path, query;
    struct str body;    /* when it is in */
    uint64_t body_size; /* announced or real */
    uint64_t connection;
    const struct http_request *request; /* its bytes; NULL = not known */
    enum fault_sdk sdk; /* the classic Python client resends a request as it was signed */
    uint64_t wall_ms;   /* arrival */
};

struct chain_link {
    uint64_t chain; /* from 1 */
    uint32_t attempt;
    enum chain_confidence confidence;
    unsigned evidence;
    uint64_t maybe; /* the chain a possible link would continue, 0 = none */
};

/** Take the call into a chain, old or new. Exactly one chain_end() is due for it. */
void chain_begin(struct chain_tracker *tracker, const struct chain_call *call, uint64_t now_ns,
                 struct chain_link *out);

/** The attempt of @chain that was under way has ended, with @status (0 = none was sent); @failed as
 * chain_invites_retry() says. An unknown number is fine: the chain may be forgotten. */
void chain_end(struct chain_tracker *tracker, uint64_t chain, int status, bool failed,
               uint64_t now_ns);

/** The attempt of @chain that is under way broke before any answer, on a connection that had served
 * calls: @request is what a transport would send again. To be told before chain_end(). */
void chain_broke(struct chain_tracker *tracker, uint64_t chain, const struct http_request *request);

/** What a client takes for a failure: an error status, no status, a cut, or leaving by itself.
 * @damaged: the answer was truncated, corrupted or declared too long on purpose. */
bool chain_failed(int status, enum http_outcome outcome, bool damaged);

/** A failure that a client may try again: any that a rule made, and of the service's own answers
 * those that are not about the request itself. */
bool chain_invites_retry(int status, enum http_outcome outcome, bool damaged, bool by_rule);
