/*
 * What an s.yaml inherits: a file from the one it extends, a resource from a template of its file.
 *
 * Source: "Yaml inheritance" of the documentation of Serverless Devs, and how its package
 * parse-spec 0.0.29 merges: mappings member by member, all else as a whole.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "product/service/seed/devs.h"

enum { PAIRS_MAX = 10000000 }; /* of keys that are compared */

static const struct draft_key extend_keys[] = {
    {"name",   DRAFT_OWN, NULL},
    {"ignore", DRAFT_OWN, NULL},
};

/* ---- mappings ---- */

/* A mapping that is put together. */
struct making {
    struct arena *arena;
    struct conf_node *map;
    struct conf_node **end;
};

static struct making begin(struct devs *devs, const struct conf_node *like)
{
    struct making making = {.arena = devs->draft->arena};

    making.map = ARENA_NEW(making.arena, struct conf_node);
    *making.map = *like;
    making.map->first = NULL;
    making.map->count = 0;
    making.end = &making.map->first;
    return making;
}

static struct conf_node *add(struct making *making, const struct conf_node *child)
{
    struct conf_node *copy = ARENA_NEW(making->arena, struct conf_node);

    *copy = *child;
    copy->parent = making->map;
    copy->index = making->map->count++;
    copy->next = NULL;
    *making->end = copy;
    making->end = &copy->next;
    return copy;
}

static const struct conf_node *find(const struct conf_node *map, struct str key)
{
    CONF_EACH (child, map) {
        if (str_eq(child->key, key))
            return child;
    }
    return NULL;
}

static bool affords(struct devs *devs, const struct conf_node *at, size_t pairs)
{
    bool before = devs->pairs > PAIRS_MAX;

    devs->pairs += pairs;
    if (devs->pairs > PAIRS_MAX && !before)
        conf_error(devs->draft->report, conf_at(at), CODE_BAD_SEED,
                   "too much is inherited; write fewer keys");
    return devs->pairs <= PAIRS_MAX;
}

/* As deep as the file is, which is bounded. */
static const struct conf_node *merge(struct devs *devs, const struct conf_node *base,
                                     const struct conf_node *over)
{
    struct making making;

    if (base->kind != CONF_MAP || over->kind != CONF_MAP ||
        !affords(devs, over, base->count + over->count + 2 * base->count * over->count))
        return over;
    making = begin(devs, over);
    CONF_EACH (child, base) {
        const struct conf_node *own = find(over, child->key);

        add(&making, own ? merge(devs, child, own) : child);
    }
    CONF_EACH (child, over) {
        if (!find(base, child->key))
            add(&making, child);
    }
    return making.map;
}

/* ---- a template ---- */

/* @map without what the path "logConfig.project" leads to. */
static const struct conf_node *without(struct devs *devs, const struct conf_node *map,
                                       struct str path, bool *gone)
{
    struct making making = begin(devs, map);
    struct str head;
    struct str tail;
    bool deeper = str_cut(path, '.', &head, &tail);

    CONF_EACH (child, map) {
        if (str_eq(child->key, path))
            *gone = true;
        else if (deeper && child->kind == CONF_MAP && str_eq(child->key, head))
            add(&making, without(devs, child, tail, gone));
        else
            add(&making, child);
    }
    return making.map;
}

static const struct conf_node *ignore_one(struct devs *devs, const struct conf_node *template,
                                          const struct conf_node *path)
{
    struct nearest nearest = {.wanted = path->text};
    bool gone = false;
    const struct conf_node *rest = template;

    if (path->kind == CONF_SCALAR && affords(devs, path, template->count))
        rest = without(devs, template, path->text, &gone);
    if (gone)
        return rest;
    CONF_EACH (child, template)
        nearest_offer(&nearest, child->key);
    conf_warn(devs->draft->report, conf_at(path), CODE_BAD_SEED,
              "the template has no '" STR_FMT "'; %s", STR_ARG(path->text),
              draft_advice(devs->draft, &nearest, "name a key of it"));
    return rest;
}

static const struct conf_node *ignore_all(struct devs *devs, const struct conf_node *template,
                                          const struct conf_node *ignore)
{
    if (!ignore || conf_is_null(ignore))
        return template;
    if (ignore->kind == CONF_SCALAR)
        return ignore_one(devs, template, ignore);
    if (ignore->kind == CONF_MAP)
        conf_error(devs->draft->report, conf_at(ignore), CODE_BAD_SEED,
                   "not a list; write '- ' in front of each key of the template");
    CONF_EACH (path, ignore)
        template = ignore_one(devs, template, path);
    return template;
}

