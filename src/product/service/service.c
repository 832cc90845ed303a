/* The operations of the emulated service. */
#include "product/service/service.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "crypto/id.h"
#include "invoke/exec.h"
#include "invoke/invoke.h"
#include "loop/worker.h"
#include "product/service/code/code.h"
#include "product/service/event/timers.h"
#include "product/service/operations.h"
#include "product/service/resource/async_queue.h"
#include "product/service/resource/function_model.h"
#include "product/service/resource/provision_keeper.h"
#include "product/service/resource/run.h"

#define DEFAULT_REGION "cn-hangzhou"
#define DEFAULT_ACCOUNT "123456789012"

/* ---- open and close ---- */

static void index_handlers(struct service *service)
{
    size_t count;
    size_t rows;
    const struct operation_handler *handlers = operation_handlers(&rows);

    operation_table(&count);
    service->handlers = (const struct operation_handler **)mem_alloc_array(
        count, sizeof(const struct operation_handler *));
    for (size_t i = 0; i < rows * API_VERSION_COUNT; i++) {
        const struct operation_handler *row = &handlers[i / API_VERSION_COUNT];
        enum api_version api = (enum api_version)(i % API_VERSION_COUNT);

        if (row->apis & field_api(api))
            service->handlers[operation_index(operation_find(api, str_of(row->name)))] = row;
    }
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
    service->own_names = settings->own_names;
    service->lack = settings->lack;
    service->seed = settings->seed;
    service->seed_owner = settings->seed_owner;
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
    service_state_is_of_before(service);
    *out = service;
    return 0;
}

void service_free(struct service *service)
{
    if (!service)
        return;
    worker_free(service->worker);
    store_close(service->store);
    alias_counters_done(&service->aliases);
    function_keep_done(&service->functions);
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

struct service_pending *
service_perform(struct service *service, const struct service_call *call,
                void (*done)(void *arg, const struct service_answer *answer), void *arg)
{
    const struct operation *op = call->target->op;

    return work_begin(service, call, service->handlers[operation_index(op)], done, arg);
}

static const struct operation_handler download_handler = {.run = code_download};

struct service_pending *
service_download(struct service *service, const struct service_call *call,
                 void (*done)(void *arg, const struct service_answer *answer), void *arg)
{
    return work_begin(service, call, &download_handler, done, arg);
}

void service_cancel(struct service_pending *pending)
{
    struct invoke_call *run = pending ? GIVE(pending->work.run) : NULL;
    struct invoke_exec *exec = pending ? GIVE(pending->work.exec) : NULL;

    product_cancel(pending ? &pending->work.base : NULL);
    if (run) {
        if (pending->work.left)
            pending->work.left(pending->work.left_arg);
        invoke_cancel(run);
        work_finish(&pending->work);
    } else if (exec) {
        invoke_exec_close(exec);
        work_finish(&pending->work);
    }
}

void service_go_on(struct service_pending *pending)
{
    if (pending->work.run)
        invoke_go_on(pending->work.run);
}

void service_pipe_over(struct service_pending *pending)
{
    struct invoke_exec *exec = GIVE(pending->work.exec);

    if (pending->work.run)
        invoke_pipe_over(pending->work.run);
    if (!exec)
        return;
    invoke_exec_close(exec);
    work_finish(&pending->work);
}

static void look_at_provisions(struct service *service)
{
    provision_keeper_look(service->provisions);
}

void service_run_code(struct service *service, struct invoke *invoke)
{
    event_timers_free(GIVE(service->timers));
    async_queue_free(GIVE(service->async));
    provision_keeper_free(GIVE(service->provisions));
    service->invoke = invoke;
    service->changes = invoke ? look_at_provisions : NULL;
    service->trigger_changes = invoke ? service_triggers_changed : NULL;
    if (!invoke)
        return;
    service->async = async_queue_new(service);
    service->timers = event_timers_new(service);
    service->provisions = provision_keeper_new(service);
}

void service_triggers_changed(struct service *service)
{
    provision_keeper_look(service->provisions);
    event_timers_changed(service->timers);
}

void service_state_is_of_before(struct service *service)
{
    session_end_streams(service->store);
}

void service_clock_moved(struct service *service)
{
    event_timers_clock_moved(service->timers);
    async_queue_clock_moved(service->async);
    provision_keeper_look(service->provisions);
}

uint64_t service_timer_next(const struct service *service, const struct event_trigger *trigger)
{
    return event_timers_next(service->timers, trigger);
}

bool service_has_code(struct service *service, struct str account, struct str region,
                      const struct target *target)
{
    struct store_key key = {
        .account = account.len ? account : service->default_account,
        .region = region.len ? region : service->default_region,
        .kind = STR("function"),
        .parent = str_is_set(target->service) ? target->service : STR(SERVICE_OF_2023),
        .version = STR(""),
        .name = target->function,
    };
    const struct store_row *row;

    if (!service->invoke || !str_is_set(target->function))
        return false;
    row = store_find(service->store, &key);
    return row && function_has_code(row);
}
