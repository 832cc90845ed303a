/*
 * The components fc3 and fc3-domain: functions of 2023-03-30 with all that belongs to them.
 *
 * Source: documentation of the component fc3, "Yaml"; members are those of the API.
 */
#include "base/query.h"
#include "product/service/seed/devs.h"

#define FUNCTIONS "/2023-03-30/functions"
#define DOMAINS "/2023-03-30/custom-domains"

static const struct draft_key function_keys[] = {
    {"region",                  DRAFT_OWN,  NULL},
    {"functionName",            DRAFT_PASS, NULL},
    {"code",                    DRAFT_OWN,  NULL},
    {"handler",                 DRAFT_PASS, NULL},
    {"runtime",                 DRAFT_PASS, NULL},
    {"description",             DRAFT_PASS, NULL},
    {"cpu",                     DRAFT_PASS, NULL},
    {"memorySize",              DRAFT_PASS, NULL},
    {"diskSize",                DRAFT_PASS, NULL},
    {"timeout",                 DRAFT_PASS, NULL},
    {"instanceConcurrency",     DRAFT_PASS, NULL},
    {"environmentVariables",    DRAFT_OWN,  NULL},
    {"internetAccess",          DRAFT_PASS, NULL},
    {"layers",                  DRAFT_OWN,  NULL},
    {"role",                    DRAFT_OWN,  NULL},
    {"logConfig",               DRAFT_OWN,  NULL},
    {"vpcConfig",               DRAFT_OWN,  NULL},
    {"nasConfig",               DRAFT_OWN,  NULL},
    {"ossMountConfig",          DRAFT_OWN,  NULL},
    {"vpcBinding",              DRAFT_IDLE, NULL},
    {"tracingConfig",           DRAFT_PASS, NULL},
    {"gpuConfig",               DRAFT_PASS, NULL},
    {"customContainerConfig",   DRAFT_PASS, NULL},
    {"customRuntimeConfig",     DRAFT_PASS, NULL},
    {"customDNS",               DRAFT_PASS, NULL},
    {"instanceLifecycleConfig", DRAFT_PASS, NULL},
    {"instanceIsolationMode",   DRAFT_PASS, NULL},
    {"sessionAffinity",         DRAFT_PASS, NULL},
    {"sessionAffinityConfig",   DRAFT_PASS, NULL},
    {"disableOndemand",         DRAFT_PASS, NULL},
    {"idleTimeout",             DRAFT_PASS, NULL},
    {"resourceGroupId",         DRAFT_PASS, NULL},
    {"tags",                    DRAFT_PASS, NULL},
    {"triggers",                DRAFT_OWN,  NULL},
    {"asyncInvokeConfig",       DRAFT_OWN,  NULL},
    {"concurrencyConfig",       DRAFT_OWN,  NULL},
    {"provisionConfig",         DRAFT_OWN,  NULL},
    {"scalingConfig",           DRAFT_OWN,  NULL},
    {"customDomain",            DRAFT_OWN,  NULL},
    {"invocationRestriction",   DRAFT_IDLE, NULL},
    {"annotations",             DRAFT_IDLE, NULL},
    {"endpoint",                DRAFT_IDLE, NULL},
};

static const struct draft_key trigger_keys[] = {
    {"triggerName",    DRAFT_OWN, NULL},
    {"triggerType",    DRAFT_OWN, NULL},
    {"triggerConfig",  DRAFT_OWN, NULL},
    {"description",    DRAFT_OWN, NULL},
    {"qualifier",      DRAFT_OWN, NULL},
    {"sourceArn",      DRAFT_OWN, NULL},
    {"invocationRole", DRAFT_OWN, NULL},
};

