/*
 * VPC bindings: networks that may reach a service, or a function of 2023-03-30.
 *
 * Source: spec pages api-2016-08-15 §6.2.7, api-2021-04-06 §7.3, api-2023-03-30 §7.14.
 */
#include "base/mem.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"

/* clang-format off */
FIELD_TABLE(binding_fields,
    {.name = "vpcId", .type = BODY_STRING, .flags = IN_ALL | BODY_REQUIRED, .max = LIMIT(VPC_ID_MAX)},
);
/* clang-format on */

/* In the path, or in the body where the older clients put it. False when refused. */
static bool find_binding(struct work *work, struct store_key *key)
{
    struct subject s = {0};
    struct str in_path = work_param(work, "vpc");
    OWN(json_free) cJSON *asked = cJSON_CreateObject();
    const cJSON *input = work->input;

    if (in_path.len > 0) {
        json_add_str(asked, "vpcId", in_path);
        work->input = asked;
    }
    OWN(json_free) cJSON *read = work_read(work, &binding_fields, true);

    work->input = input;
    if (!read || !owner_of_versions(work, &s))
        return false;
    *key = work_key(work, "vpc-binding", s.at.owner, STR(""),
                    arena_str(work->arena, json_get_str(read, "vpcId")));
    return true;
}

void vpc_binding_create(struct work *work)
{
    struct store_key key;
    OWN(json_free) cJSON *document = cJSON_CreateObject();

    if (!find_binding(work, &key))
        return;
    if (!store_find(work->store, &key)) {
        if (!work_quota(work, LIMIT_VPC_BINDINGS, store_list(work->store, &key).count,
                        "the number of VPC bindings"))
            return;
        work_put(work, &key, NULL, document, STR_NONE);
    }
    answer_done(work);
}

void vpc_binding_delete(struct work *work)
{
    struct store_key key;

    if (!find_binding(work, &key))
        return;
    if (store_find(work->store, &key))
        store_remove(work_batch(work), &key);
    else if (work->api != API_2023) { /* Terraform has no answer to a 404 here */
        answer_refuse(work, "VpcBindingNotFound", key.name);
        return;
    }
    answer_done(work);
}

void vpc_binding_list(struct work *work)
{
    struct subject s = {0};

    if (!owner_of_versions(work, &s))
        return;
    struct store_key key = work_key(work, "vpc-binding", s.at.owner, STR(""), STR(""));
    struct store_list list = store_list(work->store, &key);
    cJSON *answer = cJSON_CreateObject();
    cJSON *ids = cJSON_AddArrayToObject(answer, "vpcIds");

    for (size_t i = 0; i < list.count; i++)
        cJSON_AddItemToArray(ids, json_string(list.rows[i]->key.name));
    answer_json(work, answer);
}
