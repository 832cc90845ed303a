/*
 * loop/internal.h - what the files of this folder share
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

#include "loop/loop.h"

struct post {
    void (*fn)(void *arg);
    void *arg;
};

struct posts {
    struct post *items;
    size_t count;
    size_t cap;
};

struct idle_hook {
    void (*fn)(void *arg);
    void *arg;
};

enum { IDLE_HOOKS_MAX = 8 };

struct due { /* the deadline is here too: comparing shall not touch the timers */
    uint64_t deadline_ns;
    struct loop_timer *timer;
};

struct timers {
    struct due *heap; /* earliest first */
    uint32_t count;
    uint32_t cap;
    uint64_t order;         /* of the timer armed last */
    uint64_t last_pass_ns;  /* when timers were last taken */
    uint64_t programmed_ns; /* what the descriptor is set to; 0 = off, or it has fired */
    int fd;
    uv_poll_t poll;
};

struct loop {
    uv_loop_t uv;
    uv_prepare_t prepare;
    uv_async_t wake;
    atomic_bool stopping;
    uint64_t now_ns; /* 0 = to be read again */
    struct timers timers;
    struct idle_hook hooks[IDLE_HOOKS_MAX];
    size_t hook_count;
    pthread_mutex_t lock; /* guards `posted` */
    struct posts posted;
};

int timers_open(struct loop *loop, struct error *err);
/** Close the descriptor behind the heap; its uv handle is closed by then. */
void timers_close(struct loop *loop);
/** Set the descriptor to the next deadline, before the loop sleeps. */
void timers_program(struct loop *loop);

/** error_set() with the text of a libuv status. Returns -1. */
int error_uv(struct error *err, int status, const char *what);

/** The name of a file system, by its type of statfs(), that tells nobody of changes; NULL for any
 * other. */
const char *file_system_without_events(long type);
