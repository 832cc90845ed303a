/*
 * Provision configs: instances kept ready for a function and a qualifier.
 *
 * Source: spec pages api-2016-08-15 §6.10, api-2021-04-06 §7.3, api-2023-03-30 §7.8.
 */
#include "base/mem.h"
#include "product/service/resource/config.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/provision_keeper.h"
#include "product/service/resource/run.h"
#include "product/service/resource/schedule.h"

/* clang-format off */
FIELD_TABLE(provision_fields,
    {.name = "target", .type = BODY_INT, .flags = IN_ALL, .classic = "0", .current = "0", .max = LIMIT(PROVISION_MAX)},
    {.name = "defaultTarget", .type = BODY_INT, .flags = IN_2023, .current = "0", .max = LIMIT(PROVISION_MAX)},
    {.name = "scheduledActions", .type = BODY_OBJECTS, .flags = IN_ALL, .classic = "[]", .current = "[]", .max = LIMIT(SCHEDULED_ACTIONS), .fields = &schedule_action_fields},
    {.name = "targetTrackingPolicies", .type = BODY_OBJECTS, .flags = IN_ALL, .classic = "[]", .current = "[]", .fields = &schedule_policy_fields},
    {.name = "alwaysAllocateCPU", .type = BODY_BOOL, .flags = IN_ALL, .classic = "false", .current = "false"},
    {.name = "alwaysAllocateGPU", .type = BODY_BOOL, .flags = IN_2023, .current = "false"},
);
/* clang-format on */

static struct str resource_name(struct work *work, const struct store_row *row)
{
    struct config_place place = config_place_of(row->key.name);

    if (work->api == API_2023)
        return config_arn(work, &place);
    return arena_strf(work->arena, STR_FMT "#" STR_FMT "#" STR_FMT "#" STR_FMT,
                      STR_ARG(work->account), STR_ARG(place.service), STR_ARG(place.qualifier),
                      STR_ARG(place.function));
}

/* How many there are: of a function that cannot be run, as many as were asked for. */
static void add_current(struct work *work, const struct store_row *row, double target, cJSON *view)
{
    struct address at;
    struct invoke_function spec;
    struct str problem = STR("");

    if (target > 0 && provision_function(work, row, &at)) {
        function_spec(work, &at, &spec);
        target = invoke_provisioned(work->service->invoke, &spec, &problem);
    }
    cJSON_AddNumberToObject(view, "current", target);
    json_add_str(view, "currentError", problem);
}

/* A put answers what was put; a get what the schedule has made of it. */
static void decorate(struct work *work, const struct subject *s, const struct store_row *row,
                     const cJSON *document, cJSON *view)
{
    struct config_place place = config_place_of(row->key.name);
    double target =
        s->document ? json_get_double(document, "target", 0) : provision_effective(work, document);
    /* Where invocation is disabled, no instance is kept. */
    bool disabled = restriction_holds(work, place.service, place.function);

    json_set(view, "target", cJSON_CreateNumber(target));
    add_current(work, row, disabled ? 0 : target, view);
    json_add_str(view, work->api == API_2023 ? "functionArn" : "resource",
                 resource_name(work, row));
    if (work->api == API_2023)
        json_set(view, "defaultTarget", cJSON_CreateNumber(json_get_double(document, "target", 0)));
}

static bool prepare(struct work *work, struct subject *s)
{
    cJSON *preset = cJSON_DetachItemFromObjectCaseSensitive(s->given, "defaultTarget");

    (void)work;
    if (preset && !json_has(s->given, "target"))
        cJSON_AddItemToObject(s->given, "target", preset);
    else
        cJSON_Delete(preset);
    return true;
}

static bool check(struct work *work, struct subject *s)
{
    return schedule_check(work, json_get(s->document, "scheduledActions")) &&
           schedule_check(work, json_get(s->document, "targetTrackingPolicies"));
}

static bool allow(struct work *work, struct subject *s)
{
    if (!schedule_check_metrics(work, &s->at, json_get(s->given, "targetTrackingPolicies")))
        return false;
    if (json_has(s->document, "target") || work->api == API_2023)
        return true;
    return answer_missing(work, "Target");
}

/* Terraform reads without the qualifier it wrote with: the only config there is answers it. */
static const struct store_row *only_config(struct work *work, const struct address *at)
{
    struct store_key key = work_key(work, "provision", STR(""), STR(""), STR(""));
    struct store_list list = store_list(work->store, &key);
    struct str prefix = arena_strf(work->arena, STR_FMT "/", STR_ARG(at->path));
    size_t first = store_list_seek(list, prefix);
    size_t count = 0;

    while (first + count < list.count && str_starts(list.rows[first + count]->key.name, prefix))
        count++;
    return count == 1 ? list.rows[first] : NULL;
}

/* No config is one of no instances. */
static void vacant(struct work *work, struct subject *s)
{
    const struct store_row *row =
        work->api == API_2023 && s->at.qualifier.len == 0 ? only_config(work, &s->at) : NULL;
    const struct store_row none = {.key = s->key, .document = STR("{}")};

    if (row) {
        resource_answer(work, s, row);
        return;
    }
    cJSON *view = resource_view(work, s, &none);

    if (work->api == API_2023)
        json_set(view, "functionArn", cJSON_CreateString(""));
    answer_json(work, view);
}

static bool listed(struct work *work, const struct store_row *row, const cJSON *document,
                   const cJSON *view)
{
    struct str service = work_query(work, "serviceName");
    struct str qualifier = work_query(work, "qualifier");
    struct config_place place = config_place_of(row->key.name);

    (void)view;
    if (work->api == API_2023)
        return config_is_asked(work, row->key.name);
    return json_get_double(document, "target", 0) != 0 &&
           (service.len == 0 || str_eq(place.service, service)) &&
           (qualifier.len == 0 || str_eq(place.qualifier, qualifier));
}

const struct resource provision_resource = {
    .kind = "provision",
    .array = "provisionConfigs",
    .fields = &provision_fields,
    .flags = ROW_ETAG | ROW_MATCHED | ROW_EVERYWHERE,
    .replaced_in = IN_2023,
    .forgiven_in = IN_2023,
    .prepare = prepare,
    .owner = owner_config,
    .check = check,
    .allow = allow,
    .vacant = vacant,
    .decorate = decorate,
    .listed = listed,
    .sorted_by = resource_name,
};

void provision_list(struct work *work)
{
    if (work->api != API_2023 && work_query(work, "qualifier").len > 0 &&
        work_query(work, "serviceName").len == 0)
        answer_missing(work, "ServiceName");
    else
        resource_list(work);
}
