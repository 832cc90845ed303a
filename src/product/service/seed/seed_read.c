/* Seed files as a list of calls. */
#include "base/mem.h"
#include "product/service/seed/draft.h"

struct seed_kind;

/* What may stand in a list of a seed file, and the call it makes. */
struct seed_kind {
    const char *list; /* key of the list, or of the one mapping */
    const char *operation;
    const char *method;
    const char *suffix; /* behind the path of what it is below */
    const char *name;   /* member that names it; NULL: it has none and no children */
    bool named_in_path; /* the name goes into the path that creates it */
    const struct seed_kind *children;
    size_t child_count;
};

static const struct seed_kind function_children[] = {
    {.list = "triggers",
     .operation = "CreateTrigger",
     .method = "POST",
     .suffix = "/triggers",
     .name = "triggerName"},
    {.list = "asyncInvokeConfig",
     .operation = "PutAsyncInvokeConfig",
     .method = "PUT",
     .suffix = "/async-invoke-config"      },
    {.list = "provisionConfig",
     .operation = "PutProvisionConfig",
     .method = "PUT",
     .suffix = "/provision-config"      },
};

static const struct seed_kind service_children[] = {
    {.list = "functions",
     .operation = "CreateFunction",
     .method = "POST",
     .suffix = "/functions",
     .name = "functionName",
     .children = function_children,
     .child_count = N_ELEMENTS(function_children)},
    {.list = "versions", .operation = "PublishVersion", .method = "POST", .suffix = "/versions"},
    {.list = "aliases",
     .operation = "CreateAlias",
     .method = "POST",
     .suffix = "/aliases",
     .name = "aliasName"},
};

static const struct seed_kind current_children[] = {
    {.list = "triggers",
     .operation = "CreateTrigger",
     .method = "POST",
     .suffix = "/triggers",
     .name = "triggerName"},
    {.list = "versions",
     .operation = "PublishFunctionVersion",
     .method = "POST",
     .suffix = "/versions"                   },
    {.list = "aliases",
     .operation = "CreateAlias",
     .method = "POST",
     .suffix = "/aliases",
     .name = "aliasName"},
    {.list = "asyncInvokeConfig",
     .operation = "PutAsyncInvokeConfig",
     .method = "PUT",
     .suffix = "/async-invoke-config"},
    {.list = "provisionConfig",
     .operation = "PutProvisionConfig",
     .method = "PUT",
     .suffix = "/provision-config"  },
    {.list = "concurrency",
     .operation = "PutConcurrencyConfig",
     .method = "PUT",
     .suffix = "/concurrency"},
};

/* In the order in which they are made: layers before the functions that use them. */
static const struct seed_kind top_kinds[] = {
    {.list = "layers",
     .operation = "CreateLayerVersion",
     .method = "POST",
     .suffix = "/2023-03-30/layers",
     .name = "layerName",
     .named_in_path = true},
    {.list = "services",
     .operation = "CreateService",
     .method = "POST",
     .suffix = "/2016-08-15/services",
     .name = "serviceName",
     .children = service_children,
     .child_count = N_ELEMENTS(service_children)},
    {.list = "functions",
     .operation = "CreateFunction",
     .method = "POST",
     .suffix = "/2023-03-30/functions",
     .name = "functionName",
     .children = current_children,
     .child_count = N_ELEMENTS(current_children)},
    {.list = "customDomains",
     .operation = "CreateCustomDomain",
     .method = "POST",
     .suffix = "/2016-08-15/custom-domains",
     .name = "domainName"},
};

/* ---- items ---- */

static const struct seed_kind *find_kind(const struct seed_kind *kinds, size_t count,
                                         struct str list)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(list, str_of(kinds[i].list)))
            return &kinds[i];
    }
    return NULL;
}

/* The body of the call: every member that is not a list of its own. */
static cJSON *make_body(struct draft *draft, const struct seed_kind *kind,
                        const struct conf_node *item, const struct seed_pack **out_pack)
{
    cJSON *body = cJSON_CreateObject();

    CONF_EACH (member, item) {
        OWN(mem_free) char *key = mem_dup_len(member->key.ptr, member->key.len);
        const struct draft_code code = {
            .at = member, .path = member->text, .ignore_file = ".fcignore"};

        if (find_kind(kind->children, kind->child_count, member->key))
            continue;
        cJSON *value = strcmp(key, "code") == 0 && member->kind == CONF_SCALAR
                           ? draft_code(draft, &code, out_pack)
                           : draft_value(member);

        if (value)
            cJSON_AddItemToObject(body, key, value);
    }
    return body;
}

