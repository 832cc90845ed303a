/*
 * Records of asynchronous calls, their settings, and their function as it is when they run.
 */
#include "product/service/resource/async_record.h"

#include "base/mem.h"
#include "base/units.h"
#include "crypto/encode.h"
#include "fault/instance.h"
#include "product/service/resource/function_model.h"
#include "product/service/resource/run.h"

static cJSON *milliseconds(uint64_t wall_ms)
{
    return cJSON_CreateNumber((double)wall_ms);
}

void async_record_status(cJSON *record, const char *status, uint64_t wall_ms)
{
    cJSON *events = json_get(record, "events");
    cJSON *event = cJSON_CreateObject();

    if (!events)
        events = cJSON_AddArrayToObject(record, "events");
    cJSON_AddNumberToObject(event, "eventId", cJSON_GetArraySize(events) + 1);
    cJSON_AddStringToObject(event, "status", status);
    cJSON_AddItemToObject(event, "timestamp", milliseconds(wall_ms));
    cJSON_AddStringToObject(event, "eventDetail", "");
    cJSON_AddItemToArray(events, event);
    json_set(record, "status", cJSON_CreateString(status));
}

bool async_is_hidden(const cJSON *record)
{
    return cJSON_IsTrue(json_get(record, "hidden"));
}

/* ---- HTTP requests ---- */

static cJSON *http_to_json(const struct invoke_http *http)
{
    cJSON *out = cJSON_CreateObject();
    cJSON *headers = cJSON_AddArrayToObject(out, "headers");

    json_add_str(out, "method", http->method);
    json_add_str(out, "path", http->path);
    json_add_str(out, "query", http->query);
    json_add_str(out, "uri", http->uri);
    json_add_str(out, "host", http->host);
    json_add_str(out, "client", http->client);
    json_add_str(out, "basePath", http->base_path);
    for (size_t i = 0; i < http->headers->count; i++) {
        cJSON *header = cJSON_CreateObject();

        json_add_str(header, "name", http->headers->items[i].name);
        json_add_str(header, "value", http->headers->items[i].value);
        cJSON_AddItemToArray(headers, header);
    }
    return out;
}

static struct str kept(const cJSON *of, const char *name, struct arena *arena)
{
    struct str text = json_get_str(of, name);

    return text.len ? arena_str(arena, text) : STR("");
}

const struct invoke_http *async_record_http(const cJSON *record, struct arena *arena)
{
    const cJSON *from = json_get(json_get(record, "queue"), "http");
    struct http_headers *headers = ARENA_NEW(arena, struct http_headers);
    struct invoke_http *http = ARENA_NEW(arena, struct invoke_http);
    const cJSON *header;

    if (!from)
        return NULL;
    cJSON_ArrayForEach (header, json_get(from, "headers"))
        http_headers_add(headers, arena, kept(header, "name", arena), kept(header, "value", arena));
    *http = (struct invoke_http){
        .method = kept(from, "method", arena),
        .path = kept(from, "path", arena),
        .query = kept(from, "query", arena),
        .uri = kept(from, "uri", arena),
        .host = kept(from, "host", arena),
        .client = kept(from, "client", arena),
        .base_path = kept(from, "basePath", arena),
        .headers = headers,
    };
    return http;
}

/* ---- its trace ---- */

/* NULL when it is part of none. */
static cJSON *tracing_json(const struct invoke_request *of, struct arena *arena)
{
    cJSON *out;
    cJSON *baggage;

    if (!of || (!of->trace_id.len && !of->span_context.len && !of->baggage_count))
        return NULL;
    out = cJSON_CreateObject();
    json_add_str(out, "id", of->trace_id.len ? of->trace_id : STR(""));
    json_add_str(out, "span", of->span_context.len ? of->span_context : STR(""));
    baggage = cJSON_AddObjectToObject(out, "baggage");
    for (size_t i = 0; i < of->baggage_count; i++)
        json_add_str(baggage, arena_dup(arena, of->baggage[i].name), of->baggage[i].value);
    return out;
}

void async_record_tracing(const cJSON *record, struct arena *arena, struct invoke_request *out)
{
    const cJSON *from = json_get(json_get(record, "queue"), "tracing");
    const cJSON *baggage = json_get(from, "baggage");
    struct invoke_pair *pairs =
        ARENA_ARRAY(arena, (size_t)cJSON_GetArraySize(baggage) + 1, struct invoke_pair);
    const cJSON *entry;

    out->trace_id = kept(from, "id", arena);
    out->span_context = kept(from, "span", arena);
    cJSON_ArrayForEach (entry, baggage)
        pairs[out->baggage_count++] = (struct invoke_pair){arena_str(arena, str_of(entry->string)),
                                                           kept(baggage, entry->string, arena)};
    out->baggage = pairs;
}

/* ---- a fault where its function runs ---- */

