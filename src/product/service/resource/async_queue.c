/*
 * The queue of asynchronous calls: accepted, run, run again, ended at a destination.
 */
#include "product/service/resource/async_queue.h"

#include <inttypes.h>

#include "base/mem.h"
#include "base/units.h"
#include "catalog/fc_error.h"
#include "crypto/encode.h"
#include "crypto/id.h"
#include "loop/loop.h"
#include "product/service/resource/async_delivery.h"
#include "product/service/resource/async_record.h"
#include "product/service/resource/run.h"

enum {
    BACKOFF_FIRST_MS = 500,
    BACKOFF_MOST_MS = 300 * 1000,
    BACKOFF_LONGEST_MS = 5 * 3600 * 1000, /* from the first refusal on */
    RETRY_FIRST_MS = 1000,                /* behind a function error: 1, 2, 4 s */
    STATUS_OK = 200,
    STATUS_EXHAUSTED = 429,
    STATUS_SERVER_ERROR = 500,
};

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

bool async_is_hidden(const cJSON *record)
{
    return cJSON_IsTrue(json_get(record, "hidden"));
}

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

/* ---- jobs ---- */

static struct job *add_job(struct async_queue *q, const struct store_key *key, uint64_t due_ns)
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

static void end_run(struct job *job)
{
    cJSON_Delete(GIVE(job->record));
    arena_free(GIVE(job->arena));
    job->run = NULL;
}

static void free_job(struct job *job)
{
    if (job->prev)
        job->prev->next = job->next;
    else
        job->queue->jobs = job->next;
    if (job->next)
        job->next->prev = job->prev;
    invoke_cancel(job->run);
    end_run(job);
    arena_free(job->names);
    mem_free(job);
}

/* ---- what is written ---- */

static void save(struct job *job)
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

static void forget(struct job *job)
{
    struct store_batch *batch = store_begin(job->queue->service->store);

    store_remove(batch, &job->key);
    store_commit(batch, NULL, NULL);
}

/* ---- the end of a call ---- */

static void call_destination(struct job *job, struct str path, struct str qualifier,
                             struct str payload)
{
    struct service *service = job->queue->service;
    struct store_batch *batch = store_begin(service->store);
    struct store_key key = job->key;
    uint64_t now = clock_now_wall_ms(service->clock);
    char id[ID_UUID_BYTES];
    struct async_accepted accepted = {
        .qualifier = qualifier, .event = payload, .hidden = true, .wall_ms = now};

    id_uuid(id);
    key.parent = path;
    key.name = str_of(id);
    accepted.request_id = key.name;
    OWN(json_free) cJSON *record = async_record(&accepted, key.name, job->arena);

    row_put(batch, &key, record, (struct store_value){.created_ms = now, .modified_ms = now});
    store_commit(batch, NULL, NULL);
    add_job(job->queue, &key, clock_now_ns(service->clock));
}

static const char *deliver(struct job *job, const char *when, struct str destination,
                           struct str payload)
{
    struct str path;
    struct str qualifier;

    if (destination.len == 0)
        return NULL;
    if (async_destination_function(destination, job->arena, &path, &qualifier))
        call_destination(job, path, qualifier, payload);
    else
        async_delivery_keep(
            job->queue->service,
            &(struct async_delivered){&job->key, job->record, when, destination, payload});
    return "Succeeded";
}

/* The call is over, one way or another. */
static void finish(struct job *job, const char *status, struct async_outcome *outcome)
{
    struct async_config config;
    const char *delivered;
    int64_t most = job->queue->service->limits.values[LIMIT_ASYNC_RESULT_BYTES];

    outcome->most_bytes = most == LIMIT_NONE ? SIZE_MAX : (size_t)most;
    async_config_read(job->queue->service, &job->key, job->record, job->arena, &config);
    delivered = deliver(job, outcome->failed ? "onFailure" : "onSuccess",
                        outcome->failed ? config.on_failure : config.on_success,
                        async_payload(&job->key, job->record, outcome,
                                      clock_now_wall_ms(job->queue->service->clock), job->arena));
    async_record_end(job->record, status, outcome, delivered,
                     clock_now_wall_ms(job->queue->service->clock));
    if (async_is_hidden(job->record))
        forget(job);
    else
        save(job);
    free_job(job);
}

