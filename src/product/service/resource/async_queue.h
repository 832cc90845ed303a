/*
 * product/service/resource/async_queue.h - asynchronous calls: kept until they have run
 *
 * A call is a row of kind "task" from its acceptance on; what is left to do stands in its member
 * "queue", which goes when the call is over. Calls that nobody wants a record of are hidden, and
 * their row goes, too. A call that was running when the daemon was killed runs again.
 *
 * Waiting between attempts, and the age of a call, are on the virtual clock.
 *
 * Source: spec page invocation §3 and its corrections; errors §11.
 *
 * Inside product/service/ only. Threads: the loop thread.
 */
#pragma once

#include "invoke/invoke.h"
#include "product/service/resource/model.h"

struct async_queue;

/** Takes up what was left. It goes before the service. */
struct async_queue *async_queue_new(struct service *service);
void async_queue_free(struct async_queue *queue); /* NULL is fine */

/* What a call over the API, or a request for an HTTP trigger, wants to be run. */
struct async_asked {
    struct str event;               /* or the body of the request */
    const struct invoke_http *http; /* NULL: an event */
    bool of_2023;                   /* tasks are called so there */
};
/** Answer 202 when the call is on disk, and run it in its time. */
void async_queue_accept(struct work *work, const struct address *at,
                        const struct async_asked *asked);
/* A call that came by no request: an event source made it. */
struct async_call {
    struct str account, region;
    struct str path;      /* "demo/hello" */
    struct str qualifier; /* "" : the working copy */
    struct str event, request_id;
};
/** Keep it, and run it in its time; with a record when its function is configured so. */
void async_queue_add(struct async_queue *queue, const struct async_call *call);
/** The virtual clock was moved: what it passed is due. */
void async_queue_clock_moved(struct async_queue *queue); /* NULL is fine */
/** The task was stopped: what runs for it ends. */
void async_queue_stop(struct async_queue *queue, const struct store_key *task);
/** It waits no more: its next attempt is due. False when it runs, or is not in the queue. */
bool async_queue_hurry(struct async_queue *queue, const struct store_key *task);
/** What waits runs now. How many are left, running or waiting. */
size_t async_queue_hasten(struct async_queue *queue); /* NULL: none */
