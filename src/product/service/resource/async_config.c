/*
 * What becomes of asynchronous calls: destinations, retries, age, task records.
 *
 * Source: spec pages api-2016-08-15 §6.12, api-2021-04-06 §7.3, api-2023-03-30 §7.9.
 */
#include "base/mem.h"
#include "product/service/resource/config.h"
#include "product/service/resource/handlers.h"

/* clang-format off */
FIELD_TABLE(destination_fields,
    {.name = "destination", .type = BODY_STRING, .flags = IN_ALL, .max = LIMIT(DESTINATION_MAX)},
);
FIELD_TABLE(destinations_fields,
    {.name = "onSuccess", .type = BODY_OBJECT, .flags = IN_ALL, .fields = &destination_fields},
    {.name = "onFailure", .type = BODY_OBJECT, .flags = IN_ALL, .fields = &destination_fields},
);
/* `stateful` is one thing under two names: moved on the way in and out. */
FIELD_TABLE(async_fields,
    {.name = "destinationConfig", .type = BODY_OBJECT, .flags = IN_ALL, .classic = "null", .current = "{}", .fields = &destinations_fields},
    {.name = "maxAsyncEventAgeInSeconds", .type = BODY_INT, .flags = IN_ALL, .classic = "null", .min = LIMIT(ASYNC_AGE_MIN), .max = LIMIT(ASYNC_AGE_MAX)},
    {.name = "maxAsyncRetryAttempts", .type = BODY_INT, .flags = IN_ALL, .classic = "null", .max = LIMIT(ASYNC_RETRIES_MAX)},
    {.name = "statefulInvocation", .type = BODY_BOOL, .flags = IN_CLASSIC, .classic = "false"},
    {.name = "asyncTask", .type = BODY_BOOL, .flags = IN_2023, .current = "false"},
);
/* clang-format on */

static void decorate(struct work *work, const struct subject *s, const struct store_row *row,
                     const cJSON *document, cJSON *view)
{
    struct config_place place = config_place_of(row->key.name);
    const cJSON *stateful = json_get(document, "statefulInvocation");

    (void)s;
    if (work->api == API_2023) {
        if (stateful)
            json_set(view, "asyncTask", cJSON_Duplicate(stateful, false));
        json_add_str(view, "functionArn", config_arn(work, &place));
    } else {
        json_add_str(view, "service", place.service);
        json_add_str(view, "function", place.function);
        json_add_str(view, "qualifier", place.qualifier);
    }
}

static bool prepare(struct work *work, struct subject *s)
{
    cJSON *task = cJSON_DetachItemFromObjectCaseSensitive(s->given, "asyncTask");

    (void)work;
    if (task)
        json_set(s->given, "statefulInvocation", task);
    return true;
}

/* Only service and function are asked, so that a config outlives its alias; 2023-03-30 makes none
 * for a qualifier that does not exist. */
static bool find_owner(struct work *work, struct subject *s)
{
    unsigned asked = s->create && work->api == API_2023 ? ADDRESS_QUALIFIED : ADDRESS_ANY_QUALIFIER;

    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | asked, &s->at))
        return false;
    s->key.name = config_name(work, &s->at, s->at.qualifier);
    return true;
}

static void called(struct work *work, const struct subject *s, struct str args[3])
{
    const struct address *at = &s->at;

    args[0] = is_latest(at->qualifier) ? at->service
                                       : arena_strf(work->arena, STR_FMT "." STR_FMT,
                                                    STR_ARG(at->service), STR_ARG(at->qualifier));
    args[1] = address_name(work, at);
}

static bool listed(struct work *work, const struct store_row *row, const cJSON *document,
                   const cJSON *view)
{
    (void)document;
    (void)view;
    return config_is_asked(work, row->key.name);
}

const struct resource async_config_resource = {
    .kind = "async-config",
    .array = "configs",
    .fields = &async_fields,
    .flags = ROW_TIMES | ROW_EVERYWHERE,
    .replaced_in = IN_2016,
    .forgiven_in = IN_2023,
    .missing = "AsyncConfigNotExists",
    .called = called,
    .prepare = prepare,
    .owner = find_owner,
    .decorate = decorate,
    .listed = listed,
    .sorted_by = config_arn_of,
};

/* Of one function: the token is a qualifier, and in 2016-08-15 it is always there. */
static void list_of_function(struct work *work, const struct address *at)
{
    struct store_key key = work_key(work, "async-config", STR(""), STR(""), STR(""));
    struct store_list list = store_list(work->store, &key);
    struct str prefix = arena_strf(work->arena, STR_FMT "/", STR_ARG(at->path));
    const struct subject s = {.resource = &async_config_resource};
    struct page page;
    struct page_items all = {0};

    if (!page_read(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page))
        return;
    for (size_t i = store_list_seek(list, prefix);
         i < list.count && str_starts(list.rows[i]->key.name, prefix); i++) {
        page_gather(&all, config_place_of(list.rows[i]->key.name).qualifier,
                    resource_view(work, &s, list.rows[i]));
    }
    cJSON *answer = cJSON_CreateObject();

    page_items(&page, &all, answer, "configs");
    if (work->api == API_2016 && json_is_blank(json_get(answer, "configs")))
        json_set(answer, "configs", cJSON_CreateNull());
    if (work->api == API_2016 && !json_has(answer, "nextToken"))
        cJSON_AddStringToObject(answer, "nextToken", "");
    answer_json(work, answer);
}

void async_config_list(struct work *work)
{
    struct address at;

    if (work->api == API_2023)
        resource_list(work);
    else if (address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION, &at))
        list_of_function(work, &at);
}
