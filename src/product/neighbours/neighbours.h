/*
 * product/neighbours/neighbours.h - the other products that deploy tools ask, each in the little
 * they need
 *
 * OSS keeps the objects that code is uploaded to; STS says who calls and hands out temporary keys;
 * RAM and Log Service answer whether something exists and keep what is created. A call goes in, an
 * answer in the product's own form comes out, at once or when its write is on disk. What is not
 * emulated answers an error that names itself. Signatures are verified before (auth/), permissions
 * are not enforced; a temporary key of ours that has expired is refused.
 *
 * Source: public references of OSS, STS 2015-04-01, RAM 2015-05-01 and Log Service 0.6.0; what the
 * official clients of these products send and read.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "auth/auth.h"
#include "base/error.h"
#include "base/json.h"
#include "http/call/message.h"
#include "route/place.h"

struct clock;
struct logs;
struct loop;
struct neighbours;
struct neighbours_pending; /* a call that waits for the disk */
struct store;

/* An object was put or removed. Views, for the time of the callback. */
struct neighbours_event {
    struct str bucket, event; /* "ObjectCreated:PutObject" */
    struct str key;           /* decoded */
    const cJSON *facts;       /* members: key, event, size, deltaSize, eTag, mimeType, userMeta,
                                 client */
};

struct neighbours_settings {
    struct logs *logs;             /* what functions print, for Log Service; NULL: nothing */
    struct store *store;           /* borrowed; the service's own, so that both see the objects */
    const struct clock *clock;     /* the virtual clock; NULL = real time */
    bool enabled[NEIGHBOUR_COUNT]; /* the others answer that they are switched off */
    void (*happened)(void *owner, const struct neighbours_event *event); /* NULL: nobody listens */
    void *owner;
};

int neighbours_new(struct loop *loop, const struct neighbours_settings *settings,
                   struct neighbours **out, struct error *err);
/** No call may be pending; to be freed before the store. NULL is fine. */
void neighbours_free(struct neighbours *neighbours);
DEFINE_OWN(neighbours_free, struct neighbours *);

/**
 * A client that was given a bare address names no product in its Host header: tell it by its
 * signature scheme or its parameters. True when @request belongs to a neighbour after all; then
 * @place (PLACE_LOCAL before) says which. An OSS bucket stands in the path then. So are RPC calls
 * to other products of the vendor told (PLACE_CUSTOM or PLACE_GATEWAY before).
 */
bool neighbours_claim(const struct http_request *request, struct arena *arena, struct place *place);

/** The access key id that a call to a neighbour names, in whatever way; absent when none. */
struct str neighbours_access_key(const struct http_request *request, struct arena *arena);

/** True when the call changes nothing and hands out no key. */
bool neighbours_reads(const struct http_request *request, const struct place *place,
                      struct arena *arena);

/* Everything the work needs to know of a call. Views; they live as long as @arena. */
struct neighbours_call {
    struct arena *arena;
    const struct http_request *request; /* with the whole body */
    const struct place *place;          /* PLACE_NEIGHBOUR */
    struct str account;                 /* that acts: the key's, or else the place's */
    struct str request_id;
    struct str turned_away;              /* why the caller may not do this; absent: it may */
    const struct auth_result *unsigned_; /* not signed as it should be: what is wrong; else NULL */
    struct {
        int status; /* 0: none */
        struct str code, message;
    } instead; /* an error to answer, in the product's form, whatever the call asks */
};

struct neighbours_answer {
    int status;
    struct str code; /* the product's own error code; absent: not a refusal */
    struct http_headers headers;
    struct str body;      /* absent: none */
    bool performed;       /* the operation took effect */
    struct str near_miss; /* what was asked is not emulated; absent: it is */
};

/**
 * Do what the call asks. @done gets the answer exactly once: before this returns (then NULL is
 * returned), or later on the loop thread. The answer's views live in the call's arena.
 */
struct neighbours_pending *
neighbours_perform(struct neighbours *neighbours, const struct neighbours_call *call,
                   void (*done)(void *arg, const struct neighbours_answer *answer), void *arg);
/** The client left: @done is not called any more, the arena may go. An upload that has not been
 * taken up is dropped; other work is not undone. */
void neighbours_cancel(struct neighbours_pending *pending);

/** What auth/ must know of a temporary key that STS, or a token for uploads, handed out. False when
 * it is none of them. The views live until the next call of this function. */
bool neighbours_find_key(struct neighbours *neighbours, struct str access_key,
                         struct auth_key *out);
