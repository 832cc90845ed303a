/*
 * Funcraft's template.yml: services with their functions and triggers, custom domains, Log Service.
 *
 * Source: schemas of Funcraft 3.6 (lib/validate/schema) and what its deploy does with them.
 */
#include "product/service/seed/draft.h"

#define SERVICES "/2016-08-15/services"
#define DOMAINS "/2016-08-15/custom-domains"

/* What stays out of a package anyway (lib/package/ignore.js). */
#define ALWAYS_IGNORED                                                                             \
    ".git\n.svn\n.env\n.DS_Store\ntemplate.packaged.yml\n.nas.yml\n.fun/nas\n.fun/tmp\n"           \
    ".fun/package\n"

static const struct draft_key top_keys[] = {
    {"ROSTemplateFormatVersion", DRAFT_OWN,  NULL},
    {"Transform",                DRAFT_OWN,  NULL},
    {"Resources",                DRAFT_OWN,  NULL},
    {"Description",              DRAFT_OWN,  NULL},
    {"Metadata",                 DRAFT_OWN,  NULL},
    {"Outputs",                  DRAFT_IDLE, NULL},
};

static const struct draft_key service_keys[] = {
    {"description",    DRAFT_PASS, NULL},
    {"internetAccess", DRAFT_PASS, NULL},
    {"role",           DRAFT_OWN,  NULL},
    {"policies",       DRAFT_OWN,  NULL}, /* nobody is refused here */
    {"logConfig",      DRAFT_OWN,  NULL},
    {"vpcConfig",      DRAFT_OWN,  NULL},
    {"nasConfig",      DRAFT_OWN,  NULL},
    {"tracingConfig",  DRAFT_OWN,  NULL},
};

static const struct draft_key function_keys[] = {
    {"handler",                 DRAFT_PASS, NULL    },
    {"initializer",             DRAFT_PASS, NULL    },
    {"runtime",                 DRAFT_PASS, NULL    },
    {"codeUri",                 DRAFT_OWN,  NULL    },
    {"description",             DRAFT_PASS, NULL    },
    {"timeout",                 DRAFT_PASS, NULL    },
    {"initializationTimeout",   DRAFT_PASS, NULL    },
    {"environmentVariables",    DRAFT_OWN,  NULL    },
    {"memorySize",              DRAFT_PASS, NULL    },
    {"instanceType",            DRAFT_PASS, NULL    },
    {"instanceConcurrency",     DRAFT_PASS, NULL    },
    {"instanceLifecycleConfig", DRAFT_PASS, NULL    },
    {"asyncConfiguration",      DRAFT_OWN,  NULL    },
    {"layers",                  DRAFT_PASS, NULL    },
    {"CAPort",                  DRAFT_PASS, "caPort"},
    {"customContainerConfig",   DRAFT_PASS, NULL    },
};

static const struct draft_key entry_keys[] = {
    {"type",       DRAFT_OWN, NULL},
    {"properties", DRAFT_OWN, NULL},
    {"events",     DRAFT_OWN, NULL},
};

static const struct draft_key domain_keys[] = {
    {"domainName",  DRAFT_OWN,  NULL},
    {"protocol",    DRAFT_PASS, NULL},
    {"routeConfig", DRAFT_OWN,  NULL},
    {"certConfig",  DRAFT_PASS, NULL},
};

static const struct draft_key route_keys[] = {
    {"serviceName",  DRAFT_PASS, NULL},
    {"functionName", DRAFT_PASS, NULL},
    {"qualifier",    DRAFT_PASS, NULL},
    {"methods",      DRAFT_PASS, NULL},
};

static const struct draft_key log_keys[] = {
    {"description", DRAFT_OWN, NULL}
};
static const struct draft_key logstore_keys[] = {
    {"TTL",        DRAFT_PASS, "ttl"},
    {"shardCount", DRAFT_PASS, NULL },
};

bool fun_is(const struct conf_node *root)
{
    return conf_get(root, "ROSTemplateFormatVersion") || conf_get(root, "Transform");
}

/* ---- what entries share ---- */

static struct str type_of(const struct conf_node *entry)
{
    return entry->kind == CONF_MAP ? draft_text(entry, "Type") : STR("");
}

