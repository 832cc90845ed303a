/* RAM: policies and their versions. Their text is kept and never read. */
#include "base/mem.h"
#include "product/neighbours/ram.h"

enum {
    VERSIONS_MAX = 5, /* of one policy; reference, "limits" */
};

/* Beside what is shown, a row holds these two. */
#define VERSIONS "Versions"
#define VERSIONS_MADE "VersionsMade"

cJSON *ram_policy_shown(cJSON *policy)
{
    cJSON_DeleteItemFromObject(policy, VERSIONS);
    cJSON_DeleteItemFromObject(policy, VERSIONS_MADE);
    return policy;
}

/* The vendor's own policies are many and not listed here: any such name is taken to exist. */
static bool is_system(struct str type)
{
    return str_eq(type, STR("System"));
}

/* One more version, numbered on, in @policy; its id. */
static struct str add_version(struct neighbours_pending *p, cJSON *policy, struct str text)
{
    cJSON *made = cJSON_GetObjectItem(policy, VERSIONS_MADE);
    cJSON *version = cJSON_CreateObject();
    struct str id;

    cJSON_SetNumberValue(made, made->valuedouble + 1);
    id = arena_strf(p->arena, "v%.0f", made->valuedouble);
    json_add_str(version, "VersionId", id);
    json_add_str(version, "PolicyDocument", text);
    json_add_str(version, "CreateDate", pending_time(p, p->now_ms));
    cJSON_AddItemToArray(cJSON_GetObjectItem(policy, VERSIONS), version);
    return id;
}

static cJSON *new_policy(struct neighbours_pending *p, struct str name, const char *type,
                         struct str text)
{
    cJSON *policy = cJSON_CreateObject();

    json_add_str(policy, "PolicyName", name);
    json_add_str(policy, "PolicyType", str_of(type));
    json_add_str(policy, "Description", pop_param(p, "Description"));
    json_add_str(policy, "CreateDate", pending_time(p, p->now_ms));
    json_add_str(policy, "UpdateDate", pending_time(p, p->now_ms));
    json_add_uint(policy, VERSIONS_MADE, 0);
    cJSON_AddItemToObject(policy, VERSIONS, cJSON_CreateArray());
    json_add_str(policy, "DefaultVersion", add_version(p, policy, text));
    return policy;
}

cJSON *ram_need_policy(struct neighbours_pending *p, struct str *out_name)
{
    struct store_key key;
    const struct store_row *row;

    if (!pop_need(p, "PolicyName", out_name))
        return NULL;
    if (is_system(pop_param(p, "PolicyType")))
        return new_policy(p, *out_name, "System", STR("{}"));
    key = ram_key(p, "ram-policy", STR(""), *out_name);
    row = store_find(p->store, &key);
    if (row)
        return row_document(row);
    ram_refuse_missing(p, "Policy", "policy", *out_name);
    return NULL;
}

static void keep(struct neighbours_pending *p, struct str name, cJSON *policy)
{
    struct store_key key = ram_key(p, "ram-policy", STR(""), name);

    pending_put(p, &key, policy, STR_NONE);
}

static bool is_default(const cJSON *policy, const cJSON *version)
{
    return str_eq(json_get_str(version, "VersionId"), json_get_str(policy, "DefaultVersion"));
}

static cJSON *version_shown(const cJSON *policy, const cJSON *version)
{
    cJSON *shown = cJSON_Duplicate(version, true);

    cJSON_AddBoolToObject(shown, "IsDefaultVersion", is_default(policy, version));
    return shown;
}

/* NULL when there is none. */
static cJSON *find_version(const cJSON *policy, struct str id)
{
    cJSON *version;

    cJSON_ArrayForEach (version, cJSON_GetObjectItem(policy, VERSIONS)) {
        if (str_eq(json_get_str(version, "VersionId"), id))
            return version;
    }
    return NULL;
}

/* The version that VersionId means, in *out_policy, which is the caller's. NULL and refused when
 * there is none; *out_policy is NULL then. */
static cJSON *need_version(struct neighbours_pending *p, struct str *out_name, cJSON **out_policy)
{
    cJSON *policy = ram_need_policy(p, out_name);
    struct str id;
    cJSON *version;

    *out_policy = NULL;
    if (!policy)
        return NULL;
    if (!pop_need(p, "VersionId", &id)) {
        json_free(policy);
        return NULL;
    }
    version = find_version(policy, id);
    if (!version) {
        ram_refuse_missing(p, "Policy.Version", "policy version", id);
        json_free(policy);
        return NULL;
    }
    *out_policy = policy;
    return version;
}

/* ---- policies ---- */

void ram_create_policy(struct neighbours_pending *p)
{
    struct store_key key = ram_key(p, "ram-policy", STR(""), STR(""));
    struct str text;
    cJSON *policy;

    if (!pop_need(p, "PolicyName", &key.name) || !pop_need(p, "PolicyDocument", &text) ||
        !ram_may_create(p, &key, "Policy", "policy"))
        return;
    policy = new_policy(p, key.name, "Custom", text);
    keep(p, key.name, cJSON_Duplicate(policy, true));
    pop_answer(p, ram_wrap("Policy", ram_policy_shown(policy)));
}

