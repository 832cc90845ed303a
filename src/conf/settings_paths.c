/*
 * conf/settings_paths.c - names with a path each: a map in the file, NAME=PATH in a flag or
 * variable
 */
#include "conf/settings_parts.h"

static bool take_one(struct conf_decoder *d, const struct settings_paths_kind *kind,
                     const struct conf_node *node, struct str name, const struct conf_node *path,
                     struct settings_path *out)
{
    const struct conf_field field = {.name = kind->noun, .type = FIELD_PATH};
    struct conf_spot spot = str_is_set(node->key) ? conf_at_key(node) : conf_at(node);
    struct str text = STR_NONE;

    if (!kind->check_name(d, spot, name) || !conf_decode_field(d, &field, path, &text) ||
        !kind->check_path(d, node, text.ptr))
        return false;
    *out = (struct settings_path){.name = arena_dup(d->arena, name), .path = text.ptr};
    return true;
}

static bool take_text(struct conf_decoder *d, const struct settings_paths_kind *kind,
                      const struct conf_node *node, struct settings_path *out)
{
    struct str name;
    struct str path;

    if (!str_cut(node->text, '=', &name, &path)) {
        conf_error(d->report, conf_at(node), "F208", "'%s' names no %s; write %s",
                   conf_value(d, node), kind->noun, kind->form);
        return false;
    }
    return take_one(d, kind, node, name, conf_scalar(d->arena, path, node->source->name), out);
}

bool settings_take_paths(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node, void *out)
{
    const struct settings_paths_kind *kind = field->arg;
    struct settings_paths all = {0};
    bool of_file = node->kind == CONF_MAP;
    bool ok = true;

    if (!of_file && node->source && node->kind != CONF_LIST)
        return conf_want(d, node, CONF_MAP);
    all.items = ARENA_ARRAY(d->arena, node->count + 1, struct settings_path);
    CONF_EACH (child, node) {
        bool good = of_file ? take_one(d, kind, child, child->key, child, &all.items[all.count])
                            : take_text(d, kind, child, &all.items[all.count]);

        all.count += good;
        ok = ok && good;
    }
    if (ok)
        *(struct settings_paths *)out = all;
    return ok;
}
