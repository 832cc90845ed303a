/*
 * The queue of asynchronous calls: accepted, and run when they are due.
 */
#include "product/service/resource/async_queue.h"

#include "base/mem.h"
#include "base/units.h"
#include "crypto/encode.h"
#include "crypto/id.h"
#include "product/service/resource/async_job.h"
#include "product/service/resource/async_record.h"
#include "product/service/resource/run.h"

/* ---- time ---- */

static void on_timer(struct loop_timer *timer);

/* A clock that is moved, frozen or let go tells (async_queue_clock_moved()). */
static void arm(struct async_queue *q)
{
    const struct clock *clock = q->service->clock;
    uint64_t now = clock_now_ns(clock);
    uint64_t least = UINT64_MAX;
    struct job *job;

    for (job = q->jobs; job; job = job->next) {
        if (!job->run && job->due_ns < least)
            least = job->due_ns;
    }
    if (least == UINT64_MAX || (least > now && clock && clock->frozen))
        loop_timer_cancel(q->service->loop, &q->timer);
    else
        loop_timer_arm(q->service->loop, &q->timer, least > now ? least - now : 0, on_timer);
}

void async_queue_clock_moved(struct async_queue *q)
{
    if (q)
        arm(q);
}

/* ---- run ---- */

static void on_result(void *arg, const struct invoke_result *result)
{
    struct job *job = arg;
    struct async_queue *q = job->queue;

    job->run = NULL;
    job_take_result(job, result);
    arm(q);
}

static bool is_too_old(struct job *job)
{
    struct async_config config;
    uint64_t now = clock_now_wall_ms(job->queue->service->clock);

    async_config_read(job->queue->service, &job->key, job->record, job->arena, &config);
    return now - job_number(json_get(job->record, "queue"), "accepted") > config.age_ms;
}

static void begin(struct job *job)
{
    struct service *service = job->queue->service;
    struct str text = json_get_str(json_get(job->record, "queue"), "event");
    uint8_t *event = arena_alloc(job->arena, base64_decoded_max(text.len) + 1);
    size_t len = 0;
    struct invoke_function spec;
    struct invoke_request request = {
        .request_id = json_get_str(job->record, "requestId"),
        .retry_count = (uint32_t)job_number(json_get(job->record, "queue"), "attempts"),
    };

    base64_decode(text, event, &len);
    request.event = (struct str){(const char *)event, len};
    request.http = async_record_http(job->record, job->arena);
    request.fault = async_record_fault(job->record, job->arena);
    async_record_tracing(job->record, job->arena, &request);
    if (!async_function(service, &job->key, job->record, job->arena, &spec)) {
        job_give_up(job, "Invalid", "FunctionNotFound");
        return;
    }
    async_record_status(job->record, "Running", clock_now_wall_ms(service->clock));
    job_save(job);
    job->run = invoke_begin(service->invoke, &spec, &request, on_result, job);
}

static void start(struct job *job)
{
    const struct store_row *row = store_find(job->queue->service->store, &job->key);

    job->arena = arena_new();
    job->record = row ? row_document(row) : NULL;
    if (!job->record || !json_get(job->record, "queue")) {
        job_free(job); /* deleted with its function, or stopped */
        return;
    }
    if (is_too_old(job))
        job_give_up(job, "Expired", "AsyncEventExpired");
    else
        begin(job);
}

static void on_timer(struct loop_timer *timer)
{
    struct async_queue *q = CONTAINER_OF(timer, struct async_queue, timer);
    uint64_t now = clock_now_ns(q->service->clock);
    struct job *next;

    for (struct job *job = q->jobs; job; job = next) {
        next = job->next;
        if (!job->run && job->due_ns <= now)
            start(job);
    }
    arm(q);
}

/* ---- accepted ---- */

static bool has_room_for(struct work *work, const struct store_key *key)
{
    if (!store_find(work->store, key))
        return true;
    return answer_refuse(work, "StatefulAsyncInvocationAlreadyExists", key->name);
}

static bool wants_record(struct work *work, const struct store_key *key, struct str qualifier)
{
    struct async_config config;
    struct str asked = work_header(work, "X-Fc-Stateful-Async-Invocation-Enable");

    if (work->api == API_2021 && asked.len)
        return str_eq_nocase(asked, STR("true"));
    async_config_of(work->service, key, qualifier, work->arena, &config);
    return config.stateful;
}

static const char *id_header(const struct async_asked *asked)
{
    return asked->of_2023 ? "X-Fc-Async-Task-Id" : "X-Fc-Stateful-Async-Invocation-Id";
}