/* NULL: there are none, and so nothing to say. */
static const struct conf_node *properties_of(const struct conf_node *entry)
{
    const struct conf_node *properties = draft_get(entry, "Properties");

    return properties && !conf_is_null(properties) ? properties : NULL;
}

static bool is_word(const struct conf_node *node, const char *word)
{
    return node->kind == CONF_SCALAR && str_eq_nocase(node->text, str_of(word));
}

/* ---- functions ---- */

static const char *ignored_for(struct str runtime)
{
    if (str_starts(runtime, STR("nodejs")))
        return ALWAYS_IGNORED ".fun/python\n";
    if (str_starts(runtime, STR("python")))
        return ALWAYS_IGNORED "node_modules\n";
    return str_starts(runtime, STR("php")) ? ALWAYS_IGNORED "node_modules\n.fun/python\n"
                                           : ALWAYS_IGNORED;
}

/* oss://bucket/object */
static bool add_object(struct str uri, cJSON *body)
{
    struct str bucket;
    struct str object;
    cJSON *code;

    if (!str_starts(uri, STR("oss://")))
        return false;
    str_cut(str_slice(uri, strlen("oss://"), uri.len), '/', &bucket, &object);
    code = cJSON_AddObjectToObject(body, "code");
    json_add_str(code, "ossBucketName", bucket);
    json_add_str(code, "ossObjectName", object);
    return true;
}

static const struct seed_pack *add_code(struct draft *draft, const struct conf_node *properties,
                                        cJSON *body)
{
    const struct conf_node *uri = draft_get(properties, "codeUri");
    const struct seed_pack *pack = NULL;
    cJSON *code;

    if (!uri || uri->kind != CONF_SCALAR || add_object(uri->text, body))
        return NULL;
    code =
        draft_code(draft,
                   &(struct draft_code){.at = uri,
                                        .path = uri->text,
                                        .ignore_file = ".funignore",
                                        .ignored = ignored_for(draft_text(properties, "runtime")),
                                        .from_file = true},
                   &pack);
    if (code)
        cJSON_AddItemToObject(body, "code", code);
    return pack;
}

static void read_async(struct draft *draft, const struct conf_node *config, const char *parent,
                       int depth)
{
    struct seed_step *step =
        draft_async(draft, config, draft_get(config, "destination"), "AsyncConfiguration", parent);

    step->depth = depth;
}

static void read_event(struct draft *draft, const struct conf_node *event, const char *parent)
{
    const struct conf_node *type = draft_get(event, "Type");
    const struct conf_node *properties = properties_of(event);
    struct draft_trigger trigger = {.at = event,
                                    .name = event->key,
                                    .parent = parent,
                                    .depth = 2,
                                    .region = STR(""),
                                    .description = STR(""),
                                    .qualifier = STR(""),
                                    .role = STR(""),
                                    .source = STR("")};
    struct str ignored;

    if (!draft_check(draft, event, entry_keys, N_ELEMENTS(entry_keys) - 1, "an event") ||
        !draft_need(draft, event, "type", &ignored))
        return;
    if (draft_read_config(draft, properties ? properties : event, type->text, type, &trigger))
        draft_add_trigger(draft, &trigger, false);
}

static void read_function(struct draft *draft, const struct conf_node *entry, struct str service)
{
    struct arena *arena = draft->arena;
    const struct conf_node *properties = properties_of(entry);
    const struct conf_node *events = draft_get(entry, "Events");
    const struct conf_node *variables = draft_get(properties, "environmentVariables");
    const struct conf_node *async = draft_get(properties, "asyncConfiguration");
    const char *list = arena_printf(arena, SERVICES "/" STR_FMT "/functions", STR_ARG(service));
    cJSON *body;
    struct seed_step *step;

    if (!draft_check(draft, entry, entry_keys, N_ELEMENTS(entry_keys), "a function") ||
        !properties ||
        !draft_check(draft, properties, function_keys, N_ELEMENTS(function_keys), "a function"))
        return;
    body = cJSON_CreateObject();
    json_add_str(body, "functionName", entry->key);
    draft_pass(draft, properties, function_keys, N_ELEMENTS(function_keys), body);
    if (variables)
        cJSON_AddItemToObject(body, "environmentVariables", draft_texts(variables));
    const struct seed_pack *pack = add_code(draft, properties, body);

    step = draft_resource(draft, entry, "CreateFunction", list, entry->key, body, STR(""));
    step->pack = pack;
    step->depth = 1;
    if (events) {
        CONF_EACH (event, events)
            read_event(draft, event, step->update);
    }
    if (async)
        read_async(draft, async, step->update, 2);
}