/* ---- between two attempts ---- */

static void again_in(struct job *job, uint64_t ms)
{
    cJSON *queue = json_get(job->record, "queue");

    json_set(queue, "due",
             cJSON_CreateNumber((double)(clock_now_wall_ms(job->queue->service->clock) + ms)));
    async_record_status(job->record, "Retrying", clock_now_wall_ms(job->queue->service->clock));
    save(job);
    end_run(job);
    job->due_ns = clock_now_ns(job->queue->service->clock) + ms * NS_PER_MS;
}

static uint64_t number(const cJSON *of, const char *name)
{
    const cJSON *value = json_get(of, name);

    return cJSON_IsNumber(value) && value->valuedouble > 0 ? (uint64_t)value->valuedouble : 0;
}

/* True when it waits for its next attempt. */
static bool back_off(struct job *job)
{
    cJSON *queue = json_get(job->record, "queue");
    uint64_t wait = number(queue, "backoff");
    uint64_t now = clock_now_wall_ms(job->queue->service->clock);
    uint64_t since = number(queue, "refusedSince");

    wait = wait ? wait * 2 : BACKOFF_FIRST_MS;
    if (wait > BACKOFF_MOST_MS)
        wait = BACKOFF_MOST_MS;
    if (!since)
        since = now;
    if (now + wait - since > BACKOFF_LONGEST_MS)
        return false;
    json_set(queue, "backoff", cJSON_CreateNumber((double)wait));
    json_set(queue, "refusedSince", cJSON_CreateNumber((double)since));
    again_in(job, wait);
    return true;
}

static bool try_again(struct job *job)
{
    struct async_config config;
    uint64_t failures = number(json_get(job->record, "queue"), "failures");

    async_config_read(job->queue->service, &job->key, job->record, job->arena, &config);
    if (failures >= config.retries)
        return false;
    json_set(json_get(job->record, "queue"), "failures", cJSON_CreateNumber((double)failures + 1));
    json_set(job->record, "alreadyRetriedTimes", cJSON_CreateNumber((double)failures + 1));
    again_in(job, (uint64_t)RETRY_FIRST_MS << (failures < 10 ? failures : 10));
    return true;
}

/* What becomes of a call that did not run. */
enum refused { REFUSED_WAITS, REFUSED_FAILS, REFUSED_COUNTS };

/* Behind 429 a call waits. Behind a lack of machines it waits, too, but in 2023-03-30 it fails at
 * once, unless the settings say otherwise. What cannot start counts as an error of the function. */
static enum refused judge_refusal(const struct job *job, int status)
{
    enum service_lack lack = job->queue->service->lack;
    bool of_2023 = str_starts(job->key.parent, STR(SERVICE_OF_2023 "/"));

    if (status == STATUS_EXHAUSTED)
        return REFUSED_WAITS;
    if (status < STATUS_SERVER_ERROR)
        return REFUSED_COUNTS;
    if (lack == SERVICE_LACK_BY_API)
        lack = of_2023 ? SERVICE_LACK_FAILS : SERVICE_LACK_WAITS;
    return lack == SERVICE_LACK_WAITS ? REFUSED_WAITS : REFUSED_FAILS;
}

static bool goes_on(struct job *job, const struct invoke_result *result, int status)
{
    if (result->outcome != INVOKE_REFUSED)
        return try_again(job);
    switch (judge_refusal(job, status)) {
    case REFUSED_WAITS:
        return back_off(job);
    case REFUSED_COUNTS:
        return try_again(job);
    case REFUSED_FAILS:
        break;
    }
    return false;
}

static int status_of(const struct invoke_result *result)
{
    const struct fc_error *error =
        result->outcome == INVOKE_REFUSED ? fc_error_find(str_of(result->code)) : NULL;

    return error ? error->status : STATUS_OK;
}

