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
FIELD_TABLE(service_rows_table,
    {.name = "serviceName", .type = FIELD_STRING, .flags = IN_CLASSIC | FIELD_REQUIRED | FIELD_CONSTANT, .max = LIMIT(NAME_MAX), .pattern = PATTERN_NAME},
    {.name = "serviceId", .type = FIELD_STRING, .flags = IN_CLASSIC | FIELD_READ_ONLY},
    {.name = "description", .type = FIELD_STRING, .flags = IN_CLASSIC, .classic = "\"\"", .max = LIMIT(DESCRIPTION_MAX)},
    {.name = "role", .type = FIELD_STRING, .flags = IN_CLASSIC | FIELD_MAY_BE_EMPTY, .classic = "\"\"", .max = LIMIT(ROLE_MAX), .pattern = PATTERN_ROLE},
    {.name = "logConfig", .type = FIELD_OBJECT, .flags = IN_CLASSIC, .classic = "{\"project\":\"\",\"logstore\":\"\",\"enableRequestMetrics\":false,\"enableInstanceMetrics\":false}", .fields = &log_config_fields},
    {.name = "vpcConfig", .type = FIELD_OBJECT, .flags = IN_CLASSIC, .classic = "{\"vpcId\":\"\",\"vSwitchIds\":[],\"securityGroupId\":\"\",\"role\":\"\"}", .fields = &vpc_config_fields},
    {.name = "internetAccess", .type = FIELD_BOOL, .flags = IN_CLASSIC, .classic = "true"},
    {.name = "nasConfig", .type = FIELD_OBJECT, .flags = IN_CLASSIC | FIELD_MERGED, .classic = "{\"userId\":-1,\"groupId\":-1,\"mountPoints\":[]}", .fields = &nas_config_fields},
    {.name = "tracingConfig", .type = FIELD_OBJECT, .flags = IN_CLASSIC, .classic = "{\"type\":null,\"params\":null}", .fields = &tracing_config_fields},
    {.name = "ossMountConfig", .type = FIELD_OBJECT, .flags = IN_CLASSIC, .classic = "{\"mountPoints\":[]}", .fields = &oss_mount_config_fields},
    {.name = "useSLRAuthentication", .type = FIELD_BOOL, .flags = IN_2021 | FIELD_READ_ONLY, .classic = "false"},
);
/* clang-format on */

static cJSON *service_view(struct work *work, const struct store_row *row, const cJSON *document)
{
    cJSON *view = fields_show(&service_rows_table, document, work->api);

    json_add_time(view, "createdTime", row->created_ms);
    json_add_time(view, "lastModifiedTime", row->modified_ms);
    return view;
}

static cJSON *show_row(struct work *work, const struct store_row *row)
{
    OWN(json_free) cJSON *document = row_document(row);

    return service_view(work, row, document);
}

static void answer_row(struct work *work, const struct store_row *row)
{
    answer_etag(work, row);
    answer_json(work, show_row(work, row));
}

/* An endpoint that was not given is shown as null, because a client asks for the key. */
static void settle_tracing(cJSON *document)
{
    cJSON *tracing = cJSON_GetObjectItemCaseSensitive(document, "tracingConfig");
    cJSON *params = cJSON_GetObjectItemCaseSensitive(tracing, "params");

    if (str_eq(json_get_str(tracing, "type"), STR("Jaeger")) && cJSON_IsObject(params) &&
        !json_has(params, "endpoint"))
        cJSON_AddNullToObject(params, "endpoint");
}

static bool is_reserved(struct work *work, struct str name)
{
    if (!str_eq(name, STR(SERVICE_OF_2023)))
        return false;
    answer_invalid(work, "ServiceName '%s' is reserved for functions of 2023-03-30",
                   SERVICE_OF_2023);
    return true;
}

void service_create(struct work *work)
{
    struct field_reading reading = work_reading(work, true);
    OWN(json_free) cJSON *document = fields_read(&service_rows_table, work->input, &reading);
    struct store_key key;

    if (!document) {
        answer_refusal(work);
        return;
    }
    key = work_key(work, "service", STR(""), STR(""), json_get_str(document, "serviceName"));
    if (is_reserved(work, key.name) || !network_check(work, document, true))
        return;
    if (store_find(work->store, &key)) {
        answer_refuse(work, "ServiceAlreadyExists", key.name, STR_NONE, STR_NONE);
        return;
    }
    if (!work_quota(work, LIMIT_SERVICES, store_list(work->store, &key).count,
                    "the number of services"))
        return;
    json_add_id(document, "serviceId");
    settle_tracing(document);
    answer_row(work, work_put(work, &key, NULL, document, STR_NONE));
}

