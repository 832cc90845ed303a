/* The RPC style that STS and RAM share: which action a call is. */
#include "product/neighbours/internal.h"

enum {
    STATUS_NOT_FOUND = 404,
};

/* Roles and policies have no tags here. */
static void list_no_tags(struct neighbours_pending *p)
{
    cJSON *tree = cJSON_CreateObject();

    cJSON_AddArrayToObject(cJSON_AddObjectToObject(tree, "TagResources"), "TagResource");
    cJSON_AddBoolToObject(tree, "IsTruncated", false);
    pop_answer(p, tree);
}

static const struct {
    enum place_neighbour product;
    const char *name;
    pending_handler *run;
} actions[] = {
    {NEIGHBOUR_STS, "GetCallerIdentity",       sts_get_caller_identity       },
    {NEIGHBOUR_STS, "AssumeRole",              sts_assume_role               },
    {NEIGHBOUR_RAM, "GetRole",                 ram_get_role                  },
    {NEIGHBOUR_RAM, "CreateRole",              ram_create_role               },
    {NEIGHBOUR_RAM, "DeleteRole",              ram_delete_role               },
    {NEIGHBOUR_RAM, "ListRoles",               ram_list_roles                },
    {NEIGHBOUR_RAM, "GetPolicy",               ram_get_policy                },
    {NEIGHBOUR_RAM, "CreatePolicy",            ram_create_policy             },
    {NEIGHBOUR_RAM, "DeletePolicy",            ram_delete_policy             },
    {NEIGHBOUR_RAM, "ListPolicies",            ram_list_policies             },
    {NEIGHBOUR_RAM, "CreatePolicyVersion",     ram_create_policy_version     },
    {NEIGHBOUR_RAM, "GetPolicyVersion",        ram_get_policy_version        },
    {NEIGHBOUR_RAM, "ListPolicyVersions",      ram_list_policy_versions      },
    {NEIGHBOUR_RAM, "SetDefaultPolicyVersion", ram_set_default_policy_version},
    {NEIGHBOUR_RAM, "DeletePolicyVersion",     ram_delete_policy_version     },
    {NEIGHBOUR_RAM, "AttachPolicyToRole",      ram_attach_policy             },
    {NEIGHBOUR_RAM, "DetachPolicyFromRole",    ram_detach_policy             },
    {NEIGHBOUR_RAM, "ListPoliciesForRole",     ram_list_role_policies        },
    {NEIGHBOUR_RAM, "ListTagResources",        list_no_tags                  },
};

void pop_perform(struct neighbours_pending *p)
{
    struct str action = pop_action(p);

    for (size_t i = 0; i < N_ELEMENTS(actions); i++) {
        if (actions[i].product != p->call.place->neighbour ||
            !str_eq(action, str_of(actions[i].name)))
            continue;
        actions[i].run(p);
        return;
    }
    pending_refuse_unknown(p, STATUS_NOT_FOUND, "InvalidAction.NotFound", action);
}
