/*
 * Triggers.
 *
 * Source: spec pages api-2016-08-15 §6.6, api-2021-04-06 §7.3, api-2023-03-30 §7.5 and §9.
 */
#include "product/service/resource/trigger_type.h"

#include <ctype.h>

#include "base/mem.h"
#include "crypto/id.h"
#include "product/service/resource/bucket.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"
#include "route/place.h"

/* clang-format off */
FIELD_TABLE(trigger_fields,
    {.name = "triggerName", .type = BODY_STRING, .flags = IN_ALL | BODY_REQUIRED | BODY_CONSTANT, .max = LIMIT(NAME_MAX), .pattern = PATTERN_NAME},
    {.name = "triggerId", .type = BODY_STRING, .flags = IN_ALL | BODY_READ_ONLY},
    {.name = "description", .type = BODY_STRING, .flags = IN_ALL, .classic = "\"\"", .current = "\"\"", .max = LIMIT(DESCRIPTION_MAX)},
    {.name = "triggerType", .type = BODY_STRING, .flags = IN_ALL | BODY_REQUIRED | BODY_CONSTANT},
    {.name = "sourceArn", .type = BODY_STRING, .flags = IN_ALL | BODY_CONSTANT, .classic = "null", .min = LIMIT(SOURCE_ARN_MIN), .max = LIMIT(SOURCE_ARN_MAX)},
    {.name = "invocationRole", .type = BODY_STRING, .flags = IN_ALL | BODY_MAY_BE_EMPTY, .classic = "\"\"", .max = LIMIT(ROLE_MAX), .pattern = PATTERN_ROLE},
    {.name = "qualifier", .type = BODY_STRING, .flags = IN_ALL, .classic = "null", .current = "\"LATEST\""},
    {.name = "triggerConfig", .type = BODY_ANY, .flags = IN_ALL, .classic = "{}"},
);
/* clang-format on */

enum {
    SUBDOMAIN_HEAD = 7, /* of a long name its first and last letters go into it */
    SUBDOMAIN_TAIL = 8,
    SUBDOMAIN_RANDOM = 10,
};

static bool is_http(const cJSON *document)
{
    return str_eq(json_get_str(document, "triggerType"), STR("http"));
}

/* ---- showing ---- */

/* A path of the daemon itself, which needs no name to be resolved. */
static struct str proxy_url(struct work *work, const cJSON *document, const struct address *at)
{
    struct str qualifier = json_get_str(document, "qualifier");

    return arena_strf(work->arena, "%s/2016-08-15/proxy/" STR_FMT "%s" STR_FMT "/" STR_FMT "/",
                      work_base_url(work), STR_ARG(at->service), qualifier.len ? "." : "",
                      STR_ARG(qualifier), STR_ARG(at->function));
}

static struct str own_host(struct work *work, const cJSON *document, bool internal)
{
    const struct place place = {
        .kind = PLACE_TRIGGER,
        .zone = STR("fcapp.run"),
        .trigger = json_get_str(document, TRIGGER_SUBDOMAIN),
        .region = work->region,
        .internal = internal,
    };

    return place_format(&place, work->arena);
}

static void add_own_urls(struct work *work, const cJSON *document, cJSON *to)
{
    json_add_str(
        to, "urlInternet",
        arena_strf(work->arena, "https://" STR_FMT, STR_ARG(own_host(work, document, false))));
    json_add_str(
        to, "urlIntranet",
        arena_strf(work->arena, "https://" STR_FMT, STR_ARG(own_host(work, document, true))));
}

static void add_urls(struct work *work, const cJSON *document, const struct address *at,
                     cJSON *view)
{
    struct str url;

    if (work->api == API_2023) {
        add_own_urls(work, document, cJSON_AddObjectToObject(view, "httpTrigger"));
    } else if (work->api == API_2021) {
        add_own_urls(work, document, view);
        json_add_str(view, "domainName", own_host(work, document, false));
    } else {
        url = proxy_url(work, document, at);
        json_add_str(view, "urlInternet", url);
        json_add_str(view, "urlIntranet", url);
    }
}

/* The later versions carry the configuration as JSON text. */
static void config_to_text(cJSON *view, const cJSON *document)
{
    const cJSON *config = json_get(document, "triggerConfig");
    struct buf text = {0};

    if (config)
        json_print(config, false, &text);
    json_set(view, "triggerConfig", cJSON_CreateString(text.len ? buf_text(&text) : "{}"));
    buf_done(&text);
}

static void add_target(struct work *work, const cJSON *document, const struct address *at,
                       cJSON *view)
{
    struct str qualifier = json_get_str(document, "qualifier");

    json_add_str(view, "targetArn",
                 address_arn(work, at, qualifier.len ? qualifier : STR(QUALIFIER_LATEST)));
    cJSON_AddStringToObject(view, "status", "");
}

