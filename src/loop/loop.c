/* The one event loop: exact timers, descriptors, signals, messages from other threads. */
#include "loop/loop.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "loop/internal.h"

enum { POSTS_MIN = 16 };

int error_uv(struct error *err, int status, const char *what)
{
    return error_set(err, ERROR_IO, "%s: %s", what, uv_strerror(status));
}

static void run_posts(struct loop *loop)
{
    struct posts taken;

    pthread_mutex_lock(&loop->lock);
    taken = loop->posted;
    loop->posted = (struct posts){0};
    pthread_mutex_unlock(&loop->lock);
    for (size_t i = 0; i < taken.count; i++)
        taken.items[i].fn(taken.items[i].arg);
    mem_free(taken.items);
}

static void on_wake(uv_async_t *wake)
{
    struct loop *loop = wake->data;

    run_posts(loop);
    if (atomic_load(&loop->stopping))
        uv_stop(&loop->uv);
}

static void before_sleep(uv_prepare_t *prepare)
{
    struct loop *loop = prepare->data;

    loop->now_ns = 0;
    for (size_t i = 0; i < loop->hook_count; i++)
        loop->hooks[i].fn(loop->hooks[i].arg);
    timers_program(loop);
    loop->now_ns = 0;
}

static void close_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void close_uv(struct loop *loop)
{
    uv_walk(&loop->uv, close_handle, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    int status = uv_loop_close(&loop->uv);

    assert(status == 0);
    (void)status;
}

int loop_new(struct loop **out, struct error *err)
{
    struct loop *loop = mem_alloc(sizeof(*loop));
    int status = uv_loop_init(&loop->uv);

    if (status < 0) {
        mem_free(loop);
        return error_uv(err, status, "start the event loop");
    }
    pthread_mutex_init(&loop->lock, NULL);
    uv_prepare_init(&loop->uv, &loop->prepare);
    loop->prepare.data = loop;
    uv_prepare_start(&loop->prepare, before_sleep);
    loop->wake.data = loop;
    status = uv_async_init(&loop->uv, &loop->wake, on_wake);
    if (status < 0)
        error_uv(err, status, "start the event loop");
    if (status < 0 || timers_open(loop, err) < 0) {
        close_uv(loop);
        pthread_mutex_destroy(&loop->lock);
        mem_free(loop);
        return -1;
    }
    *out = loop;
    return 0;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    run_posts(loop);
    loop->hook_count = 0;
    uv_prepare_stop(&loop->prepare);
    close_uv(loop);
    run_posts(loop);
    timers_close(loop);
    pthread_mutex_destroy(&loop->lock);
    mem_free(loop->posted.items);
    mem_free(loop);
}

void loop_run(struct loop *loop)
{
    while (!atomic_exchange(&loop->stopping, false))
        uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
    atomic_store(&loop->stopping, true);
    uv_async_send(&loop->wake);
}

void loop_post(struct loop *loop, void (*fn)(void *arg), void *arg)
{
    struct posts *posts = &loop->posted;

    pthread_mutex_lock(&loop->lock);
    if (posts->count == posts->cap) {
        posts->cap = posts->cap ? posts->cap * 2 : POSTS_MIN;
        posts->items = mem_grow(posts->items, posts->cap, sizeof(struct post));
    }
    posts->items[posts->count++] = (struct post){fn, arg};
    pthread_mutex_unlock(&loop->lock);
    uv_async_send(&loop->wake);
}

uint64_t loop_now_ns(struct loop *loop)
{
    if (loop->now_ns == 0)
        loop->now_ns = clock_monotonic_ns();
    return loop->now_ns;
}

void loop_on_idle(struct loop *loop, void (*fn)(void *arg), void *arg)
{
    assert(loop->hook_count < IDLE_HOOKS_MAX);
    loop->hooks[loop->hook_count++] = (struct idle_hook){fn, arg};
}

void loop_off_idle(struct loop *loop, void (*fn)(void *arg), void *arg)
{
    size_t kept = 0;

    for (size_t i = 0; i < loop->hook_count; i++)
        if (loop->hooks[i].fn != fn || loop->hooks[i].arg != arg)
            loop->hooks[kept++] = loop->hooks[i];
    loop->hook_count = kept;
}