static const struct conf_node *no_template(struct devs *devs, const struct conf_node *at,
                                           const struct conf_node *templates)
{
    struct nearest nearest = {.wanted = at->text};

    if (templates) {
        CONF_EACH (child, templates)
            nearest_offer(&nearest, child->key);
    }
    conf_error(devs->draft->report, conf_at(at), CODE_BAD_SEED,
               "there is no template '" STR_FMT "'; %s", STR_ARG(at->text),
               draft_advice(devs->draft, &nearest, "write it below template:"));
    return NULL;
}

/* What it leaves to its resource, or NULL behind a report. */
static const struct conf_node *template_of(struct devs *devs, const struct conf_node *extend)
{
    const struct conf_node *templates = conf_get(devs->root, "template");
    const struct conf_node *found;
    struct str name;

    if (!draft_check(devs->draft, extend, extend_keys, N_ELEMENTS(extend_keys), "extend") ||
        !draft_need(devs->draft, extend, "name", &name))
        return NULL;
    found = templates ? find(templates, name) : NULL;
    if (!found)
        return no_template(devs, conf_get(extend, "name"), templates);
    if (found->kind == CONF_MAP)
        return ignore_all(devs, found, conf_get(extend, "ignore"));
    conf_error(devs->draft->report, conf_at(found), CODE_BAD_SEED,
               "not a mapping; write properties below the template '" STR_FMT "'", STR_ARG(name));
    return NULL;
}

const struct conf_node *devs_inherit_template(struct devs *devs, const struct conf_node *resource)
{
    const struct conf_node *extend = conf_get(resource, "extend");
    const struct conf_node *props = conf_get(resource, "props");
    const struct conf_node *template = extend ? template_of(devs, extend) : NULL;
    struct making making;

    if (!template)
        return resource;
    making = begin(devs, resource);
    CONF_EACH (child, resource)
        add(&making, child == props ? merge(devs, template, props) : child);
    if (!props)
        add(&making, template)->key = STR("props");
    return making.map;
}

/* ---- a file ---- */

static const char *beside(struct devs *devs, struct str path)
{
    return path.ptr[0] == '/' ? arena_dup(devs->draft->arena, path)
                              : arena_printf(devs->draft->arena, "%s/" STR_FMT, devs->draft->folder,
                                             STR_ARG(path));
}

static const struct conf_node *refuse_file(struct devs *devs, const struct conf_node *at,
                                           const char *why, const char *what)
{
    conf_error(devs->draft->report, conf_at(at), CODE_BAD_SEED, "'extend': %s; %s", why, what);
    return NULL;
}

/* Where ${file()} of what it says begins. */
static void remember(struct devs *devs, const struct conf_node *base, const char *path)
{
    struct str folder;
    struct str file;

    devs->base = base->source;
    str_cut_last(str_of(path), '/', &folder, &file);
    devs->base_folder = arena_dup(devs->draft->arena, folder);
}

static const struct conf_node *base_of(struct devs *devs, const struct conf_node *extend)
{
    const struct conf_node *base;
    const char *path;

    if (extend->kind != CONF_SCALAR || !extend->text.len)
        return refuse_file(devs, extend, "not a file",
                           "name the s.yaml whose words hold where this one has none");
    if (!devs->draft->folder)
        return refuse_file(devs, extend, "no file may be read", "write all into one text");
    path = beside(devs, extend->text);
    if (access(path, R_OK) < 0)
        return refuse_file(
            devs, extend,
            arena_printf(devs->draft->arena, "cannot read '%s': %s", path, strerror(errno)),
            "name a file beside this one, or by its whole path");
    base = conf_read(devs->draft->arena, path, devs->draft->report);
    if (base && base->kind != CONF_MAP)
        return refuse_file(devs, base, "not a mapping", "begin with edition: and resources:");
    if (base && conf_get(base, "extend"))
        return refuse_file(devs, conf_get(base, "extend"),
                           "a file that is extended extends no other", "write all into this one");
    if (base)
        remember(devs, base, path);
    return base;
}

const struct conf_node *devs_inherit_file(struct devs *devs, const struct conf_node *root)
{
    const struct conf_node *extend = conf_get(root, "extend");
    const struct conf_node *base = extend ? base_of(devs, extend) : NULL;
    const struct conf_node *both;

    if (!base)
        return extend ? NULL : root;
    both = merge(devs, base, root);
    if (conf_get(both, "env"))
        return refuse_file(devs, conf_get(both, "env"), "not together with 'env'",
                           "leave out one of them");
    return both;
}
