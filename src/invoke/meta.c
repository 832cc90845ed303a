/*
 * What a call tells its function beside the event: a line of JSON.
 */
#include "base/query.h"
#include "invoke/internal.h"

static void add_pairs(struct buf *b, const struct invoke_pair *pairs, size_t count)
{
    buf_add_char(b, '{');
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_char(b, ',');
        buf_json_string(b, pairs[i].name);
        buf_add_char(b, ':');
        buf_json_string(b, pairs[i].value);
    }
    buf_add_char(b, '}');
}

static void add_text(struct buf *b, const char *key, struct str value)
{
    buf_printf(b, ",\"%s\":", key);
    buf_json_string(b, str_is_set(value) ? value : STR(""));
}

/* Values of one name stand together, in the order they came. */
static bool seen_before(const struct http_headers *headers, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (str_eq_nocase(headers->items[i].name, headers->items[at].name))
            return true;
    }
    return false;
}

static bool is_passed_on(struct str name)
{
    return !str_starts_nocase(name, STR("x-fc-")) && !str_eq_nocase(name, STR("connection")) &&
           !str_eq_nocase(name, STR("keep-alive"));
}

static void add_headers(struct buf *b, const struct http_headers *headers)
{
    bool first = true;

    buf_puts(b, ",\"headersMap\":{");
    for (size_t i = 0; headers && i < headers->count; i++) {
        if (!is_passed_on(headers->items[i].name) || seen_before(headers, i))
            continue;
        if (!first)
            buf_add_char(b, ',');
        first = false;
        buf_json_string(b, headers->items[i].name);
        buf_puts(b, ":[");
        buf_json_string(b, headers->items[i].value);
        for (size_t k = i + 1; k < headers->count; k++) {
            if (str_eq_nocase(headers->items[k].name, headers->items[i].name)) {
                buf_add_char(b, ',');
                buf_json_string(b, headers->items[k].value);
            }
        }
        buf_add_char(b, ']');
    }
    buf_add_char(b, '}');
}

static void add_queries(struct buf *b, struct str text, struct arena *arena)
{
    struct query query = {0};

    query_parse(text, arena, &query);
    buf_puts(b, ",\"queriesMap\":{");
    for (size_t i = 0, shown = 0; i < query.count; i++) {
        bool again = false;

        for (size_t k = 0; k < i; k++)
            again = again || str_eq(query.pairs[k].key, query.pairs[i].key);
        if (again)
            continue;
        if (shown++)
            buf_add_char(b, ',');
        buf_json_string(b, query.pairs[i].key);
        buf_puts(b, ":[");
        buf_json_string(b, query.pairs[i].value);
        for (size_t k = i + 1; k < query.count; k++) {
            if (str_eq(query.pairs[k].key, query.pairs[i].key)) {
                buf_add_char(b, ',');
                buf_json_string(b, query.pairs[k].value);
            }
        }
        buf_add_char(b, ']');
    }
    buf_add_char(b, '}');
}

static void add_http(struct buf *b, const struct invoke_http *http, struct arena *arena)
{
    buf_puts(b, "{\"method\":");
    buf_json_string(b, http->method);
    add_text(b, "path", http->path.len ? http->path : STR("/"));
    add_text(b, "requestURI", http->uri);
    add_text(b, "clientIP", http->client);
    add_text(b, "host", http->host);
    add_headers(b, http->headers);
    add_queries(b, http->query, arena);
    buf_add_char(b, '}');
}

struct str call_meta(struct invoke_call *call)
{
    const struct invoke_request *request = &call->request;
    OWN(arena_free) struct arena *arena = request->http ? arena_new() : NULL;
    struct buf *b = &call->invoke->meta;

    buf_clear(b);
    buf_puts(b, "{\"requestId\":");
    buf_json_string(b, request->request_id);
    if (call->own)
        add_text(b, "handler", call_hook(call).handler);
    if (request->retry_count)
        buf_printf(b, ",\"retryCount\":%u", request->retry_count);
    if (request->span_context.len)
        add_text(b, "spanContext", request->span_context);
    if (request->baggage_count) {
        buf_puts(b, ",\"spanBaggages\":");
        add_pairs(b, request->baggage, request->baggage_count);
    }
    buf_puts(b, ",\"credentials\":[");
    for (size_t i = 0; i < N_ELEMENTS(call->instance->credentials); i++) {
        if (i)
            buf_add_char(b, ',');
        buf_json_string(b, str_of(call->instance->credentials[i]));
    }
    buf_add_char(b, ']');
    if (request->http) {
        buf_puts(b, ",\"http\":");
        add_http(b, request->http, arena);
    }
    buf_add_char(b, '}');
    return buf_str(b);
}

struct str call_long_meta(struct invoke_call *call)
{
    struct buf *b = &call->invoke->meta;

    call_meta(call);
    while (b->len < FRAME_EVENT_AT - FRAME_HEAD_BYTES - sizeof(uint32_t))
        buf_add_char(b, ' ');
    return buf_str(b);
}

struct str call_http_meta(const struct invoke_http *http, struct arena *arena)
{
    OWN(buf_done) struct buf b = {0};

    add_http(&b, http, arena);
    return arena_str(arena, buf_str(&b));
}

struct str call_baggage(const struct invoke_request *request, struct arena *arena)
{
    OWN(buf_done) struct buf b = {0};

    add_pairs(&b, request->baggage, request->baggage_count);
    return arena_str(arena, buf_str(&b));
}

/* ---- once ---- */

static void add_function(struct buf *b, const struct invoke_function *f)
{
    buf_puts(b, ",\"function\":{\"name\":");
    buf_json_string(b, f->name);
    add_text(b, "handler", f->handler);
    buf_printf(b, ",\"memory\":%u,\"timeout\":%u}", f->memory_mb, f->timeout_s);
    buf_puts(b, ",\"service\":{\"name\":");
    buf_json_string(b, f->service);
    add_text(b, "logProject", f->log_project);
    add_text(b, "logStore", f->log_store);
    add_text(b, "qualifier", f->qualifier);
    add_text(b, "versionId", str_eq(f->version, STR("LATEST")) ? STR("") : f->version);
    buf_add_char(b, '}');
}

static void add_variables(struct buf *b, const struct texts *env)
{
    struct str name;
    struct str value;

    buf_puts(b, ",\"environment\":{");
    for (size_t i = 0; i < env->count; i++) {
        str_cut(str_of(env->items[i]), '=', &name, &value);
        if (i)
            buf_add_char(b, ',');
        buf_json_string(b, name);
        buf_add_char(b, ':');
        buf_json_string(b, value);
    }
    buf_add_char(b, '}');
}

struct str load_frame(const struct instance *instance, const char *code, const struct texts *env,
                      struct arena *arena)
{
    const struct invoke_function *f = &instance->spec;
    OWN(buf_done) struct buf b = {0};

    buf_puts(&b, "{\"runtime\":");
    buf_json_string(&b, f->runtime);
    buf_printf(&b, ",\"generation\":%d,\"concurrency\":%u", instance->generation, f->concurrency);
    add_text(&b, "code", str_of(code));
    add_text(&b, "initializer", f->initializer);
    buf_printf(&b, ",\"initializationTimeout\":%u", f->initializer_timeout_s);
    add_text(&b, "region", f->region);
    add_text(&b, "accountId", f->account);
    add_function(&b, f);
    if (env)
        add_variables(&b, env);
    buf_add_char(&b, '}');
    return arena_str(arena, buf_str(&b));
}
