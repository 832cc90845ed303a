/*
 * The component fc of older editions: a service, a function, its triggers and custom domains.
 *
 * Source: documentation of the component fc, "Yaml".
 */
#include "product/service/seed/devs.h"

#define SERVICES "/2016-08-15/services"
#define DOMAINS "/2016-08-15/custom-domains"

static const struct draft_key top_keys[] = {
    {"region",        DRAFT_OWN, NULL},
    {"service",       DRAFT_OWN, NULL},
    {"function",      DRAFT_OWN, NULL},
    {"triggers",      DRAFT_OWN, NULL},
    {"customDomains", DRAFT_OWN, NULL},
};

static const struct draft_key service_keys[] = {
    {"name",           DRAFT_OWN,  NULL},
    {"description",    DRAFT_PASS, NULL},
    {"internetAccess", DRAFT_PASS, NULL},
    {"role",           DRAFT_OWN,  NULL},
    {"logConfig",      DRAFT_OWN,  NULL},
    {"vpcConfig",      DRAFT_OWN,  NULL},
    {"nasConfig",      DRAFT_OWN,  NULL},
    {"tracingConfig",  DRAFT_OWN,  NULL},
    {"ossMountConfig", DRAFT_OWN,  NULL},
    {"vpcBinding",     DRAFT_IDLE, NULL},
    {"tags",           DRAFT_IDLE, NULL},
};

static const struct draft_key function_keys[] = {
    {"name",                    DRAFT_OWN,  NULL},
    {"description",             DRAFT_PASS, NULL},
    {"runtime",                 DRAFT_PASS, NULL},
    {"handler",                 DRAFT_PASS, NULL},
    {"codeUri",                 DRAFT_OWN,  NULL},
    {"ossBucket",               DRAFT_OWN,  NULL},
    {"ossKey",                  DRAFT_OWN,  NULL},
    {"memorySize",              DRAFT_PASS, NULL},
    {"timeout",                 DRAFT_PASS, NULL},
    {"initializer",             DRAFT_PASS, NULL},
    {"initializationTimeout",   DRAFT_PASS, NULL},
    {"instanceConcurrency",     DRAFT_PASS, NULL},
    {"instanceSoftConcurrency", DRAFT_PASS, NULL},
    {"instanceType",            DRAFT_PASS, NULL},
    {"cpu",                     DRAFT_PASS, NULL},
    {"diskSize",                DRAFT_PASS, NULL},
    {"gpuMemorySize",           DRAFT_PASS, NULL},
    {"caPort",                  DRAFT_PASS, NULL},
    {"customContainerConfig",   DRAFT_PASS, NULL},
    {"customRuntimeConfig",     DRAFT_PASS, NULL},
    {"customHealthCheckConfig", DRAFT_PASS, NULL},
    {"customDNS",               DRAFT_PASS, NULL},
    {"environmentVariables",    DRAFT_OWN,  NULL},
    {"instanceLifecycleConfig", DRAFT_PASS, NULL},
    {"layers",                  DRAFT_PASS, NULL},
    {"asyncConfiguration",      DRAFT_OWN,  NULL},
};

static const struct draft_key trigger_keys[] = {
    {"name",        DRAFT_OWN, NULL},
    {"type",        DRAFT_OWN, NULL},
    {"config",      DRAFT_OWN, NULL},
    {"description", DRAFT_OWN, NULL},
    {"qualifier",   DRAFT_OWN, NULL},
    {"role",        DRAFT_OWN, NULL},
    {"sourceArn",   DRAFT_OWN, NULL},
};

static const struct draft_key domain_keys[] = {
    {"domainName",   DRAFT_OWN,  NULL},
    {"protocol",     DRAFT_PASS, NULL},
    {"routeConfigs", DRAFT_OWN,  NULL},
    {"certConfig",   DRAFT_PASS, NULL},
    {"certId",       DRAFT_IDLE, NULL},
};

static const struct draft_key route_keys[] = {
    {"path",         DRAFT_PASS, NULL},
    {"serviceName",  DRAFT_PASS, NULL},
    {"functionName", DRAFT_PASS, NULL},
    {"qualifier",    DRAFT_PASS, NULL},
    {"methods",      DRAFT_PASS, NULL},
};

/* What one resource is about. */
struct subject {
    struct devs *devs;
    struct str region, service, function;
    const char *path; /* of the function */
};

/* ---- the service ---- */

