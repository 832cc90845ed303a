/*
 * product/service/resource/async_job.h - one asynchronous call in the queue, and what comes of it
 *
 * Threads: loop only.
 */
#pragma once

#include "invoke/invoke.h"
#include "loop/loop.h"
#include "product/service/resource/async_queue.h"

struct job {
    struct job *next, *prev;
    struct async_queue *queue;
    struct arena *names; /* of the key */
    struct store_key key;
    uint64_t due_ns; /* of the virtual clock */
    struct invoke_call *run;
    struct arena *arena; /* of what runs */
    cJSON *record;       /* while it runs */
};

struct async_queue {
    struct service *service;
    struct job *jobs;
    struct loop_timer timer;
};

/* ---- async_job.c ---- */

struct job *job_add(struct async_queue *q, const struct store_key *key, uint64_t due_ns);
/** It waits for its next attempt. */
void job_end_run(struct job *job);
void job_free(struct job *job);
/** Its record, as it is now, to the store. */
void job_save(struct job *job);
/** Its record goes from the store. */
void job_forget(struct job *job);
/** A member of a record; 0 when it is none. */
uint64_t job_number(const cJSON *of, const char *name);

/* ---- async_result.c ---- */

/** What a run came to: the job waits for its next attempt, or is over and freed. */
void job_take_result(struct job *job, const struct invoke_result *result);
/** It is over, and was not run. Frees it. */
void job_give_up(struct job *job, const char *status, const char *why);
