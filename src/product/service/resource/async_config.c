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
    {.name = "destination", .type = FIELD_STRING, .flags = IN_ALL, .max = LIMIT(DESTINATION_MAX)},
);
FIELD_TABLE(destinations_fields,
    {.name = "onSuccess", .type = FIELD_OBJECT, .flags = IN_ALL, .fields = &destination_fields},
    {.name = "onFailure", .type = FIELD_OBJECT, .flags = IN_ALL, .fields = &destination_fields},
);
/* `stateful` is one thing under two names: moved on the way in and out. */
FIELD_TABLE(async_fields,
    {.name = "destinationConfig", .type = FIELD_OBJECT, .flags = IN_ALL, .classic = "null", .current = "{}", .fields = &destinations_fields},
    {.name = "maxAsyncEventAgeInSeconds", .type = FIELD_INT, .flags = IN_ALL, .classic = "null", .min = LIMIT(ASYNC_AGE_MIN), .max = LIMIT(ASYNC_AGE_MAX)},
    {.name = "maxAsyncRetryAttempts", .type = FIELD_INT, .flags = IN_ALL, .classic = "null", .max = LIMIT(ASYNC_RETRIES_MAX)},
    {.name = "statefulInvocation", .type = FIELD_BOOL, .flags = IN_CLASSIC, .classic = "false"},
    {.name = "asyncTask", .type = FIELD_BOOL, .flags = IN_2023, .current = "false"},
);
/* clang-format on */

static void rename_member(cJSON *object, const char *from, const char *to)
{
    cJSON *value = cJSON_DetachItemFromObjectCaseSensitive(object, from);

    if (value)
        json_set(object, to, value);
}

static cJSON *show(struct work *work, const struct store_row *row, const struct config_place *place)
{
    OWN(json_free) cJSON *document = row_document(row);
    cJSON *view;

    if (work->api == API_2023)
        rename_member(document, "statefulInvocation", "asyncTask");
    view = fields_show(&async_fields, document, work->api);
    if (work->api == API_2023) {
        json_add_str(view, "functionArn", config_arn(work, place));
    } else {
        json_add_str(view, "service", place->service);
        json_add_str(view, "function", place->function);
        json_add_str(view, "qualifier", place->qualifier);
    }
    json_add_time(view, "createdTime", row->created_ms);
    json_add_time(view, "lastModifiedTime", row->modified_ms);
    return view;
}

static void answer_row(struct work *work, const struct store_row *row)
{
    struct config_place place = config_place_of(row);

    answer_json(work, show(work, row, &place));
}

/* Only service and function are asked, so that a config outlives its alias; 2023-03-30 makes none
 * for a qualifier that does not exist. */
static bool find_key(struct work *work, bool make, struct address *at, struct store_key *out)
{
    unsigned asked = make && work->api == API_2023 ? ADDRESS_QUALIFIED : ADDRESS_ANY_QUALIFIER;

    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | asked, at))
        return false;
    *out = work_key(work, "async-config", STR(""), STR(""), config_name(work, at, at->qualifier));
    return true;
}

void async_config_put(struct work *work)
{
    struct field_reading reading = work_reading(work, true);
    OWN(json_free) cJSON *given = fields_read(&async_fields, work->input, &reading);
    struct address at;
    struct store_key key;

    if (!given) {
        answer_refusal(work);
        return;
    }
    if (!find_key(work, true, &at, &key))
        return;
    const struct store_row *old = store_find(work->store, &key);
    /* 2016-08-15 replaces the whole, the later versions merge. */
    OWN(json_free)
    cJSON *document = old && work->api != API_2016 ? row_document(old) : cJSON_CreateObject();

    rename_member(given, "asyncTask", "statefulInvocation");
    fields_merge(&async_fields, work->api, document, given);
    if (!old || work_may_change(work, old))
        answer_row(work, work_put(work, &key, old, document, STR_NONE));
}

static const struct store_row *find_config(struct work *work, struct store_key *key)
{
    struct address at;
    const struct store_row *row;

    if (!find_key(work, false, &at, key))
        return NULL;
    row = store_find(work->store, key);
    if (!row)
        answer_refuse(
            work, "AsyncConfigNotExists",
            is_latest(at.qualifier) ? at.service
                                    : arena_strf(work->arena, STR_FMT "." STR_FMT,
                                                 STR_ARG(at.service), STR_ARG(at.qualifier)),
            work->api == API_2023 ? address_name_2023(&at, work->arena) : at.function, STR_NONE);
    return row;
}

void async_config_get(struct work *work)
{
    struct store_key key;
    const struct store_row *row = find_config(work, &key);

    if (row)
        answer_row(work, row);
}

void async_config_delete(struct work *work)
{
    struct address at;
    struct store_key key;

    if (work->api == API_2023 ? !find_key(work, false, &at, &key) : !find_config(work, &key))
        return;
    store_remove(work_batch(work), &key);
    answer_none(work);
}

static cJSON *show_asked(struct work *work, const struct store_row *row,
                         const struct config_place *place)
{
    return config_is_asked(work, place) ? show(work, row, place) : NULL;
}

/* Of one function: the token is a qualifier, and in 2016-08-15 it is always there. */
static void list_of_function(struct work *work, const struct address *at)
{
    struct store_key key = work_key(work, "async-config", STR(""), STR(""), STR(""));
    struct store_list list = store_list(work->store, &key);
    struct str prefix = arena_strf(work->arena, STR_FMT "/", STR_ARG(at->path));
    struct page page;
    size_t count = 0;

    if (!page_read(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page))
        return;
    struct page_item *items = ARENA_ARRAY(work->arena, list.count + 1, struct page_item);

    for (size_t i = store_list_seek(list, prefix);
         i < list.count && str_starts(list.rows[i]->key.name, prefix); i++) {
        struct config_place place = config_place_of(list.rows[i]);

        items[count++] = (struct page_item){place.qualifier, show(work, list.rows[i], &place)};
    }
    cJSON *answer = cJSON_CreateObject();

    page_items(&page, items, count, answer, "configs");
    if (work->api == API_2016 && json_is_blank(cJSON_GetObjectItemCaseSensitive(answer, "configs")))
        json_set(answer, "configs", cJSON_CreateNull());
    if (work->api == API_2016 && !json_has(answer, "nextToken"))
        cJSON_AddStringToObject(answer, "nextToken", "");
    answer_json(work, answer);
}

void async_config_list(struct work *work)
{
    struct address at;

    if (work->api == API_2023)
        config_list(work, "async-config", config_arn_of, show_asked, "configs");
    else if (address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION, &at))
        list_of_function(work, &at);
}
