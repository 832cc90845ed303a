/* Serverless Devs' s.yaml: its resources, each by its component. */
#include "product/service/seed/devs.h"

static const struct draft_key top_keys[] = {
    {"edition",   DRAFT_OWN,  NULL},
    {"name",      DRAFT_OWN,  NULL},
    {"access",    DRAFT_OWN,  NULL},
    {"vars",      DRAFT_OWN,  NULL},
    {"resources", DRAFT_OWN,  NULL},
    {"services",  DRAFT_OWN,  NULL},
    {"template",  DRAFT_OWN,  NULL},
    {"extend",    DRAFT_OWN,  NULL},
    {"env",       DRAFT_IDLE, NULL},
    {"flow",      DRAFT_IDLE, NULL},
    {"actions",   DRAFT_IDLE, NULL},
};

static const struct draft_key resource_keys[] = {
    {"component", DRAFT_OWN,  NULL},
    {"props",     DRAFT_OWN,  NULL},
    {"access",    DRAFT_OWN,  NULL},
    {"extend",    DRAFT_OWN,  NULL},
    {"actions",   DRAFT_IDLE, NULL},
};

static const struct {
    const char *name;
    devs_component *read;
} components[] = {
    {"fc3",        devs_fc3       },
    {"fc3-domain", devs_fc3_domain},
    {"fc",         devs_fc2       },
};

bool devs_is(const struct conf_node *root)
{
    const struct conf_node *services = conf_get(root, "services");

    return conf_get(root, "edition") || conf_get(root, "resources") || conf_get(root, "extend") ||
           (services && services->kind == CONF_MAP);
}

struct str devs_region(const struct conf_node *props)
{
    return draft_text(props, "region");
}

bool devs_is_auto(const struct conf_node *node)
{
    return node->kind == CONF_SCALAR && str_eq_nocase(node->text, STR("auto"));
}

/* ---- code ---- */

/* What Serverless Devs never packs. */
#define ALWAYS_IGNORED ".git\n.svn\n.env\n.DS_Store\n.s\n"

const struct seed_pack *devs_add_code(struct devs *devs, const struct conf_node *code, cJSON *body)
{
    const struct conf_node *source = code->kind == CONF_MAP ? conf_get(code, "src") : code;
    const struct seed_pack *pack = NULL;
    cJSON *value;

    if (!source) { /* an object of OSS, in the words of the API */
        cJSON_AddItemToObject(body, "code", draft_value(code));
        return NULL;
    }
    value = draft_code(devs->draft,
                       &(struct draft_code){.at = source,
                                            .path = source->text,
                                            .ignore_file = ".fcignore",
                                            .ignored = ALWAYS_IGNORED},
                       &pack);
    if (value)
        cJSON_AddItemToObject(body, "code", value);
    return pack;
}

/* ---- resources ---- */

/* "devsapp/fc3@0.0.1" is fc3. */
static struct str component_of(const struct conf_node *node)
{
    struct str name = node->text;
    struct str tail;

    str_cut(name, '@', &name, &tail);
    if (str_cut_last(name, '/', &tail, &tail))
        return tail;
    return name;
}

static devs_component *find_component(struct devs *devs, const struct conf_node *node)
{
    struct str name = component_of(node);
    struct nearest nearest = {.wanted = name};

    for (size_t i = 0; i < N_ELEMENTS(components); i++) {
        if (str_eq(name, str_of(components[i].name)))
            return components[i].read;
        nearest_offer(&nearest, str_of(components[i].name));
    }
    conf_error(devs->draft->report, conf_at(node), CODE_BAD_SEED,
               "the component '" STR_FMT "' is not emulated; %s", STR_ARG(node->text),
               draft_advice(devs->draft, &nearest, "there is fc3, fc3-domain and fc"));
    return NULL;
}

/* An expression in a name is no component. */
static bool check(struct devs *devs, const struct conf_node *resource)
{
    const struct conf_node *component;

    if (!draft_check(devs->draft, resource, resource_keys, N_ELEMENTS(resource_keys), "a resource"))
        return false;
    component = conf_get(resource, "component");
    if (component && component->kind == CONF_SCALAR && conf_get(resource, "props"))
        return find_component(devs, component) != NULL;
    if (component && conf_get(resource, "extend")) /* what it would inherit is reported */
        return false;
    conf_error(devs->draft->report, conf_at_key(resource), CODE_BAD_SEED,
               "'" STR_FMT "' needs component and props; write 'component: fc3' and its props",
               STR_ARG(resource->key));
    return false;
}

static devs_component *component_for(const struct conf_node *resource)
{
    struct str name = component_of(conf_get(resource, "component"));

    for (size_t i = 0; i < N_ELEMENTS(components); i++) {
        if (str_eq(name, str_of(components[i].name)))
            return components[i].read;
    }
    return NULL;
}

/* Domains lead to functions, so they come behind all of them. */
static void read_all(struct devs *devs, const struct conf_node **props)
{
    for (enum devs_turn turn = DEVS_FUNCTIONS; turn <= DEVS_DOMAINS; turn++) {
        size_t i = 0;

        CONF_EACH (resource, devs->resources) {
            const struct conf_node *own = props[i++];

            if (own)
                component_for(resource)(devs, own, turn);
        }
    }
}

/* They are what they inherit, too, when one of them asks for another's properties. */
static const struct conf_node *inherit(struct devs *devs, const struct conf_node *resources)
{
    struct conf_node *map = ARENA_NEW(devs->draft->arena, struct conf_node);
    struct conf_node **end = &map->first;

    *map = *resources;
    CONF_EACH (resource, resources) {
        struct conf_node *copy = ARENA_NEW(devs->draft->arena, struct conf_node);

        *copy = *devs_inherit_template(devs, resource);
        copy->parent = map;
        *end = copy;
        end = &copy->next;
    }
    return map;
}

static bool find_resources(struct devs *devs)
{
    struct draft *draft = devs->draft;
    const struct conf_node *templates = conf_get(devs->root, "template");
    const struct conf_node *found = conf_get(devs->root, "resources");

    draft_check(draft, devs->root, top_keys, N_ELEMENTS(top_keys), "s.yaml");
    if (!found)
        found = conf_get(devs->root, "services");
    if (!found || found->kind != CONF_MAP)
        conf_error(draft->report, conf_at(found ? found : devs->root), CODE_BAD_SEED,
                   "no resources; write them below resources:");
    else if (templates && !conf_is_null(templates) && templates->kind != CONF_MAP)
        conf_error(draft->report, conf_at(templates), CODE_BAD_SEED,
                   "not a mapping; write the names of templates below template:");
    else
        devs->resources = inherit(devs, found);
    return devs->resources != NULL;
}

void devs_read(struct draft *draft, const struct conf_node *root)
{
    struct devs devs = {.draft = draft, .root = root};
    const struct conf_node **props;
    size_t i = 0;

    devs.root = devs_inherit_file(&devs, root);
    if (!devs.root || !find_resources(&devs))
        return;
    props = (const struct conf_node **)arena_alloc_array(draft->arena, devs.resources->count + 1,
                                                         sizeof(*props));
    CONF_EACH (resource, devs.resources) {
        devs.own = resource;
        props[i++] =
            check(&devs, resource) ? devs_expand(&devs, conf_get(resource, "props")) : NULL;
    }
    read_all(&devs, props);
}