/* ---- services ---- */

static void add_log(struct draft *draft, const struct conf_node *config, struct str service,
                    cJSON *body)
{
    struct arena *arena = draft->arena;

    if (is_word(config, "Auto"))
        cJSON_AddItemToObject(
            body, "logConfig",
            draft_auto_log(draft, config,
                           arena_strf(arena, "aliyun-fc-" STR_FMT "-" STR_FMT,
                                      STR_ARG(draft->place.region), STR_ARG(draft->place.account)),
                           arena_strf(arena, "function-log-" STR_FMT, STR_ARG(service)), STR("")));
    else
        cJSON_AddItemToObject(body, "logConfig", draft_member(draft, config));
}

/* There is nothing to reach in a network, and no disk in the cloud. */
static void add_config(struct draft *draft, const struct conf_node *config, const char *name,
                       cJSON *body)
{
    if (is_word(config, "Auto") || is_word(config, "Enable"))
        conf_warn(draft->report, conf_at(config), CODE_BAD_SEED,
                  "'" STR_FMT "' makes nothing here; write out what it should be",
                  STR_ARG(config->text));
    else if (config->kind == CONF_MAP)
        cJSON_AddItemToObject(body, name, draft_member(draft, config));
}

static cJSON *service_body(struct draft *draft, const struct conf_node *entry)
{
    static const char *const configs[] = {"vpcConfig", "nasConfig", "tracingConfig"};
    const struct conf_node *properties = properties_of(entry);
    cJSON *body = cJSON_CreateObject();

    json_add_str(body, "serviceName", entry->key);
    if (!properties ||
        !draft_check(draft, properties, service_keys, N_ELEMENTS(service_keys), "a service"))
        return body;
    draft_pass(draft, properties, service_keys, N_ELEMENTS(service_keys), body);
    if (draft_text(properties, "role").len)
        json_add_str(body, "role", draft_role(draft, draft_text(properties, "role")));
    if (draft_get(properties, "logConfig"))
        add_log(draft, draft_get(properties, "logConfig"), entry->key, body);
    for (size_t i = 0; i < N_ELEMENTS(configs); i++) {
        if (draft_get(properties, configs[i]))
            add_config(draft, draft_get(properties, configs[i]), configs[i], body);
    }
    return body;
}

static void read_service(struct draft *draft, const struct conf_node *entry)
{
    struct seed_step *step = draft_resource(draft, entry, "CreateService", SERVICES, entry->key,
                                            service_body(draft, entry), STR(""));

    step->shared = true;
    CONF_EACH (child, entry) {
        if (str_eq(child->key, STR("Type")) || str_eq(child->key, STR("Properties")))
            continue;
        if (str_eq(type_of(child), STR("Aliyun::Serverless::Function")))
            read_function(draft, child, entry->key);
        else
            conf_error(draft->report, conf_at_key(child), CODE_BAD_SEED,
                       "'" STR_FMT "' of a service is no function; write Type: "
                       "Aliyun::Serverless::Function",
                       STR_ARG(child->key));
    }
}

/* ---- custom domains ---- */

static cJSON *read_routes(struct draft *draft, const struct conf_node *config)
{
    const struct conf_node *routes = draft_get(config, "routes");
    cJSON *out = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(out, "routes");

    if (!routes)
        return out;
    CONF_EACH (route, routes) {
        cJSON *item = cJSON_CreateObject();

        cJSON_AddItemToArray(list, item);
        json_add_str(item, "path", route->key);
        if (draft_check(draft, route, route_keys, N_ELEMENTS(route_keys), "a route"))
            draft_pass(draft, route, route_keys, N_ELEMENTS(route_keys), item);
    }
    return out;
}

