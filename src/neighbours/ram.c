/* RAM: roles, policies and which is attached to which. They exist; nothing is enforced. */
#include "base/draw.h"
#include "neighbours/internal.h"

enum {
    STATUS_NOT_FOUND = 404,
    STATUS_CONFLICT = 409,
    RECORDS_MAX = 1000, /* roles, policies; reference, "limits" */
    SESSION_S_MAX_DEFAULT = 3600,
    ROLE_ID_DIGITS = 17, /* behind a 3 */
};

struct str ram_role_id(struct str account, struct str role, struct arena *arena)
{
    char digits[ROLE_ID_DIGITS + 1] = "";
    uint64_t bits = draw_bits(0, STR("ram-role"), account, role, 0);

    for (size_t i = 0; i < ROLE_ID_DIGITS; i++, bits /= 10)
        digits[i] = (char)('0' + bits % 10);
    return arena_strf(arena, "3%s", digits);
}

static struct store_key row_key(const struct neighbours_pending *p, const char *kind,
                                struct str parent, struct str name)
{
    return (struct store_key){.account = p->call.account,
                              .region = STR(""),
                              .kind = str_of(kind),
                              .parent = parent,
                              .version = STR(""),
                              .name = name};
}

/* "EntityNotExist.Role", "The role not exists : demo." */
static void refuse_missing(struct neighbours_pending *p, const char *entity, const char *word,
                           struct str name)
{
    pending_refuse(p, STATUS_NOT_FOUND, arena_printf(p->arena, "EntityNotExist.%s", entity),
                   "The %s not exists : " STR_FMT " .", word, STR_ARG(name));
}

static bool may_create(struct neighbours_pending *p, const struct store_key *key,
                       const char *entity, const char *word)
{
    if (store_find(p->store, key)) {
        pending_refuse(p, STATUS_CONFLICT, arena_printf(p->arena, "EntityAlreadyExists.%s", entity),
                       "The %s already exists : " STR_FMT " .", word, STR_ARG(key->name));
        return false;
    }
    if (store_list(p->store, key).count >= RECORDS_MAX) {
        pending_refuse(p, STATUS_CONFLICT, arena_printf(p->arena, "LimitExceeded.%s", entity),
                       "The count of %s beyond the current limits.", word);
        return false;
    }
    return true;
}

/* ---- roles ---- */

/* The role that RoleName means, or refused. */
static const struct store_row *need_role(struct neighbours_pending *p, struct str *out_name)
{
    const struct store_row *row;
    struct store_key key;

    if (!pop_need(p, "RoleName", out_name))
        return NULL;
    key = row_key(p, "ram-role", STR(""), *out_name);
    row = store_find(p->store, &key);
    if (!row)
        refuse_missing(p, "Role", "role", *out_name);
    return row;
}

static cJSON *new_role(struct neighbours_pending *p, struct str name)
{
    struct str account = p->call.account;
    cJSON *role = cJSON_CreateObject();

    json_add_str(role, "RoleId", ram_role_id(account, name, p->arena));
    json_add_str(role, "RoleName", name);
    json_add_str(role, "Arn",
                 arena_strf(p->arena, "acs:ram::" STR_FMT ":role/" STR_FMT, STR_ARG(account),
                            STR_ARG(name)));
    json_add_str(role, "Description", pop_param(p, "Description"));
    json_add_str(role, "AssumeRolePolicyDocument", pop_param(p, "AssumeRolePolicyDocument"));
    json_add_uint(role, "MaxSessionDuration", SESSION_S_MAX_DEFAULT);
    json_add_str(role, "CreateDate", pending_time(p, p->now_ms));
    json_add_str(role, "UpdateDate", pending_time(p, p->now_ms));
    return role;
}

/* {"<name>": tree} */
static cJSON *wrap(const char *name, cJSON *tree)
{
    cJSON *outer = cJSON_CreateObject();

    cJSON_AddItemToObject(outer, name, tree);
    return outer;
}

void ram_create_role(struct neighbours_pending *p)
{
    struct store_key key = row_key(p, "ram-role", STR(""), STR(""));
    struct str document;
    cJSON *role;

    if (!pop_need(p, "RoleName", &key.name) ||
        !pop_need(p, "AssumeRolePolicyDocument", &document) || !may_create(p, &key, "Role", "role"))
        return;
    role = new_role(p, key.name);
    pending_put(p, &key, cJSON_Duplicate(role, true), STR_NONE);
    pop_answer(p, wrap("Role", role));
}

void ram_get_role(struct neighbours_pending *p)
{
    struct str name;
    const struct store_row *row = need_role(p, &name);

    if (row)
        pop_answer(p, wrap("Role", row_tree(row)));
}

void ram_list_roles(struct neighbours_pending *p)
{
    struct store_key key = row_key(p, "ram-role", STR(""), STR(""));
    struct store_list list = store_list(p->store, &key);
    cJSON *roles = cJSON_CreateArray();
    cJSON *tree;

    for (size_t i = 0; i < list.count; i++)
        cJSON_AddItemToArray(roles, row_tree(list.rows[i]));
    tree = wrap("Roles", wrap("Role", roles));
    cJSON_AddBoolToObject(tree, "IsTruncated", false);
    pop_answer(p, tree);
}

static struct store_list attachments(struct neighbours_pending *p, struct str role)
{
    struct store_key key = row_key(p, "ram-attachment", role, STR(""));

    return store_list(p->store, &key);
}