static const struct draft_key domain_keys[] = {
    {"region",      DRAFT_OWN,  NULL},
    {"domainName",  DRAFT_OWN,  NULL},
    {"protocol",    DRAFT_PASS, NULL},
    {"routeConfig", DRAFT_PASS, NULL},
    {"route",       DRAFT_OWN,  NULL},
    {"certConfig",  DRAFT_PASS, NULL},
    {"tlsConfig",   DRAFT_PASS, NULL},
    {"authConfig",  DRAFT_PASS, NULL},
    {"corsConfig",  DRAFT_PASS, NULL},
    {"wafConfig",   DRAFT_PASS, NULL},
};

static const struct draft_key async_keys[] = {
    {"destinationConfig",         DRAFT_PASS, NULL},
    {"maxAsyncEventAgeInSeconds", DRAFT_PASS, NULL},
    {"maxAsyncRetryAttempts",     DRAFT_PASS, NULL},
    {"asyncTask",                 DRAFT_PASS, NULL},
    {"qualifier",                 DRAFT_OWN,  NULL},
};

static const struct draft_key concurrency_keys[] = {
    {"reservedConcurrency", DRAFT_PASS, NULL},
};

static const struct draft_key provision_keys[] = {
    {"target",                 DRAFT_PASS, NULL},
    {"defaultTarget",          DRAFT_PASS, NULL},
    {"scheduledActions",       DRAFT_PASS, NULL},
    {"targetTrackingPolicies", DRAFT_PASS, NULL},
    {"alwaysAllocateCPU",      DRAFT_PASS, NULL},
    {"alwaysAllocateGPU",      DRAFT_PASS, NULL},
    {"qualifier",              DRAFT_OWN,  NULL},
    {"mode",                   DRAFT_IDLE, NULL},
};

static const struct draft_key scaling_keys[] = {
    {"minInstances",              DRAFT_PASS, NULL},
    {"enableMixMode",             DRAFT_PASS, NULL},
    {"enableOnDemandScaling",     DRAFT_PASS, NULL},
    {"horizontalScalingPolicies", DRAFT_PASS, NULL},
    {"scheduledPolicies",         DRAFT_PASS, NULL},
    {"requestDispatchPolicy",     DRAFT_PASS, NULL},
    {"residentPoolId",            DRAFT_PASS, NULL},
    {"qualifier",                 DRAFT_OWN,  NULL},
    {"mode",                      DRAFT_IDLE, NULL},
};

/* What belongs to a function, or to a version of it, and is made behind it. */
static const struct function_config {
    const char *key, *operation, *path;
    bool of_version;
    const struct draft_key *keys;
    size_t key_count;
} configs[] = {
    {"asyncInvokeConfig", "PutAsyncInvokeConfig", "async-invoke-config", true,  async_keys,
     N_ELEMENTS(async_keys)      },
    {"concurrencyConfig", "PutConcurrencyConfig", "concurrency",         false, concurrency_keys,
     N_ELEMENTS(concurrency_keys)},
    {"provisionConfig",   "PutProvisionConfig",   "provision-config",    true,  provision_keys,
     N_ELEMENTS(provision_keys)  },
    {"scalingConfig",     "PutScalingConfig",     "scaling-config",      true,  scaling_keys,
     N_ELEMENTS(scaling_keys)    },
};

/* ---- functions ---- */

/* ARNs, or {path, …}: of the latter only the ARN is known. */
static void add_layers(struct devs *devs, const struct conf_node *layers, cJSON *body)
{
    if (layers->kind != CONF_LIST)
        conf_error(devs->draft->report, conf_at(layers), CODE_BAD_SEED,
                   "not a list; write '- ' in front of each ARN");
    else
        cJSON_AddItemToObject(body, "layers", draft_value(layers));
}

static void add_log(struct devs *devs, const struct conf_node *config, struct str region,
                    cJSON *body)
{
    struct draft *draft = devs->draft;
    struct str of = region.len ? region : draft->place.region;

    if (!devs_is_auto(config)) {
        cJSON_AddItemToObject(body, "logConfig", draft_value(config));
        return;
    }
    cJSON *made = draft_auto_log(draft, config,
                                 arena_strf(draft->arena, STR_FMT "-" STR_FMT "-project",
                                            STR_ARG(draft->place.account), STR_ARG(of)),
                                 STR("function-logstore"), region);

    json_add_str(made, "logBeginRule", STR("DefaultRegex"));
    cJSON_AddItemToObject(body, "logConfig", made);
}

