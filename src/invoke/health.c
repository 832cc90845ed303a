/*
 * Health checks of custom runtimes: a URL is asked until it answers well, which ends the start, and
 * then every few seconds; an instance that fails so often in a row takes no more calls.
 *
 * Source: spec page invocation §7.1.
 */
#include "invoke/health.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/units.h"
#include "invoke/http1.h"

enum { READ_BYTES = 16 * 1024, GOOD_FROM = 200, GOOD_TO = 399 };

struct health {
    struct instance *instance;
    struct loop_timer timer; /* until the next question, or for its answer */
    int fd;                  /* -1: nothing is asked */
    struct loop_watch *watch;
    struct http1 answer;
    uint32_t good, bad; /* in a row */
    bool asks;
    bool is_up;
};

static void on_time(struct loop_timer *timer);

static void wait_for(struct health *health, uint32_t seconds)
{
    loop_timer_arm(health->instance->invoke->loop, &health->timer, seconds * NS_PER_S, on_time);
}

static void hang_up(struct health *health)
{
    loop_watch_stop(GIVE(health->watch));
    if (health->fd >= 0)
        close(health->fd);
    health->fd = -1;
    http1_done(&health->answer);
}

/* ---- answers ---- */

/* The instance may be gone when this returns. */
static void judge(struct health *health, bool well)
{
    const struct invoke_health *wanted = &health->instance->spec.health;

    hang_up(health);
    health->good = well ? health->good + 1 : 0;
    health->bad = well ? 0 : health->bad + 1;
    health->asks = false;
    wait_for(health, wanted->period_s);
    if (!health->is_up && health->good >= wanted->successes) {
        health->is_up = true;
        instance_loaded(health->instance);
    } else if (health->is_up && health->bad >= wanted->failures) {
        log_info("instance unhealthy", "id=%s failures=%u", health->instance->id, health->bad);
        loop_timer_cancel(health->instance->invoke->loop, &health->timer);
        instance_drain(health->instance);
    }
}

static void read_answer(struct health *health)
{
    char bytes[READ_BYTES];
    ssize_t got = recv(health->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    enum http1_progress progress = HTTP1_BAD;

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got > 0)
        progress = http1_take(&health->answer, (struct str){bytes, (size_t)got});
    else if (got == 0 && http1_end(&health->answer))
        progress = HTTP1_WHOLE;
    if (progress != HTTP1_MORE)
        judge(health, progress == HTTP1_WHOLE && health->answer.status >= GOOD_FROM &&
                          health->answer.status <= GOOD_TO);
}

static void on_events(void *arg, unsigned events)
{
    (void)events;
    read_answer(arg);
}

void health_socket(struct health *health, int fd)
{
    const struct instance *instance = health->instance;
    OWN(buf_done) struct buf request = {0};
    struct error err;

    if (!health->asks || fd < 0) {
        if (fd >= 0)
            close(fd);
        if (health->asks)
            judge(health, false);
        return;
    }
    health->fd = fd;
    buf_printf(&request,
               "GET " STR_FMT " HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n\r\n",
               STR_ARG(instance->spec.health.path), instance->port);
    health->watch =
        loop_watch_start(instance->invoke->loop, fd, LOOP_READABLE, on_events, health, &err);
    if (!health->watch ||
        send(fd, request.ptr, request.len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)request.len)
        judge(health, false);
}

/* ---- questions ---- */

static void ask(struct health *health)
{
    struct instance *instance = health->instance;
    uint32_t seconds = instance->spec.health.timeout_s;

    health->asks = true;
    wait_for(health, seconds);
    supervised_connect(instance->program, HEALTH_TOKEN, instance->port, seconds * MS_PER_S);
}

static void on_time(struct loop_timer *timer)
{
    struct health *health = CONTAINER_OF(timer, struct health, timer);

    if (health->asks)
        judge(health, false);
    else
        ask(health);
}

struct health *health_new(struct instance *instance)
{
    struct health *health = mem_alloc(sizeof(*health));

    health->instance = instance;
    health->fd = -1;
    wait_for(health, instance->spec.health.delay_s);
    return health;
}

void health_free(struct health *health)
{
    if (!health)
        return;
    loop_timer_cancel(health->instance->invoke->loop, &health->timer);
    hang_up(health);
    mem_free(health);
}
