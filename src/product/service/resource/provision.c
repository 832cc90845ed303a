/*
 * Provision configs: instances kept ready for a function and a qualifier.
 *
 * Source: spec pages api-2016-08-15 §6.10, api-2021-04-06 §7.3, api-2023-03-30 §7.8.
 */
#include "base/mem.h"
#include "product/service/resource/config.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/schedule.h"

/* clang-format off */
FIELD_TABLE(provision_fields,
    {.name = "target", .type = FIELD_INT, .flags = IN_ALL, .classic = "0", .current = "0", .max = LIMIT(PROVISION_MAX)},
    {.name = "defaultTarget", .type = FIELD_INT, .flags = IN_2023, .current = "0", .max = LIMIT(PROVISION_MAX)},
    {.name = "scheduledActions", .type = FIELD_OBJECTS, .flags = IN_ALL, .classic = "[]", .current = "[]", .max = LIMIT(SCHEDULED_ACTIONS), .fields = &schedule_action_fields},
    {.name = "targetTrackingPolicies", .type = FIELD_OBJECTS, .flags = IN_ALL, .classic = "[]", .current = "[]", .fields = &schedule_policy_fields},
    {.name = "alwaysAllocateCPU", .type = FIELD_BOOL, .flags = IN_ALL, .classic = "false", .current = "false"},
    {.name = "alwaysAllocateGPU", .type = FIELD_BOOL, .flags = IN_2023, .current = "false"},
);
/* clang-format on */

static struct str resource_name(struct work *work, const struct config_place *place)
{
    if (work->api == API_2023)
        return config_arn(work, place);
    return arena_strf(work->arena, STR_FMT "#" STR_FMT "#" STR_FMT "#" STR_FMT,
                      STR_ARG(work->account), STR_ARG(place->service), STR_ARG(place->qualifier),
                      STR_ARG(place->function));
}

static double number_of(const cJSON *document, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(document, name);

    return cJSON_IsNumber(member) ? member->valuedouble : 0;
}

/* A put answers what was put; a get what the schedule has made of it. */
static cJSON *view(struct work *work, const cJSON *document, const struct config_place *place,
                   double target)
{
    cJSON *shown = fields_show(&provision_fields, document, work->api);

    /* Where invocation is disabled, no instance is kept. */
    bool disabled = restriction_holds(work, place->service, place->function);

    json_set(shown, "target", cJSON_CreateNumber(target));
    cJSON_AddNumberToObject(shown, "current", disabled ? 0 : target);
    cJSON_AddStringToObject(shown, "currentError", "");
    json_add_str(shown, work->api == API_2023 ? "functionArn" : "resource",
                 resource_name(work, place));
    if (work->api == API_2023)
        json_set(shown, "defaultTarget", cJSON_CreateNumber(number_of(document, "target")));
    return shown;
}

static double effective(struct work *work, const cJSON *document)
{
    return schedule_target(cJSON_GetObjectItemCaseSensitive(document, "scheduledActions"),
                           work_now_ms(work), number_of(document, "target"));
}

static struct config_place place_of(const struct address *at)
{
    return (struct config_place){at->service, at->function,
                                 is_latest(at->qualifier) ? STR(QUALIFIER_LATEST) : at->qualifier};
}

static bool find_place(struct work *work, struct address *at, struct store_key *key)
{
    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, at))
        return false;
    *key = work_key(work, "provision", STR(""), STR(""), config_name(work, at, at->qualifier));
    return true;
}

static void settle_default_target(cJSON *given)
{
    cJSON *preset = cJSON_DetachItemFromObjectCaseSensitive(given, "defaultTarget");

    if (preset && !json_has(given, "target"))
        cJSON_AddItemToObject(given, "target", preset);
    else
        cJSON_Delete(preset);
}

static void put(struct work *work, const struct address *at, const struct store_key *key,
                cJSON *given)
{
    const struct store_row *old = store_find(work->store, key);
    /* The older versions keep what is not named, 2023-03-30 replaces all. */
    OWN(json_free)
    cJSON *document = old && work->api != API_2023 ? row_document(old) : cJSON_CreateObject();
    struct config_place place = place_of(at);

    fields_merge(&provision_fields, work->api, document, given);
    if (!json_has(document, "target") && work->api != API_2023) {
        answer_invalid(work, "Target is required but not provided");
        return;
    }
    if ((old && !work_match(work, str_of(old->etag))) || (old && !work_may_change(work, old)))
        return;
    const struct store_row *row = work_put(work, key, old, document, STR_NONE);

    answer_etag(work, row);
    answer_json(work, view(work, document, &place, number_of(document, "target")));
}

