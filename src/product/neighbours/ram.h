/*
 * product/neighbours/ram.h - what the parts of RAM share
 */
#pragma once

#include "product/neighbours/internal.h"

enum {
    STATUS_NOT_FOUND = 404,
    STATUS_CONFLICT = 409,
    RECORDS_MAX = 1000, /* roles, policies; reference, "limits" */
};

struct store_key ram_key(const struct neighbours_pending *p, const char *kind, struct str parent,
                         struct str name);
/** "EntityNotExist.Role", "The role not exists : demo." */
void ram_refuse_missing(struct neighbours_pending *p, const char *entity, const char *word,
                        struct str name);
/** False, and refused, when it is there already or there are too many. */
bool ram_may_create(struct neighbours_pending *p, const struct store_key *key, const char *entity,
                    const char *word);
/** {"<name>": tree} */
cJSON *ram_wrap(const char *name, cJSON *tree);

/** The role that RoleName means, or NULL and refused. */
const struct store_row *ram_need_role(struct neighbours_pending *p, struct str *out_name);
/** What is attached to a role. */
struct store_list ram_attachments(struct neighbours_pending *p, struct str role);

/** The policy that PolicyName and PolicyType mean, versions and all; the caller's. NULL and refused
 * when there is none. */
cJSON *ram_need_policy(struct neighbours_pending *p, struct str *out_name);
/** Take out what is not shown of a policy: its versions. */
cJSON *ram_policy_shown(cJSON *policy);
