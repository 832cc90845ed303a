/*
 * VPC bindings: networks that may reach a service, or a function of 2023-03-30.
 *
 * Source: spec pages api-2016-08-15 §6.2.7, api-2021-04-06 §7.3, api-2023-03-30 §7.14.
 */
#include "base/mem.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"

static bool find_owner(struct work *work, struct address *out)
{
    unsigned flags = ADDRESS_SERVICE | (work->api == API_2023 ? ADDRESS_FUNCTION : 0u);

    return address_find(work, flags, out);
}

/* clang-format off */
FIELD_TABLE(binding_fields,
    {.name = "vpcId", .type = FIELD_STRING, .flags = IN_ALL | FIELD_REQUIRED, .max = LIMIT(VPC_ID_MAX)},
);
/* clang-format on */

/* In the path, or in the body where the older clients put it. False when refused. */
static bool read_vpc(struct work *work, struct str *out)
{
    struct field_reading reading = work_reading(work, true);
    struct str in_path = work_param(work, "vpc");
    OWN(json_free) cJSON *asked = cJSON_CreateObject();

    if (in_path.len > 0)
        json_add_str(asked, "vpcId", in_path);
    OWN(json_free)
    cJSON *read = fields_read(&binding_fields, in_path.len > 0 ? asked : work->input, &reading);

    if (!read) {
        answer_refusal(work);
        return false;
    }
    *out = arena_str(work->arena, json_get_str(read, "vpcId"));
    return true;
}

void vpc_binding_create(struct work *work)
{
    struct str vpc;
    struct address at;
    OWN(json_free) cJSON *document = cJSON_CreateObject();

    if (!read_vpc(work, &vpc) || !find_owner(work, &at))
        return;
    struct store_key key = work_key(work, "vpc-binding", at.owner, STR(""), vpc);

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
    struct str vpc;
    struct address at;

    if (!read_vpc(work, &vpc) || !find_owner(work, &at))
        return;
    struct store_key key = work_key(work, "vpc-binding", at.owner, STR(""), vpc);

    if (store_find(work->store, &key))
        store_remove(work_batch(work), &key);
    else if (work->api != API_2023) { /* Terraform has no answer to a 404 here */
        answer_refuse(work, "VpcBindingNotFound", vpc, STR_NONE, STR_NONE);
        return;
    }
    answer_done(work);
}

void vpc_binding_list(struct work *work)
{
    struct address at;

    if (!find_owner(work, &at))
        return;
    struct store_key key = work_key(work, "vpc-binding", at.owner, STR(""), STR(""));
    struct store_list list = store_list(work->store, &key);
    cJSON *answer = cJSON_CreateObject();
    cJSON *ids = cJSON_AddArrayToObject(answer, "vpcIds");

    for (size_t i = 0; i < list.count; i++)
        cJSON_AddItemToArray(ids, json_string(list.rows[i]->key.name));
    answer_json(work, answer);
}