void ram_get_policy(struct neighbours_pending *p)
{
    struct str name;
    cJSON *policy = ram_need_policy(p, &name);
    cJSON *version;
    cJSON *tree;

    if (!policy)
        return;
    version = version_shown(policy, find_version(policy, json_get_str(policy, "DefaultVersion")));
    tree = ram_wrap("Policy", ram_policy_shown(policy));
    cJSON_AddItemToObject(tree, "DefaultPolicyVersion", version);
    pop_answer(p, tree);
}

void ram_list_policies(struct neighbours_pending *p)
{
    struct store_key key = ram_key(p, "ram-policy", STR(""), STR(""));
    struct store_list list = store_list(p->store, &key);
    cJSON *policies = cJSON_CreateArray();
    cJSON *tree;

    for (size_t i = 0; i < list.count; i++)
        cJSON_AddItemToArray(policies, ram_policy_shown(row_document(list.rows[i])));
    tree = ram_wrap("Policies", ram_wrap("Policy", policies));
    cJSON_AddBoolToObject(tree, "IsTruncated", false);
    pop_answer(p, tree);
}

void ram_delete_policy(struct neighbours_pending *p)
{
    struct store_key key = ram_key(p, "ram-policy", STR(""), STR(""));

    if (!pop_need(p, "PolicyName", &key.name))
        return;
    if (!store_find(p->store, &key)) {
        ram_refuse_missing(p, "Policy", "policy", key.name);
        return;
    }
    store_remove(pending_batch(p), &key);
    pop_answer(p, cJSON_CreateObject());
}

/* ---- versions ---- */

/* Make room for one more if the caller wants that. False, and refused, when there is none. */
static bool may_add_version(struct neighbours_pending *p, cJSON *policy)
{
    cJSON *versions = cJSON_GetObjectItem(policy, VERSIONS);
    int oldest = is_default(policy, cJSON_GetArrayItem(versions, 0)) ? 1 : 0;

    if (cJSON_GetArraySize(versions) < VERSIONS_MAX)
        return true;
    if (str_eq(pop_param(p, "RotateStrategy"),
               STR("DeleteOldestNonDefaultVersionWhenLimitExceeded"))) {
        cJSON_DeleteItemFromArray(versions, oldest);
        return true;
    }
    pending_refuse(p, STATUS_CONFLICT, "LimitExceeded.Policy.Version",
                   "The count of policy versions beyond the current limits.");
    return false;
}

void ram_create_policy_version(struct neighbours_pending *p)
{
    struct str name;
    struct str text;
    struct str id;
    OWN(json_free) cJSON *policy = ram_need_policy(p, &name);

    if (!policy || !pop_need(p, "PolicyDocument", &text) || !may_add_version(p, policy))
        return;
    id = add_version(p, policy, text);
    if (str_eq_nocase(pop_param(p, "SetAsDefault"), STR("true")))
        cJSON_ReplaceItemInObject(policy, "DefaultVersion", json_string(id));
    keep(p, name, cJSON_Duplicate(policy, true));
    pop_answer(p, ram_wrap("PolicyVersion", version_shown(policy, find_version(policy, id))));
}

void ram_get_policy_version(struct neighbours_pending *p)
{
    struct str name;
    cJSON *policy;
    cJSON *version = need_version(p, &name, &policy);

    if (version)
        pop_answer(p, ram_wrap("PolicyVersion", version_shown(policy, version)));
    json_free(policy);
}

void ram_list_policy_versions(struct neighbours_pending *p)
{
    struct str name;
    OWN(json_free) cJSON *policy = ram_need_policy(p, &name);
    cJSON *versions = cJSON_CreateArray();
    cJSON *version;

    cJSON_ArrayForEach (version, cJSON_GetObjectItem(policy, VERSIONS))
        cJSON_AddItemToArray(versions, version_shown(policy, version));
    if (policy)
        pop_answer(p, ram_wrap("PolicyVersions", ram_wrap("PolicyVersion", versions)));
    else
        json_free(versions);
}

void ram_set_default_policy_version(struct neighbours_pending *p)
{
    struct str name;
    cJSON *policy;
    const cJSON *version = need_version(p, &name, &policy);

    if (!version)
        return;
    cJSON_ReplaceItemInObject(policy, "DefaultVersion",
                              json_string(json_get_str(version, "VersionId")));
    keep(p, name, policy);
    pop_answer(p, cJSON_CreateObject());
}

void ram_delete_policy_version(struct neighbours_pending *p)
{
    struct str name;
    cJSON *policy;
    cJSON *version = need_version(p, &name, &policy);

    if (!version)
        return;
    if (is_default(policy, version)) {
        pending_refuse(p, STATUS_CONFLICT, "DeleteConflict.Policy.Version",
                       "The default policy version cannot be deleted.");
        json_free(policy);
        return;
    }
    cJSON_Delete(cJSON_DetachItemViaPointer(cJSON_GetObjectItem(policy, VERSIONS), version));
    keep(p, name, policy);
    pop_answer(p, cJSON_CreateObject());
}
