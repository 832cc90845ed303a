/* STS: who calls, and keys for a while. Any role can be taken: nothing here depends on its
 * policies.
 */
#include "product/neighbours/internal.h"

enum {
    STATUS_BAD_REQUEST = 400,
    DURATION_S_MIN = 900, /* reference, "AssumeRole" */
    DURATION_S_DEFAULT = 3600,
    DURATION_S_MAX = 43200,
    SESSION_MIN = 2,
    SESSION_MAX = 64,
};

/* acs:ram::<account>:role/<name>, where a role's name keeps its case. */
static bool read_role_arn(struct str arn, struct str *out_account, struct str *out_role)
{
    struct str rest;

    if (!str_starts(arn, STR("acs:ram::")) ||
        !str_cut(str_slice(arn, 9, arn.len), ':', out_account, &rest) ||
        !str_starts_nocase(rest, STR("role/")))
        return false;
    *out_role = str_slice(rest, 5, rest.len);
    return str_all_digits(*out_account) && out_role->len > 0;
}

static bool is_session_name(struct str name)
{
    if (name.len < SESSION_MIN || name.len > SESSION_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '.' || c == '@' || c == '-' || c == '_'))
            return false;
    }
    return true;
}

static bool refuse(struct neighbours_pending *p, const char *what)
{
    pending_refuse(p, STATUS_BAD_REQUEST, arena_printf(p->arena, "InvalidParameter.%s", what),
                   "The parameter %s is wrongly formed.", what);
    return false;
}

struct assumption {
    struct str account, role, session;
    uint64_t duration_s;
};

static bool read_assumption(struct neighbours_pending *p, struct assumption *out)
{
    struct str duration = pop_param(p, "DurationSeconds");
    struct str arn;

    out->duration_s = DURATION_S_DEFAULT;
    if (!pop_need(p, "RoleArn", &arn) || !pop_need(p, "RoleSessionName", &out->session))
        return false;
    if (!read_role_arn(arn, &out->account, &out->role))
        return refuse(p, "RoleArn");
    if (!is_session_name(out->session))
        return refuse(p, "RoleSessionName");
    if (duration.len && (str_to_uint(duration, DURATION_S_MAX, &out->duration_s) != NUMBER_OK ||
                         out->duration_s < DURATION_S_MIN))
        return refuse(p, "DurationSeconds");
    return true;
}

static cJSON *user_tree(struct neighbours_pending *p, const struct assumption *taken)
{
    struct str id = ram_role_id(taken->account, taken->role, p->arena);
    cJSON *tree = cJSON_CreateObject();

    json_add_str(tree, "Arn",
                 arena_strf(p->arena, "acs:ram::" STR_FMT ":role/" STR_FMT "/" STR_FMT,
                            STR_ARG(taken->account), STR_ARG(taken->role),
                            STR_ARG(taken->session)));
    json_add_str(tree, "AssumedRoleId",
                 arena_strf(p->arena, STR_FMT ":" STR_FMT, STR_ARG(id), STR_ARG(taken->session)));
    return tree;
}

static cJSON *credentials_tree(struct neighbours_pending *p, const struct neighbours_key *key)
{
    cJSON *tree = cJSON_CreateObject();

    json_add_str(tree, "AccessKeyId", key->id);
    json_add_str(tree, "AccessKeySecret", key->secret);
    json_add_str(tree, "SecurityToken", key->token);
    json_add_str(tree, "Expiration", pending_time(p, key->expires_ms));
    return tree;
}

void sts_assume_role(struct neighbours_pending *p)
{
    struct assumption taken;
    struct neighbours_key key;
    cJSON *tree;

    if (!read_assumption(p, &taken))
        return;
    struct neighbours_key_request request = {
        .account = taken.account,
        .role = taken.role,
        .session = taken.session,
        .now_ms = p->now_ms,
        .expires_ms = p->now_ms + taken.duration_s * 1000,
    };

    neighbours_issue_key(p->store, pending_batch(p), &request, p->arena, &key);
    tree = cJSON_CreateObject();
    cJSON_AddItemToObject(tree, "AssumedRoleUser", user_tree(p, &taken));
    cJSON_AddItemToObject(tree, "Credentials", credentials_tree(p, &key));
    pop_answer(p, tree);
}

static cJSON *account_tree(struct neighbours_pending *p)
{
    struct str account = p->call.account;
    cJSON *tree = cJSON_CreateObject();

    json_add_str(tree, "IdentityType", STR("Account"));
    json_add_str(tree, "AccountId", account);
    json_add_str(tree, "UserId", account);
    json_add_str(tree, "PrincipalId", account);
    json_add_str(tree, "Arn", arena_strf(p->arena, "acs:ram::" STR_FMT ":root", STR_ARG(account)));
    return tree;
}

static cJSON *role_user_tree(struct neighbours_pending *p, const struct neighbours_key *key)
{
    struct str id = ram_role_id(key->account, key->role, p->arena);
    cJSON *tree = cJSON_CreateObject();

    json_add_str(tree, "IdentityType", STR("AssumedRoleUser"));
    json_add_str(tree, "AccountId", key->account);
    json_add_str(tree, "RoleId", id);
    json_add_str(tree, "PrincipalId",
                 arena_strf(p->arena, STR_FMT ":" STR_FMT, STR_ARG(id), STR_ARG(key->session)));
    json_add_str(tree, "Arn",
                 arena_strf(p->arena, "acs:ram::" STR_FMT ":assumed-role/" STR_FMT "/" STR_FMT,
                            STR_ARG(key->account), STR_ARG(key->role), STR_ARG(key->session)));
    return tree;
}

void sts_get_caller_identity(struct neighbours_pending *p)
{
    struct neighbours_key key;
    bool temporary = key_find(p->store, p->access_key, p->arena, &key) && key.role.len > 0;

    pop_answer(p, temporary ? role_user_tree(p, &key) : account_tree(p));
}
