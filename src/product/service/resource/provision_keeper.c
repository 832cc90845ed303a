/*
 * From provision configs to instances that are kept ready.
 */
#include "product/service/resource/provision_keeper.h"

#include "base/mem.h"
#include "base/number.h"
#include "base/units.h"
#include "loop/loop.h"
#include "product/service/resource/config.h"
#include "product/service/resource/function_model.h"
#include "product/service/resource/run.h"

enum { LOOK_AGAIN_MS = 30 * 1000 };

struct provision_keeper {
    struct service *service;
    struct loop_timer timer;
    bool scheduled; /* a target may change with time */
};

static void on_timer(struct loop_timer *timer);

static void look_in(struct provision_keeper *keeper, uint64_t ms)
{
    loop_timer_arm(keeper->service->loop, &keeper->timer, ms * NS_PER_MS, on_timer);
}

void provision_keeper_look(struct provision_keeper *keeper)
{
    if (keeper)
        look_in(keeper, 0);
}

/* ---- a config ---- */

/* Nobody is answered: what is not there has no instances. */
static bool resolve(struct work *work, struct address *at)
{
    struct work quiet = {
        .service = work->service,
        .store = work->store,
        .arena = work->arena,
        .account = work->account,
        .region = work->region,
        .api = API_2016,
    };

    return address_resolve(&quiet, at, at->qualifier, &at->version);
}

bool provision_function(struct work *work, const struct store_row *row, struct address *at)
{
    struct config_place place = config_place_of(row->key.name);

    *at = (struct address){.service = place.service,
                           .function = place.function,
                           .qualifier = place.qualifier,
                           .version = STR("")};
    at->path = ARENA_CONCAT(work->arena, at->service, STR("/"), at->function);
    at->owner = str_eq(at->service, STR(SERVICE_OF_2023)) ? at->path : at->service;
    if (!work->service->invoke || !resolve(work, at))
        return false;
    struct store_key function = work_key(work, "function", at->service, at->version, at->function);
    struct store_key home = work_key(work, "service", STR(""), at->version, at->service);

    at->function_row = store_find(work->store, &function);
    at->service_row = store_find(work->store, &home);
    return at->function_row && function_has_code(at->function_row);
}

static bool has_schedule(const struct store_row *row)
{
    OWN(json_free) cJSON *document = row_document(row);

    return cJSON_GetArraySize(json_get(document, "scheduledActions")) > 0;
}

/* A snapshot can hold any number. */
static uint32_t count_of(double target)
{
    uint64_t count;

    return number_to_uint(target, UINT32_MAX, &count) ? (uint32_t)count : 0;
}

static void provide(void *arg, const struct store_row *row)
{
    struct provision_keeper *keeper = arg;
    OWN(arena_free) struct arena *arena = arena_new();
    struct work work = {
        .service = keeper->service,
        .store = keeper->service->store,
        .arena = arena,
        .account = row->key.account,
        .region = row->key.region,
        .api = API_2016,
    };
    struct address at;
    struct invoke_function spec;

    keeper->scheduled = keeper->scheduled || has_schedule(row);
    if (!provision_function(&work, row, &at) || restriction_holds(&work, at.service, at.function))
        return;
    function_spec(&work, &at, &spec);
    invoke_provision(keeper->service->invoke, &spec, count_of(provision_target(&work, &at)));
}

/* ---- functions ---- */

static bool is_there(void *arg, const struct invoke_function *spec)
{
    struct service *service = arg;
    const struct store_key key = {
        .account = spec->account,
        .region = spec->region,
        .kind = STR("function"),
        .parent = spec->service.len ? spec->service : STR(SERVICE_OF_2023),
        .version = str_eq(spec->version, STR(QUALIFIER_LATEST)) ? STR("") : spec->version,
        .name = spec->name,
    };

    return store_find(service->store, &key) != NULL;
}

/* ---- the look ---- */

static void on_timer(struct loop_timer *timer)
{
    struct provision_keeper *keeper = CONTAINER_OF(timer, struct provision_keeper, timer);
    struct service *service = keeper->service;

    keeper->scheduled = false;
    invoke_sweep(service->invoke, is_there, service);
    invoke_provision_begin(service->invoke);
    store_each(service->store, STR("provision"), provide, keeper);
    invoke_provision_end(service->invoke);
    if (keeper->scheduled)
        look_in(keeper, LOOK_AGAIN_MS);
}

struct provision_keeper *provision_keeper_new(struct service *service)
{
    struct provision_keeper *keeper = mem_alloc(sizeof(*keeper));

    keeper->service = service;
    provision_keeper_look(keeper);
    return keeper;
}

void provision_keeper_free(struct provision_keeper *keeper)
{
    if (!keeper)
        return;
    loop_timer_cancel(keeper->service->loop, &keeper->timer);
    mem_free(keeper);
}