void ram_delete_role(struct neighbours_pending *p)
{
    struct str name;

    if (!need_role(p, &name))
        return;
    if (attachments(p, name).count) {
        pending_refuse(p, STATUS_CONFLICT, "DeleteConflict.Role.Policy",
                       "The role cannot have any attached policies, when deleting it.");
        return;
    }
    struct store_key key = row_key(p, "ram-role", STR(""), name);

    store_remove(pending_batch(p), &key);
    pop_answer(p, cJSON_CreateObject());
}

/* ---- policies ---- */

/* The vendor's own policies are many and not listed here: any such name is taken to exist. */
static bool is_system(struct str type)
{
    return str_eq(type, STR("System"));
}

static cJSON *new_policy(struct neighbours_pending *p, struct str name, const char *type)
{
    cJSON *policy = cJSON_CreateObject();

    json_add_str(policy, "PolicyName", name);
    json_add_str(policy, "PolicyType", str_of(type));
    json_add_str(policy, "Description", pop_param(p, "Description"));
    json_add_str(policy, "DefaultVersion", STR("v1"));
    json_add_str(policy, "CreateDate", pending_time(p, p->now_ms));
    json_add_str(policy, "UpdateDate", pending_time(p, p->now_ms));
    return policy;
}

void ram_create_policy(struct neighbours_pending *p)
{
    struct store_key key = row_key(p, "ram-policy", STR(""), STR(""));
    struct str text;
    cJSON *policy;
    cJSON *kept;

    if (!pop_need(p, "PolicyName", &key.name) || !pop_need(p, "PolicyDocument", &text) ||
        !may_create(p, &key, "Policy", "policy"))
        return;
    policy = new_policy(p, key.name, "Custom");
    kept = cJSON_Duplicate(policy, true);
    json_add_str(kept, "PolicyDocument", text);
    pending_put(p, &key, kept, STR_NONE);
    pop_answer(p, wrap("Policy", policy));
}

/* A tree of the policy, the caller's; NULL when refused. */
static cJSON *need_policy(struct neighbours_pending *p, struct str *out_name)
{
    struct str type = pop_param(p, "PolicyType");
    struct store_key key;
    const struct store_row *row;

    if (!pop_need(p, "PolicyName", out_name))
        return NULL;
    if (is_system(type))
        return new_policy(p, *out_name, "System");
    key = row_key(p, "ram-policy", STR(""), *out_name);
    row = store_find(p->store, &key);
    if (row)
        return row_tree(row);
    refuse_missing(p, "Policy", "policy", *out_name);
    return NULL;
}

void ram_get_policy(struct neighbours_pending *p)
{
    struct str name;
    cJSON *policy = need_policy(p, &name);
    cJSON *version;
    cJSON *tree;

    if (!policy)
        return;
    version = cJSON_CreateObject();
    json_add_str(version, "VersionId", STR("v1"));
    cJSON_AddBoolToObject(version, "IsDefaultVersion", true);
    json_add_str(version, "CreateDate", json_get_str(policy, "CreateDate"));
    if (cJSON_HasObjectItem(policy, "PolicyDocument"))
        cJSON_AddItemToObject(version, "PolicyDocument",
                              cJSON_DetachItemFromObject(policy, "PolicyDocument"));
    tree = wrap("Policy", policy);
    cJSON_AddItemToObject(tree, "DefaultPolicyVersion", version);
    pop_answer(p, tree);
}

void ram_delete_policy(struct neighbours_pending *p)
{
    struct store_key key = row_key(p, "ram-policy", STR(""), STR(""));

    if (!pop_need(p, "PolicyName", &key.name))
        return;
    if (!store_find(p->store, &key)) {
        refuse_missing(p, "Policy", "policy", key.name);
        return;
    }
    store_remove(pending_batch(p), &key);
    pop_answer(p, cJSON_CreateObject());
}

/* ---- attachments ---- */

/* Named by type and policy, below the role. False when refused. */
static bool read_attachment(struct neighbours_pending *p, struct store_key *out)
{
    struct str type;
    struct str policy;
    struct str role;

    if (!need_role(p, &role) || !pop_need(p, "PolicyType", &type) ||
        !pop_need(p, "PolicyName", &policy))
        return false;
    *out = row_key(p, "ram-attachment", role,
                   arena_strf(p->arena, STR_FMT "/" STR_FMT, STR_ARG(type), STR_ARG(policy)));
    return true;
}

void ram_attach_policy(struct neighbours_pending *p)
{
    struct store_key key;
    struct str name;
    cJSON *policy;

    if (!read_attachment(p, &key))
        return;
    policy = need_policy(p, &name);
    if (!policy)
        return;
    if (!may_create(p, &key, "Role.Policy", "policy attached to the role")) {
        json_free(policy);
        return;
    }
    cJSON_DeleteItemFromObject(policy, "PolicyDocument");
    json_add_str(policy, "AttachDate", pending_time(p, p->now_ms));
    pending_put(p, &key, policy, STR_NONE);
    pop_answer(p, cJSON_CreateObject());
}

void ram_detach_policy(struct neighbours_pending *p)
{
    struct store_key key;

    if (!read_attachment(p, &key))
        return;
    if (!store_find(p->store, &key)) {
        refuse_missing(p, "Role.Policy", "policy attached to the role", key.name);
        return;
    }
    store_remove(pending_batch(p), &key);
    pop_answer(p, cJSON_CreateObject());
}

void ram_list_role_policies(struct neighbours_pending *p)
{
    struct str role;
    cJSON *policies;

    if (!need_role(p, &role))
        return;
    struct store_list list = attachments(p, role);

    policies = cJSON_CreateArray();
    for (size_t i = 0; i < list.count; i++)
        cJSON_AddItemToArray(policies, row_tree(list.rows[i]));
    pop_answer(p, wrap("Policies", wrap("Policy", policies)));
}
