/*
 * Custom domains. Names are not resolved, routes may name functions that do not exist yet.
 *
 * Source: spec pages api-2016-08-15 §6.7, api-2023-03-30 §6.4 and §7.6.
 */
#include "product/service/resource/domain.h"
#include "base/mem.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"
#include "product/service/resource/rewrite.h"
#include "route/place.h"

/* clang-format off */
FIELD_TABLE(rule_fields,
    {.name = "match", .type = BODY_STRING, .flags = IN_ALL, .max = LIMIT(REWRITE_MAX)},
    {.name = "replacement", .type = BODY_STRING, .flags = IN_ALL, .max = LIMIT(REWRITE_MAX)},
);
FIELD_TABLE(rewrite_fields,
    {.name = "equalRules", .type = BODY_OBJECTS, .flags = IN_ALL, .fields = &rule_fields},
    {.name = "regexRules", .type = BODY_OBJECTS, .flags = IN_ALL, .fields = &rule_fields},
    {.name = "wildcardRules", .type = BODY_OBJECTS, .flags = IN_ALL, .fields = &rule_fields},
);
FIELD_TABLE(path_fields,
    {.name = "path", .type = BODY_STRING, .flags = IN_ALL, .max = LIMIT(ROUTE_PATH_MAX)},
    {.name = "serviceName", .type = BODY_STRING, .flags = IN_CLASSIC},
    {.name = "functionName", .type = BODY_STRING, .flags = IN_ALL},
    {.name = "qualifier", .type = BODY_STRING, .flags = IN_ALL, .classic = "null"},
    {.name = "methods", .type = BODY_STRINGS, .flags = IN_ALL, .classic = "null", .choices = "HEAD | GET | POST | PUT | DELETE | PATCH | OPTIONS"},
    {.name = "rewriteConfig", .type = BODY_OBJECT, .flags = IN_ALL, .fields = &rewrite_fields},
);
FIELD_TABLE(route_fields,
    {.name = "routes", .type = BODY_OBJECTS, .flags = IN_ALL, .classic = "[]", .current = "[]", .max = LIMIT(DOMAIN_ROUTES), .fields = &path_fields},
);
FIELD_TABLE(cert_fields,
    {.name = "certName", .type = BODY_STRING, .flags = IN_ALL, .classic = "null", .min = LIMIT(CERT_NAME_MIN), .max = LIMIT(CERT_NAME_MAX)},
    {.name = "certificate", .type = BODY_STRING, .flags = IN_ALL | BODY_MAY_BE_EMPTY, .classic = "null", .max = LIMIT(CERTIFICATE_MAX), .pattern = PATTERN_CERTIFICATE},
    {.name = "privateKey", .type = BODY_STRING, .flags = IN_ALL | BODY_SECRET | BODY_MAY_BE_EMPTY, .classic = "null", .max = LIMIT(PRIVATE_KEY_MAX), .pattern = PATTERN_PRIVATE_KEY},
);
FIELD_TABLE(tls_fields,
    {.name = "minVersion", .type = BODY_STRING, .flags = IN_ALL, .choices = "TLSv1.0 | TLSv1.1 | TLSv1.2 | TLSv1.3"},
    {.name = "maxVersion", .type = BODY_STRING, .flags = IN_ALL, .choices = "TLSv1.0 | TLSv1.1 | TLSv1.2 | TLSv1.3"},
    {.name = "cipherSuites", .type = BODY_STRINGS, .flags = IN_ALL},
);
FIELD_TABLE(waf_fields,
    {.name = "enableWAF", .type = BODY_BOOL, .flags = IN_ALL},
);
FIELD_TABLE(auth_fields,
    {.name = "authType", .type = BODY_STRING, .flags = IN_2023, .choices = "anonymous | function | jwt | basic | bearer"},
    {.name = "authInfo", .type = BODY_TEXT, .flags = IN_2023},
);
FIELD_TABLE(domain_cors_fields,
    {.name = "allowCredentials", .type = BODY_BOOL, .flags = IN_2023},
    {.name = "allowHeaders", .type = BODY_STRINGS, .flags = IN_2023},
    {.name = "allowMethods", .type = BODY_STRINGS, .flags = IN_2023},
    {.name = "allowOrigins", .type = BODY_STRINGS, .flags = IN_2023},
    {.name = "exposeHeaders", .type = BODY_STRINGS, .flags = IN_2023},
    {.name = "maxAge", .type = BODY_INT, .flags = IN_2023},
);
FIELD_TABLE(domain_fields,
    {.name = "domainName", .type = BODY_STRING, .flags = IN_CLASSIC | BODY_REQUIRED | BODY_CONSTANT, .max = LIMIT(DOMAIN_NAME_MAX), .pattern = PATTERN_DOMAIN, .title = "domain name"},
    {.name = "domainName", .type = BODY_STRING, .flags = IN_2023 | BODY_REQUIRED | BODY_CONSTANT, .max = LIMIT(DOMAIN_NAME_MAX), .pattern = PATTERN_WILD_DOMAIN, .title = "domain name"},
    {.name = "protocol", .type = BODY_STRING, .flags = IN_ALL, .classic = "\"HTTP\"", .choices = "HTTP | HTTPS | HTTP,HTTPS"},
    {.name = "routeConfig", .type = BODY_OBJECT, .flags = IN_ALL, .classic = "{\"routes\":[]}", .fields = &route_fields},
    {.name = "certConfig", .type = BODY_OBJECT, .flags = IN_ALL, .classic = "{\"certName\":null,\"certificate\":null,\"privateKey\":null}", .fields = &cert_fields},
    {.name = "tlsConfig", .type = BODY_OBJECT, .flags = IN_ALL, .fields = &tls_fields},
    {.name = "wafConfig", .type = BODY_OBJECT, .flags = IN_ALL, .fields = &waf_fields},
    {.name = "authConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &auth_fields},
    {.name = "corsConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &domain_cors_fields},
    {.name = "isE2B", .type = BODY_BOOL, .flags = IN_2023 | BODY_CONSTANT},
);
/* clang-format on */

static const char *const api_dates[] = {
    [API_2016] = "2016-08-15", [API_2021] = "2021-04-06", [API_2023] = "2023-03-30"};

static cJSON *routes_of(const cJSON *document)
{
    return json_get(json_get(document, "routeConfig"), "routes");
}

/* Kept with service and function apart; 2023-03-30 names both in one. */
static void split_route(struct work *work, cJSON *route)
{
    struct str name = arena_str(work->arena, json_get_str(route, "functionName"));
    struct str service;
    struct str function;

    if (!str_is_set(name))
        return;
    if (!str_cut(name, SERVICE_SEPARATOR, &service, &function)) {
        service = STR(SERVICE_OF_2023);
        function = name;
    }
    json_set(route, "serviceName", json_string(service));
    json_set(route, "functionName", json_string(function));
}

static void join_route(struct work *work, cJSON *shown, const cJSON *route)
{
    const struct address at = {
        .service = json_get_str(route, "serviceName"),
        .function = json_get_str(route, "functionName"),
    };

    if (str_is_set(at.service) && str_is_set(at.function))
        json_set(shown, "functionName", json_string(address_name_2023(&at, work->arena)));
}

static void join_routes(struct work *work, const cJSON *document, cJSON *view)
{
    const cJSON *route = routes_of(document) ? routes_of(document)->child : NULL;
    cJSON *shown;

    cJSON_ArrayForEach (shown, routes_of(view)) {
        join_route(work, shown, route);
        route = route ? route->next : NULL;
    }
}

static void decorate(struct work *work, const struct subject *s, const struct store_row *row,
                     const cJSON *document, cJSON *view)
{
    (void)s;
    (void)row;
    if (work->api == API_2023) {
        join_routes(work, document, view);
        cJSON_AddStringToObject(view, "subdomainCount", "0");
    }
    json_add_str(view, "accountId", work->account);
    cJSON_AddStringToObject(view, "apiVersion", api_dates[work->api]);
}

static bool prepare(struct work *work, struct subject *s)
{
    const cJSON *routes = work->api == API_2023 ? routes_of(s->given) : NULL;
    cJSON *route;

    cJSON_ArrayForEach (route, routes)
        split_route(work, route);
    return true;
}

static bool is_empty_text(const cJSON *object, const char *name)
{
    const cJSON *member = json_get(object, name);

    return !member || (cJSON_IsString(member) && !*member->valuestring);
}

/* HTTPS cannot be served without a certificate, and one that has a name but no text, or the other
 * way round, stops a client that reads it. */
static bool check_certificate(struct work *work, const cJSON *document)
{
    const cJSON *cert = json_get(document, "certConfig");
    struct str protocol = json_get_str(document, "protocol");
    size_t at;

    if (cert && is_empty_text(cert, "certName") != is_empty_text(cert, "certificate"))
        return answer_missing(work, is_empty_text(cert, "certName") ? "CertName" : "Certificate");
    if (!str_find(protocol, STR("HTTPS"), &at) || json_get_str(cert, "certificate").len > 0)
        return true;
    return answer_missing(work, "CertConfig");
}

/* All empty means none: a certificate block must never come back half filled. */
static void settle_certificate(cJSON *document)
{
    const cJSON *cert = json_get(document, "certConfig");

    if (cert && is_empty_text(cert, "certName") && is_empty_text(cert, "certificate") &&
        is_empty_text(cert, "privateKey"))
        cJSON_DeleteItemFromObjectCaseSensitive(document, "certConfig");
}

/* The same path, or all that begin as it does. */
static bool is_route(struct str path)
{
    size_t star;

    return path.len == 0 ||
           (path.ptr[0] == '/' && (!str_find(path, STR("*"), &star) || star == path.len - 1));
}

static bool check_routes(struct work *work, const cJSON *document)
{
    const cJSON *route;

    cJSON_ArrayForEach (route, routes_of(document)) {
        struct str path = json_get_str(route, "path");
        const char *problem = rewrite_problem(json_get(route, "rewriteConfig"), work->arena);

        if (!is_route(path))
            return answer_invalid(work,
                                  "Path doesn't match expected format (allowed: ^/[^*]*\\*?$, "
                                  "actual: '" STR_FMT "')",
                                  STR_ARG(path));
        if (problem)
            return answer_invalid(work, "RegexRules is set to an invalid value (%s)", problem);
    }
    return true;
}

/* A name under which others are met: no call ever comes to such a domain. */
static bool check_reach(struct work *work, struct str name)
{
    const struct place_defaults defaults = {.own = work->service->own_names};
    struct place place;
    struct str host = str_starts(name, STR("*."))
                          ? ARENA_CONCAT(work->arena, STR("x"), str_slice(name, 1, name.len))
                          : name;

    place_find(place_host_name(host, work->arena), STR_NONE, &defaults, work->arena, &place);
    if (place.kind == PLACE_CUSTOM || place.kind == PLACE_TRIGGER || place.kind == PLACE_IMPOSSIBLE)
        return true;
    return answer_wrong(work, "domain name",
                        place.kind == PLACE_LOCAL
                            ? "a name that the emulator itself is not reached by, see control_hosts"
                            : "a name that is none of the emulated API's own",
                        name);
}

static bool check(struct work *work, struct subject *s)
{
    settle_certificate(s->document);
    if (s->create && !check_reach(work, json_get_str(s->document, "domainName")))
        return false;
    return check_certificate(work, s->document) && check_routes(work, s->document);
}

/* ---- by name ---- */

struct name_search {
    struct str name;
    const struct store_row *found;
};

/* "*.example.com" stands for one more label. */
static bool covers(struct str domain, struct str name)
{
    struct str label;
    struct str rest;

    if (!str_starts(domain, STR("*.")))
        return str_eq_nocase(domain, name);
    return str_cut(name, '.', &label, &rest) &&
           str_eq_nocase(str_slice(domain, 2, domain.len), rest);
}

static void compare_name(void *arg, const struct store_row *row)
{
    struct name_search *search = arg;

    if (covers(row->key.name, search->name) &&
        (!search->found || !str_starts(row->key.name, STR("*."))))
        search->found = row;
}

const struct store_row *domain_find(struct store *store, struct str name)
{
    struct name_search search = {.name = name};

    store_each(store, STR("domain"), compare_name, &search);
    return search.found;
}

const struct resource domain_resource = {
    .kind = "domain",
    .array = "customDomains",
    .name = "domainName",
    .param = "domain",
    .fields = &domain_fields,
    .flags = ROW_TIMES,
    .quota = LIMIT(DOMAINS),
    .counted = "the number of custom domains",
    .missing = "DomainNameNotFound",
    .existing = "DomainNameAlreadyExists",
    .prepare = prepare,
    .check = check,
    .decorate = decorate,
};
