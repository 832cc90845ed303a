/*
 * product/service/service.h - the operations of the emulated service
 *
 * A call that was placed, routed and admitted goes in, an answer comes out, at once or when its
 * write is on disk. All three API versions are views of one model. Sockets, fault rules, signatures
 * and the shape of an error body are other folders' business: a refusal leaves here as a row of the
 * error catalogue with its message.
 *
 * Source: spec pages api-2016-08-15, api-2021-04-06, api-2023-03-30, errors §7 and §10, limits.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "auth/gate.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "product/service/frame/call.h"

struct clock;
struct limits;
struct loop;
struct place_names;
struct service;

struct service_settings {
    const char *data_dir;        /* NULL: a private temporary folder that goes with the service */
    const struct clock *clock;   /* the virtual clock; NULL = real time */
    const struct limits *limits; /* copied; NULL: the current profile of the catalogue */
    struct str default_region;   /* for calls that name none; absent: cn-hangzhou */
    struct str default_account;  /* for calls that name none; absent: 123456789012 */
    const struct str *zones;     /* availability zones in place of the documented ones; borrowed */
    size_t zone_count;
    const struct place_names *own_names; /* the daemon's, which are no custom domains; borrowed */
    enum service_lack lack;
    uint64_t (*seed)(void *owner); /* of what is drawn; NULL: 0 */
    void *seed_owner;
};

/** Open the store (see store/store.h for what can be refused) and be ready for calls. */
int service_new(struct loop *loop, const struct service_settings *settings, struct service **out,
                struct error *err);
/** No call may be pending. What was accepted is on disk when this returns. NULL is fine. */
void service_free(struct service *service);
DEFINE_OWN(service_free, struct service *);

/**
 * Do what the call asks. @done gets the answer exactly once: before this returns (then NULL is
 * returned), or later on the loop thread. The answer's views live in the call's arena.
 */
struct service_pending *
service_perform(struct service *service, const struct service_call *call,
                void (*done)(void *arg, const struct service_answer *answer), void *arg);
/** The client left: @done is not called any more, the arena may go. The work itself is not undone.
 */
void service_cancel(struct service_pending *pending);

/** More of a streamed answer is welcome. */
void service_go_on(struct service_pending *pending);
/** The pipe that the call became has ended: done() is called. */
void service_pipe_over(struct service_pending *pending);

/** The same for such a path: a GET or HEAD; @call needs no target. */
struct service_pending *
service_download(struct service *service, const struct service_call *call,
                 void (*done)(void *arg, const struct service_answer *answer), void *arg);

/* What the HTTP trigger that a request is for, or the custom domain it came by, asks of callers. */
struct service_entry {
    enum gate_kind kind; /* GATE_SIGNATURE when there is no such trigger */
    const cJSON *config; /* of basic, bearer and JWT; in the arena, NULL when it is none */
    bool preflight;      /* a browser's question, which the service answers itself */
};
void service_entry_find(struct service *service, const struct service_call *call,
                        struct service_entry *out);

/* What a custom domain shows in handshakes. */
struct service_certificate {
    struct str domain;
    uint64_t revision;           /* another one: it may be another certificate */
    struct str certificate, key; /* PEM */
};
/** In @arena. False when no custom domain of this name, in lower case, has one. */
bool service_certificate_find(struct service *service, struct str name, struct arena *arena,
                              struct service_certificate *out);
/** True when any account has a custom domain of this name, in lower case. */
bool service_has_domain(struct service *service, struct str name);

struct invoke;
/** From now on functions with code are run; NULL: no more, which comes before @invoke goes. */
void service_run_code(struct service *service, struct invoke *invoke);
/** The state was replaced as a whole: triggers are others now. */
void service_triggers_changed(struct service *service);
/** It was replaced by one of another time: what lasts as long as a connection is over. */
void service_state_is_of_before(struct service *service);
/** The virtual clock was moved: what it passed is due. */
void service_clock_moved(struct service *service);
struct event_trigger;
/** When a timer trigger fires next, wall time in milliseconds; 0 when it does not. */
uint64_t service_timer_next(const struct service *service, const struct event_trigger *trigger);
/** True when a call of the function that @target addresses would run its code. */
bool service_has_code(struct service *service, struct str account, struct str region,
                      const struct target *target);

/** The state behind the operations, for snapshots and for what runs functions. */
struct store *service_store(struct service *service);

/* A function as it stands now. Texts live in the arena of the listing. */
struct service_function {
    struct str account, region;
    struct str service; /* "" of a function of 2023-03-30 */
    struct str name, runtime, handler;
    bool has_code;
};
/** All functions of all accounts and regions; *out is in @arena. */
size_t service_functions(struct service *service, struct arena *arena,
                         struct service_function **out);

/* An instance as it stands now. */
struct service_instance {
    struct str account, region, service, function, qualifier, id, ran;
    const char *state; /* "starting", "idle", "busy", "draining" */
    bool provisioned;
    uint32_t calls; /* running now */
    uint64_t served, created_wall_ms;
};
size_t service_instances(struct service *service, struct arena *arena,
                         struct service_instance **out);

/* An asynchronous call: of those whose record nobody wants, while they wait or run. */
struct service_async_call {
    struct str account, region, service, function, id;
    const cJSON *record; /* resource/async_record.h; lives as long as the arena */
};
/** All of them, those that were accepted first in front; *out is in @arena. */
size_t service_async_calls(struct service *service, struct arena *arena,
                           struct service_async_call **out);
/** End it; its record says so. False when it was over. @arena holds the call. */
bool service_async_stop(struct service *service, const struct service_async_call *call,
                        struct arena *arena);
/** Run it once more: what waits for its next attempt now, what is over as a new call with the same
 * event. NULL, and the id of its request; or why not. */
const char *service_async_again(struct service *service, const struct service_async_call *call,
                                struct arena *arena, struct str *out_id);
/** What waits for its next attempt runs at once. How many are left, running or waiting. */
size_t service_async_hasten(struct service *service);

/** docs/coverage.md: a row an operation and version, full, partial (what) or absent. */
void service_coverage(struct buf *out);
