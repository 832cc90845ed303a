#include "product/service/service.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "crypto/id.h"
#include "loop/worker.h"
#include "product/service/operations.h"

enum {
    LARGE_BODY_BYTES = 256 * 1024, /* larger ones are read off the loop */
    BODY_VALUES_MAX = 10000,       /* our own: no request that means something has as many */
};

#define DEFAULT_REGION "cn-hangzhou"
#define DEFAULT_ACCOUNT "123456789012"

/* ---- open and close ---- */

static void index_handlers(struct service *service)
{
    size_t count;
    const struct operation *ops = operation_table(&count);

    service->handlers = (const struct operation_handler **)mem_alloc_array(
        count, sizeof(const struct operation_handler *));
    for (size_t i = 0; i < count; i++)
        service->handlers[i] = operation_handler_find(&ops[i]);
}

static struct str keep_text(struct str text, const char *preset)
{
    return str_of(text.len ? mem_dup_len(text.ptr, text.len) : mem_dup(preset));
}

int service_new(struct loop *loop, const struct service_settings *settings, struct service **out,
                struct error *err)
{
    struct service *service = mem_alloc(sizeof(*service));
    const struct store_settings kept = {.data_dir = settings->data_dir};

    service->loop = loop;
    service->clock = settings->clock;
    service->default_region = keep_text(settings->default_region, DEFAULT_REGION);
    service->default_account = keep_text(settings->default_account, DEFAULT_ACCOUNT);
    service->zones = settings->zones;
    service->zone_count = settings->zone_count;
    if (settings->limits)
        service->limits = *settings->limits;
    else
        limits_init(&service->limits, false);
    random_bytes(service->secret, sizeof(service->secret));
    index_handlers(service);
    if (store_open(loop, &kept, &service->store, err) < 0 ||
        worker_new(loop, "package", &service->worker, err) < 0) {
        service_free(service);
        return -1;
    }
    *out = service;
    return 0;
}

void service_free(struct service *service)
{
    if (!service)
        return;
    worker_free(service->worker);
    store_close(service->store);
    mem_free((char *)service->default_region.ptr);
    mem_free((char *)service->default_account.ptr);
    mem_free((void *)service->handlers);
    mem_free(service);
}

struct store *service_store(struct service *service)
{
    return service->store;
}

/* ---- a call ---- */

/* What a call without a body says. Handlers only read. */
static const cJSON no_input = {.type = cJSON_Object};

static void work_free(struct work *work)
{
    if (work->input != &no_input)
        cJSON_Delete((cJSON *)(uintptr_t)work->input);
    free(work->package.bytes);
    mem_free(work->package.problem);
    buf_done(&work->refusal.text);
    free(work->body_copy);
    mem_free(CONTAINER_OF(work, struct service_pending, work));
}

static void end_work(struct work *work)
{
    if (!work->cancelled) {
        work->answer.performed = !answer_is_refusal(work);
        work->done(work->arg, &work->answer);
    }
    work_free(work);
}

static void committed(void *arg, const struct error *err)
{
    struct work *work = (struct work *)arg;

    if (err && !work->cancelled) {
        work->answer = (struct service_answer){0};
        answer_refuse(work, "InternalServerError", STR_NONE, STR_NONE, STR_NONE);
    }
    end_work(work);
}

void work_finish(struct work *work)
{
    struct store_batch *batch = GIVE(work->batch);

    work->parked = false;
    if (batch)
        store_commit(batch, committed, work);
    else
        end_work(work);
}

/* True when the work is over: its answer was given. */
static bool run_handler(struct work *work)
{
    if (!answer_is_refusal(work))
        work->handler->run(work);
    if (work->parked)
        return false;
    bool over = !work->batch;

    work_finish(work);
    return over;
}

/* ---- the body ---- */

static bool has_body(const struct work *work)
{
    struct str method = work->call.request->method;

    return !(work->handler->flags & HANDLER_RAW) && work->call.request->body.len > 0 &&
           !str_eq(method, STR("GET")) && !str_eq(method, STR("HEAD"));
}

/* The values in @json, or some number beyond @most. */
static size_t count_values(const cJSON *json, size_t most)
{
    const cJSON *child;
    size_t count = 1;

    cJSON_ArrayForEach (child, json) {
        if (count > most)
            break;
        count += count_values(child, most - count);
    }
    return count;
}