static void on_result(void *arg, const struct invoke_result *result)
{
    struct job *job = arg;
    struct async_queue *q = job->queue;
    struct async_outcome outcome = {.failed = result->outcome != INVOKE_ANSWERED,
                                    .type = run_error_type(result),
                                    .body = result->body,
                                    .instance = result->instance_id,
                                    .status = status_of(result),
                                    .duration_ms = result->billed_ms};

    job->run = NULL;
    if (result->outcome == INVOKE_REFUSED) {
        outcome.type = result->code;
        outcome.body = result->message;
    }
    async_record_attempt(job->record);
    if (!outcome.failed)
        finish(job, "Succeeded", &outcome);
    else if (!goes_on(job, result, outcome.status))
        finish(job, "Failed", &outcome);
    arm(q);
}

/* ---- run ---- */

static bool is_too_old(struct job *job)
{
    struct async_config config;
    uint64_t now = clock_now_wall_ms(job->queue->service->clock);

    async_config_read(job->queue->service, &job->key, job->record, job->arena, &config);
    return now - number(json_get(job->record, "queue"), "accepted") > config.age_ms;
}

static void give_up(struct job *job, const char *status, const char *why)
{
    struct async_outcome outcome = {
        .failed = true, .type = why, .body = STR(""), .instance = STR(""), .status = 0};

    finish(job, status, &outcome);
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
        .retry_count = (uint32_t)number(json_get(job->record, "queue"), "attempts"),
    };

    base64_decode(text, event, &len);
    request.event = (struct str){(const char *)event, len};
    request.http = async_record_http(job->record, job->arena);
    request.fault = async_record_fault(job->record, job->arena);
    if (!async_function(service, &job->key, job->record, job->arena, &spec)) {
        give_up(job, "Invalid", "FunctionNotFound");
        return;
    }
    async_record_status(job->record, "Running", clock_now_wall_ms(service->clock));
    save(job);
    job->run = invoke_begin(service->invoke, &spec, &request, on_result, job);
}

static void start(struct job *job)
{
    const struct store_row *row = store_find(job->queue->service->store, &job->key);

    job->arena = arena_new();
    job->record = row ? row_document(row) : NULL;
    if (!job->record || !json_get(job->record, "queue")) {
        free_job(job); /* deleted with its function, or stopped */
        return;
    }
    if (is_too_old(job))
        give_up(job, "Expired", "AsyncEventExpired");
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
    struct async_accepted accepted = {.request_id = work->call.request_id,
                                      .qualifier = at->qualifier,
                                      .event = asked->event,
                                      .http = asked->http,
                                      .hidden = !shown,
                                      .fault = work->call.fault,
                                      .wall_ms = work_now_ms(work)};

    key.name = shown ? wanted_id(work, asked) : work->call.request_id;
    if (!has_room_for(work, &key))
        return;
    OWN(json_free) cJSON *record = async_record(&accepted, key.name, work->arena);

    work_put(work, &key, NULL, record, STR_NONE);
    work->answer.status = 202;
    if (shown)
        http_headers_add(&work->answer.headers, work->arena, str_of(id_header(asked)), key.name);
    add_job(work->service->async, &key, clock_now_ns(work->service->clock));
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
    add_job(q, &key, clock_now_ns(q->service->clock));
    arm(q);
}

void async_queue_stop(struct async_queue *q, const struct store_key *task)
{
    for (struct job *job = q ? q->jobs : NULL; job; job = job->next) {
        if (str_eq(job->key.name, task->name) && str_eq(job->key.parent, task->parent) &&
            str_eq(job->key.account, task->account) && str_eq(job->key.region, task->region)) {
            free_job(job);
            return;
        }
    }
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
    uint64_t due = number(queue, "due");

    if (queue)
        add_job(q, &row->key,
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
        free_job(q->jobs);
    loop_timer_cancel(q->service->loop, &q->timer);
    mem_free(q);
}