static void add_step(struct draft *draft, const struct seed_kind *kind,
                     const struct conf_node *item, const char *parent, struct str name, int depth)
{
    struct arena *arena = draft->arena;
    const struct seed_pack *pack = NULL;
    const char *title =
        kind->name ? arena_printf(arena, "%s '" STR_FMT "'", kind->operation, STR_ARG(name))
                   : kind->operation;
    struct seed_step *step = draft_step(draft, item, title, make_body(draft, kind, item, &pack));
    const char *own = arena_printf(arena, "%s%s/" STR_FMT, parent, kind->suffix, STR_ARG(name));

    step->method = kind->method;
    step->path = kind->named_in_path ? arena_printf(arena, "%s/versions", own)
                                     : arena_printf(arena, "%s%s", parent, kind->suffix);
    if (kind->name)
        step->probe = kind->named_in_path ? arena_printf(arena, "%s/versions/1", own) : own;
    if (kind->name && !kind->named_in_path)
        step->update = own;
    step->pack = pack;
    step->depth = depth;
}

static void read_lists(struct draft *draft, const struct seed_kind *kinds, size_t count,
                       const struct conf_node *map, const char *parent, int depth);

static void read_item(struct draft *draft, const struct seed_kind *kind,
                      const struct conf_node *item, const char *parent, int depth)
{
    const struct conf_node *name = kind->name ? conf_get(item, kind->name) : NULL;

    if (item->kind != CONF_MAP) {
        conf_error(draft->report, conf_at(item), CODE_BAD_SEED,
                   "not a mapping; write what %s takes", kind->operation);
        return;
    }
    if (kind->name && (!name || name->kind != CONF_SCALAR || name->text.len == 0)) {
        conf_error(draft->report, conf_at(item), CODE_BAD_SEED, "a name is missing; add '%s: …'",
                   kind->name);
        return;
    }
    struct str text = name ? name->text : STR("");

    add_step(draft, kind, item, parent, text, depth);
    if (kind->children)
        read_lists(draft, kind->children, kind->child_count, item,
                   arena_printf(draft->arena, "%s%s/" STR_FMT, parent, kind->suffix, STR_ARG(text)),
                   depth + 1);
}

static void read_lists(struct draft *draft, const struct seed_kind *kinds, size_t count,
                       const struct conf_node *map, const char *parent, int depth)
{
    for (size_t i = 0; i < count; i++) {
        const struct conf_node *list = conf_get(map, kinds[i].list);

        if (!list)
            continue;
        if (list->kind == CONF_MAP && !kinds[i].name) {
            read_item(draft, &kinds[i], list, parent, depth);
            continue;
        }
        if (list->kind != CONF_LIST)
            conf_error(draft->report, conf_at(list), CODE_BAD_SEED,
                       "not a list; write '- ' in front of each item");
        CONF_EACH (item, list)
            read_item(draft, &kinds[i], item, parent, depth);
    }
}

static void refuse_unknown(struct draft *draft, const struct conf_node *root)
{
    CONF_EACH (member, root) {
        if (!find_kind(top_kinds, N_ELEMENTS(top_kinds), member->key))
            conf_error(draft->report, conf_in_parent(member), CODE_BAD_SEED,
                       "unknown key '" STR_FMT
                       "'; known: layers, services, functions, customDomains",
                       STR_ARG(member->key));
    }
}

static void read_own(struct draft *draft, const struct conf_node *root)
{
    refuse_unknown(draft, root);
    read_lists(draft, top_kinds, N_ELEMENTS(top_kinds), root, "", 0);
}

void seed_read_tree(struct arena *arena, const struct conf_node *root, const char *folder,
                    const struct seed_place *place, struct seed_steps *out,
                    struct conf_report *report)
{
    struct draft draft = {
        .arena = arena, .steps = out, .report = report, .place = *place, .folder = folder};

    if (conf_is_null(root))
        return;
    if (root->kind != CONF_MAP)
        conf_error(report, conf_at(root), CODE_BAD_SEED,
                   "not a mapping; begin with services: or functions:");
    else if (fun_is(root))
        fun_read(&draft, root);
    else if (devs_is(root))
        devs_read(&draft, root);
    else
        read_own(&draft, root);
}

void seed_read_file(struct arena *arena, const char *path, const struct seed_place *place,
                    struct seed_steps *out, struct conf_report *report)
{
    struct conf_node *root = conf_read(arena, path, report);
    struct str folder = STR(".");
    struct str file;

    if (!str_cut_last(str_of(path), '/', &folder, &file))
        folder = STR(".");
    if (root)
        seed_read_tree(arena, root, arena_dup(arena, folder), place, out, report);
}
