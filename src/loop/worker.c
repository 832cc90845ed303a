/* One named thread with a queue, for what must not happen on the loop. */
#include "loop/worker.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "loop/loop.h"

enum { JOBS_MIN = 16, THREAD_NAME_BYTES = 16 };

struct job {
    void (*work)(void *arg);
    void (*done)(void *arg);
    void *arg;
};

struct jobs {
    struct job *items;
    size_t count;
    size_t cap;
};

struct worker {
    struct loop *loop;
    pthread_t thread;
    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t filled;
    struct jobs waiting;
    struct jobs finished; /* worked, `done` still due */
    bool stopping;
    bool posted; /* run_finished() is on its way to the loop */
    bool freed;  /* … and shall free the worker, too */
};

static void jobs_add(struct jobs *jobs, struct job job)
{
    if (jobs->count == jobs->cap) {
        jobs->cap = jobs->cap ? jobs->cap * 2 : JOBS_MIN;
        jobs->items = mem_grow(jobs->items, jobs->cap, sizeof(struct job));
    }
    jobs->items[jobs->count++] = job;
}

static void worker_destroy(struct worker *worker)
{
    pthread_cond_destroy(&worker->filled);
    pthread_mutex_destroy(&worker->lock);
    mem_free(worker->waiting.items);
    mem_free(worker->finished.items);
    mem_free(worker);
}

static struct jobs take(struct worker *worker, struct jobs *from)
{
    struct jobs taken;

    pthread_mutex_lock(&worker->lock);
    taken = *from;
    *from = (struct jobs){0};
    pthread_mutex_unlock(&worker->lock);
    return taken;
}

static void run_dones(struct worker *worker)
{
    struct jobs taken = take(worker, &worker->finished);

    for (size_t i = 0; i < taken.count; i++)
        taken.items[i].done(taken.items[i].arg);
    mem_free(taken.items);
}

static void on_finished(void *arg)
{
    struct worker *worker = arg;
    bool freed;

    pthread_mutex_lock(&worker->lock);
    worker->posted = false;
    freed = worker->freed;
    pthread_mutex_unlock(&worker->lock);
    if (freed)
        worker_destroy(worker);
    else
        run_dones(worker);
}

static void report(struct worker *worker, struct job job)
{
    bool post;

    pthread_mutex_lock(&worker->lock);
    jobs_add(&worker->finished, job);
    post = !worker->posted;
    worker->posted = true;
    pthread_mutex_unlock(&worker->lock);
    if (post)
        loop_post(worker->loop, on_finished, worker);
}

/* Waits for jobs; false when there is none and there will be none. */
static bool next_jobs(struct worker *worker, struct jobs *out)
{
    pthread_mutex_lock(&worker->lock);
    while (worker->waiting.count == 0 && !worker->stopping)
        pthread_cond_wait(&worker->filled, &worker->lock);
    *out = worker->waiting;
    worker->waiting = (struct jobs){0};
    pthread_mutex_unlock(&worker->lock);
    return out->count > 0;
}

static void *worker_main(void *arg)
{
    struct worker *worker = arg;
    struct jobs jobs;

    while (next_jobs(worker, &jobs)) {
        for (size_t i = 0; i < jobs.count; i++) {
            jobs.items[i].work(jobs.items[i].arg);
            if (jobs.items[i].done)
                report(worker, jobs.items[i]);
        }
        mem_free(jobs.items);
    }
    return NULL;
}

int worker_new(struct loop *loop, const char *name, struct worker **out, struct error *err)
{
    struct worker *worker = mem_alloc(sizeof(*worker));
    char short_name[THREAD_NAME_BYTES] = {0};
    int failed;

    worker->loop = loop;
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->filled, NULL);
    failed = pthread_create(&worker->thread, NULL, worker_main, worker);
    if (failed) {
        worker_destroy(worker);
        return error_set(err, ERROR_IO, "start thread '%s': %s", name, strerror(failed));
    }
    for (size_t i = 0; name[i] && i < sizeof(short_name) - 1; i++)
        short_name[i] = name[i];
    pthread_setname_np(worker->thread, short_name);
    *out = worker;
    return 0;
}

void worker_submit(struct worker *worker, void (*work)(void *arg), void (*done)(void *arg),
                   void *arg)
{
    pthread_mutex_lock(&worker->lock);
    jobs_add(&worker->waiting, (struct job){work, done, arg});
    pthread_mutex_unlock(&worker->lock);
    pthread_cond_signal(&worker->filled);
}

void worker_free(struct worker *worker)
{
    bool posted;

    if (!worker)
        return;
    pthread_mutex_lock(&worker->lock);
    worker->stopping = true;
    pthread_mutex_unlock(&worker->lock);
    pthread_cond_signal(&worker->filled);
    pthread_join(worker->thread, NULL);
    run_dones(worker);
    pthread_mutex_lock(&worker->lock);
    posted = worker->posted;
    worker->freed = true;
    pthread_mutex_unlock(&worker->lock);
    if (!posted)
        worker_destroy(worker);
}
