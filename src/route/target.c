/*
 * route/target.c - walking a request's path down the tree of templates
 */
#include "route/target.h"

#include <stddef.h>

#include "base/distance.h"
#include "base/own.h"
#include "base/query.h"
#include "route/path_tree.h"

enum {
    SEGMENTS_MAX = 12,       /* our own: the longest template has 8 */
    SUGGEST_DISTANCE = 3,    /* edits over all literal segments */
    SUGGEST_SEGMENT_MAX = 64 /* bytes; longer ones are no typing mistake */
};

/* Parameters that have a field of their own. */
static const struct {
    const char *name;
    size_t offset;
} known_params[] = {
    {"domain",   offsetof(struct target, domain)  },
    {"function", offsetof(struct target, function)},
    {"layer",    offsetof(struct target, layer)   },
    {"service",  offsetof(struct target, service) },
    {"trigger",  offsetof(struct target, trigger) },
};

struct segments {
    struct str list[SEGMENTS_MAX];
    size_t count;
    bool complete; /* false: there were more */
};

/* The segment at the head of *path, which keeps the rest with its slash. */
static struct str take_segment(struct str *path)
{
    struct str rest = str_slice(*path, 1, path->len);
    size_t len = 0;

    while (len < rest.len && rest.ptr[len] != '/')
        len++;
    *path = str_slice(rest, len, rest.len);
    return str_slice(rest, 0, len);
}

static void skip_slashes(struct str *path)
{
    while (str_starts(*path, STR("//")))
        *path = str_slice(*path, 1, path->len);
}

static bool decode_segment(struct str raw, struct arena *arena, struct str *out)
{
    return percent_decode(raw, false, arena, out) && str_is_utf8(*out) &&
           !memchr(out->ptr, '\0', out->len);
}

static void add_param(struct target *out, const char *name, struct str value)
{
    if (out->param_count < TARGET_PARAMS_MAX)
        out->params[out->param_count++] = (struct target_param){name, value};
    for (size_t i = 0; i < N_ELEMENTS(known_params); i++)
        if (strcmp(name, known_params[i].name) == 0)
            *(struct str *)((char *)out + known_params[i].offset) = value;
}

/* "name.qualifier" splits at the first dot: service names have none. */
static void add_segment(struct target *out, const char *name, struct str value)
{
    struct str qualifier;

    if (strcmp(name, "service") != 0) {
        add_param(out, name, value);
        return;
    }
    str_cut(value, '.', &value, &qualifier);
    add_param(out, name, value);
    if (qualifier.len > 0)
        out->qualifier = qualifier;
}

static void settle_qualifier(struct target *out, struct str from_query)
{
    bool has_parent = str_is_set(out->service) || str_is_set(out->function);
    bool reads_query = out->api == API_2021 || out->api == API_2023;

    if (!str_is_set(out->qualifier) && from_query.len > 0 && has_parent && reads_query)
        out->qualifier = from_query;
    if (str_is_set(out->qualifier))
        add_param(out, "qualifier", out->qualifier);
}

static struct str methods_at(const struct path_node *node, struct arena *arena)
{
    struct str list = STR("");

    for (enum path_method method = METHOD_GET; method < METHOD_COUNT; method++)
        if (node->ops[method])
            list = arena_strf(arena, STR_FMT "%s%s", STR_ARG(list), list.len > 0 ? ", " : "",
                              path_method_name(method));
    return list;
}

/* Returns the node where @path ends, NULL with out->result set when it leads nowhere. */
static const struct path_node *walk(enum api_version api, struct str path, struct arena *arena,
                                    struct target *out)
{
    const struct path_node *node = path_tree_root(api);

    out->result = TARGET_UNKNOWN_PATH;
    while (path.len > 0) {
        struct str segment;

        if (node->rest_op)
            break;
        if (api == API_2023)
            skip_slashes(&path);
        if (path.len == 1) /* a final slash */
            return node;
        if (!decode_segment(take_segment(&path), arena, &segment)) {
            out->result = TARGET_BAD_ENCODING;
            return NULL;
        }
        node = path_node_step(node, segment);
        if (!node)
            return NULL;
        if (node->param)
            add_segment(out, node->param, segment);
    }
    if (node->rest_op)
        out->rest = path.len > 0 ? path : STR("/");
    return node;
}

static bool has_methods(const struct path_node *node)
{
    for (enum path_method method = METHOD_GET; method < METHOD_COUNT; method++)
        if (node->ops[method])
            return true;
    return false;
}