static void add_part(struct devs *devs, const struct conf_node *from, const char *name, cJSON *body)
{
    const struct conf_node *config = conf_get(from, name);

    if (!config)
        return;
    if (config->kind == CONF_SCALAR)
        conf_warn(devs->draft->report, conf_at(config), CODE_BAD_SEED,
                  "'" STR_FMT "' makes nothing here; write out what it should be",
                  STR_ARG(config->text));
    else
        cJSON_AddItemToObject(body, name, draft_value(config));
}

static void add_log(struct subject *s, const struct conf_node *config, cJSON *body)
{
    struct draft *draft = s->devs->draft;

    if (devs_is_auto(config))
        cJSON_AddItemToObject(
            body, "logConfig",
            draft_auto_log(draft, config,
                           arena_strf(draft->arena, STR_FMT "-" STR_FMT "-logproject",
                                      STR_ARG(draft->place.account),
                                      STR_ARG(s->region.len ? s->region : draft->place.region)),
                           STR("fc-service-logstore"), s->region));
    else
        cJSON_AddItemToObject(body, "logConfig", draft_value(config));
}

static cJSON *service_body(struct subject *s, const struct conf_node *service)
{
    static const char *const parts[] = {"vpcConfig", "nasConfig", "tracingConfig",
                                        "ossMountConfig"};
    struct str role = draft_text(service, "role");
    cJSON *body = cJSON_CreateObject();

    json_add_str(body, "serviceName", s->service);
    if (service->kind != CONF_MAP)
        return body;
    draft_pass(s->devs->draft, service, service_keys, N_ELEMENTS(service_keys), body);
    if (role.len)
        json_add_str(body, "role", draft_role(s->devs->draft, role));
    if (conf_get(service, "logConfig"))
        add_log(s, conf_get(service, "logConfig"), body);
    for (size_t i = 0; i < N_ELEMENTS(parts); i++)
        add_part(s->devs, service, parts[i], body);
    return body;
}

/* A name alone, or a mapping with one. */
static bool read_service(struct subject *s, const struct conf_node *props)
{
    struct draft *draft = s->devs->draft;
    const struct conf_node *service = conf_get(props, "service");
    struct seed_step *step;

    if (!service) {
        conf_error(draft->report, conf_at(props), CODE_BAD_SEED,
                   "'service' is missing; add 'service: {name: …}'");
        return false;
    }
    if (service->kind == CONF_SCALAR)
        s->service = service->text;
    else if (!draft_check(draft, service, service_keys, N_ELEMENTS(service_keys), "a service") ||
             !draft_need(draft, service, "name", &s->service))
        return false;
    step = draft_resource(draft, service, "CreateService", SERVICES, s->service,
                          service_body(s, service), s->region);
    step->shared = true;
    return true;
}

/* ---- the function ---- */

static const struct seed_pack *add_code(struct subject *s, const struct conf_node *function,
                                        cJSON *body)
{
    const struct conf_node *uri = conf_get(function, "codeUri");
    struct str bucket = draft_text(function, "ossBucket");
    cJSON *code;

    if (uri)
        return devs_add_code(s->devs, uri, body);
    if (!bucket.len)
        return NULL;
    code = cJSON_AddObjectToObject(body, "code");
    json_add_str(code, "ossBucketName", bucket);
    json_add_str(code, "ossObjectName", draft_text(function, "ossKey"));
    return NULL;
}

static void read_async(struct subject *s, const struct conf_node *config)
{
    struct seed_step *step = draft_async(s->devs->draft, config, conf_get(config, "destination"),
                                         "asyncConfiguration", s->path);

    step->region = s->region.len ? s->region : STR_NONE;
    step->depth = 2;
}

static void read_function(struct subject *s, const struct conf_node *function)
{
    struct draft *draft = s->devs->draft;
    const struct conf_node *variables = conf_get(function, "environmentVariables");
    const struct seed_pack *pack;
    struct seed_step *step;
    cJSON *body;

    if (!draft_check(draft, function, function_keys, N_ELEMENTS(function_keys), "a function") ||
        !draft_need(draft, function, "name", &s->function))
        return;
    body = cJSON_CreateObject();
    json_add_str(body, "functionName", s->function);
    draft_pass(draft, function, function_keys, N_ELEMENTS(function_keys), body);
    if (variables && variables->kind == CONF_MAP)
        cJSON_AddItemToObject(body, "environmentVariables", draft_texts(variables));
    pack = add_code(s, function, body);
    step = draft_resource(
        draft, function, "CreateFunction",
        arena_printf(draft->arena, SERVICES "/" STR_FMT "/functions", STR_ARG(s->service)),
        s->function, body, s->region);
    step->pack = pack;
    step->depth = 1;
    s->path = step->update;
    if (conf_get(function, "asyncConfiguration"))
        read_async(s, conf_get(function, "asyncConfiguration"));
}

