/* RAM: roles, and which policies are attached to them. They exist; nothing is enforced. */
#include "product/neighbours/ram.h"
#include "base/draw.h"

enum {
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

struct store_key ram_key(const struct neighbours_pending *p, const char *kind, struct str parent,
                         struct str name)
{
    return (struct store_key){.account = p->call.account,
                              .region = STR(""),
                              .kind = str_of(kind),
                              .parent = parent,
                              .version = STR(""),
                              .name = name};
}

void ram_refuse_missing(struct neighbours_pending *p, const char *entity, const char *word,
                        struct str name)
{
    pending_refuse(p, STATUS_NOT_FOUND, arena_printf(p->arena, "EntityNotExist.%s", entity),
                   "The %s not exists : " STR_FMT " .", word, STR_ARG(name));
}

bool ram_may_create(struct neighbours_pending *p, const struct store_key *key, const char *entity,
                    const char *word)
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

const struct store_row *ram_need_role(struct neighbours_pending *p, struct str *out_name)
{
    const struct store_row *row;
    struct store_key key;

    if (!pop_need(p, "RoleName", out_name))
        return NULL;
    key = ram_key(p, "ram-role", STR(""), *out_name);
    row = store_find(p->store, &key);
    if (!row)
        ram_refuse_missing(p, "Role", "role", *out_name);
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

cJSON *ram_wrap(const char *name, cJSON *tree)
{
    cJSON *outer = cJSON_CreateObject();

    cJSON_AddItemToObject(outer, name, tree);
    return outer;
}

void ram_create_role(struct neighbours_pending *p)
{
    struct store_key key = ram_key(p, "ram-role", STR(""), STR(""));
    struct str document;
    cJSON *role;

    if (!pop_need(p, "RoleName", &key.name) ||
        !pop_need(p, "AssumeRolePolicyDocument", &document) ||
        !ram_may_create(p, &key, "Role", "role"))
        return;
    role = new_role(p, key.name);
    pending_put(p, &key, cJSON_Duplicate(role, true), STR_NONE);
    pop_answer(p, ram_wrap("Role", role));
}

void ram_get_role(struct neighbours_pending *p)
{
    struct str name;
    const struct store_row *row = ram_need_role(p, &name);

    if (row)
        pop_answer(p, ram_wrap("Role", row_document(row)));
}

void ram_list_roles(struct neighbours_pending *p)
{
    struct store_key key = ram_key(p, "ram-role", STR(""), STR(""));
    struct store_list list = store_list(p->store, &key);
    cJSON *roles = cJSON_CreateArray();
    cJSON *tree;

    for (size_t i = 0; i < list.count; i++)
        cJSON_AddItemToArray(roles, row_document(list.rows[i]));
    tree = ram_wrap("Roles", ram_wrap("Role", roles));
    cJSON_AddBoolToObject(tree, "IsTruncated", false);
    pop_answer(p, tree);
}

struct store_list ram_attachments(struct neighbours_pending *p, struct str role)
{
    struct store_key key = ram_key(p, "ram-attachment", role, STR(""));

    return store_list(p->store, &key);
}

void ram_delete_role(struct neighbours_pending *p)
{
    struct str name;

    if (!ram_need_role(p, &name))
        return;
    if (ram_attachments(p, name).count) {
        pending_refuse(p, STATUS_CONFLICT, "DeleteConflict.Role.Policy",
                       "The role cannot have any attached policies, when deleting it.");
        return;
    }
    struct store_key key = ram_key(p, "ram-role", STR(""), name);

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

    if (!ram_need_role(p, &role) || !pop_need(p, "PolicyType", &type) ||
        !pop_need(p, "PolicyName", &policy))
        return false;
    *out = ram_key(p, "ram-attachment", role,
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
    policy = ram_need_policy(p, &name);
    if (!policy)
        return;
    if (!ram_may_create(p, &key, "Role.Policy", "policy attached to the role")) {
        json_free(policy);
        return;
    }
    json_add_str(ram_policy_shown(policy), "AttachDate", pending_time(p, p->now_ms));
    pending_put(p, &key, policy, STR_NONE);
    pop_answer(p, cJSON_CreateObject());
}

void ram_detach_policy(struct neighbours_pending *p)
{
    struct store_key key;

    if (!read_attachment(p, &key))
        return;
    if (!store_find(p->store, &key)) {
        ram_refuse_missing(p, "Role.Policy", "policy attached to the role", key.name);
        return;
    }
    store_remove(pending_batch(p), &key);
    pop_answer(p, cJSON_CreateObject());
}

void ram_list_role_policies(struct neighbours_pending *p)
{
    struct str role;
    cJSON *policies;

    if (!ram_need_role(p, &role))
        return;
    struct store_list list = ram_attachments(p, role);

    policies = cJSON_CreateArray();
    for (size_t i = 0; i < list.count; i++)
        cJSON_AddItemToArray(policies, row_document(list.rows[i]));
    pop_answer(p, ram_wrap("Policies", ram_wrap("Policy", policies)));
}