static struct str wanted_id(struct work *work, const struct async_asked *asked)
{
    struct str id = work_header(work, id_header(asked));
    char own[ID_UUID_BYTES];

    if (id.len)
        return id;
    id_uuid(own);
    return arena_str(work->arena, str_of(own));
}

void async_queue_accept(struct work *work, const struct address *at,
                        const struct async_asked *asked)
{
    struct store_key key = work_key(work, STORE_KIND_TASK, at->path, STR(""), STR(""));
    bool shown = wants_record(work, &key, at->qualifier);
    struct invoke_request tracing = {0};
    struct async_accepted accepted = {.request_id = work->call.request_id,
                                      .qualifier = at->qualifier,
                                      .event = asked->event,
                                      .http = asked->http,
                                      .hidden = !shown,
                                      .fault = work->call.fault,
                                      .tracing = &tracing,
                                      .wall_ms = work_now_ms(work)};

    run_tracing(work, &tracing);
    key.name = shown ? wanted_id(work, asked) : work->call.request_id;
    if (!has_room_for(work, &key))
        return;
    OWN(json_free) cJSON *record = async_record(&accepted, key.name, work->arena);

    work_put(work, &key, NULL, record, STR_NONE);
    work->answer.status = 202;
    if (shown)
        http_headers_add(&work->answer.headers, work->arena, str_of(id_header(asked)), key.name);
    job_add(work->service->async, &key, clock_now_ns(work->service->clock));
    arm(work->service->async);
}

void async_queue_add(struct async_queue *q, const struct async_call *call)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct store *store = q->service->store;
    const struct store_key key = {.account = call->account,
                                  .region = call->region,
                                  .kind = STR(STORE_KIND_TASK),
                                  .parent = call->path,
                                  .version = STR(""),
                                  .name = call->request_id};
    struct async_accepted accepted = {.request_id = call->request_id,
                                      .qualifier = call->qualifier,
                                      .event = call->event,
                                      .wall_ms = clock_now_wall_ms(q->service->clock)};
    struct async_config config;

    async_config_of(q->service, &key, call->qualifier, arena, &config);
    accepted.hidden = !config.stateful;
    OWN(json_free) cJSON *record = async_record(&accepted, key.name, arena);
    struct store_batch *batch = store_begin(store);

    row_put(batch, &key, record,
            (struct store_value){.created_ms = accepted.wall_ms, .modified_ms = accepted.wall_ms});
    store_commit(batch, NULL, NULL);
    job_add(q, &key, clock_now_ns(q->service->clock));
    arm(q);
}

static struct job *find_job(const struct async_queue *q, const struct store_key *task)
{
    for (struct job *job = q ? q->jobs : NULL; job; job = job->next) {
        if (str_eq(job->key.name, task->name) && str_eq(job->key.parent, task->parent) &&
            str_eq(job->key.account, task->account) && str_eq(job->key.region, task->region))
            return job;
    }
    return NULL;
}

void async_queue_stop(struct async_queue *q, const struct store_key *task)
{
    struct job *job = find_job(q, task);

    if (job)
        job_free(job);
}

bool async_queue_hurry(struct async_queue *q, const struct store_key *task)
{
    struct job *job = find_job(q, task);

    if (!job || job->run)
        return false;
    job->due_ns = 0;
    arm(q);
    return true;
}

size_t async_queue_hasten(struct async_queue *q)
{
    size_t count = 0;

    for (struct job *job = q ? q->jobs : NULL; job; job = job->next) {
        job->due_ns = 0;
        count++;
    }
    if (count)
        arm(q);
    return count;
}

/* ---- made ---- */

static void take_up(void *arg, const struct store_row *row)
{
    struct async_queue *q = arg;
    OWN(json_free) cJSON *record = row_document(row);
    const cJSON *queue = json_get(record, "queue");
    uint64_t now = clock_now_wall_ms(q->service->clock);
    uint64_t due = job_number(queue, "due");

    if (queue)
        job_add(q, &row->key,
                clock_now_ns(q->service->clock) + (due > now ? (due - now) * NS_PER_MS : 0));
}

struct async_queue *async_queue_new(struct service *service)
{
    struct async_queue *q = mem_alloc(sizeof(*q));

    q->service = service;
    store_each(service->store, STR(STORE_KIND_TASK), take_up, q);
    arm(q);
    return q;
}

void async_queue_free(struct async_queue *q)
{
    if (!q)
        return;
    while (q->jobs)
        job_free(q->jobs);
    loop_timer_cancel(q->service->loop, &q->timer);
    mem_free(q);
}
