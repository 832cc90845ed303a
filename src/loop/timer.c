/*
 * loop/timer.c - a heap of deadlines over one timerfd
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
#include "base/units.h"
#include "loop/internal.h"

enum {
    PASS_GAP_NS = 500000,
    PASS_AHEAD_NS = 250000,
    HEAP_MIN = 64,
    HEAP_WIDTH = 4,
};

static bool earlier(const struct due *a, const struct due *b)
{
    return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns
                                            : a->timer->order < b->timer->order;
}

static void place(struct timers *timers, uint32_t at, struct due due)
{
    timers->heap[at] = due;
    due.timer->slot = at + 1;
}

static void sift_up(struct timers *timers, uint32_t at, struct due due)
{
    while (at > 0) {
        uint32_t parent = (at - 1) / HEAP_WIDTH;

        if (!earlier(&due, &timers->heap[parent]))
            break;
        place(timers, at, timers->heap[parent]);
        at = parent;
    }
    place(timers, at, due);
}

static uint32_t earliest_child(const struct timers *timers, uint32_t at)
{
    uint32_t first = HEAP_WIDTH * at + 1;
    uint32_t best = first;

    for (uint32_t i = first + 1; i < first + HEAP_WIDTH && i < timers->count; i++)
        if (earlier(&timers->heap[i], &timers->heap[best]))
            best = i;
    return best;
}

static void sift_down(struct timers *timers, uint32_t at, struct due due)
{
    for (;;) {
        uint32_t child = earliest_child(timers, at);

        if (child >= timers->count || !earlier(&timers->heap[child], &due))
            break;
        place(timers, at, timers->heap[child]);
        at = child;
    }
    place(timers, at, due);
}

static void take_out(struct timers *timers, struct loop_timer *timer)
{
    uint32_t at = timer->slot - 1;
    struct due last = timers->heap[--timers->count];

    timer->slot = 0;
    if (last.timer == timer)
        return;
    if (at > 0 && earlier(&last, &timers->heap[(at - 1) / HEAP_WIDTH]))
        sift_up(timers, at, last);
    else
        sift_down(timers, at, last);
}

/* What a timer arms while the pass runs waits for the next one, so that a pass always ends. */
static void pass(struct loop *loop)
{
    struct timers *timers = &loop->timers;
    uint64_t now_ns = loop_now_ns(loop);
    uint64_t newest = timers->order;

    while (timers->count > 0 && timers->heap[0].deadline_ns <= now_ns + PASS_AHEAD_NS) {
        struct loop_timer *timer = timers->heap[0].timer;

        if (timer->order > newest)
            break;
        timers->last_pass_ns = now_ns;
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

/* When the descriptor is set to an earlier time, that of a timer that was cancelled, it stays so:
 * waking once for nothing is cheaper than setting it with every cancelled timer. */
void timers_program(struct loop *loop)
{
    struct timers *timers = &loop->timers;
    uint64_t when_ns;

    if (timers->count == 0)
        return;
    when_ns = timers->heap[0].deadline_ns;
    if (when_ns < timers->last_pass_ns + PASS_GAP_NS)
        when_ns = timers->last_pass_ns + PASS_GAP_NS;
    if (timers->programmed_ns != 0 && timers->programmed_ns <= when_ns)
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
        timers->heap = mem_grow(timers->heap, timers->cap, sizeof(*timers->heap));
    }
    timer->deadline_ns = deadline_ns;
    timer->order = ++timers->order;
    timer->fn = fn;
    sift_up(timers, timers->count++, (struct due){deadline_ns, timer});
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
