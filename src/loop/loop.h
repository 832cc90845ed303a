/*
 * loop/loop.h - the one event loop: exact timers, descriptors, signals, messages from other threads
 *
 * libuv behind; only this folder includes uv.h. Deadlines come from one timerfd over a heap
 * (libuv's own timers tick in milliseconds): never early by more than 0.25 ms, taken in batches at
 * least 0.5 ms apart.
 *
 * Threads: the loop thread, except loop_post() and loop_stop().
 */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;

int loop_new(struct loop **out, struct error *err);
void loop_free(struct loop *loop); /* all timers and watches must be gone */
DEFINE_OWN(loop_free, struct loop *);

/** Run until loop_stop(). */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop); /* any thread */

/** Run fn(arg) on the loop thread soon, in the order posted. Any thread. */
void loop_post(struct loop *loop, void (*fn)(void *arg), void *arg);

/** Monotonic time, read once per wake-up. */
uint64_t loop_now_ns(struct loop *loop);

/* Embed it; zeroed is idle. The owner keeps it in place while it is armed. */
struct loop_timer {
    uint64_t deadline_ns;
    uint64_t order; /* ties run in the order they were armed */
    uint32_t slot;  /* place in the heap + 1; 0 = idle */
    void (*fn)(struct loop_timer *timer);
};

void loop_timer_arm(struct loop *loop, struct loop_timer *timer, uint64_t delay_ns,
                    void (*fn)(struct loop_timer *timer));
void loop_timer_arm_at(struct loop *loop, struct loop_timer *timer, uint64_t deadline_ns,
                       void (*fn)(struct loop_timer *timer));
void loop_timer_cancel(struct loop *loop, struct loop_timer *timer); /* idle is fine */
static inline bool loop_timer_armed(const struct loop_timer *timer)
{
    return timer->slot != 0;
}

enum loop_events { LOOP_READABLE = 1, LOOP_WRITABLE = 2, LOOP_HANGUP = 4 };

struct loop_watch; /* a descriptor that is being watched */

/** Watch @fd (not closed by us). fn gets the events that are there. NULL and *err when the kernel
 * refuses. */
struct loop_watch *loop_watch_start(struct loop *loop, int fd, unsigned events,
                                    void (*fn)(void *arg, unsigned events), void *arg,
                                    struct error *err);
int loop_watch_change(struct loop_watch *watch, unsigned events, struct error *err);
void loop_watch_stop(struct loop_watch *watch); /* before the descriptor is closed; NULL is fine */

struct loop_signal;
struct loop_signal *loop_signal_start(struct loop *loop, int signum,
                                      void (*fn)(void *arg, int signum), void *arg,
                                      struct error *err);
void loop_signal_stop(struct loop_signal *signal);

/** Called before the loop sleeps, each time round: for what must run after every batch of events.
 * A handful of hooks, called in the order they were set. */
void loop_on_idle(struct loop *loop, void (*fn)(void *arg), void *arg);
void loop_off_idle(struct loop *loop, void (*fn)(void *arg), void *arg);

struct loop_file_watch; /* told when a file or a folder's entries change; events within 50 ms are
                           one call */
struct loop_file_watch *loop_file_watch_start(struct loop *loop, const char *path,
                                              void (*fn)(void *arg, const char *path), void *arg,
                                              struct error *err);
void loop_file_watch_stop(struct loop_file_watch *watch);

/* All that lies below a folder. */
struct loop_tree_events {
    /** Is a folder below it none of our business? @inside has no slash in front. */
    bool (*skips)(void *arg, const char *inside);
    /** Something has changed; called when the burst is over. It may end the watch. */
    void (*changed)(void *arg);
};
struct loop_tree_watch;
struct loop_tree_watch *loop_tree_watch_start(struct loop *loop, const char *path,
                                              const struct loop_tree_events *told, void *arg,
                                              struct error *err);
void loop_tree_watch_stop(struct loop_tree_watch *watch); /* NULL is fine */
