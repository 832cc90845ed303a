/*
 * Asynchronous calls that wait or run: their list, and their records in the store.
 */
#include "product/service/resource/async_job.h"

#include "base/mem.h"
#include "product/service/resource/async_record.h"

struct job *job_add(struct async_queue *q, const struct store_key *key, uint64_t due_ns)
{
    struct job *job = mem_alloc(sizeof(*job));

    job->queue = q;
    job->names = arena_new();
    job->key = (struct store_key){
        .account = arena_str(job->names, key->account),
        .region = arena_str(job->names, key->region),
        .kind = STR(STORE_KIND_TASK),
        .parent = arena_str(job->names, key->parent),
        .version = STR(""),
        .name = arena_str(job->names, key->name),
    };
    job->due_ns = due_ns;
    job->next = q->jobs;
    if (q->jobs)
        q->jobs->prev = job;
    q->jobs = job;
    return job;
}

void job_end_run(struct job *job)
{
    cJSON_Delete(GIVE(job->record));
    arena_free(GIVE(job->arena));
    job->run = NULL;
}

void job_free(struct job *job)
{
    if (job->prev)
        job->prev->next = job->next;
    else
        job->queue->jobs = job->next;
    if (job->next)
        job->next->prev = job->prev;
    invoke_stop(job->run);
    job_end_run(job);
    arena_free(job->names);
    mem_free(job);
}

void job_save(struct job *job)
{
    struct service *service = job->queue->service;
    const struct store_row *row = store_find(service->store, &job->key);
    struct store_batch *batch = store_begin(service->store);
    uint64_t now = clock_now_wall_ms(service->clock);

    row_put(batch, &job->key, job->record,
            (struct store_value){
                .blob = STR_NONE, .created_ms = row ? row->created_ms : now, .modified_ms = now});
    store_commit(batch, NULL, NULL);
}

void job_forget(struct job *job)
{
    struct store_batch *batch = store_begin(job->queue->service->store);

    store_remove(batch, &job->key);
    store_commit(batch, NULL, NULL);
}

uint64_t job_number(const cJSON *of, const char *name)
{
    return json_get_uint(of, name, INT64_MAX, 0);
}