void service_get(struct work *work)
{
    struct address at;
    struct store_key key;

    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_QUALIFIED, &at))
        return;
    key = work_key(work, "service", STR(""), at.version, at.service);
    const struct store_row *row = store_find(work->store, &key);

    if (row)
        answer_row(work, row);
    else
        answer_refuse(work, "VersionNotFound", at.version, at.service, STR_NONE);
}

/* Services whose tags match every tag_<key>=<value> of the query; an empty value matches any. */
static bool has_asked_tags(struct work *work, const struct store_row *row)
{
    const struct query *query = work->call.query;
    OWN(json_free) cJSON *tags = tags_of(work, row->key.name);

    for (size_t i = 0; i < query->count; i++) {
        struct str key = query->pairs[i].key;

        if (!str_starts(key, STR("tag_")))
            continue;
        const cJSON *tag = cJSON_GetObjectItemCaseSensitive(
            tags, arena_dup(work->arena, str_slice(key, 4, key.len)));

        if (!tag || (query->pairs[i].value.len > 0 &&
                     !str_eq(str_of(tag->valuestring), query->pairs[i].value)))
            return false;
    }
    return true;
}

static cJSON *show_tagged(struct work *work, const struct store_row *row)
{
    return has_asked_tags(work, row) ? show_row(work, row) : NULL;
}

void service_list(struct work *work)
{
    struct page page;
    struct store_key key = work_key(work, "service", STR(""), STR(""), STR(""));
    cJSON *answer;

    if (!page_read(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page))
        return;
    answer = cJSON_CreateObject();
    page_rows(work, &page, store_list(work->store, &key), show_tagged, answer, "services");
    answer_json(work, answer);
}

void service_update(struct work *work)
{
    struct field_reading reading = work_reading(work, false);
    OWN(json_free) cJSON *given = fields_read(&service_rows_table, work->input, &reading);
    struct address at;

    if (!given) {
        answer_refusal(work);
        return;
    }
    if (!address_find(work, ADDRESS_SERVICE, &at) ||
        !work_match(work, str_of(at.service_row->etag)) || is_reserved(work, at.service) ||
        !work_may_change(work, at.service_row))
        return;
    OWN(json_free) cJSON *document = row_document(at.service_row);
    struct store_key key = work_key(work, "service", STR(""), STR(""), at.service);

    fields_merge(&service_rows_table, work->api, document, given);
    if (!network_check(work, document, true))
        return;
    settle_tracing(document);
    owner_touch(work, at.service);
    answer_row(work, work_put(work, &key, at.service_row, document, STR_NONE));
}

static bool is_empty(struct work *work, const struct address *at)
{
    const struct {
        const char *kind;
        const char *word;
    } children[] = {
        {"function", "functions"},
        {"version",  "versions" },
    };

    for (size_t i = 0; i < N_ELEMENTS(children); i++) {
        struct store_key key = work_key(work, children[i].kind, at->service, STR(""), STR(""));

        if (store_list(work->store, &key).count > 0) {
            answer_refuse(work, "ServiceNotEmpty", at->service, str_of(children[i].word), STR_NONE);
            return false;
        }
    }
    return true;
}

void service_delete(struct work *work)
{
    struct address at;
    struct store_key key;

    if (!address_find(work, ADDRESS_SERVICE, &at) ||
        !work_match(work, str_of(at.service_row->etag)) || !is_empty(work, &at))
        return;
    key = work_key(work, "service", STR(""), STR(""), at.service);
    cascade_below(work, at.service);
    store_remove(work_batch(work), &key);
    answer_done(work);
}

/* ---- for functions and versions ---- */

cJSON *service_document(struct work *work, struct str name)
{
    struct store_key key = work_key(work, "service", STR(""), STR(""), name);
    const struct store_row *row = store_find(work->store, &key);

    return row ? row_document(row) : cJSON_CreateObject();
}

static bool has_functions(struct work *work)
{
    struct store_key key = work_key(work, "function", STR(SERVICE_OF_2023), STR(""), STR(""));

    return store_list(work->store, &key).count > 0;
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

    if (!has_functions(work))
        store_remove(work_batch(work), &key);
}
