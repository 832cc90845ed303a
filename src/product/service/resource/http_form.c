/*
 * HTTP requests of functions of 2023-03-30: an event in, a JSON object out.
 *
 * Source: spec page invocation §4.9.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/query.h"
#include "crypto/encode.h"
#include "product/service/resource/run.h"

enum { STATUS_MIN = 200, STATUS_MAX = 599 };

/* User-Agent, whatever the client wrote. */
static struct str canonical(struct work *work, struct str name)
{
    char *text = arena_dup(work->arena, name);
    bool first = true;

    for (char *c = text; *c; c++) {
        if (first && *c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
        else if (!first && *c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
        first = *c == '-';
    }
    return str_of(text);
}

/* A second value of one name follows behind a comma. */
static void add_joined(struct work *work, cJSON *map, struct str name, struct str value)
{
    const char *key = arena_dup(work->arena, name);
    struct str old = json_get_str(map, key);

    if (!str_is_set(old)) {
        json_add_str(map, key, value);
        return;
    }
    struct str both = ARENA_CONCAT(work->arena, old, STR(","), value);

    cJSON_ReplaceItemInObjectCaseSensitive(map, key, json_string(both));
}

static void add_headers(struct work *work, const struct http_headers *headers, cJSON *event)
{
    cJSON *map = cJSON_AddObjectToObject(event, "headers");

    for (size_t i = 0; i < headers->count; i++) {
        struct str name = headers->items[i].name;

        if (!str_starts_nocase(name, STR("x-fc-")) && !str_eq_nocase(name, STR("connection")) &&
            !str_eq_nocase(name, STR("keep-alive")))
            add_joined(work, map, canonical(work, name), headers->items[i].value);
    }
}

static void add_query(struct work *work, cJSON *event)
{
    cJSON *map = cJSON_AddObjectToObject(event, "queryParameters");

    for (size_t i = 0; i < work->call.query->count; i++)
        add_joined(work, map, work->call.query->pairs[i].key, work->call.query->pairs[i].value);
}

static bool is_text_type(struct str type)
{
    static const struct str words[] = {STR_INIT("text/"), STR_INIT("json"), STR_INIT("xml"),
                                       STR_INIT("x-www-form-urlencoded"), STR_INIT("javascript")};
    size_t at;

    for (size_t i = 0; i < N_ELEMENTS(words); i++) {
        if (str_find(type, words[i], &at))
            return true;
    }
    return type.len == 0;
}

static void add_body(struct work *work, cJSON *event)
{
    struct str body = work->call.request->body;
    bool text = is_text_type(work_header(work, "Content-Type")) && str_is_utf8(body);

    if (!str_is_set(body))
        body = STR("");
    json_add_str(event, "body", text ? body : base64_text(body, work->arena));
    cJSON_AddBoolToObject(event, "isBase64Encoded", !text);
}

static void add_context(struct work *work, const struct invoke_http *http, struct str trigger_id,
                        cJSON *event)
{
    cJSON *context = cJSON_AddObjectToObject(event, "requestContext");
    cJSON *line = cJSON_CreateObject();
    uint64_t now = work_now_ms(work);
    struct str prefix;
    struct str rest;
    struct str path;
    char time[CLOCK_ISO_BYTES];

    str_cut(http->host, '.', &prefix, &rest);
    percent_decode(http->path, false, work->arena, &path);
    clock_format_iso_seconds(now, time);
    json_add_str(context, "accountId", work->account);
    json_add_str(context, "domainName", http->host);
    json_add_str(context, "domainPrefix", prefix);
    json_add_str(context, "requestId", work->call.request_id);
    json_add_str(context, "time", str_of(time));
    json_add_str(context, "timeEpoch", arena_strf(work->arena, "%llu", (unsigned long long)now));
    json_add_str(context, "triggerId", trigger_id);
    json_add_str(line, "method", http->method);
    json_add_str(line, "path", path);
    json_add_str(line, "protocol", STR("HTTP/1.1"));
    json_add_str(line, "sourceIp", http->client);
    json_add_str(line, "userAgent", work_header(work, "User-Agent"));
    cJSON_AddItemToObject(context, "http", line);
}

struct str http_event(struct work *work, const struct invoke_http *http, struct str trigger_id)
{
    OWN(json_free) cJSON *event = cJSON_CreateObject();
    OWN(buf_done) struct buf text = {0};

    cJSON_AddStringToObject(event, "version", "v1");
    json_add_str(event, "rawPath", http->path.len ? http->path : STR("/"));
    add_headers(work, http->headers, event);
    add_query(work, event);
    add_body(work, event);
    add_context(work, http, trigger_id, event);
    json_print(event, false, &text);
    return arena_str(work->arena, buf_str(&text));
}

/* ---- the answer ---- */

static struct str decode_body(struct work *work, struct str body)
{
    uint8_t *bytes = arena_alloc(work->arena, base64_decoded_max(body.len) + 1);
    size_t len;

    return base64_decode(body, bytes, &len) ? (struct str){(const char *)bytes, len} : body;
}

static struct str body_of(struct work *work, const cJSON *answer)
{
    const cJSON *body = cJSON_GetObjectItemCaseSensitive(answer, "body");
    struct buf text = {0};
    struct str shown;

    if (!body || cJSON_IsNull(body))
        return STR("");
    if (cJSON_IsString(body)) {
        shown = arena_str(work->arena, str_of(body->valuestring));
        return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "isBase64Encoded"))
                   ? decode_body(work, shown)
                   : shown;
    }
    json_print(body, false, &text);
    shown = arena_str(work->arena, buf_str(&text));
    buf_done(&text);
    return shown;
}

static void take_headers(struct work *work, const cJSON *answer, struct http_headers *out)
{
    const cJSON *header;

    cJSON_ArrayForEach (header, cJSON_GetObjectItemCaseSensitive(answer, "headers")) {
        if (cJSON_IsString(header))
            http_headers_add(out, work->arena, arena_str(work->arena, str_of(header->string)),
                             arena_str(work->arena, str_of(header->valuestring)));
    }
}

void http_event_answer(struct work *work, struct invoke_result *result)
{
    struct error err;
    OWN(json_free) cJSON *answer = json_parse(result->body, &err);
    const cJSON *status = cJSON_GetObjectItemCaseSensitive(answer, "statusCode");

    result->is_http = true;
    if (cJSON_IsNumber(status) && status->valuedouble == status->valueint &&
        status->valueint >= STATUS_MIN && status->valueint <= STATUS_MAX) {
        result->status = status->valueint;
        take_headers(work, answer, &result->headers);
        result->body = body_of(work, answer);
        return;
    }
    result->status = 200;
    http_headers_add(&result->headers, work->arena, STR("Content-Type"), STR("application/json"));
}
