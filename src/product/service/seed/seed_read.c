/* Seed files as a list of calls. */
#include "product/service/seed/seed_read.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "conf/node.h"
#include "conf/report.h"
#include "crypto/encode.h"

#define CODE_BAD_SEED "F108"

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

struct reading {
    struct arena *arena;
    struct seed_steps *steps;
    struct conf_report *report;
    const char *folder; /* of the file: paths are relative to it */
};

/* ---- values ---- */

static cJSON *node_to_json(const struct conf_node *node);

static cJSON *scalar_to_json(const struct conf_node *node)
{
    bool truth;
    double number;

    if (conf_is_null(node))
        return cJSON_CreateNull();
    if (conf_is_bool(node, &truth))
        return cJSON_CreateBool(truth);
    if (conf_is_number(node, &number))
        return cJSON_CreateNumber(number);
    return json_string(node->text);
}

static cJSON *children_to_json(const struct conf_node *node)
{
    cJSON *json = node->kind == CONF_MAP ? cJSON_CreateObject() : cJSON_CreateArray();

    CONF_EACH (child, node) {
        OWN(mem_free)
        char *key = child->key.ptr ? mem_dup_len(child->key.ptr, child->key.len) : NULL;

        if (key)
            cJSON_AddItemToObject(json, key, node_to_json(child));
        else
            cJSON_AddItemToArray(json, node_to_json(child));
    }
    return json;
}

static cJSON *node_to_json(const struct conf_node *node)
{
    return node->kind == CONF_SCALAR ? scalar_to_json(node) : children_to_json(node);
}

/* ---- code ---- */

static char *read_package(const char *path, size_t *out_len, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0) {
        error_errno(err, "read '%s'", path);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    char *bytes = malloc((size_t)st.st_size + 1);
    ssize_t got = bytes ? read(fd, bytes, (size_t)st.st_size) : -1;

    close(fd);
    if (got == st.st_size) {
        *out_len = (size_t)got;
        return bytes;
    }
    free(bytes);
    error_set(err, ERROR_IO, "read '%s': cut short", path);
    return NULL;
}

static char *load_code(const char *path, size_t *out_len, struct error *err)
{
    struct stat st;

    if (stat(path, &st) < 0) {
        error_errno(err, "read '%s'", path);
        return NULL;
    }
    return S_ISDIR(st.st_mode) ? seed_zip_folder(path, out_len, err)
                               : read_package(path, out_len, err);
}

static cJSON *code_to_json(struct reading *reading, const struct conf_node *node)
{
    struct error err = {0};
    size_t len = 0;
    const char *path =
        node->text.len && node->text.ptr[0] == '/'
            ? arena_dup(reading->arena, node->text)
            : arena_printf(reading->arena, "%s/" STR_FMT, reading->folder, STR_ARG(node->text));
    char *bytes = load_code(path, &len, &err);
    char *text = bytes ? malloc(base64_encoded_size(len) + 1) : NULL;
    cJSON *code = NULL;

    if (text) {
        base64_encode((struct str){bytes, len}, text);
        code = cJSON_CreateObject();
        cJSON_AddStringToObject(code, "zipFile", text);
    } else {
        conf_error(reading->report, conf_at(node), CODE_BAD_SEED, "%s; name a folder or a package",
                   err.text);
    }
    free(text);
    free(bytes);
    return code;
}

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
static struct str make_body(struct reading *reading, const struct seed_kind *kind,
                            const struct conf_node *item)
{
    OWN(json_free) cJSON *body = cJSON_CreateObject();
    OWN(buf_done) struct buf text = {0};

    CONF_EACH (member, item) {
        OWN(mem_free) char *key = mem_dup_len(member->key.ptr, member->key.len);

        if (find_kind(kind->children, kind->child_count, member->key))
            continue;
        cJSON *value = strcmp(key, "code") == 0 && member->kind == CONF_SCALAR
                           ? code_to_json(reading, member)
                           : node_to_json(member);

        if (value)
            cJSON_AddItemToObject(body, key, value);
    }
    json_print(body, false, &text);
    return arena_str(reading->arena, buf_str(&text));
}

