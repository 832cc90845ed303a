/* The RPC style that STS and RAM share: an Action, flat parameters, JSON or XML back. */
#include "product/neighbours/internal.h"

enum {
    STATUS_OK = 200,
    STATUS_BAD_REQUEST = 400,
    STATUS_NOT_FOUND = 404,
};

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
};

struct str pop_param(const struct neighbours_pending *p, const char *name)
{
    struct str value = query_get(&p->query, str_of(name));

    if (!str_is_set(value))
        value = query_get(&p->form, str_of(name));
    return str_is_set(value) ? value : STR("");
}

bool pop_need(struct neighbours_pending *p, const char *name, struct str *out)
{
    *out = pop_param(p, name);
    if (out->len)
        return true;
    pending_refuse(p, STATUS_BAD_REQUEST, arena_printf(p->arena, "Missing%s", name),
                   "%s is mandatory for this action.", name);
    return false;
}

static struct str action_of(const struct neighbours_pending *p)
{
    struct str action = pending_request_header(p, "x-acs-action");

    return action.len ? action : pop_param(p, "Action");
}

/* XML is the default of the old signature, JSON that of the one with an action header. */
static bool wants_json(const struct neighbours_pending *p)
{
    struct str format = pop_param(p, "Format");

    return format.len ? str_eq_nocase(format, STR("JSON"))
                      : pending_request_header(p, "x-acs-action").len > 0;
}

static void answer(struct neighbours_pending *p, int status, const char *root, cJSON *tree)
{
    if (wants_json(p))
        pending_json(p, status, tree);
    else
        pending_xml(p, status, root, tree);
}

void pop_answer(struct neighbours_pending *p, cJSON *tree)
{
    struct str action = action_of(p);

    json_add_str(tree, "RequestId", p->call.request_id);
    answer(p, STATUS_OK, arena_printf(p->arena, STR_FMT "Response", STR_ARG(action)), tree);
}

void pop_refuse(struct neighbours_pending *p, struct str message)
{
    cJSON *tree = cJSON_CreateObject();

    json_add_str(tree, "RequestId", p->call.request_id);
    json_add_str(tree, "HostId", p->call.request->host);
    json_add_str(tree, "Code", p->answer.code);
    json_add_str(tree, "Message", message);
    answer(p, p->answer.status, "Error", tree);
}

void pop_perform(struct neighbours_pending *p)
{
    struct str action = action_of(p);

    for (size_t i = 0; i < N_ELEMENTS(actions); i++) {
        if (actions[i].product != p->call.place->neighbour ||
            !str_eq(action, str_of(actions[i].name)))
            continue;
        actions[i].run(p);
        return;
    }
    pending_refuse_unknown(p, STATUS_NOT_FOUND, "InvalidAction.NotFound", action);
}

/* A tool that removes a deployment asks which API groups it has to take away. There are none. */
static void answer_no_api_groups(struct neighbours_pending *p)
{
    cJSON *tree = cJSON_CreateObject();

    cJSON_AddArrayToObject(cJSON_AddObjectToObject(tree, "ApiGroupAttributes"),
                           "ApiGroupAttribute");
    json_add_uint(tree, "TotalCount", 0);
    json_add_uint(tree, "PageNumber", 1);
    json_add_uint(tree, "PageSize", 10);
    pop_answer(p, tree);
}

void other_perform(struct neighbours_pending *p)
{
    struct str action = action_of(p);

    /* Whoever asks has it already; clients look for the code, or for this word. */
    if (str_eq(action, STR(OPEN_THE_SERVICE)))
        pending_refuse(p, STATUS_BAD_REQUEST, "ORDER.OPEND",
                       "The service is already open (已开通).");
    else if (str_eq(action, STR("DescribeApiGroups")))
        answer_no_api_groups(p);
    else
        pending_refuse(p, STATUS_NOT_FOUND, "InvalidAction.NotFound",
                       "fcemu does not emulate '" STR_FMT "' of " STR_FMT ".", STR_ARG(action),
                       STR_ARG(p->call.request->host));
}
