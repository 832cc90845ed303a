/*
 * route/path_tree.c - building and walking the tree of path templates
 */
#include "route/path_tree.h"

#include <assert.h>
#include <pthread.h>

#include "base/mem.h"

static const char *const method_names[METHOD_COUNT] = {
    [METHOD_GET] = "GET",
    [METHOD_PUT] = "PUT",
    [METHOD_POST] = "POST",
    [METHOD_DELETE] = "DELETE",
};

static struct path_node roots[API_VERSION_COUNT]; /* written once, by build() */
static pthread_once_t built = PTHREAD_ONCE_INIT;

/* "{service.qualifier}" is the parameter service; a literal gives NULL. */
static char *param_name(struct str segment)
{
    struct str name;
    struct str qualifier;

    if (!str_starts(segment, STR("{")))
        return NULL;
    str_cut(str_slice(segment, 1, segment.len - 1), '.', &name, &qualifier);
    return mem_dup_len(name.ptr, name.len);
}

static bool is_same_segment(const struct path_node *node, struct str literal, const char *param)
{
    if (param || node->param)
        return param && node->param && strcmp(param, node->param) == 0;
    return str_eq(node->literal, literal);
}

/* The child for one segment of a template, made when it is new. */
static struct path_node *child_for(struct path_node *node, struct str segment)
{
    OWN(mem_free) char *param = param_name(segment);
    struct path_node *child = node->children;

    for (; child; child = child->sibling)
        if (is_same_segment(child, segment, param))
            return child;
    /* One parameter alone, or literals alone: a step never has to choose and come back. */
    assert(!node->children || (!param && !node->children->param));
    child = mem_alloc(sizeof(*child));
    child->literal = param ? STR_NONE : segment;
    child->param = GIVE(param);
    child->sibling = node->children;
    node->children = child;
    return child;
}

static enum path_method method_find(struct str name)
{
    enum path_method method = METHOD_GET;

    while (method < METHOD_COUNT && !str_eq(name, str_of(method_names[method])))
        method++;
    return method;
}

static void plant(enum api_version api, const char *path, const struct operation *op)
{
    struct path_node *node = &roots[api];
    struct str rest = str_of(path + 1);
    struct str segment;

    while (str_is_set(rest)) {
        str_cut(rest, '/', &segment, &rest);
        if (str_ends(segment, STR("*}"))) {
            node->rest_op = op;
            return;
        }
        node = child_for(node, segment);
    }

    enum path_method method = method_find(str_of(op->method));

    assert(method < METHOD_COUNT && !node->ops[method]);
    node->ops[method] = op;
}

/* Further paths of operations: what the later version calls them is understood in the older one. */
static const struct {
    enum api_version api;
    const char *operation;
    const char *path;
} more_paths[] = {
    {API_2016, "CreateVpcBinding", "/services/{service}/bindings"      },
    {API_2016, "DeleteVpcBinding", "/services/{service}/bindings/{vpc}"},
};

static void build(void)
{
    size_t count;
    const struct operation *table = operation_table(&count);

    for (size_t i = 0; i < count; i++) {
        const struct operation *op = &table[i];

        if (op->api != API_TRIGGER) {
            plant(op->api, op->path, op);
            continue;
        }
        plant(API_2016, op->path, op);
        plant(API_2021, op->path, op);
        /* Ours: functions of 2023-03-30 have no service to name. */
        plant(API_2023, "/proxy/{function}/{path*}", op);
    }
    for (size_t i = 0; i < N_ELEMENTS(more_paths); i++)
        plant(more_paths[i].api, more_paths[i].path,
              operation_find(more_paths[i].api, str_of(more_paths[i].operation)));
}

const struct path_node *path_tree_root(enum api_version api)
{
    pthread_once(&built, build);
    return &roots[api];
}

const struct path_node *path_node_step(const struct path_node *node, struct str segment)
{
    for (const struct path_node *child = node->children; child; child = child->sibling)
        if (child->param || str_eq(child->literal, segment))
            return child;
    return NULL;
}

const char *path_method_name(enum path_method method)
{
    return method_names[method];
}

const struct operation *path_node_op(const struct path_node *node, struct str method)
{
    enum path_method found = method_find(method);

    return found < METHOD_COUNT ? node->ops[found] : NULL;
}
