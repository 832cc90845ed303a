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
    {.name = "minInstances", .type = BODY_INT, .flags = IN_2023, .current = "0", .max = LIMIT(PROVISION_MAX)},
    {.name = "enableMixMode", .type = BODY_BOOL, .flags = IN_2023, .current = "false"},
    {.name = "enableOnDemandScaling", .type = BODY_BOOL, .flags = IN_2023, .current = "false"},
    {.name = "horizontalScalingPolicies", .type = BODY_OBJECTS, .flags = IN_2023, .current = "[]", .fields = &schedule_policy_fields},
    {.name = "scheduledPolicies", .type = BODY_OBJECTS, .flags = IN_2023, .current = "[]", .fields = &schedule_action_fields},
    {.name = "requestDispatchPolicy", .type = BODY_STRING, .flags = IN_2023, .current = "\"\""},
    {.name = "residentPoolId", .type = BODY_STRING, .flags = IN_2023, .current = "\"\""},
);
/* clang-format on */

static void decorate(struct work *work, const struct subject *s, const struct store_row *row,
                     const cJSON *document, cJSON *view)
{
    const cJSON *least = json_get(document, "minInstances");
    double target = schedule_target(json_get(document, "scheduledPolicies"), work_now_ms(work),
                                    least ? least->valuedouble : 0);

    (void)s;
    json_add_str(view, "functionArn", config_arn_of(work, row));
    cJSON_AddNumberToObject(view, "currentInstances", target);
    cJSON_AddNumberToObject(view, "targetInstances", target);
    cJSON_AddStringToObject(view, "currentError", "");
}

static bool check(struct work *work, struct subject *s)
{
    return schedule_check(work, json_get(s->document, "scheduledPolicies")) &&
           schedule_check_windows(work, json_get(s->document, "horizontalScalingPolicies"));
}

static bool allow(struct work *work, struct subject *s)
{
    return schedule_check_metrics(work, &s->at, json_get(s->document, "horizontalScalingPolicies"));
}

/* The tools take an empty ARN for "none". */
static void vacant(struct work *work, struct subject *s)
{
    const struct store_row none = {.key = s->key, .document = STR("{}")};
    cJSON *view = resource_view(work, s, &none);

    json_set(view, "functionArn", cJSON_CreateString(""));
    answer_json(work, view);
}

static bool listed(struct work *work, const struct store_row *row, const cJSON *document,
                   const cJSON *view)
{
    (void)document;
    (void)view;
    return config_is_asked(work, row->key.name);
}

const struct resource scaling_resource = {
    .kind = "scaling",
    .array = "scalingConfigs",
    .fields = &scaling_fields,
    .flags = ROW_EVERYWHERE,
    .replaced_in = IN_2023,
    .forgiven_in = IN_2023,
    .owner = owner_config,
    .check = check,
    .allow = allow,
    .vacant = vacant,
    .decorate = decorate,
    .listed = listed,
    .sorted_by = config_arn_of,
};
