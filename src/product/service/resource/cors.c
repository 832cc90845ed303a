/* Cross-origin requests: preflights, and headers of answers. */
#include "product/service/resource/cors.h"

#include <inttypes.h>

#include "product/service/resource/model.h"

enum { STATUS_OK = 200, STATUS_NO_CONTENT = 204, MAX_AGE_S = 3600, MAX_AGE_MOST_S = 86400 };

static struct str header(const struct http_request *request, const char *name)
{
    struct str value = http_headers_get(&request->headers, str_of(name));

    return value.len ? value : STR("");
}

bool methods_allow(const cJSON *of, struct str method)
{
    const cJSON *methods = json_get(of, "methods");
    const cJSON *item;

    if (json_is_blank(methods))
        return true;
    cJSON_ArrayForEach (item, methods) {
        if (cJSON_IsString(item) && str_eq(str_of(item->valuestring), method))
            return true;
    }
    return false;
}

bool cors_is_preflight(const struct http_request *request)
{
    return str_eq(request->method, STR("OPTIONS")) && header(request, "Origin").len > 0 &&
           header(request, "Access-Control-Request-Method").len > 0;
}

bool cors_answers(const struct http_request *request, const cJSON *config, const cJSON *of)
{
    const cJSON *methods = json_get(of, "methods");

    if (!cors_is_preflight(request))
        return false;
    return config || json_is_blank(methods) || !methods_allow(of, STR("OPTIONS"));
}

static void add(struct work *work, const char *name, struct str value)
{
    struct http_headers *headers = &work->answer.headers;

    if (value.len && !str_is_set(http_headers_get(headers, str_of(name))))
        http_headers_add(headers, work->arena, str_of(name), value);
}

/* ---- a configuration ---- */

static bool lists(const cJSON *config, const char *member, struct str value)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, json_get(config, member)) {
        struct str text = cJSON_IsString(one) ? str_of(one->valuestring) : STR("");

        if (str_eq(text, STR("*")) || str_eq_nocase(text, value))
            return true;
    }
    return false;
}

static bool lists_all(const cJSON *config, const char *member, struct str values)
{
    struct str value;
    struct str rest = values;

    while (rest.len) {
        if (!str_cut(rest, ',', &value, &rest))
            rest = STR("");
        if (!lists(config, member, str_trim(value)))
            return false;
    }
    return true;
}

static struct str joined(struct work *work, const cJSON *config, const char *member)
{
    OWN(buf_done) struct buf out = {0};
    const cJSON *one;

    cJSON_ArrayForEach (one, json_get(config, member)) {
        if (cJSON_IsString(one))
            buf_printf(&out, "%s%s", out.len ? "," : "", one->valuestring);
    }
    return arena_str(work->arena, buf_str(&out));
}

static void add_origin(struct work *work, const cJSON *config)
{
    bool credentials = cJSON_IsTrue(json_get(config, "allowCredentials"));

    add(work, "Access-Control-Allow-Origin", work_header(work, "Origin"));
    add(work, "Vary", STR("Origin"));
    if (credentials)
        add(work, "Access-Control-Allow-Credentials", STR("true"));
}

static void add_age(struct work *work, const cJSON *config)
{
    uint64_t age = json_get_uint(config, "maxAge", MAX_AGE_MOST_S, MAX_AGE_S);

    add(work, "Access-Control-Max-Age", arena_strf(work->arena, "%" PRIu64, age));
}

static void answer_configured(struct work *work, const cJSON *config)
{
    const struct http_request *request = work->call.request;
    struct str wanted = header(request, "Access-Control-Request-Headers");
    struct str method = header(request, "Access-Control-Request-Method");

    if (!lists(config, "allowOrigins", header(request, "Origin")) ||
        !lists(config, "allowMethods", method) || !lists_all(config, "allowHeaders", wanted)) {
        answer_refuse_text(work, "AccessDenied",
                           "the CORS configuration does not allow origin '" STR_FMT
                           "', method '" STR_FMT "' or headers '" STR_FMT "'",
                           STR_ARG(header(request, "Origin")), STR_ARG(method), STR_ARG(wanted));
        return;
    }
    work->answer.status = STATUS_NO_CONTENT;
    add_origin(work, config);
    add(work, "Access-Control-Allow-Methods", joined(work, config, "allowMethods"));
    add(work, "Access-Control-Allow-Headers",
        lists(config, "allowHeaders", STR("*")) ? wanted : joined(work, config, "allowHeaders"));
    add_age(work, config);
}

/* ---- preflights ---- */

void cors_answer_preflight(struct work *work, const cJSON *config)
{
    if (config) {
        answer_configured(work, config);
        return;
    }
    work->answer.status = STATUS_OK;
    work->answer.body = STR("");
    add(work, "Access-Control-Allow-Origin", work_header(work, "Origin"));
    add(work, "Access-Control-Allow-Credentials", STR("true"));
    add(work, "Access-Control-Allow-Methods", work_header(work, "Access-Control-Request-Method"));
    add(work, "Access-Control-Allow-Headers", work_header(work, "Access-Control-Request-Headers"));
    add_age(work, NULL);
}

/* ---- answers ---- */

void cors_add(struct work *work, const cJSON *config, struct str expose)
{
    struct str origin = work_header(work, "Origin");

    if (!config)
        add(work, "Access-Control-Expose-Headers", expose);
    if (origin.len == 0)
        return;
    if (!config) {
        add(work, "Access-Control-Allow-Origin", origin);
        add(work, "Access-Control-Allow-Credentials", STR("true"));
    } else if (lists(config, "allowOrigins", origin)) {
        add_origin(work, config);
        add(work, "Access-Control-Expose-Headers", joined(work, config, "exposeHeaders"));
    }
}
