/* What there is, of all accounts and regions: functions, and asynchronous calls. */
#include <stdlib.h>

#include "invoke/invoke.h"
#include "product/service/resource/async_queue.h"
#include "product/service/resource/function_model.h"
#include "product/service/service.h"

struct listing {
    struct arena *arena;
    char *items;
    size_t size, count, cap;
};

static void *add(struct listing *listing)
{
    enum { FIRST = 32 };

    if (listing->count == listing->cap) {
        size_t cap = listing->cap ? listing->cap * 2 : FIRST;
        char *grown = arena_alloc_array(listing->arena, cap, listing->size);

        if (listing->count)
            memcpy(grown, listing->items, listing->count * listing->size);
        listing->items = grown;
        listing->cap = cap;
    }
    return listing->items + listing->size * listing->count++;
}

static struct str keep(struct listing *listing, struct str text)
{
    return arena_str(listing->arena, str_is_set(text) ? text : STR(""));
}

static struct str shown_service(struct listing *listing, struct str service)
{
    return str_eq(service, STR(SERVICE_OF_2023)) ? STR("") : keep(listing, service);
}

/* ---- functions ---- */

static void add_function(void *arg, const struct store_row *row)
{
    struct listing *listing = arg;
    struct service_function *out;

    if (row->key.version.len)
        return;
    OWN(json_free) cJSON *model = row_document(row);

    out = add(listing);
    *out = (struct service_function){
        .account = keep(listing, row->key.account),
        .region = keep(listing, row->key.region),
        .service = shown_service(listing, row->key.parent),
        .name = keep(listing, row->key.name),
        .runtime = keep(listing, json_get_str(model, "runtime")),
        .handler = keep(listing, json_get_str(model, "handler")),
        .has_code = function_has_code(row),
    };
}

size_t service_functions(struct service *service, struct arena *arena,
                         struct service_function **out)
{
    struct listing listing = {.arena = arena, .size = sizeof(**out)};

    store_each(service->store, STR("function"), add_function, &listing);
    *out = (struct service_function *)(void *)listing.items;
    return listing.count;
}

/* ---- instances ---- */

static const char *state_of(const struct invoke_instance *seen)
{
    if (seen->draining)
        return "draining";
    if (seen->starting)
        return "starting";
    return seen->calls ? "busy" : "idle";
}

static void add_instance(void *arg, const struct invoke_instance *seen)
{
    struct listing *listing = arg;
    struct service_instance *out = add(listing);

    *out = (struct service_instance){
        .account = keep(listing, seen->account),
        .region = keep(listing, seen->region),
        .service = keep(listing, seen->service),
        .function = keep(listing, seen->function),
        .qualifier = keep(listing, seen->qualifier),
        .id = keep(listing, seen->id),
        .ran = keep(listing, seen->ran),
        .state = state_of(seen),
        .provisioned = seen->provisioned,
        .calls = seen->calls,
        .served = seen->served,
        .created_wall_ms = seen->created_wall_ms,
    };
}

size_t service_instances(struct service *service, struct arena *arena,
                         struct service_instance **out)
{
    struct listing listing = {.arena = arena, .size = sizeof(**out)};

    if (service->invoke)
        invoke_each(service->invoke, add_instance, &listing);
    *out = (struct service_instance *)(void *)listing.items;
    return listing.count;
}

/* ---- asynchronous calls ---- */

static void free_record(void *arg)
{
    cJSON_Delete(arg);
}

static void add_call(void *arg, const struct store_row *row)
{
    struct listing *listing = arg;
    cJSON *record = row_document(row);
    struct service_async_call *out = add(listing);
    struct str service;
    struct str function;

    arena_on_end(listing->arena, free_record, record);
    str_cut(row->key.parent, '/', &service, &function);
    *out = (struct service_async_call){
        .account = keep(listing, row->key.account),
        .region = keep(listing, row->key.region),
        .service = shown_service(listing, service),
        .function = keep(listing, function),
        .id = keep(listing, row->key.name),
        .record = record,
    };
}

static double started(const struct service_async_call *call)
{
    const cJSON *value = json_get(call->record, "startedTime");

    return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

static int by_start(const void *a, const void *b)
{
    const struct service_async_call *x = a;
    const struct service_async_call *y = b;
    double left = started(x);
    double right = started(y);

    return left != right ? (left > right) - (left < right) : str_compare(x->id, y->id);
}

size_t service_async_calls(struct service *service, struct arena *arena,
                           struct service_async_call **out)
{
    struct listing listing = {.arena = arena, .size = sizeof(**out)};

    store_each(service->store, STR(STORE_KIND_TASK), add_call, &listing);
    if (listing.count)
        qsort(listing.items, listing.count, listing.size, by_start);
    *out = (struct service_async_call *)(void *)listing.items;
    return listing.count;
}

size_t service_async_hasten(struct service *service)
{
    return async_queue_hasten(service->async);
}