/* There is nothing in the cloud that "auto" could make. */
static void add_part(struct devs *devs, const struct conf_node *props, const char *name,
                     cJSON *body)
{
    const struct conf_node *config = conf_get(props, name);

    if (!config)
        return;
    if (devs_is_auto(config))
        conf_warn(devs->draft->report, conf_at(config), CODE_BAD_SEED,
                  "'auto' makes nothing here; write out what it should be");
    else
        cJSON_AddItemToObject(body, name, draft_value(config));
}

static void add_parts(struct devs *devs, const struct conf_node *props, struct str region,
                      cJSON *body)
{
    static const char *const parts[] = {"vpcConfig", "nasConfig", "ossMountConfig"};
    const struct conf_node *variables = conf_get(props, "environmentVariables");
    struct str role = draft_text(props, "role");

    if (variables && variables->kind == CONF_MAP)
        cJSON_AddItemToObject(body, "environmentVariables", draft_texts(variables));
    if (role.len)
        json_add_str(body, "role",
                     draft_role(devs->draft, str_eq_nocase(role, STR("auto"))
                                                 ? STR("aliyunfcdefaultrole")
                                                 : role));
    if (conf_get(props, "layers"))
        add_layers(devs, conf_get(props, "layers"), body);
    if (conf_get(props, "logConfig"))
        add_log(devs, conf_get(props, "logConfig"), region, body);
    for (size_t i = 0; i < N_ELEMENTS(parts); i++)
        add_part(devs, props, parts[i], body);
}

static void read_trigger(struct devs *devs, const struct conf_node *node, const char *parent,
                         struct str region)
{
    const struct conf_node *config = conf_get(node, "triggerConfig");
    struct draft_trigger trigger = {.at = node, .parent = parent, .region = region, .depth = 1};

    if (!draft_check(devs->draft, node, trigger_keys, N_ELEMENTS(trigger_keys), "a trigger") ||
        !draft_need(devs->draft, node, "triggerName", &trigger.name) ||
        !draft_need(devs->draft, node, "triggerType", &trigger.type))
        return;
    trigger.description = draft_text(node, "description");
    trigger.qualifier = draft_text(node, "qualifier");
    trigger.source = draft_text(node, "sourceArn");
    trigger.role = draft_role(devs->draft, draft_text(node, "invocationRole"));
    trigger.config =
        config && config->kind == CONF_MAP ? draft_value(config) : cJSON_CreateObject();
    draft_add_trigger(devs->draft, &trigger, true);
}

static void read_triggers(struct devs *devs, const struct conf_node *list, const char *parent,
                          struct str region)
{
    if (list->kind != CONF_LIST)
        conf_error(devs->draft->report, conf_at(list), CODE_BAD_SEED,
                   "not a list; write '- ' in front of each trigger");
    CONF_EACH (node, list)
        read_trigger(devs, node, parent, region);
}

static void add_config(struct devs *devs, const struct conf_node *config,
                       const struct function_config *kind, const char *parent, struct str region)
{
    struct draft *draft = devs->draft;
    struct str qualifier;
    struct seed_step *step;
    cJSON *body;

    if (!draft_check(draft, config, kind->keys, kind->key_count, kind->key))
        return;
    qualifier = draft_text(config, "qualifier");
    body = cJSON_CreateObject();
    draft_pass(draft, config, kind->keys, kind->key_count, body);
    step = draft_step(draft, config, kind->operation, body);
    step->method = "PUT";
    step->path =
        kind->of_version
            ? arena_printf(draft->arena, "%s/%s?qualifier=" STR_FMT, parent, kind->path,
                           STR_ARG(qualifier.len ? percent_encode(qualifier, false, draft->arena)
                                                 : STR("LATEST")))
            : arena_printf(draft->arena, "%s/%s", parent, kind->path);
    step->region = region.len ? region : STR_NONE;
    step->depth = 1;
}

