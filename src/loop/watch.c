/*
 * loop/watch.c - descriptors and signals
 */
#include "base/mem.h"
#include "loop/internal.h"

struct loop_watch {
    uv_poll_t poll; /* first, so that a closed handle is the watch */
    void (*fn)(void *arg, unsigned events);
    void *arg;
};

struct loop_signal {
    uv_signal_t signal; /* first */
    void (*fn)(void *arg, int signum);
    void *arg;
};

static void free_closed(uv_handle_t *handle)
{
    mem_free(handle);
}

static int uv_events_of(unsigned events)
{
    return (events & LOOP_READABLE ? UV_READABLE : 0) | (events & LOOP_WRITABLE ? UV_WRITABLE : 0) |
           (events & LOOP_HANGUP ? UV_DISCONNECT : 0);
}

/* libuv stops a watch whose descriptor is in error; whoever reads, writes or waits shall find out.
 */
static void on_poll(uv_poll_t *poll, int status, int uv_events)
{
    struct loop_watch *watch = CONTAINER_OF(poll, struct loop_watch, poll);
    unsigned events = (uv_events & UV_READABLE ? LOOP_READABLE : 0u) |
                      (uv_events & UV_WRITABLE ? LOOP_WRITABLE : 0u) |
                      (uv_events & UV_DISCONNECT ? LOOP_HANGUP : 0u);

    if (status < 0)
        events = LOOP_READABLE | LOOP_WRITABLE | LOOP_HANGUP;
    watch->fn(watch->arg, events);
}

struct loop_watch *loop_watch_start(struct loop *loop, int fd, unsigned events,
                                    void (*fn)(void *arg, unsigned events), void *arg,
                                    struct error *err)
{
    struct loop_watch *watch = mem_alloc(sizeof(*watch));
    int status = uv_poll_init(&loop->uv, &watch->poll, fd);

    if (status < 0) {
        error_uv(err, status, "watch a descriptor");
        mem_free(watch);
        return NULL;
    }
    watch->fn = fn;
    watch->arg = arg;
    if (loop_watch_change(watch, events, err) < 0) {
        loop_watch_stop(watch);
        return NULL;
    }
    return watch;
}

int loop_watch_change(struct loop_watch *watch, unsigned events, struct error *err)
{
    int status = events ? uv_poll_start(&watch->poll, uv_events_of(events), on_poll)
                        : uv_poll_stop(&watch->poll);

    return status < 0 ? error_uv(err, status, "watch a descriptor") : 0;
}

void loop_watch_stop(struct loop_watch *watch)
{
    if (!watch)
        return;
    uv_poll_stop(&watch->poll);
    uv_close((uv_handle_t *)&watch->poll, free_closed);
}

static void on_signal(uv_signal_t *handle, int signum)
{
    struct loop_signal *signal = CONTAINER_OF(handle, struct loop_signal, signal);

    signal->fn(signal->arg, signum);
}

struct loop_signal *loop_signal_start(struct loop *loop, int signum,
                                      void (*fn)(void *arg, int signum), void *arg,
                                      struct error *err)
{
    struct loop_signal *signal = mem_alloc(sizeof(*signal));
    int status = uv_signal_init(&loop->uv, &signal->signal);

    if (status < 0) {
        error_uv(err, status, "prepare a signal");
        mem_free(signal);
        return NULL;
    }
    signal->fn = fn;
    signal->arg = arg;
    status = uv_signal_start(&signal->signal, on_signal, signum);
    if (status < 0) {
        error_uv(err, status, "catch a signal");
        loop_signal_stop(signal);
        return NULL;
    }
    return signal;
}

void loop_signal_stop(struct loop_signal *signal)
{
    if (signal)
        uv_close((uv_handle_t *)&signal->signal, free_closed);
}
