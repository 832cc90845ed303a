/*
 * What an instance says about its calls, by frames: loaded, answered, failed, gone.
 */
#include <string.h>

#include "base/json.h"
#include "invoke/internal.h"

enum { STATUS_MIN = 200, STATUS_MAX = 599 };

static struct invoke_call *find_call(struct instance *instance, uint32_t number)
{
    struct invoke_call *call;

    DL_FOREACH(instance->calls, call)
    {
        if (call->number == number && call->phase != CALL_WAITING)
            return call;
    }
    return NULL; /* it answers twice, or too late */
}

/* Status and headers of an answer over HTTP: {"status": 200, "headersMap": {"k": ["v"]}}. */
static bool take_head(struct str text, struct arena *arena, struct invoke_result *result)
{
    struct error err;
    OWN(json_free) cJSON *head = json_parse(text, &err);
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(head, "status");
    const cJSON *entry;
    const cJSON *value;

    if (!cJSON_IsNumber(status) || status->valueint < STATUS_MIN || status->valueint > STATUS_MAX)
        return false;
    result->is_http = true;
    result->status = status->valueint;
    cJSON_ArrayForEach (entry, cJSON_GetObjectItemCaseSensitive(head, "headersMap")) {
        cJSON_ArrayForEach (value, entry) {
            if (cJSON_IsString(value))
                http_headers_add(&result->headers, arena, arena_str(arena, str_of(entry->string)),
                                 arena_str(arena, str_of(value->valuestring)));
        }
    }
    return true;
}

void call_http_result(struct invoke_call *call, struct str head, struct str body)
{
    struct invoke_result result = {.outcome = INVOKE_ANSWERED};
    struct arena *arena = arena_new();

    if (take_head(head, arena, &result)) {
        result.body = body;
    } else {
        result.outcome = INVOKE_UNHANDLED;
        result.body =
            STR("{\"errorMessage\":\"The status of an HTTP answer is a number from 200 to 599\"}");
    }
    call_result(call, &result);
    arena_free(arena);
}

static void take_http(struct invoke_call *call, struct str payload)
{
    uint32_t len = 0;

    if (payload.len >= sizeof(len))
        memcpy(&len, payload.ptr, sizeof(len));
    call_http_result(call, str_slice(payload, sizeof(len), sizeof(len) + (size_t)len),
                     str_slice(payload, sizeof(len) + (size_t)len, payload.len));
}

static void take_error(struct instance *instance, const struct frame *frame)
{
    struct invoke_call *call = find_call(instance, frame->call);
    struct invoke_result result = {
        .outcome = frame->payload.len && frame->payload.ptr[0] == FRAME_HANDLED ? INVOKE_HANDLED
                                                                                : INVOKE_UNHANDLED,
        .body = str_slice(frame->payload, 1, frame->payload.len),
    };

    if (call)
        call_result(call, &result);
    else if (instance->state == INSTANCE_STARTING)
        call_load_failed(instance, &result);
}

static void on_frame(void *arg, const struct frame *frame)
{
    struct instance *instance = arg;
    struct invoke_call *call;
    struct invoke_result result = {.outcome = INVOKE_ANSWERED, .body = frame->payload};

    switch (frame->kind) {
    case 'l':
        instance_loaded(instance);
        break;
    case 'e':
        take_error(instance, frame);
        break;
    case 'a':
        call = find_call(instance, frame->call);
        if (call)
            call_result(call, &result);
        break;
    case 'h':
        call = find_call(instance, frame->call);
        if (call)
            take_http(call, frame->payload);
        break;
    default: /* r: it is up */
        break;
    }
}

/* It closed its descriptor, or wrote what is no frame: it cannot answer any more. */
static void on_channel_ended(void *arg)
{
    struct instance *instance = arg;

    channel_close(GIVE(instance->channel));
    instance_stop(instance);
}

const struct channel_events call_channel_events = {.frame = on_frame, .ended = on_channel_ended};
