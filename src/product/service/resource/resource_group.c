/*
 * Resource groups: which one a function belongs to.
 *
 * Source: spec page api-2023-03-30 §7.2.
 */
#include "base/mem.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/tag.h"

#define DEFAULT_GROUP "rg-default"

static bool check_request(struct work *work, struct str id, struct str group)
{
    struct str type = tag_text(work->input, "resourceType");

    if (id.len > 0 && group.len > 0)
        return type.len == 0 || tag_check_type(work, type);
    return answer_missing(work, id.len == 0 ? "ResourceId" : "NewResourceGroupId");
}

/* The row of the function that an id names; NULL when refused. */
static const struct store_row *find_function(struct work *work, struct str id,
                                             struct store_key *out)
{
    struct str path;
    struct str service;
    struct str function;

    if (!tag_find_subject(work, id, &path))
        return NULL;
    if (!str_cut(path, '/', &service, &function)) {
        answer_refuse(work, "FunctionNotFound", id, STR(""));
        return NULL;
    }
    *out = work_key(work, "function", service, STR(""), function);
    return store_find(work->store, out);
}

void function_change_group(struct work *work)
{
    struct str id = tag_text(work->input, "resourceId");
    struct str group = tag_text(work->input, "newResourceGroupId");
    /* One official client writes the names in lower case and reads them so. */
    bool lower = json_get(work->input, "resourceId") != NULL;
    struct store_key key;
    const struct store_row *row =
        check_request(work, id, group) ? find_function(work, id, &key) : NULL;
    cJSON *answer;

    if (!row || !work_may_change(work, row))
        return;
    OWN(json_free) cJSON *model = row_document(row);
    struct str old = json_get_str(model, "resourceGroupId");

    answer = cJSON_CreateObject();
    json_add_str(answer, lower ? "resourceId" : "ResourceId", id);
    json_add_str(answer, lower ? "oldResourceGroupId" : "OldResourceGroupId",
                 old.ptr ? old : STR(DEFAULT_GROUP));
    json_add_str(answer, lower ? "newResourceGroupId" : "NewResourceGroupId", group);
    json_set(model, "resourceGroupId", json_string(group));
    work_put(work, &key, row, model, arena_str(work->arena, row->blob));
    answer_json(work, answer);
}
