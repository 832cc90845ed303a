/*
 * Instances, and what belongs to hardware: nothing runs here yet and nothing can be leased.
 *
 * Source: spec pages api-2016-08-15 §6.9 and §6.15, api-2021-04-06 §7.3, api-2023-03-30 §7.11.
 */
#include "base/mem.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"

static bool is_integer(struct str text)
{
    int64_t number;

    return str_to_int(text, INT64_MIN, INT64_MAX, &number) == NUMBER_OK;
}

static bool is_bool(struct str text)
{
    return str_eq_nocase(text, STR("true")) || str_eq_nocase(text, STR("false"));
}

static bool check_limit(struct work *work)
{
    struct str text = work_query(work, "limit");
    int64_t most = work_limit(work, LIMIT_PAGE_INSTANCES_MAX);
    int64_t limit;

    if (text.len == 0 || str_to_int(text, 0, most, &limit) == NUMBER_OK)
        return true;
    return answer_invalid(
        work, "Limit is set to an invalid value (allowed: 0-%lld, actual: '" STR_FMT "')",
        (long long)most, STR_ARG(str_slice(text, 0, 64)));
}

/* Filters of 2023-03-30. Nothing runs, so nothing is filtered, but what is asked must make sense.
 */
static const struct {
    const char *name;
    const char *title;
    const char *allowed;
    bool (*holds)(struct str text);
} filters[] = {
    {"startTimeMs",   "StartTimeMs",   "integer",      is_integer},
    {"endTimeMs",     "EndTimeMs",     "integer",      is_integer},
    {"withAllActive", "WithAllActive", "true | false", is_bool   },
};

static bool check_filters(struct work *work)
{
    for (size_t i = 0; work->api == API_2023 && i < N_ELEMENTS(filters); i++) {
        struct str text = work_query(work, filters[i].name);

        if (text.len == 0 || filters[i].holds(text))
            continue;
        return answer_wrong(work, filters[i].title, filters[i].allowed, text);
    }
    return true;
}

void instance_list(struct work *work)
{
    struct address at;
    cJSON *answer;

    if (!check_limit(work) || !check_filters(work) ||
        !address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, &at))
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