static void decorate(struct work *work, const struct subject *s, const struct store_row *row,
                     const cJSON *document, cJSON *view)
{
    (void)row;
    if (work->api != API_2016) {
        config_to_text(view, document);
        add_target(work, document, &s->at, view);
    }
    if (is_http(document))
        add_urls(work, document, &s->at, view);
    else if (work->api == API_2023) /* Terraform reads it of any type */
        cJSON_AddObjectToObject(view, "httpTrigger");
}

/* ---- reading ---- */

/* A configuration may come as an object or as its JSON text. */
static bool parse_config(struct work *work, cJSON *read)
{
    cJSON *config = json_get(read, "triggerConfig");
    struct error ignored;
    cJSON *parsed;

    if (!config || cJSON_IsObject(config))
        return true;
    if (cJSON_IsArray(config) && !config->child)
        parsed = cJSON_CreateObject();
    else if (cJSON_IsString(config) && !*config->valuestring)
        parsed = cJSON_CreateObject();
    else
        parsed = cJSON_IsString(config) ? json_parse(str_of(config->valuestring), &ignored) : NULL;
    if (cJSON_IsObject(parsed)) {
        json_set(read, "triggerConfig", parsed);
        return true;
    }
    cJSON_Delete(parsed);
    return answer_invalid(work,
                          "TriggerConfig is set to an invalid value (allowed: a JSON object)");
}

static bool ensure_config(struct work *work, cJSON *given)
{
    const struct trigger_type *type = trigger_type_find(json_get_str(given, "triggerType"));

    if (json_has(given, "triggerConfig"))
        return true;
    if (work->api != API_2023 && !type->bare)
        return answer_missing(work, "TriggerConfig");
    cJSON_AddObjectToObject(given, "triggerConfig");
    return true;
}

static bool prepare(struct work *work, struct subject *s)
{
    return parse_config(work, s->given) &&
           (!s->create || (trigger_type_allows(work, json_get_str(s->given, "triggerType")) &&
                           ensure_config(work, s->given)));
}

static bool check_qualifier(struct work *work, const struct address *at, const cJSON *document)
{
    struct str qualifier = json_get_str(document, "qualifier");
    struct str version;

    return address_resolve(work, at, arena_str(work->arena, qualifier), &version);
}

/* ---- create ---- */

static struct str event_bus(struct work *work, const cJSON *document, const struct address *at)
{
    const cJSON *config = json_get(document, "triggerConfig");
    const cJSON *source = json_get(config, "eventSourceConfig");
    struct str type = json_get_str(source, "eventSourceType");

    if (type.len == 0 || str_eq(type, STR("Default")))
        return STR("default");
    return arena_strf(work->arena, STR_FMT "-" STR_FMT "-" STR_FMT, STR_ARG(type),
                      STR_ARG(at->function), STR_ARG(json_get_str(document, "triggerName")));
}

static void settle_source(struct work *work, const struct address *at, cJSON *document)
{
    const struct trigger_type *type = trigger_type_find(json_get_str(document, "triggerType"));
    bool given = json_get_str(document, "sourceArn").len > 0;

    if (!type->source && !(type->source_made && given))
        cJSON_DeleteItemFromObjectCaseSensitive(document, "sourceArn");
    if (!type->source_made || given)
        return;
    struct str bus = event_bus(work, document, at);

    json_set(document, "sourceArn",
             json_string(arena_strf(work->arena,
                                    "acs:eventbridge:" STR_FMT ":" STR_FMT ":eventbus/" STR_FMT
                                    "/rule/" STR_FMT "-" STR_FMT "-" STR_FMT,
                                    STR_ARG(work->region), STR_ARG(work->account), STR_ARG(bus),
                                    STR_ARG(at->service), STR_ARG(at->function),
                                    STR_ARG(json_get_str(document, "triggerName")))));
}

static void add_letters(struct buf *out, struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = (char)tolower((unsigned char)name.ptr[i]);

        if (!isdigit((unsigned char)c) && !(c == '_' && out->len == 0))
            buf_add_char(out, c == '_' ? '-' : c);
    }
}

/* "bot-detect-plugin-s33i" is bot-detlugin-si-…; of the older versions the service goes first. */
static void settle_subdomain(const struct address *at, cJSON *document)
{
    OWN(buf_done) struct buf letters = {0};
    OWN(buf_done) struct buf label = {0};

    if (!is_http(document))
        return;
    if (!str_eq(at->service, STR(SERVICE_OF_2023))) {
        add_letters(&letters, at->service);
        if (letters.len > 0)
            buf_add_char(&letters, '-');
    }
    add_letters(&letters, at->function);
    struct str name = buf_str(&letters);

    if (name.len > SUBDOMAIN_HEAD + SUBDOMAIN_TAIL) {
        buf_add(&label, str_slice(name, 0, SUBDOMAIN_HEAD));
        buf_add(&label, str_slice(name, name.len - SUBDOMAIN_TAIL, name.len));
    } else {
        buf_add(&label, name);
    }
    buf_puts(&label, name.len ? "-" : "f-");
    for (int i = 0; i < SUBDOMAIN_RANDOM; i++)
        buf_add_char(&label, (char)('a' + id_bits() % 26));
    json_set(document, TRIGGER_SUBDOMAIN, cJSON_CreateString(buf_text(&label)));
}