static void add_configs(struct devs *devs, const struct conf_node *props, const char *parent,
                        struct str region)
{
    for (size_t i = 0; i < N_ELEMENTS(configs); i++) {
        const struct conf_node *config = conf_get(props, configs[i].key);

        if (config)
            add_config(devs, config, &configs[i], parent, region);
    }
}

static void read_function(struct devs *devs, const struct conf_node *props)
{
    struct str region = devs_region(props);
    struct str name;
    const struct seed_pack *pack = NULL;
    struct seed_step *step;
    cJSON *body;

    if (!draft_check(devs->draft, props, function_keys, N_ELEMENTS(function_keys), "fc3") ||
        !draft_need(devs->draft, props, "functionName", &name))
        return;
    body = cJSON_CreateObject();
    draft_pass(devs->draft, props, function_keys, N_ELEMENTS(function_keys), body);
    add_parts(devs, props, region, body);
    if (conf_get(props, "code"))
        pack = devs_add_code(devs, conf_get(props, "code"), body);
    step = draft_resource(devs->draft, props, "CreateFunction", FUNCTIONS, name, body, region);
    step->pack = pack;
    if (conf_get(props, "triggers"))
        read_triggers(devs, conf_get(props, "triggers"), step->update, region);
    add_configs(devs, props, step->update, region);
}

/* ---- domains ---- */

/* The one route of a function's own domain leads to it. */
static void add_route(const struct conf_node *domain, struct str function, cJSON *body)
{
    const struct conf_node *route = conf_get(domain, "route");
    cJSON *item = route && route->kind == CONF_MAP ? draft_value(route) : cJSON_CreateObject();
    cJSON *config = cJSON_AddObjectToObject(body, "routeConfig");
    cJSON *list = cJSON_AddArrayToObject(config, "routes");

    if (!cJSON_HasObjectItem(item, "path"))
        cJSON_AddStringToObject(item, "path", "/*");
    json_add_str(item, "functionName", function);
    cJSON_AddItemToArray(list, item);
}

static void read_domain(struct devs *devs, const struct conf_node *node, struct str region,
                        struct str function)
{
    struct draft *draft = devs->draft;
    struct str name;
    cJSON *body;

    if (!draft_check(draft, node, domain_keys, N_ELEMENTS(domain_keys), "a custom domain") ||
        !draft_need(draft, node, "domainName", &name))
        return;
    if (str_eq_nocase(name, STR("auto")))
        name = arena_strf(draft->arena, STR_FMT "%sfcv3." STR_FMT "." STR_FMT ".fc.devsapp.net",
                          STR_ARG(function), function.len ? "." : "", STR_ARG(draft->place.account),
                          STR_ARG(region.len ? region : draft->place.region));
    body = cJSON_CreateObject();
    json_add_str(body, "domainName", name);
    draft_pass(draft, node, domain_keys, N_ELEMENTS(domain_keys), body);
    if (!cJSON_HasObjectItem(body, "protocol"))
        cJSON_AddStringToObject(body, "protocol", "HTTP");
    if (function.len)
        add_route(node, function, body);
    draft_resource(draft, node, "CreateCustomDomain", DOMAINS, name, body, region);
}

/* ---- the components ---- */

void devs_fc3(struct devs *devs, const struct conf_node *props, enum devs_turn turn)
{
    const struct conf_node *domain = conf_get(props, "customDomain");

    if (turn == DEVS_FUNCTIONS)
        read_function(devs, props);
    else if (domain)
        read_domain(devs, domain, devs_region(props), draft_text(props, "functionName"));
}

void devs_fc3_domain(struct devs *devs, const struct conf_node *props, enum devs_turn turn)
{
    if (turn == DEVS_DOMAINS)
        read_domain(devs, props, devs_region(props), STR(""));
}
