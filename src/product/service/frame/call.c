/* A call from its body to its answer: read, handed to its handler, finished when its write is on
 * disk.
 */
#include "product/service/frame/call.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "loop/worker.h"
#include "product/service/frame/work.h"

enum {
    LARGE_BODY_BYTES = 256 * 1024, /* larger ones are read off the loop */
};

/* What a call without a body says. Handlers only read. */
static const cJSON no_input = {.type = cJSON_Object};

static struct work *work_of(struct product_call *call)
{
    return CONTAINER_OF(call, struct work, base);
}

static void fail(struct product_call *call, const struct error *err)
{
    (void)err;
    work_of(call)->answer = (struct service_answer){0};
    answer_refuse(work_of(call), "InternalServerError");
}

static void answer(struct product_call *call)
{
    struct work *work = work_of(call);

    work->answer.performed = !answer_is_refusal(work);
    work->done(work->arg, &work->answer);
}

static void free_work(struct product_call *call)
{
    struct work *work = work_of(call);

    if (work->input != &no_input)
        cJSON_Delete((cJSON *)(uintptr_t)work->input);
    free(work->package.bytes);
    mem_free(work->package.problem);
    buf_done(&work->refusal.text);
    free(work->body_copy);
    mem_free(CONTAINER_OF(work, struct service_pending, work));
}

static const struct product_end work_end = {fail, answer, free_work};

void work_finish(struct work *work)
{
    product_finish(&work->base);
}

/* True when the work is over: its answer was given. */
static bool run_handler(struct work *work)
{
    if (!answer_is_refusal(work))
        work->handler->run(work);
    return product_returned(&work->base);
}

/* ---- the body ---- */

static bool has_body(const struct work *work)
{
    struct str method = work->call.request->method;

    return !(work->handler->flags & HANDLER_RAW) && work->call.request->body.len > 0 &&
           !str_eq(method, STR("GET")) && !str_eq(method, STR("HEAD"));
}

/* On any thread: touches nothing but the body, the tree and the package. What was copied of the
 * body goes as soon as the tree is there: a package is to be made out of that. */
static void read_body(struct work *work, struct str body)
{
    struct error err;
    cJSON *json = NULL;

    work->too_many_values = json_count(body, JSON_VALUES_MAX) > JSON_VALUES_MAX;
    if (!work->too_many_values)
        json = json_parse(body, &err);
    if (cJSON_IsNull(json) || (cJSON_IsArray(json) && !json->child)) {
        cJSON_Delete(json);
        json = cJSON_CreateObject();
    }
    free(GIVE(work->body_copy));
    if (cJSON_IsObject(json))
        work->input = json;
    else
        cJSON_Delete(json);
    if (work->input && work->handler->look)
        work->handler->look(work);
}

static void refuse_body(struct work *work)
{
    if (work->too_many_values)
        answer_invalid(work, "The request body contains too many values (max: %d)",
                       JSON_VALUES_MAX);
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

    work->base.parked = false;
    if (work->base.cancelled) {
        free_work(&work->base);
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
        return answer_refuse(work, "InternalServerError");
    }
    memcpy(work->body_copy, body.ptr, body.len);
    http_request_rest(work->call.request);
    work->body_len = body.len;
    work->base.parked = true;
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

    work->base.end = &work_end;
    work->service = service;
    work->store = call->store ? call->store : service->store;
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

/* An operation's call, or one of our own that needs no target. */
static enum api_version api_of(const struct service_call *call)
{
    return call->target && call->target->op ? call->target->op->api : API_2016;
}

struct service_pending *work_begin(struct service *service, const struct service_call *call,
                                   const struct operation_handler *handler,
                                   void (*done)(void *arg, const struct service_answer *answer),
                                   void *arg)
{
    struct work *work = work_new(service, call, handler, done, arg);

    work->api = api_of(call);
    if (!work->handler->run)
        answer_invalid(work, "operation '%s' is not emulated", call->target->op->name);
    if (!take_body(work))
        return CONTAINER_OF(work, struct service_pending, work);
    return run_handler(work) ? NULL : CONTAINER_OF(work, struct service_pending, work);
}
