/*
 * Products that are not emulated, in the few questions that deploy tools put to them before they
 * begin.
 */
#include "catalog/region.h"
#include "product/neighbours/internal.h"

enum { STATUS_BAD_REQUEST = 400, STATUS_NOT_FOUND = 404 };

/* Whoever asks has it already; clients look for the code, or for this word. */
static void refuse_to_open(struct neighbours_pending *p)
{
    pending_refuse(p, STATUS_BAD_REQUEST, "ORDER.OPEND", "The service is already open (已开通).");
}

static cJSON *add_list(cJSON *tree, const char *outer, const char *inner)
{
    return cJSON_AddArrayToObject(cJSON_AddObjectToObject(tree, outer), inner);
}

/* A tool that removes a deployment asks which API groups it has to take away. There are none. */
static void describe_api_groups(struct neighbours_pending *p)
{
    cJSON *tree = cJSON_CreateObject();

    add_list(tree, "ApiGroupAttributes", "ApiGroupAttribute");
    json_add_uint(tree, "TotalCount", 0);
    json_add_uint(tree, "PageNumber", 1);
    json_add_uint(tree, "PageSize", 10);
    pop_answer(p, tree);
}

static void describe_regions(struct neighbours_pending *p)
{
    cJSON *tree = cJSON_CreateObject();
    cJSON *list = add_list(tree, "Regions", "Region");
    size_t count;
    const struct region *table = region_table(&count);

    for (size_t i = 0; i < count; i++) {
        cJSON *region = cJSON_CreateObject();

        cJSON_AddStringToObject(region, "RegionId", table[i].id);
        cJSON_AddStringToObject(region, "LocalName", table[i].name_zh);
        json_add_str(region, "RegionEndpoint",
                     arena_strf(p->arena, "ecs.%s.aliyuncs.com", table[i].id));
        cJSON_AddItemToArray(list, region);
    }
    pop_answer(p, tree);
}

static struct str region_of(const struct neighbours_pending *p)
{
    struct str region = pop_param(p, "RegionId");

    return region.len ? region : p->call.place->region;
}

static void describe_zones(struct neighbours_pending *p)
{
    cJSON *tree = cJSON_CreateObject();
    cJSON *list = add_list(tree, "Zones", "Zone");
    cJSON *zone = cJSON_CreateObject();

    json_add_str(zone, "ZoneId", region_zone(region_of(p), p->arena));
    json_add_str(zone, "LocalName", region_zone(region_of(p), p->arena));
    cJSON_AddItemToArray(list, zone);
    pop_answer(p, tree);
}

static void describe_endpoints(struct neighbours_pending *p)
{
    struct str service = pop_param(p, "ServiceCode");
    struct str region = pop_param(p, "Id");
    struct str account = str_eq(service, STR("fc"))
                             ? arena_strf(p->arena, STR_FMT ".", STR_ARG(p->call.account))
                             : arena_strf(p->arena, STR_FMT ".", STR_ARG(service));
    cJSON *tree = cJSON_CreateObject();
    cJSON *list = add_list(tree, "Endpoints", "Endpoint");
    cJSON *endpoint = cJSON_CreateObject();

    json_add_str(endpoint, "Endpoint",
                 arena_strf(p->arena, STR_FMT STR_FMT "%s.aliyuncs.com", STR_ARG(account),
                            STR_ARG(region), str_eq(service, STR("fc")) ? ".fc" : ""));
    json_add_str(endpoint, "Id", region);
    json_add_str(endpoint, "Namespace", STR(""));
    json_add_str(endpoint, "SerivceCode", service); /* spelt so on the wire */
    json_add_str(endpoint, "Type", STR("openAPI"));
    cJSON_AddItemToArray(list, endpoint);
    cJSON_AddBoolToObject(tree, "Success", true);
    pop_answer(p, tree);
}

/* Nothing is paid for here. */
static void query_available_instances(struct neighbours_pending *p)
{
    cJSON *tree = cJSON_CreateObject();
    cJSON *data = cJSON_AddObjectToObject(tree, "Data");

    cJSON_AddArrayToObject(data, "InstanceList");
    json_add_uint(data, "TotalCount", 0);
    json_add_uint(data, "PageNum", 1);
    json_add_uint(data, "PageSize", 20);
    cJSON_AddStringToObject(tree, "Code", "Success");
    cJSON_AddBoolToObject(tree, "Success", true);
    pop_answer(p, tree);
}

/* Of Resource Manager: nothing here needs such a role, so that none has to be made. */
static void check_linked_role(struct neighbours_pending *p)
{
    struct str service;

    if (!pop_need(p, "ServiceName", &service))
        return;
    cJSON *tree = cJSON_CreateObject();

    cJSON_AddBoolToObject(tree, "Exists", true);
    pop_answer(p, tree);
}

static const struct {
    const char *action;
    pending_handler *run;
} actions[] = {
    {"CheckServiceLinkedRoleExistence", check_linked_role        },
    {"DescribeApiGroups",               describe_api_groups      },
    {"DescribeEndpoints",               describe_endpoints       },
    {"DescribeRegions",                 describe_regions         },
    {"DescribeZones",                   describe_zones           },
    {OPEN_THE_SERVICE,                  refuse_to_open           },
    {"QueryAvailableInstances",         query_available_instances},
};

static pending_handler *find_action(struct str action)
{
    for (size_t i = 0; i < N_ELEMENTS(actions); i++)
        if (str_eq(action, str_of(actions[i].action)))
            return actions[i].run;
    return NULL;
}

bool other_knows(struct str action)
{
    return find_action(action) != NULL;
}

void other_perform(struct neighbours_pending *p)
{
    struct str action = pop_action(p);
    pending_handler *run = find_action(action);

    if (run)
        run(p);
    else
        pending_refuse(p, STATUS_NOT_FOUND, "InvalidAction.NotFound",
                       "fcemu does not emulate '" STR_FMT "' of " STR_FMT ".", STR_ARG(action),
                       STR_ARG(p->call.request->host));
}