/* On any thread: touches nothing but the body, the tree and the package. */
static void read_body(struct work *work, struct str body)
{
    struct error err;
    cJSON *json = json_parse(body, &err);

    if (cJSON_IsNull(json) || (cJSON_IsArray(json) && !json->child)) {
        cJSON_Delete(json);
        json = cJSON_CreateObject();
    }
    work->too_many_values = count_values(json, BODY_VALUES_MAX) > BODY_VALUES_MAX;
    if (cJSON_IsObject(json) && !work->too_many_values)
        work->input = json;
    else
        cJSON_Delete(json);
    if (work->input && (work->handler->flags & HANDLER_CODE))
        package_check(&work->package, work->input,
                      work->service->limits.values[LIMIT_CODE_UNPACKED_BYTES]);
}

static void refuse_body(struct work *work)
{
    if (work->too_many_values)
        answer_invalid(work, "The request body contains too many values (max: %d)",
                       BODY_VALUES_MAX);
    else
        answer_invalid(work, "Bad data in request body");
    work->input = &no_input;
}

static void read_large_work(void *arg)
{
    struct work *work = (struct work *)arg;

    read_body(work, (struct str){work->body_copy, work->body_len});
}

static void read_large_done(void *arg)
{
    struct work *work = (struct work *)arg;

    work->parked = false;
    if (work->cancelled) {
        work_free(work);
        return;
    }
    if (!work->input)
        refuse_body(work);
    run_handler(work);
}

/* The client may leave while the body is read, and the body with it: read a copy. */
static bool read_large(struct work *work, struct str body)
{
    work->body_copy = malloc(body.len);
    if (!work->body_copy) {
        log_error("no memory for a request body", "bytes=%zu", body.len);
        answer_refuse(work, "InternalServerError", STR_NONE, STR_NONE, STR_NONE);
        return false;
    }
    memcpy(work->body_copy, body.ptr, body.len);
    work->body_len = body.len;
    work->parked = true;
    worker_submit(work->service->worker, read_large_work, read_large_done, work);
    return true;
}

/* False when the body is being read elsewhere. */
static bool take_body(struct work *work)
{
    struct str body = work->call.request->body;

    if (!has_body(work)) {
        work->input = &no_input;
        return true;
    }
    if (body.len > LARGE_BODY_BYTES && read_large(work, body))
        return false;
    if (!answer_is_refusal(work))
        read_body(work, body);
    if (!work->input)
        refuse_body(work);
    return true;
}

/* ---- in and out ---- */

static const struct operation_handler missing_handler = {.flags = HANDLER_ABSENT};

static struct work *work_new(struct service *service, const struct service_call *call,
                             const struct operation_handler *handler,
                             void (*done)(void *arg, const struct service_answer *answer),
                             void *arg)
{
    struct service_pending *pending = mem_alloc(sizeof(*pending));
    struct work *work = &pending->work;

    work->service = service;
    work->store = service->store;
    work->call = *call;
    work->arena = call->arena;
    work->account = call->account.len ? call->account
                    : call->owner.len ? call->owner
                                      : service->default_account;
    work->region = call->region.len ? call->region : service->default_region;
    work->handler = handler ? handler : &missing_handler;
    work->done = done;
    work->arg = arg;
    return work;
}

struct service_pending *
service_perform(struct service *service, const struct service_call *call,
                void (*done)(void *arg, const struct service_answer *answer), void *arg)
{
    const struct operation *op = call->target->op;
    struct work *work = work_new(service, call, service->handlers[operation_index(op)], done, arg);

    work->api = op->api;
    if (!work->handler->run)
        answer_invalid(work, "operation '%s' is not emulated", op->name);
    if (!take_body(work))
        return CONTAINER_OF(work, struct service_pending, work);
    return run_handler(work) ? NULL : CONTAINER_OF(work, struct service_pending, work);
}

static const struct operation_handler download_handler = {.run = code_download};

struct service_pending *
service_download(struct service *service, const struct service_call *call,
                 void (*done)(void *arg, const struct service_answer *answer), void *arg)
{
    struct work *work = work_new(service, call, &download_handler, done, arg);

    work->api = API_2016;
    return run_handler(work) ? NULL : CONTAINER_OF(work, struct service_pending, work);
}

void service_cancel(struct service_pending *pending)
{
    if (pending)
        pending->work.cancelled = true;
}

struct reset {
    void (*done)(void *arg);
    void *arg;
};

static void reset_done(void *arg, const struct error *err)
{
    struct reset *reset = (struct reset *)arg;

    if (err)
        log_error("reset failed", "error=%s", err->text);
    if (reset->done)
        reset->done(reset->arg);
    mem_free(reset);
}

void service_reset(struct service *service, void (*done)(void *arg), void *arg)
{
    struct reset *reset = mem_alloc(sizeof(*reset));
    struct store_batch *batch = store_begin(service->store);

    *reset = (struct reset){done, arg};
    store_remove_all(batch);
    store_commit(batch, reset_done, reset);
}