/* 2023-03-30 limits the HTTP triggers of a qualifier, to one. */
static bool check_only_http(struct work *work, struct store_list triggers, const cJSON *document)
{
    struct str want = json_get_str(document, "qualifier");
    struct str name = json_get_str(document, "triggerName");
    int64_t left = work_limit(work, LIMIT_QUALIFIER_HTTP_TRIGGERS);

    if (work->api != API_2023 || !is_http(document))
        return true;
    for (size_t i = 0; i < triggers.count; i++) {
        OWN(json_free) cJSON *other = row_document(triggers.rows[i]);
        struct str have = json_get_str(other, "qualifier");

        if (is_http(other) && !str_eq(triggers.rows[i]->key.name, name) &&
            (str_eq(have, want) || (is_latest(have) && is_latest(want))) && --left <= 0)
            return answer_invalid(
                work, "qualifier '" STR_FMT "' already has the http trigger '" STR_FMT "'",
                STR_ARG(want.len ? want : STR(QUALIFIER_LATEST)),
                STR_ARG(triggers.rows[i]->key.name));
    }
    return true;
}

static bool check(struct work *work, struct subject *s)
{
    /* What was made before sources were asked for stays as it is until it is touched. */
    bool asked = s->create || json_has(s->given, "invocationRole");

    return trigger_config_check(work, json_get_str(s->document, "triggerType"),
                                json_get(s->document, "triggerConfig")) &&
           (!asked || trigger_source_check(work, s->document));
}

static bool allow(struct work *work, struct subject *s)
{
    bool placed = s->create || json_has(s->given, "qualifier");

    return (!placed || (check_qualifier(work, &s->at, s->document) &&
                        check_only_http(work, store_list(work->store, &s->key), s->document))) &&
           bucket_allows(work, s);
}

/* 2016-08-15 merges the configuration member by member, the later versions replace it. */
static void merge_config(struct work *work, cJSON *document, cJSON *read)
{
    cJSON *sent = cJSON_DetachItemFromObjectCaseSensitive(read, "triggerConfig");
    cJSON *config = json_get(document, "triggerConfig");

    if (sent && cJSON_IsObject(config) && work->api == API_2016) {
        trigger_config_merge(config, sent);
        cJSON_Delete(sent);
    } else if (sent) {
        json_set(document, "triggerConfig", sent);
    }
}

/* Canonical names first, so that merging finds what is there. */
static bool merge(struct work *work, struct subject *s)
{
    struct str type = json_get_str(s->create ? s->given : s->document, "triggerType");
    OWN(json_free) cJSON *given = cJSON_Duplicate(s->given, true);
    cJSON *config = json_get(given, "triggerConfig");

    if (config && !trigger_config_read(work, type, config))
        return false;
    merge_config(work, s->document, given);
    fields_merge(&trigger_fields, work->api, s->document, given);
    return true;
}

static void tell_sources(const struct work *work)
{
    if (work->service->trigger_changes)
        work->service->trigger_changes(work->service);
}

static bool leave(struct work *work, struct subject *s)
{
    (void)s;
    tell_sources(work);
    return true;
}

static void settle(struct work *work, struct subject *s)
{
    tell_sources(work);
    if (!s->create)
        return;
    settle_source(work, &s->at, s->document);
    settle_subdomain(&s->at, s->document);
    json_add_id(s->document, "triggerId");
}

static void called(struct work *work, const struct subject *s, struct str args[3])
{
    args[1] = s->at.service;
    args[2] = address_name(work, &s->at);
}

const struct resource trigger_resource = {
    .kind = "trigger",
    .array = "triggers",
    .name = "triggerName",
    .param = "trigger",
    .fields = &trigger_fields,
    .flags = ROW_ETAG | ROW_MATCHED | ROW_TIMES,
    .quota = LIMIT(FUNCTION_TRIGGERS),
    .counted = "the number of triggers",
    .missing = "TriggerNotFound",
    .existing = "TriggerAlreadyExists",
    .called = called,
    .prepare = prepare,
    .owner = owner_function,
    .merge = merge,
    .check = check,
    .allow = allow,
    .remove = leave,
    .settle = settle,
    .decorate = decorate,
};