static cJSON *fault_json(const struct fault_instance *fault)
{
    cJSON *json = cJSON_CreateObject();

    cJSON_AddNumberToObject(json, "fault", fault->fault);
    cJSON_AddBoolToObject(json, "after", fault->after);
    cJSON_AddNumberToObject(json, "byNs", (double)fault->by_ns);
    cJSON_AddNumberToObject(json, "attempts", (double)fault->attempts);
    return json;
}

static double count_of(const cJSON *of, const char *name)
{
    const cJSON *value = json_get(of, name);

    return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

const struct fault_instance *async_record_fault(const cJSON *record, struct arena *arena)
{
    const cJSON *queue = json_get(record, "queue");
    const cJSON *json = json_get(queue, "fault");
    struct fault_instance *fault;

    if (!json)
        return NULL;
    fault = ARENA_NEW(arena, struct fault_instance);
    *fault = (struct fault_instance){
        .fault = (enum fault_inside)count_of(json, "fault"),
        .after = cJSON_IsTrue(json_get(json, "after")),
        .by_ns = (uint64_t)count_of(json, "byNs"),
        .attempts = (uint64_t)count_of(json, "attempts"),
    };
    return fault_instance_strikes(fault, (uint64_t)count_of(queue, "attempts") + 1) ? fault : NULL;
}

cJSON *async_record(const struct async_accepted *accepted, struct str id, struct arena *arena)
{
    cJSON *record = cJSON_CreateObject();
    cJSON *queue = cJSON_CreateObject();
    cJSON *tracing;

    json_add_str(record, "id", id);
    json_add_str(record, "requestId", accepted->request_id);
    json_add_str(record, "qualifier",
                 is_latest(accepted->qualifier) ? STR(QUALIFIER_LATEST) : accepted->qualifier);
    cJSON_AddItemToObject(record, "startedTime", milliseconds(accepted->wall_ms));
    cJSON_AddNumberToObject(record, "alreadyRetriedTimes", 0);
    json_add_str(record, "payload",
                 str_is_utf8(accepted->event) ? accepted->event
                                              : base64_text(accepted->event, arena));
    if (!str_is_utf8(accepted->event))
        cJSON_AddTrueToObject(record, "encoded");
    if (accepted->http)
        cJSON_AddTrueToObject(record, "ofHttp");
    if (accepted->hidden)
        cJSON_AddTrueToObject(record, "hidden");
    json_add_str(queue, "event", base64_text(accepted->event, arena));
    cJSON_AddItemToObject(queue, "accepted", milliseconds(accepted->wall_ms));
    cJSON_AddNumberToObject(queue, "attempts", 0);
    if (accepted->http)
        cJSON_AddItemToObject(queue, "http", http_to_json(accepted->http));
    if (accepted->fault)
        cJSON_AddItemToObject(queue, "fault", fault_json(accepted->fault));
    if ((tracing = tracing_json(accepted->tracing, arena)))
        cJSON_AddItemToObject(queue, "tracing", tracing);
    cJSON_AddItemToObject(record, "queue", queue);
    async_record_status(record, "Enqueued", accepted->wall_ms);
    return record;
}

void async_record_stop(cJSON *record, uint64_t wall_ms)
{
    async_record_status(record, "Stopping", wall_ms);
    async_record_status(record, "Stopped", wall_ms);
    json_set(record, "endTime", milliseconds(wall_ms));
    cJSON_DeleteItemFromObjectCaseSensitive(record, "queue");
}

void async_record_attempt(cJSON *record)
{
    cJSON *queue = json_get(record, "queue");

    json_set(queue, "attempts", cJSON_CreateNumber(count_of(queue, "attempts") + 1));
}

void async_record_end(cJSON *record, const char *status, const struct async_outcome *outcome,
                      const char *delivered, uint64_t wall_ms)
{
    struct str body = str_slice(outcome->body, 0, outcome->most_bytes);

    async_record_status(record, status, wall_ms);
    json_set(record, "endTime", milliseconds(wall_ms));
    json_set(record, "durationMs", cJSON_CreateNumber((double)outcome->duration_ms));
    if (outcome->instance.len)
        json_set(record, "instanceId", json_string(outcome->instance));
    if (outcome->failed && outcome->type)
        json_set(record, "errorMessage", cJSON_CreateString(outcome->type));
    if (str_is_set(body) && str_is_utf8(body))
        json_set(record, "returnPayload", json_string(body));
    if (delivered)
        json_set(record, "destinationStatus", cJSON_CreateString(delivered));
    cJSON_DeleteItemFromObjectCaseSensitive(record, "queue");
}

/* ---- destinations ---- */

/* "demo/hello" as tools know it. */
static struct str arn_of(const struct store_key *key, struct str qualifier, struct arena *arena)
{
    struct str service;
    struct str function;

    str_cut(key->parent, '/', &service, &function);
    if (str_eq(service, STR(SERVICE_OF_2023)))
        return arena_strf(arena, "acs:fc:" STR_FMT ":" STR_FMT ":functions/" STR_FMT,
                          STR_ARG(key->region), STR_ARG(key->account), STR_ARG(function));
    return arena_strf(arena, "acs:fc:::services/" STR_FMT "." STR_FMT "/functions/" STR_FMT,
                      STR_ARG(service), STR_ARG(qualifier), STR_ARG(function));
}

static cJSON *text_of(struct str text)
{
    return json_string(str_is_set(text) && str_is_utf8(text) ? text : STR(""));
}

struct str async_payload(const struct store_key *key, const cJSON *record,
                         const struct async_outcome *outcome, uint64_t wall_ms, struct arena *arena)
{
    OWN(json_free) cJSON *payload = cJSON_CreateObject();
    OWN(buf_done) struct buf text = {0};
    cJSON *request = cJSON_CreateObject();
    cJSON *response = cJSON_CreateObject();
    const char *type = outcome->failed && outcome->type ? outcome->type : "";
    bool of_function = outcome->status == 200;

    cJSON_AddItemToObject(payload, "timestamp", milliseconds(wall_ms));
    json_add_str(request, "requestId", json_get_str(record, "requestId"));
    json_add_str(request, "functionArn", arn_of(key, json_get_str(record, "qualifier"), arena));
    cJSON_AddStringToObject(request, "condition",
                            outcome->status == 429 ? "FunctionResourceExhausted" : type);
    cJSON_AddNumberToObject(request, "approximateInvokeCount",
                            count_of(json_get(record, "queue"), "attempts"));
    cJSON_AddItemToObject(payload, "requestContext", request);
    json_add_str(payload, "requestPayload", json_get_str(record, "payload"));
    cJSON_AddNumberToObject(response, "statusCode", outcome->status);
    cJSON_AddStringToObject(response, "functionError", of_function ? type : "");
    cJSON_AddItemToObject(payload, "responseContext", response);
    cJSON_AddItemToObject(payload, "responsePayload", text_of(outcome->body));
    json_print(payload, false, &text);
    return arena_str(arena, buf_str(&text));
}

/* ---- settings ---- */

static struct str destination(const cJSON *config, const char *when, struct arena *arena)
{
    struct str arn =
        json_get_str(json_get(json_get(config, "destinationConfig"), when), "destination");

    return arn.len ? arena_str(arena, arn) : STR("");
}

static uint64_t figure(const cJSON *config, const char *name, uint64_t preset)
{
    return json_get_uint(config, name, UINT32_MAX, preset);
}

void async_config_of(struct service *service, const struct store_key *key, struct str qualifier,
                     struct arena *arena, struct async_config *out)
{
    struct store_key config = {
        .account = key->account,
        .region = key->region,
        .kind = STR("async-config"),
        .parent = STR(""),
        .version = STR(""),
        .name = ARENA_CONCAT(arena, key->parent, STR("/"),
                             is_latest(qualifier) ? STR(QUALIFIER_LATEST) : qualifier),
    };
    const struct store_row *row = store_find(service->store, &config);
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;

    *out = (struct async_config){
        .on_success = destination(document, "onSuccess", arena),
        .on_failure = destination(document, "onFailure", arena),
        .retries = figure(document, "maxAsyncRetryAttempts",
                          (uint64_t)service->limits.values[LIMIT_ASYNC_RETRIES_DEFAULT]),
        .age_ms = figure(document, "maxAsyncEventAgeInSeconds",
                         (uint64_t)service->limits.values[LIMIT_ASYNC_AGE_DEFAULT]) *
                  MS_PER_S,
        .stateful = cJSON_IsTrue(json_get(document, "statefulInvocation")),
    };
}

void async_config_read(struct service *service, const struct store_key *key, const cJSON *record,
                       struct arena *arena, struct async_config *out)
{
    async_config_of(service, key, json_get_str(record, "qualifier"), arena, out);
}

/* ---- the function ---- */

bool async_function(struct service *service, const struct store_key *key, const cJSON *record,
                    struct arena *arena, struct invoke_function *out)
{
    struct work work = {
        .service = service,
        .store = service->store,
        .arena = arena,
        .account = key->account,
        .region = key->region,
        .api = API_2016,
    };
    struct address at = {.path = key->parent, .qualifier = json_get_str(record, "qualifier")};

    if (!service->invoke || !str_cut(key->parent, '/', &at.service, &at.function))
        return false;
    at.owner = str_eq(at.service, STR(SERVICE_OF_2023)) ? key->parent : at.service;
    at.version = STR("");
    if (!is_latest(at.qualifier) && !address_resolve(&work, &at, at.qualifier, &at.version))
        return false;
    struct store_key function = work_key(&work, "function", at.service, at.version, at.function);
    struct store_key home = work_key(&work, "service", STR(""), at.version, at.service);

    at.function_row = store_find(service->store, &function);
    at.service_row = store_find(service->store, &home);
    if (!at.function_row || !alias_route(&work, &at) || !function_has_code(at.function_row))
        return false;
    function_spec(&work, &at, out);
    return true;
}