static void settle_operation(const struct path_node *node, struct str method, struct arena *arena,
                             struct target *out)
{
    out->op = node->rest_op ? node->rest_op : path_node_op(node, method);
    if (out->op) {
        out->result = TARGET_FOUND;
        out->api = out->op->api;
    } else if (has_methods(node)) {
        out->result = TARGET_WRONG_METHOD;
        out->allowed = methods_at(node, arena);
    }
}

static struct segments split(struct str path)
{
    struct segments all = {.complete = true};

    while (path.len > 0 && all.count < SEGMENTS_MAX) {
        struct str segment = take_segment(&path);

        if (segment.len > 0 || path.len > 0) /* not the one behind a final slash */
            all.list[all.count++] = segment;
    }
    all.complete = path.len == 0;
    return all;
}

/* Edits that turn the literal segments of @template into those asked for; SUGGEST_DISTANCE + 1 when
 * they are further apart. */
static size_t template_distance(const char *template, const struct segments *asked)
{
    struct segments wanted = split(str_of(template));
    size_t sum = 0;

    if (wanted.count != asked->count)
        return SUGGEST_DISTANCE + 1;
    for (size_t i = 0; i < wanted.count && sum <= SUGGEST_DISTANCE; i++) {
        if (str_starts(wanted.list[i], STR("{")))
            continue;
        if (asked->list[i].len > SUGGEST_SEGMENT_MAX)
            return SUGGEST_DISTANCE + 1;
        sum += distance_of(wanted.list[i], asked->list[i], SUGGEST_DISTANCE);
    }
    return sum;
}

/* API_NONE searches all versions. */
static struct str nearest_template(enum api_version api, struct str path, struct arena *arena)
{
    size_t count;
    const struct operation *table = operation_table(&count);
    const struct operation *best = NULL;
    size_t least = SUGGEST_DISTANCE + 1;
    struct segments asked = split(path);

    for (size_t i = 0; i < count && asked.complete; i++) {
        if (table[i].api == API_TRIGGER || (api != API_NONE && table[i].api != api))
            continue;

        size_t distance = template_distance(table[i].path, &asked);

        if (distance < least) {
            least = distance;
            best = &table[i];
        }
    }
    return best ? arena_strf(arena, "/" STR_FMT "%s", STR_ARG(api_version_name(best->api)),
                             best->path)
                : STR_NONE;
}

static bool is_datelike(struct str segment)
{
    for (size_t i = 0; i < segment.len; i++)
        if ((segment.ptr[i] < '0' || segment.ptr[i] > '9') && segment.ptr[i] != '-')
            return false;
    return segment.len > 0;
}

/* A typing mistake leads to the version meant; another date to the version then in force. */
static struct str nearest_version(struct str asked)
{
    struct nearest nearest = {.wanted = asked};
    struct str in_force = api_version_name(API_2016);

    for (enum api_version api = API_2016; api <= API_2023; api++) {
        struct str name = api_version_name(api);

        nearest_offer(&nearest, name);
        if (str_compare(name, asked) <= 0)
            in_force = name;
    }
    return str_is_set(nearest.best) ? nearest.best : in_force;
}

static void find_in_no_version(struct str version, struct str path, struct arena *arena,
                               struct target *out)
{
    if (is_datelike(version)) {
        out->result = TARGET_UNKNOWN_VERSION;
        out->suggestion = nearest_version(version);
        return;
    }
    out->result = TARGET_UNKNOWN_PATH;
    out->suggestion = nearest_template(API_NONE, path, arena);
}

void target_find(struct str method, struct str path, struct str qualifier_query,
                 struct arena *arena, struct target *out)
{
    struct str behind = path;

    *out = (struct target){.result = TARGET_UNKNOWN_PATH};
    if (!str_starts(path, STR("/")))
        return;
    skip_slashes(&behind);

    struct str version = take_segment(&behind);

    out->api = api_version_find(version);
    if (out->api == API_NONE || out->api == API_TRIGGER) {
        out->api = API_NONE;
        find_in_no_version(version, path, arena, out);
        return;
    }

    const struct path_node *node = walk(out->api, behind, arena, out);

    if (node)
        settle_operation(node, method, arena, out);
    if (out->result == TARGET_UNKNOWN_PATH)
        out->suggestion = nearest_template(out->api, behind, arena);
    settle_qualifier(out, qualifier_query);
}

void target_find_trigger(struct str path, struct target *out)
{
    *out = (struct target){
        .result = TARGET_FOUND,
        .api = API_TRIGGER,
        .op = operation_find(API_TRIGGER, STR("InvokeHTTPTrigger")),
        .rest = path.len > 0 ? path : STR("/"),
    };
}

struct str target_param(const struct target *target, const char *name)
{
    for (size_t i = 0; i < target->param_count; i++)
        if (strcmp(target->params[i].name, name) == 0)
            return target->params[i].value;
    return STR_NONE;
}
