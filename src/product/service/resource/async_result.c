/*
 * What comes of an asynchronous call: a destination is called, or it runs again.
 */
#include "base/units.h"
#include "catalog/fc_error.h"
#include "crypto/id.h"
#include "product/service/resource/async_delivery.h"
#include "product/service/resource/async_job.h"
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

/* False when there is no such function, or nothing of it that runs. */
static bool call_destination(struct job *job, struct str path, struct str qualifier,
                             struct str payload)
{
    struct service *service = job->queue->service;
    struct store_key key = job->key;
    uint64_t now = clock_now_wall_ms(service->clock);
    char id[ID_UUID_BYTES];
    struct async_accepted accepted = {
        .qualifier = qualifier, .event = payload, .hidden = true, .wall_ms = now};
    struct invoke_function target;

    id_uuid(id);
    key.parent = path;
    key.name = str_of(id);
    accepted.request_id = key.name;
    OWN(json_free) cJSON *record = async_record(&accepted, key.name, job->arena);

    if (!async_function(service, &key, record, job->arena, &target))
        return false;
    struct store_batch *batch = store_begin(service->store);

    row_put(batch, &key, record, (struct store_value){.created_ms = now, .modified_ms = now});
    store_commit(batch, NULL, NULL);
    job_add(job->queue, &key, clock_now_ns(service->clock));
    return true;
}

static const char *deliver(struct job *job, const char *when, struct str destination,
                           struct str payload)
{
    struct str path;
    struct str qualifier;

    if (destination.len == 0)
        return NULL;
    if (async_destination_function(destination, job->arena, &path, &qualifier))
        return call_destination(job, path, qualifier, payload) ? "Succeeded" : "Failed";
    async_delivery_keep(job->queue->service, &(struct async_delivered){&job->key, job->record, when,
                                                                       destination, payload});
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
        job_forget(job);
    else
        job_save(job);
    job_free(job);
}

/* ---- between two attempts ---- */

static void again_in(struct job *job, uint64_t ms)
{
    cJSON *queue = json_get(job->record, "queue");

    json_set(queue, "due",
             cJSON_CreateNumber((double)(clock_now_wall_ms(job->queue->service->clock) + ms)));
    async_record_status(job->record, "Retrying", clock_now_wall_ms(job->queue->service->clock));
    job_save(job);
    job_end_run(job);
    job->due_ns = clock_now_ns(job->queue->service->clock) + ms * NS_PER_MS;
}

/* True when it waits for its next attempt. */
static bool back_off(struct job *job)
{
    cJSON *queue = json_get(job->record, "queue");
    uint64_t wait = job_number(queue, "backoff");
    uint64_t now = clock_now_wall_ms(job->queue->service->clock);
    uint64_t since = job_number(queue, "refusedSince");

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
    uint64_t failures = job_number(json_get(job->record, "queue"), "failures");

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

void job_give_up(struct job *job, const char *status, const char *why)
{
    struct async_outcome outcome = {
        .failed = true, .type = why, .body = STR(""), .instance = STR(""), .status = 0};

    finish(job, status, &outcome);
}

void job_take_result(struct job *job, const struct invoke_result *result)
{
    struct async_outcome outcome = {.failed = result->outcome != INVOKE_ANSWERED,
                                    .type = run_error_type(result),
                                    .body = result->body,
                                    .instance = result->instance_id,
                                    .status = status_of(result),
                                    .duration_ms = result->billed_ms};

    if (result->outcome == INVOKE_REFUSED) {
        outcome.type = result->code;
        outcome.body = result->message;
    }
    async_record_attempt(job->record);
    if (!outcome.failed)
        finish(job, "Succeeded", &outcome);
    else if (!goes_on(job, result, outcome.status))
        finish(job, "Failed", &outcome);
}
