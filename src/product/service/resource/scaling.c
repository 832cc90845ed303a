/*
 * Scaling configs of 2023-03-30. What is asked for is there at once.
 *
 * Source: spec page api-2023-03-30 §6.7 and §7.8.
 */
#include "base/mem.h"
#include "product/service/resource/config.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/schedule.h"

/* clang-format off */
FIELD_TABLE(scaling_fields,
    {.name = "minInstances", .type = FIELD_INT, .flags = IN_2023, .current = "0", .max = LIMIT(PROVISION_MAX)},
    {.name = "enableMixMode", .type = FIELD_BOOL, .flags = IN_2023, .current = "false"},
    {.name = "enableOnDemandScaling", .type = FIELD_BOOL, .flags = IN_2023, .current = "false"},
    {.name = "horizontalScalingPolicies", .type = FIELD_OBJECTS, .flags = IN_2023, .current = "[]", .fields = &schedule_policy_fields},
    {.name = "scheduledPolicies", .type = FIELD_OBJECTS, .flags = IN_2023, .current = "[]", .fields = &schedule_action_fields},
    {.name = "requestDispatchPolicy", .type = FIELD_STRING, .flags = IN_2023, .current = "\"\""},
    {.name = "residentPoolId", .type = FIELD_STRING, .flags = IN_2023, .current = "\"\""},
);
/* clang-format on */

static cJSON *view(struct work *work, const cJSON *document, struct str arn)
{
    cJSON *shown = fields_show(&scaling_fields, document, work->api);
    const cJSON *least = cJSON_GetObjectItemCaseSensitive(document, "minInstances");
    double target = schedule_target(cJSON_GetObjectItemCaseSensitive(document, "scheduledPolicies"),
                                    work_now_ms(work), least ? least->valuedouble : 0);

    json_add_str(shown, "functionArn", arn);
    cJSON_AddNumberToObject(shown, "currentInstances", target);
    cJSON_AddNumberToObject(shown, "targetInstances", target);
    cJSON_AddStringToObject(shown, "currentError", "");
    return shown;
}

static cJSON *show(struct work *work, const struct store_row *row, const struct config_place *place)
{
    OWN(json_free) cJSON *document = row_document(row);

    return config_is_asked(work, place) ? view(work, document, config_arn(work, place)) : NULL;
}

static bool find_place(struct work *work, struct address *at, struct store_key *out)
{
    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, at))
        return false;
    *out = work_key(work, "scaling", STR(""), STR(""), config_name(work, at, at->qualifier));
    return true;
}

static bool find_key(struct work *work, struct store_key *out)
{
    struct address at;

    return find_place(work, &at, out);
}

void scaling_put(struct work *work)
{
    struct field_reading reading = work_reading(work, true);
    OWN(json_free) cJSON *document = fields_read(&scaling_fields, work->input, &reading);
    struct address at;
    struct store_key key;

    if (!document) {
        answer_refusal(work);
        return;
    }
    if (!schedule_check(work, cJSON_GetObjectItemCaseSensitive(document, "scheduledPolicies")) ||
        !find_place(work, &at, &key) ||
        !schedule_check_metrics(
            work, &at, cJSON_GetObjectItemCaseSensitive(document, "horizontalScalingPolicies")))
        return;
    const struct store_row *old = store_find(work->store, &key);

    if (old && !work_may_change(work, old))
        return;
    const struct store_row *row = work_put(work, &key, old, document, STR_NONE);
    struct config_place place = config_place_of(row);

    answer_json(work, view(work, document, config_arn(work, &place)));
}

void scaling_get(struct work *work)
{
    struct store_key key;
    OWN(json_free) cJSON *nothing = cJSON_CreateObject();

    if (!find_key(work, &key))
        return;
    const struct store_row *row = store_find(work->store, &key);

    if (!row) { /* the tools take an empty ARN for "none" */
        answer_json(work, view(work, nothing, STR("")));
        return;
    }
    OWN(json_free) cJSON *document = row_document(row);
    struct config_place place = config_place_of(row);

    answer_json(work, view(work, document, config_arn(work, &place)));
}

void scaling_delete(struct work *work)
{
    struct store_key key;

    if (!find_key(work, &key))
        return;
    store_remove(work_batch(work), &key);
    answer_none(work);
}

void scaling_list(struct work *work)
{
    config_list(work, "scaling", config_arn_of, show, "scalingConfigs");
}
