/*
 * Services of 2016-08-15 and 2021-04-06.
 *
 * Source: spec pages api-2016-08-15 §4.2-§4.5 and §6.2, api-2021-04-06 §6.1.
 */
#include "base/mem.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"
#include "product/service/resource/shared_fields.h"

/* clang-format off */
FIELD_TABLE(service_fields,
    {.name = "serviceName", .type = BODY_STRING, .flags = IN_CLASSIC | BODY_REQUIRED | BODY_CONSTANT, .max = LIMIT(NAME_MAX), .pattern = PATTERN_NAME},
    {.name = "serviceId", .type = BODY_STRING, .flags = IN_CLASSIC | BODY_READ_ONLY},
    {.name = "description", .type = BODY_STRING, .flags = IN_CLASSIC, .classic = "\"\"", .max = LIMIT(DESCRIPTION_MAX)},
    {.name = "role", .type = BODY_STRING, .flags = IN_CLASSIC | BODY_MAY_BE_EMPTY, .classic = "\"\"", .max = LIMIT(ROLE_MAX), .pattern = PATTERN_ROLE},
    {.name = "logConfig", .type = BODY_OBJECT, .flags = IN_CLASSIC, .classic = "{\"project\":\"\",\"logstore\":\"\",\"enableRequestMetrics\":false,\"enableInstanceMetrics\":false}", .fields = &log_config_fields},
    {.name = "vpcConfig", .type = BODY_OBJECT, .flags = IN_CLASSIC, .classic = "{\"vpcId\":\"\",\"vSwitchIds\":[],\"securityGroupId\":\"\",\"role\":\"\"}", .fields = &vpc_config_fields},
    {.name = "internetAccess", .type = BODY_BOOL, .flags = IN_CLASSIC, .classic = "true"},
    {.name = "nasConfig", .type = BODY_OBJECT, .flags = IN_CLASSIC | BODY_MERGED, .classic = "{\"userId\":-1,\"groupId\":-1,\"mountPoints\":[]}", .fields = &nas_config_fields},
    {.name = "tracingConfig", .type = BODY_OBJECT, .flags = IN_CLASSIC, .classic = "{\"type\":null,\"params\":null}", .fields = &tracing_config_fields},
    {.name = "ossMountConfig", .type = BODY_OBJECT, .flags = IN_CLASSIC, .classic = "{\"mountPoints\":[]}", .fields = &oss_mount_config_fields},
    {.name = "useSLRAuthentication", .type = BODY_BOOL, .flags = IN_2021 | BODY_READ_ONLY, .classic = "false"},
);
/* clang-format on */

/* An endpoint that was not given is shown as null, because a client asks for the key. */
static void settle_tracing(cJSON *document)
{
    cJSON *tracing = json_get(document, "tracingConfig");
    cJSON *params = json_get(tracing, "params");

    if (str_eq(json_get_str(tracing, "type"), STR("Jaeger")) && cJSON_IsObject(params) &&
        !json_has(params, "endpoint"))
        cJSON_AddNullToObject(params, "endpoint");
}

static bool check(struct work *work, struct subject *s)
{
    if (!str_eq(json_get_str(s->document, "serviceName"), STR(SERVICE_OF_2023)))
        return network_check(work, s->document, true);
    return answer_invalid(work, "ServiceName '%s' is reserved for functions of 2023-03-30",
                          SERVICE_OF_2023);
}

static bool find_owner(struct work *work, struct subject *s)
{
    if (s->create)
        return true;
    if (!address_find(work, ADDRESS_SERVICE, &s->at))
        return false;
    s->key.name = s->at.service;
    return true;
}

static void settle(struct work *work, struct subject *s)
{
    if (s->create)
        json_add_id(s->document, "serviceId");
    else
        owner_touch(work, s->key.name);
    settle_tracing(s->document);
}

/* Services whose tags match every tag_<key>=<value> of the query; an empty value matches any. */
static bool has_asked_tags(struct work *work, const struct store_row *row, const cJSON *document,
                           const cJSON *view)
{
    const struct query *query = work->call.query;
    OWN(json_free) cJSON *tags = tags_of(work, row->key.name);

    (void)document;
    (void)view;
    for (size_t i = 0; i < query->count; i++) {
        struct str key = query->pairs[i].key;

        if (!str_starts(key, STR("tag_")))
            continue;
        const cJSON *tag = json_get(tags, arena_dup(work->arena, str_slice(key, 4, key.len)));

        if (!tag || (query->pairs[i].value.len > 0 &&
                     !str_eq(str_of(tag->valuestring), query->pairs[i].value)))
            return false;
    }
    return true;
}

static bool remove_below(struct work *work, struct subject *s)
{
    const struct {
        const char *kind;
        const char *word;
    } children[] = {
        {"function", "functions"},
        {"version",  "versions" },
    };

    for (size_t i = 0; i < N_ELEMENTS(children); i++) {
        if (work_rows(work, children[i].kind, s->at.service).count > 0)
            return answer_refuse(work, "ServiceNotEmpty", s->at.service, str_of(children[i].word));
    }
    cascade_below(work, s->at.service);
    return true;
}

const struct resource service_resource = {
    .kind = "service",
    .array = "services",
    .name = "serviceName",
    .fields = &service_fields,
    .flags = ROW_ETAG | ROW_MATCHED | ROW_TIMES | ROW_EVERYWHERE,
    .quota = LIMIT(SERVICES),
    .counted = "the number of services",
    .missing = "ServiceNotFound",
    .existing = "ServiceAlreadyExists",
    .owner = find_owner,
    .check = check,
    .remove = remove_below,
    .settle = settle,
    .listed = has_asked_tags,
};

/* Of any version. */
void service_get(struct work *work)
{
    struct subject s = {.resource = &service_resource};

    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_QUALIFIED, &s.at))
        return;
    s.key = work_key(work, "service", STR(""), s.at.version, s.at.service);
    const struct store_row *row = store_find(work->store, &s.key);

    if (row)
        resource_answer(work, &s, row);
    else
        answer_refuse(work, "VersionNotFound", s.at.version, s.at.service);
}

/* ---- for functions and versions ---- */

/* Besides the one that goes. */
static bool has_others(struct work *work)
{
    return work_rows(work, "function", STR(SERVICE_OF_2023)).count > 1;
}

void reserved_service_appear(struct work *work)
{
    struct store_key key = work_key(work, "service", STR(""), STR(""), STR(SERVICE_OF_2023));
    OWN(json_free) cJSON *document = cJSON_CreateObject();

    if (store_find(work->store, &key))
        return;
    cJSON_AddStringToObject(document, "serviceName", SERVICE_OF_2023);
    cJSON_AddStringToObject(document, "description", "functions of 2023-03-30");
    json_add_id(document, "serviceId");
    work_put(work, &key, NULL, document, STR_NONE);
}

void reserved_service_vanish(struct work *work)
{
    struct store_key key = work_key(work, "service", STR(""), STR(""), STR(SERVICE_OF_2023));

    if (!has_others(work))
        store_remove(work_batch(work), &key);
}