static void read_trigger(struct subject *s, const struct conf_node *node)
{
    struct draft *draft = s->devs->draft;
    const struct conf_node *type = conf_get(node, "type");
    const struct conf_node *config = conf_get(node, "config");
    struct draft_trigger trigger = {.at = node, .parent = s->path, .region = s->region, .depth = 2};
    struct str ignored;

    if (!draft_check(draft, node, trigger_keys, N_ELEMENTS(trigger_keys), "a trigger") ||
        !draft_need(draft, node, "name", &trigger.name) ||
        !draft_need(draft, node, "type", &ignored))
        return;
    trigger.description = draft_text(node, "description");
    trigger.qualifier = draft_text(node, "qualifier");
    trigger.source = draft_text(node, "sourceArn");
    trigger.role = draft_text(node, "role");
    if (!config) {
        conf_error(draft->report, conf_at(node), CODE_BAD_SEED,
                   "'config' is missing; add 'config: {…}'");
        return;
    }
    if (draft_read_config(draft, config, type->text, type, &trigger))
        draft_add_trigger(draft, &trigger, false);
}

static void read_own(struct subject *s, const struct conf_node *props)
{
    const struct conf_node *triggers = conf_get(props, "triggers");

    if (!read_service(s, props) || !conf_get(props, "function"))
        return;
    read_function(s, conf_get(props, "function"));
    if (!s->path || !triggers)
        return;
    CONF_EACH (trigger, triggers)
        read_trigger(s, trigger);
}

/* ---- domains ---- */

static void add_route(struct subject *s, const struct conf_node *route, cJSON *list)
{
    cJSON *item = cJSON_CreateObject();

    cJSON_AddItemToArray(list, item);
    if (!draft_check(s->devs->draft, route, route_keys, N_ELEMENTS(route_keys), "a route"))
        return;
    draft_pass(s->devs->draft, route, route_keys, N_ELEMENTS(route_keys), item);
    if (!cJSON_HasObjectItem(item, "serviceName"))
        json_add_str(item, "serviceName", s->service);
    if (!cJSON_HasObjectItem(item, "functionName"))
        json_add_str(item, "functionName", s->function);
}

static void read_domain(struct subject *s, const struct conf_node *domain)
{
    struct draft *draft = s->devs->draft;
    const struct conf_node *routes = conf_get(domain, "routeConfigs");
    struct str name;
    cJSON *body;

    if (!draft_check(draft, domain, domain_keys, N_ELEMENTS(domain_keys), "a custom domain") ||
        !draft_need(draft, domain, "domainName", &name))
        return;
    if (str_eq_nocase(name, STR("auto")))
        name =
            arena_strf(draft->arena, STR_FMT "." STR_FMT "." STR_FMT "." STR_FMT ".fc.devsapp.net",
                       STR_ARG(s->function), STR_ARG(s->service), STR_ARG(draft->place.account),
                       STR_ARG(s->region.len ? s->region : draft->place.region));
    body = cJSON_CreateObject();
    json_add_str(body, "domainName", name);
    draft_pass(draft, domain, domain_keys, N_ELEMENTS(domain_keys), body);
    cJSON *list = cJSON_AddArrayToObject(cJSON_AddObjectToObject(body, "routeConfig"), "routes");

    if (routes) {
        CONF_EACH (route, routes)
            add_route(s, route, list);
    }
    draft_resource(draft, domain, "CreateCustomDomain", DOMAINS, name, body, s->region);
}

void devs_fc2(struct devs *devs, const struct conf_node *props, enum devs_turn turn)
{
    struct subject s = {.devs = devs, .region = devs_region(props)};
    const struct conf_node *service = conf_get(props, "service");
    const struct conf_node *domains = conf_get(props, "customDomains");

    if (turn == DEVS_FUNCTIONS) {
        if (draft_check(devs->draft, props, top_keys, N_ELEMENTS(top_keys), "fc"))
            read_own(&s, props);
        return;
    }
    if (!domains || !service)
        return;
    s.service = service->kind == CONF_SCALAR ? service->text : draft_text(service, "name");
    s.function =
        conf_get(props, "function") ? draft_text(conf_get(props, "function"), "name") : STR("");
    CONF_EACH (domain, domains)
        read_domain(&s, domain);
}
