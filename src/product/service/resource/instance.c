/*
 * Instances, and what belongs to hardware: nothing runs here yet and nothing can be leased.
 *
 * Source: spec pages api-2016-08-15 §6.9 and §6.15, api-2021-04-06 §7.3, api-2023-03-30 §7.11.
 */
#include "base/mem.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"

/* Nothing runs, so nothing is filtered, but what is asked must make sense. */
/* clang-format off */
FIELD_TABLE(instance_filters,
    {.name = "limit", .type = FIELD_INT, .flags = IN_ALL, .max = LIMIT(PAGE_INSTANCES_MAX)},
    {.name = "startTimeMs", .type = FIELD_INT, .flags = IN_2023},
    {.name = "endTimeMs", .type = FIELD_INT, .flags = IN_2023},
    {.name = "withAllActive", .type = FIELD_BOOL, .flags = IN_2023},
);
/* clang-format on */

void instance_list(struct work *work)
{
    OWN(json_free) cJSON *asked = work_read_query(work, &instance_filters);
    struct address at;
    cJSON *answer;

    if (!asked || !address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, &at))
        return;
    answer = cJSON_CreateObject();
    cJSON_AddArrayToObject(answer, "instances");
    if (work->api == API_2023)
        json_add_str(answer, "requestId", work->call.request_id);
    answer_json(work, answer);
}

void instance_exec(struct work *work)
{
    struct address at;

    if (address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, &at))
        answer_refuse(work, "InstanceNotFound", work_param(work, "instance"));
}

void reserved_capacity_list(struct work *work)
{
    struct page page;
    cJSON *answer;

    if (!page_read(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page))
        return;
    answer = cJSON_CreateObject();
    cJSON_AddArrayToObject(answer, "reservedCapacities");
    answer_json(work, answer);
}

void gpu_claim(struct work *work)
{
    answer_invalid(work, "operation 'ClaimGPUInstance' is not emulated: there is no GPU to lease");
}

void gpu_release(struct work *work)
{
    answer_invalid(work,
                   "operation 'ReleaseGPUInstance' is not emulated: there is no GPU to lease");
}
