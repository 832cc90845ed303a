/*
 * loop/timer.c - a binary heap of deadlines over one timerfd
 *
 * Resuming parked calls costs a walk over all of them, so timers are taken in batches: passes lie
 * at least 0.5 ms apart, and each takes along what is due within the next 0.25 ms.
 */
#include <assert.h>
#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "loop/internal.h"

enum {
    PASS_GAP_NS = 500000,
    PASS_AHEAD_NS = 250000,
    HEAP_MIN = 64,
    NS_PER_S = 1000000000,
};

static bool earlier(const struct loop_timer *a, const struct loop_timer *b)
{
    return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns : a->order < b->order;
}

static void place(struct timers *timers, uint32_t at, struct loop_timer *timer)
{
    timers->heap[at] = timer;
    timer->slot = at + 1;
}

static void sift_up(struct timers *timers, uint32_t at, struct loop_timer *timer)
{
    while (at > 0) {
        uint32_t parent = (at - 1) / 2;

        if (!earlier(timer, timers->heap[parent]))
            break;
        place(timers, at, timers->heap[parent]);
        at = parent;
    }
    place(timers, at, timer);
}

static void sift_down(struct timers *timers, uint32_t at, struct loop_timer *timer)
{
    for (;;) {
        uint32_t child = 2 * at + 1;

        if (child >= timers->count)
            break;
        if (child + 1 < timers->count && earlier(timers->heap[child + 1], timers->heap[child]))
            child++;
        if (!earlier(timers->heap[child], timer))
            break;
        place(timers, at, timers->heap[child]);
        at = child;
    }
    place(timers, at, timer);
}

static void take_out(struct timers *timers, struct loop_timer *timer)
{
    uint32_t at = timer->slot - 1;
    struct loop_timer *last = timers->heap[--timers->count];

    timer->slot = 0;
    if (last == timer)
        return;
    if (at > 0 && earlier(last, timers->heap[(at - 1) / 2]))
        sift_up(timers, at, last);
    else
        sift_down(timers, at, last);
}

/* What a timer arms while the pass runs waits for the next one, so that a pass always ends. */
static void pass(struct loop *loop)
{
    struct timers *timers = &loop->timers;
    uint64_t newest = timers->order;
    uint64_t until_ns;

    timers->last_pass_ns = loop_now_ns(loop);
    until_ns = timers->last_pass_ns + PASS_AHEAD_NS;
    while (timers->count > 0) {
        struct loop_timer *timer = timers->heap[0];

        if (timer->deadline_ns > until_ns || timer->order > newest)
            break;
        take_out(timers, timer);
        timer->fn(timer);
    }
}

static void on_due(uv_poll_t *poll, int status, int events)
{
    struct loop *loop = poll->data;
    uint64_t expirations;

    (void)status;
    (void)events;
    if (read(loop->timers.fd, &expirations, sizeof(expirations)) < 0)
        return;
    loop->timers.programmed_ns = 0;
    pass(loop);
}

int timers_open(struct loop *loop, struct error *err)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    int status;

    if (fd < 0)
        return error_errno(err, "create a timer descriptor");
    status = uv_poll_init(&loop->uv, &loop->timers.poll, fd);
    if (status < 0) {
        close(fd);
        return error_uv(err, status, "watch the timer descriptor");
    }
    loop->timers.fd = fd;
    loop->timers.poll.data = loop;
    uv_poll_start(&loop->timers.poll, UV_READABLE, on_due);
    return 0;
}

void timers_close(struct loop *loop)
{
    assert(loop->timers.count == 0);
    close(loop->timers.fd);
    mem_free(loop->timers.heap);
}

void timers_program(struct loop *loop)
{
    struct timers *timers = &loop->timers;
    uint64_t when_ns = 0;

    if (timers->count > 0) {
        when_ns = timers->heap[0]->deadline_ns;
        if (when_ns < timers->last_pass_ns + PASS_GAP_NS)
            when_ns = timers->last_pass_ns + PASS_GAP_NS;
    }
    if (when_ns == timers->programmed_ns)
        return;
    struct itimerspec spec = {
        .it_value = {.tv_sec = (time_t)(when_ns / NS_PER_S), .tv_nsec = (long)(when_ns % NS_PER_S)},
    };

    timerfd_settime(timers->fd, TFD_TIMER_ABSTIME, &spec, NULL);
    timers->programmed_ns = when_ns;
}

void loop_timer_arm_at(struct loop *loop, struct loop_timer *timer, uint64_t deadline_ns,
                       void (*fn)(struct loop_timer *timer))
{
    struct timers *timers = &loop->timers;

    loop_timer_cancel(loop, timer);
    if (timers->count == timers->cap) {
        timers->cap = timers->cap ? timers->cap * 2 : HEAP_MIN;
        timers->heap = mem_grow(timers->heap, timers->cap, sizeof(struct loop_timer *));
    }
    timer->deadline_ns = deadline_ns;
    timer->order = ++timers->order;
    timer->fn = fn;
    sift_up(timers, timers->count++, timer);
}

void loop_timer_arm(struct loop *loop, struct loop_timer *timer, uint64_t delay_ns,
                    void (*fn)(struct loop_timer *timer))
{
    uint64_t deadline_ns;

    /* Not loop_now_ns(): what happened late in a long batch of events must not end early. */
    if (__builtin_add_overflow(clock_monotonic_ns(), delay_ns, &deadline_ns))
        deadline_ns = UINT64_MAX;
    loop_timer_arm_at(loop, timer, deadline_ns, fn);
}

void loop_timer_cancel(struct loop *loop, struct loop_timer *timer)
{
    if (timer->slot != 0)
        take_out(&loop->timers, timer);
}