static void add_step(struct reading *reading, const struct seed_kind *kind,
                     const struct conf_node *item, const char *parent, struct str name, int depth)
{
    struct arena *arena = reading->arena;
    struct seed_step *step = ARENA_NEW(arena, struct seed_step);

    step->method = kind->method;
    step->path = kind->named_in_path ? arena_printf(arena, "%s%s/" STR_FMT "/versions", parent,
                                                    kind->suffix, STR_ARG(name))
                                     : arena_printf(arena, "%s%s", parent, kind->suffix);
    step->probe = kind->name ? arena_printf(arena, "%s%s/" STR_FMT "%s", parent, kind->suffix,
                                            STR_ARG(name), kind->named_in_path ? "/versions/1" : "")
                             : NULL;
    step->name = kind->name
                     ? arena_printf(arena, "%s '" STR_FMT "'", kind->operation, STR_ARG(name))
                     : kind->operation;
    step->body = make_body(reading, kind, item);
    step->file = arena_dup(arena, str_of(item->source->name));
    step->line = item->line;
    step->column = item->column;
    step->depth = depth;
    *reading->steps->end = step;
    reading->steps->end = &step->next;
    reading->steps->count++;
}

static void read_lists(struct reading *reading, const struct seed_kind *kinds, size_t count,
                       const struct conf_node *map, const char *parent, int depth);

static void read_item(struct reading *reading, const struct seed_kind *kind,
                      const struct conf_node *item, const char *parent, int depth)
{
    const struct conf_node *name = kind->name ? conf_get(item, kind->name) : NULL;

    if (item->kind != CONF_MAP) {
        conf_error(reading->report, conf_at(item), CODE_BAD_SEED,
                   "not a mapping; write what %s takes", kind->operation);
        return;
    }
    if (kind->name && (!name || name->kind != CONF_SCALAR || name->text.len == 0)) {
        conf_error(reading->report, conf_at(item), CODE_BAD_SEED, "a name is missing; add '%s: …'",
                   kind->name);
        return;
    }
    struct str text = name ? name->text : STR("");

    add_step(reading, kind, item, parent, text, depth);
    if (kind->children)
        read_lists(
            reading, kind->children, kind->child_count, item,
            arena_printf(reading->arena, "%s%s/" STR_FMT, parent, kind->suffix, STR_ARG(text)),
            depth + 1);
}

static void read_lists(struct reading *reading, const struct seed_kind *kinds, size_t count,
                       const struct conf_node *map, const char *parent, int depth)
{
    for (size_t i = 0; i < count; i++) {
        const struct conf_node *list = conf_get(map, kinds[i].list);

        if (!list)
            continue;
        if (list->kind == CONF_MAP && !kinds[i].name) {
            read_item(reading, &kinds[i], list, parent, depth);
            continue;
        }
        if (list->kind != CONF_LIST)
            conf_error(reading->report, conf_at(list), CODE_BAD_SEED,
                       "not a list; write '- ' in front of each item");
        CONF_EACH (item, list)
            read_item(reading, &kinds[i], item, parent, depth);
    }
}

static void refuse_unknown(struct reading *reading, const struct conf_node *root)
{
    CONF_EACH (member, root) {
        if (!find_kind(top_kinds, N_ELEMENTS(top_kinds), member->key))
            conf_error(reading->report, conf_in_parent(member), CODE_BAD_SEED,
                       "unknown key '" STR_FMT
                       "'; known: layers, services, functions, customDomains",
                       STR_ARG(member->key));
    }
}

void seed_read_file(struct arena *arena, const char *path, struct seed_steps *out,
                    struct conf_report *report)
{
    struct conf_node *root = conf_read(arena, path, report);
    struct str folder = STR(".");
    struct str file;
    struct reading reading = {.arena = arena, .steps = out, .report = report};

    if (!str_cut_last(str_of(path), '/', &folder, &file))
        folder = STR(".");
    reading.folder = arena_dup(arena, folder);
    if (!root || conf_is_null(root))
        return;
    if (root->kind != CONF_MAP) {
        conf_error(report, conf_at(root), CODE_BAD_SEED,
                   "not a mapping; begin with services: or functions:");
        return;
    }
    refuse_unknown(&reading, root);
    read_lists(&reading, top_kinds, N_ELEMENTS(top_kinds), root, "", 0);
}