static void read_domain(struct draft *draft, const struct conf_node *entry)
{
    const struct conf_node *properties = properties_of(entry);
    struct str name = properties ? draft_text(properties, "domainName") : STR("");
    const struct conf_node *routes = draft_get(properties, "routeConfig");
    cJSON *body;

    if (!properties ||
        !draft_check(draft, properties, domain_keys, N_ELEMENTS(domain_keys), "a custom domain"))
        return;
    if (!name.len)
        name = entry->key;
    if (str_eq_nocase(name, STR("Auto")))
        name = arena_strf(draft->arena, STR_FMT "." STR_FMT "." STR_FMT ".fc.devsapp.net",
                          STR_ARG(entry->key), STR_ARG(draft->place.account),
                          STR_ARG(draft->place.region));
    body = cJSON_CreateObject();
    json_add_str(body, "domainName", name);
    draft_pass(draft, properties, domain_keys, N_ELEMENTS(domain_keys), body);
    if (routes)
        cJSON_AddItemToObject(body, "routeConfig", read_routes(draft, routes));
    draft_resource(draft, entry, "CreateCustomDomain", DOMAINS, name, body, STR(""));
}

/* ---- Log Service ---- */

static void read_logstore(struct draft *draft, const struct conf_node *entry, struct str project)
{
    const struct conf_node *properties = properties_of(entry);
    cJSON *body = cJSON_CreateObject();

    if (properties &&
        draft_check(draft, properties, logstore_keys, N_ELEMENTS(logstore_keys), "a logstore"))
        draft_pass(draft, properties, logstore_keys, N_ELEMENTS(logstore_keys), body);
    draft_add_logstore(draft, entry, project, entry->key, body, STR(""));
}

static void read_log(struct draft *draft, const struct conf_node *entry)
{
    const struct conf_node *properties = properties_of(entry);

    if (properties)
        draft_check(draft, properties, log_keys, N_ELEMENTS(log_keys), "a log project");
    draft_add_log_project(draft, entry, entry->key,
                          properties ? draft_text(properties, "description") : STR(""), STR(""));
    CONF_EACH (child, entry) {
        if (str_eq(type_of(child), STR("Aliyun::Serverless::Log::Logstore")))
            read_logstore(draft, child, entry->key);
        else if (!str_eq(child->key, STR("Type")) && !str_eq(child->key, STR("Properties")))
            conf_error(draft->report, conf_at_key(child), CODE_BAD_SEED,
                       "'" STR_FMT "' of a log project is no logstore; write Type: "
                       "Aliyun::Serverless::Log::Logstore",
                       STR_ARG(child->key));
    }
}

/* ---- the whole ---- */

/* In the order in which they are made. */
static const struct {
    const char *type;
    void (*read)(struct draft *draft, const struct conf_node *entry);
} types[] = {
    {"Aliyun::Serverless::Log",          read_log    },
    {"Aliyun::Serverless::Service",      read_service},
    {"Aliyun::Serverless::CustomDomain", read_domain },
};

static bool is_type(struct str type)
{
    for (size_t i = 0; i < N_ELEMENTS(types); i++) {
        if (str_eq(type, str_of(types[i].type)))
            return true;
    }
    return false;
}

static void refuse_others(struct draft *draft, const struct conf_node *resources)
{
    CONF_EACH (entry, resources) {
        const struct conf_node *type = entry->kind == CONF_MAP ? draft_get(entry, "Type") : NULL;

        if (!type)
            conf_error(draft->report, conf_at_key(entry), CODE_BAD_SEED,
                       "'" STR_FMT "' has no Type; write which resource it is",
                       STR_ARG(entry->key));
        else if (!is_type(type->text))
            conf_error(draft->report, conf_at(type), CODE_BAD_SEED,
                       "resources of type '" STR_FMT "' are not emulated; there is "
                       "Aliyun::Serverless::Service, ::CustomDomain and ::Log",
                       STR_ARG(type->text));
    }
}

void fun_read(struct draft *draft, const struct conf_node *root)
{
    const struct conf_node *resources = conf_get(root, "Resources");

    draft_check(draft, root, top_keys, N_ELEMENTS(top_keys), "a template");
    if (!resources || resources->kind != CONF_MAP) {
        conf_error(draft->report, conf_at(resources ? resources : root), CODE_BAD_SEED,
                   "no resources; write them below Resources:");
        return;
    }
    draft->capitals = true;
    refuse_others(draft, resources);
    for (size_t i = 0; i < N_ELEMENTS(types); i++) {
        CONF_EACH (entry, resources) {
            if (str_eq(type_of(entry), str_of(types[i].type)))
                types[i].read(draft, entry);
        }
    }
}