void provision_put(struct work *work)
{
    struct field_reading reading = work_reading(work, true);
    OWN(json_free) cJSON *given = fields_read(&provision_fields, work->input, &reading);
    struct address at;
    struct store_key key;

    if (!given) {
        answer_refusal(work);
        return;
    }
    settle_default_target(given);
    if (schedule_check(work, cJSON_GetObjectItemCaseSensitive(given, "scheduledActions")) &&
        schedule_check(work, cJSON_GetObjectItemCaseSensitive(given, "targetTrackingPolicies")) &&
        find_place(work, &at, &key) &&
        schedule_check_metrics(work, &at,
                               cJSON_GetObjectItemCaseSensitive(given, "targetTrackingPolicies")))
        put(work, &at, &key, given);
}

/* Terraform reads without the qualifier it wrote with: the only config there is answers it. */
static const struct store_row *only_config(struct work *work, const struct address *at)
{
    struct store_key key = work_key(work, "provision", STR(""), STR(""), STR(""));
    struct store_list list = store_list(work->store, &key);
    struct str prefix = arena_strf(work->arena, STR_FMT "/", STR_ARG(at->path));
    const struct store_row *found = NULL;

    for (size_t i = store_list_seek(list, prefix);
         i < list.count && str_starts(list.rows[i]->key.name, prefix); i++) {
        if (found)
            return NULL;
        found = list.rows[i];
    }
    return found;
}

static cJSON *view_none(struct work *work, const struct address *at)
{
    OWN(json_free) cJSON *nothing = cJSON_CreateObject();
    struct config_place place = place_of(at);
    cJSON *shown = view(work, nothing, &place, 0);

    if (work->api == API_2023)
        json_set(shown, "functionArn", cJSON_CreateString(""));
    return shown;
}

void provision_get(struct work *work)
{
    struct address at;
    struct store_key key;

    if (!find_place(work, &at, &key))
        return;
    const struct store_row *row = store_find(work->store, &key);

    if (!row && work->api == API_2023 && at.qualifier.len == 0)
        row = only_config(work, &at);
    if (!row) {
        answer_json(work, view_none(work, &at));
        return;
    }
    OWN(json_free) cJSON *document = row_document(row);
    struct config_place place = config_place_of(row);

    answer_etag(work, row);
    answer_json(work, view(work, document, &place, effective(work, document)));
}

double provision_target(struct work *work, const struct address *at)
{
    struct store_key key =
        work_key(work, "provision", STR(""), STR(""), config_name(work, at, at->qualifier));
    const struct store_row *row = store_find(work->store, &key);
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;

    return document ? effective(work, document) : 0;
}

static bool is_listed(struct work *work, const struct config_place *place)
{
    struct str service = work_query(work, "serviceName");
    struct str qualifier = work_query(work, "qualifier");

    if (work->api == API_2023)
        return config_is_asked(work, place);
    return (service.len == 0 || str_eq(place->service, service)) &&
           (qualifier.len == 0 || str_eq(place->qualifier, qualifier));
}

static cJSON *show_listed(struct work *work, const struct store_row *row,
                          const struct config_place *place)
{
    OWN(json_free) cJSON *document = row_document(row);

    if (!is_listed(work, place) || (work->api != API_2023 && number_of(document, "target") == 0))
        return NULL;
    return view(work, document, place, effective(work, document));
}

void provision_list(struct work *work)
{
    if (work->api != API_2023 && work_query(work, "qualifier").len > 0 &&
        work_query(work, "serviceName").len == 0)
        answer_invalid(work, "ServiceName is required but not provided");
    else
        config_list(work, "provision", resource_name, show_listed, "provisionConfigs");
}

void provision_delete(struct work *work)
{
    struct address at;
    struct store_key key;

    if (!find_place(work, &at, &key))
        return;
    store_remove(work_batch(work), &key);
    answer_none(work);
}
