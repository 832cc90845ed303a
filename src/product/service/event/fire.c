/* A trigger calls its function, asynchronously, as its source would. */
#include "base/log.h"
#include "crypto/id.h"
#include "product/service/event/internal.h"
#include "product/service/resource/async_queue.h"
#include "product/service/resource/function_model.h"

static struct str parent_of(const struct event_trigger *trigger, struct arena *arena)
{
    return ARENA_CONCAT(arena, trigger->service.len ? trigger->service : STR(SERVICE_OF_2023),
                        STR("/"), trigger->function);
}

static struct str new_id(const struct service *service, const struct event_trigger *trigger,
                         struct arena *arena)
{
    char *id = arena_alloc(arena, ID_UUID_BYTES);

    if (trigger->service.len)
        id_uuid(id);
    else
        id_request_2023(clock_now_wall_ms(service->clock), id);
    return str_of(id);
}

static const struct store_row *function_of(struct service *service,
                                           const struct event_trigger *trigger)
{
    const struct store_key key = {
        .account = trigger->account,
        .region = trigger->region,
        .kind = STR("function"),
        .parent = trigger->service.len ? trigger->service : STR(SERVICE_OF_2023),
        .version = STR(""),
        .name = trigger->function,
    };

    return store_find(service->store, &key);
}

size_t event_happened(struct service *service, const struct event_occasion *occasion,
                      const cJSON *facts)
{
    OWN(arena_free) struct arena *arena = arena_new();
    const struct event_search search = {
        .account = occasion->account, .region = occasion->region, .type = occasion->type};
    struct event_trigger *found;
    size_t count = event_find(service, &search, arena, &found);
    size_t fired = 0;
    struct str id;

    for (size_t i = 0; i < count; i++) {
        if (!event_hears(&found[i], occasion))
            continue;
        OWN(json_free) cJSON *payload = event_payload(service, &found[i], facts);
        struct str bytes = event_bytes(&found[i], payload, arena);
        const char *problem = event_fire(service, &found[i], bytes, arena, &id);

        fired += problem == NULL;
        if (problem)
            log_warn("trigger not fired", "trigger=" STR_FMT " why=%s", STR_ARG(found[i].name),
                     problem);
    }
    return fired;
}

const char *event_fire(struct service *service, const struct event_trigger *trigger,
                       struct str event, struct arena *arena, struct str *out_id)
{
    const struct store_row *function = function_of(service, trigger);
    struct async_call call = {
        .account = trigger->account,
        .region = trigger->region,
        .path = parent_of(trigger, arena),
        .qualifier = trigger->qualifier,
        .event = event,
        .request_id = new_id(service, trigger, arena),
    };

    if (!function)
        return arena_printf(arena, "function '" STR_FMT "' is not there any more",
                            STR_ARG(trigger->function));
    if (!service->async)
        return "functions are not run: invoke.enabled is false";
    if (!function_has_code(function))
        return arena_printf(arena, "function '" STR_FMT "' has no code",
                            STR_ARG(trigger->function));
    async_queue_add(service->async, &call);
    log_info("trigger fired",
             "trigger=" STR_FMT " type=" STR_FMT " function=" STR_FMT " id=" STR_FMT,
             STR_ARG(trigger->name), STR_ARG(trigger->type), STR_ARG(call.path),
             STR_ARG(call.request_id));
    *out_id = call.request_id;
    return NULL;
}
