/*
 * gateway/gateway.h - the way of a call
 *
 * receive → place → operate → strike → admit → perform → shape → deliver → record: the table in
 * gateway.c is the order. Parked calls hold a suspended connection and a timer, never a thread, and
 * can be woken by stop all, by shutdown, and by the client leaving.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "auth/auth.h"
#include "auth/visitor.h"
#include "base/clock.h"
#include "fault/dns.h"
#include "fault/engine.h"
#include "http/call/server.h"
#include "journal/chain.h"
#include "journal/journal.h"
#include "product/neighbours/neighbours.h"
#include "product/service/service.h"
#include "route/place.h"

struct gateway;
struct loop;

struct gateway_settings {
    struct place_defaults defaults;
    enum fault_keys error_keys; /* KEYS_BOTH unless told otherwise; a rule set's `defaults` and a
                                   rule's `keys` win */
    uint64_t body_max;          /* of any request */
    uint64_t event_sync_max;    /* of an event for a function: EntityTooLarge above */
    uint64_t event_async_max;
    /* Of a request for an HTTP trigger: InvalidArgument above. */
    uint64_t trigger_body_max;
    uint64_t trigger_headers_max; /* names and values */
    uint64_t trigger_url_max;     /* path and query */
    bool header_control;          /* X-Fcemu-Fault is obeyed */
    uint64_t capture_bytes;       /* of each body, kept in the journal */
    /* Names that a proxy passes on: globs, or "name=host:port". */
    const struct str *pass;
    size_t pass_count;
    const struct str *own_domains; /* custom domains of tests, with all below them */
    size_t own_domain_count;
};

/* Who serves /_fcemu: the control side sits above, so it is called through this. Calls it wants
 * never meet a rule. */
struct gateway_control {
    bool (*wants)(void *owner, const struct http_request *request); /* asked for each message */
    void (*head)(void *owner, struct http_call *call);
    void (*request)(void *owner, struct http_call *call);
    void (*too_large)(void *owner, struct http_call *call, uint64_t limit);
    void (*gone)(void *owner, struct http_call *call);
    void (*finished)(void *owner, struct http_call *call);
};

/* How strictly signatures are looked at, and whose they may be. */
struct gateway_auth {
    enum auth_mode mode;
    struct gateway_auth_account {
        struct str account;
        enum auth_mode mode;
    } * accounts; /* that differ from `mode` */
    size_t account_count;
    uint64_t skew_max_ms; /* how far the date of a request may be off */
    bool denies;          /* some key may not do everything */
    struct auth_keys keys;
};

/* Borrowed; all outlive the gateway. */
struct gateway_parts {
    struct loop *loop;
    struct clock *clock;
    struct fault_engine *faults;
    struct fault_engine *fixtures; /* canned answers, asked where the service would perform */
    struct journal *journal;
    struct chain_tracker *chains;
    struct service *service;
    struct neighbours *neighbours; /* OSS, STS, Log Service, RAM */
    /* Whose key is it, when it is that of a function's instance? The request that it works on is
       absent when it works on several. NULL: nobody's. */
    bool (*caller)(void *owner, struct str access_key, struct str *out_instance,
                   struct str *out_request);
    void *caller_owner;
    const struct gateway_auth *auth;
    const struct visitor_policy *visitors; /* NULL: everybody may act */
    const struct gateway_control *control; /* NULL: nothing is served under /_fcemu */
    void *control_owner;
    /* Open or close the address of a region; false when that cannot be done now. Called with
       control_owner. NULL: regions have no addresses of their own. */
    bool (*set_door)(void *owner, struct str region, bool internal, enum wire_door door);
};

struct gateway *gateway_new(const struct gateway_parts *parts,
                            const struct gateway_settings *settings);
void gateway_free(struct gateway *gateway);
void *gateway_control_owner(const struct gateway *gateway);
/** All is listened on: from now on rules may close the addresses of regions. */
void gateway_open_addresses(struct gateway *gateway);
/** Is @name, asked for by @client, to be answered wrongly? Views, valid until the next call. */
bool gateway_named(struct gateway *gateway, struct str client, struct str name, bool six,
                   struct fault_dns *out);
/** Handlers for the server; the owner handed to it is the struct gateway. */
const struct http_handler *gateway_handler(void);

/* A call that a rule holds. Views, valid while the callback runs. */
struct gateway_held {
    uint64_t number;
    struct str request_id, rule, kind; /* kind: "delay", "hang", "stall" */
    struct str method, path, account, region;
    uint64_t since_wall_ms;
    uint64_t left_ms; /* 0 = until it is released or the client leaves */
};
/** Oldest first. */
void gateway_held_each(struct gateway *gateway,
                       void (*each)(void *arg, const struct gateway_held *held), void *arg);
/** Let one go: a delay ends now, a hang ends as its `then` says. False when there is none of that
 * number. */
bool gateway_release(struct gateway *gateway, uint64_t number);
/** Let all go. Returns how many. */
size_t gateway_release_all(struct gateway *gateway);
/** The daemon ends: held calls go, work that was to be done behind an answer (effect: late) is
 * dropped. Returns how many of these there were. */
size_t gateway_end(struct gateway *gateway);
size_t gateway_in_flight(const struct gateway *gateway);
