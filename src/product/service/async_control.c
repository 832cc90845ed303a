/*
 * Asynchronous calls in the hands of who looks at them: stopped, or run once more.
 */
#include "crypto/encode.h"
#include "crypto/id.h"
#include "product/service/resource/async_queue.h"
#include "product/service/resource/async_record.h"
#include "product/service/service.h"

static struct store_key key_of(const struct service_async_call *call, struct arena *arena)
{
    struct str service = call->service.len ? call->service : STR(SERVICE_OF_2023);

    return (struct store_key){
        .account = call->account,
        .region = call->region,
        .kind = STR(STORE_KIND_TASK),
        .parent = ARENA_CONCAT(arena, service, STR("/"), call->function),
        .version = STR(""),
        .name = call->id,
    };
}

bool service_async_stop(struct service *service, const struct service_async_call *call,
                        struct arena *arena)
{
    const struct store_key key = key_of(call, arena);
    const struct store_row *row = store_find(service->store, &key);
    OWN(json_free) cJSON *record = row ? row_document(row) : NULL;
    uint64_t now = clock_now_wall_ms(service->clock);
    struct store_batch *batch;

    if (!json_get(record, "queue"))
        return false;
    batch = store_begin(service->store);
    async_record_stop(record, now);
    if (async_is_hidden(record))
        store_remove(batch, &key);
    else
        row_put(batch, &key, record,
                (struct store_value){.created_ms = row->created_ms, .modified_ms = now});
    store_commit(batch, NULL, NULL);
    async_queue_stop(service->async, &key);
    return true;
}

static struct str event_of(const cJSON *record, struct arena *arena)
{
    struct str payload = json_get_str(record, "payload");
    uint8_t *bytes;
    size_t len = 0;

    if (!cJSON_IsTrue(json_get(record, "encoded")))
        return payload;
    bytes = arena_alloc(arena, base64_decoded_max(payload.len) + 1);
    base64_decode(payload, bytes, &len);
    return (struct str){(const char *)bytes, len};
}

const char *service_async_again(struct service *service, const struct service_async_call *call,
                                struct arena *arena, struct str *out_id)
{
    const struct store_key key = key_of(call, arena);
    char id[ID_UUID_BYTES];
    struct async_call again = {.account = key.account,
                               .region = key.region,
                               .path = key.parent,
                               .qualifier = json_get_str(call->record, "qualifier")};

    *out_id = json_get_str(call->record, "requestId");
    if (!service->async)
        return "functions are not run: invoke.enabled is false";
    if (json_get(call->record, "queue"))
        return async_queue_hurry(service->async, &key) ? NULL : "it is running";
    if (cJSON_IsTrue(json_get(call->record, "ofHttp")))
        return "it came as an HTTP request, of which only the body is kept; send that again";
    id_uuid(id);
    again.request_id = *out_id = arena_str(arena, str_of(id));
    again.event = event_of(call->record, arena);
    async_queue_add(service->async, &again);
    return NULL;
}
