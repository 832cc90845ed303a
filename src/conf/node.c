/* YAML as a tree that remembers where everything stood. */
#include "conf/node.h"

#include "base/buf.h"

struct conf_node *conf_scalar(struct arena *arena, struct str text, const char *name)
{
    struct conf_node *node = ARENA_NEW(arena, struct conf_node);
    struct conf_source *source = ARENA_NEW(arena, struct conf_source);

    source->name = arena_dup(arena, str_of(name));
    node->source = source;
    node->kind = CONF_SCALAR;
    node->plain = true;
    node->text = arena_str(arena, text);
    return node;
}

struct conf_node *conf_scalar_list(struct arena *arena, const struct str *parts, size_t count,
                                   const char *name)
{
    struct conf_node *list = conf_scalar(arena, STR(""), name);
    struct conf_node **tail = &list->first;

    list->kind = CONF_LIST;
    for (size_t i = 0; i < count; i++) {
        struct conf_node *item = conf_scalar(arena, parts[i], name);

        item->parent = list;
        item->index = list->count++;
        *tail = item;
        tail = &item->next;
    }
    return list;
}

struct conf_node *conf_split_list(struct arena *arena, const char *text, const char *name)
{
    size_t count = 1;
    size_t n = 0;
    struct str rest = str_of(text);

    for (const char *p = text; *p; p++)
        count += *p == ',';
    struct str *parts = ARENA_ARRAY(arena, count, struct str);

    while (str_is_set(rest)) {
        str_cut(rest, ',', &parts[n], &rest);
        parts[n] = str_trim(parts[n]);
        n += parts[n].len > 0;
    }
    return conf_scalar_list(arena, parts, n, name);
}

const struct conf_node *conf_get(const struct conf_node *node, const char *key)
{
    if (!node || node->kind != CONF_MAP)
        return NULL;
    CONF_EACH (child, node)
        if (str_eq(child->key, str_of(key)))
            return child;
    return NULL;
}

bool conf_is_null(const struct conf_node *node)
{
    return node->kind == CONF_SCALAR && node->plain &&
           (node->text.len == 0 || str_eq(node->text, STR("~")) || str_eq(node->text, STR("null")));
}

bool conf_is_bool(const struct conf_node *node, bool *out)
{
    if (node->kind != CONF_SCALAR || !node->plain)
        return false;
    *out = str_eq(node->text, STR("true"));
    return *out || str_eq(node->text, STR("false"));
}

bool conf_is_number(const struct conf_node *node, double *out)
{
    return node->kind == CONF_SCALAR && node->plain && str_to_double(node->text, out) == NUMBER_OK;
}

void conf_path(const struct conf_node *node, struct buf *out)
{
    if (!node->parent)
        return;
    conf_path(node->parent, out);
    if (node->parent->kind == CONF_LIST)
        buf_printf(out, "[%zu]", node->index);
    else
        buf_printf(out, "%s" STR_FMT, out->len ? "." : "", STR_ARG(node->key));
}
