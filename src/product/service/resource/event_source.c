/*
 * Event sources of 2021-04-06: ARNs that may call a function.
 *
 * Source: spec page api-2021-04-06 §7.3.
 */
#include "base/mem.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"

/* clang-format off */
FIELD_TABLE(event_source_fields,
    {.name = "sourceArn", .type = FIELD_STRING, .flags = IN_2021 | FIELD_REQUIRED, .max = LIMIT(SOURCE_ARN_MAX)},
);
/* clang-format on */

static bool find_place(struct work *work, struct str *out_parent)
{
    struct address at;

    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, &at))
        return false;
    *out_parent = config_name(work, &at, at.qualifier);
    return true;
}

static cJSON *show(const struct store_row *row)
{
    cJSON *view = cJSON_CreateObject();

    json_add_str(view, "sourceArn", row->key.name);
    json_add_time(view, "createdTime", row->created_ms);
    return view;
}

void event_source_register(struct work *work)
{
    struct field_reading reading = work_reading(work, true);
    OWN(json_free) cJSON *given = fields_read(&event_source_fields, work->input, &reading);
    struct str parent;

    if (!given) {
        answer_refusal(work);
        return;
    }
    if (!find_place(work, &parent))
        return;
    struct store_key key =
        work_key(work, "event-source", parent, STR(""), json_get_str(given, "sourceArn"));
    const struct store_row *row = store_find(work->store, &key);

    answer_json(work, show(row ? row : work_put(work, &key, NULL, given, STR_NONE)));
}

void event_source_remove(struct work *work)
{
    struct str parent;

    if (!find_place(work, &parent))
        return;
    struct store_key key =
        work_key(work, "event-source", parent, STR(""), work_param(work, "source"));

    store_remove(work_batch(work), &key);
    answer_none(work);
}

void event_source_list(struct work *work)
{
    struct str parent;

    if (!find_place(work, &parent))
        return;
    struct store_key key = work_key(work, "event-source", parent, STR(""), STR(""));
    struct store_list list = store_list(work->store, &key);
    cJSON *answer = cJSON_CreateObject();
    cJSON *sources = cJSON_AddArrayToObject(answer, "eventSources");

    for (size_t i = 0; i < list.count; i++)
        cJSON_AddItemToArray(sources, show(list.rows[i]));
    answer_json(work, answer);
}
