/*
 * ${…} of Serverless Devs: env, vars, file, json, path, config, resources and this.
 *
 * Source: "Yaml" of the documentation of Serverless Devs, editions 1 to 3.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "product/service/seed/devs.h"

enum { DEPTH_MAX = 8, VALUES_MAX = 10000 };

/* What stands for an expression: a text, or a part of the file. */
struct value {
    struct str text;
    const struct conf_node *node; /* NULL: the text */
};

struct expression {
    struct devs *devs;
    const struct conf_node *at;
    struct str text; /* between the braces */
};

static bool fail(const struct expression *e, const char *why, const char *what)
{
    conf_error(e->devs->draft->report, conf_at(e->at), CODE_BAD_SEED, "${" STR_FMT "}: %s; %s",
               STR_ARG(e->text), why, what);
    return false;
}

/* ---- words ---- */

/* "env('A', 'b')" is the call of env with two arguments; the second may be absent. */
static bool is_call(struct str text, struct str name, struct str *first, struct str *second)
{
    struct str inner;

    if (!str_starts(text, name) || !str_ends(text, STR(")")))
        return false;
    inner = str_trim(str_slice(text, name.len, text.len));
    if (!str_starts(inner, STR("(")))
        return false;
    inner = str_slice(inner, 1, inner.len - 1);
    *second = STR_NONE;
    if (str_cut(inner, ',', first, second))
        *second = devs_unquoted(*second);
    *first = devs_unquoted(*first);
    return true;
}

/* ---- members ---- */

static void offer_members(const struct conf_node *node, struct nearest *nearest)
{
    CONF_EACH (child, node)
        nearest_offer(nearest, child->key);
}

static const struct conf_node *item_of(const struct conf_node *list, struct str index)
{
    uint64_t wanted;

    if (list->kind != CONF_LIST || str_to_uint(index, list->count, &wanted) != NUMBER_OK)
        return NULL;
    CONF_EACH (child, list) {
        if (wanted-- == 0)
            return child;
    }
    return NULL;
}

/* "a.b.0" below @node; NULL, and reported, when there is no such thing. */
static const struct conf_node *follow(const struct expression *e, const struct conf_node *node,
                                      struct str path)
{
    while (path.len) {
        struct str name;
        struct nearest nearest = {0};
        const struct conf_node *next;

        str_cut(path, '.', &name, &path);
        next = conf_get(node, arena_dup(e->devs->draft->arena, name));
        if (!next)
            next = item_of(node, name);
        if (next) {
            node = next;
            continue;
        }
        nearest.wanted = name;
        offer_members(node, &nearest);
        fail(e, arena_printf(e->devs->draft->arena, "there is no '" STR_FMT "'", STR_ARG(name)),
             draft_advice(e->devs->draft, &nearest, "write it in this file"));
        return NULL;
    }
    return node;
}

static bool member(const struct expression *e, const struct conf_node *of, struct str path,
                   struct value *out)
{
    out->node = of ? follow(e, of, path) : NULL;
    if (!of)
        return fail(e, "there is nothing of this kind in the file", "write it there");
    return out->node != NULL;
}

/* What a deployment says is known here only where it was written, too. */
static bool resource(const struct expression *e, struct str path, struct value *out)
{
    struct str name;
    struct str rest;
    struct str part;
    struct str tail;
    const struct conf_node *found;

    str_cut(path, '.', &name, &rest);
    found = follow(e, e->devs->resources, name);
    if (!found || !str_is_set(rest))
        return found && fail(e, "a whole resource is no value", "name a property of it");
    str_cut(rest, '.', &part, &tail);
    if (str_eq(part, STR("output")) && conf_get(found, "props")) {
        found = conf_get(conf_get(found, "props"), arena_dup(e->devs->draft->arena, tail));
        out->node = found;
        return found || fail(e, "outputs are known when it is deployed",
                             "name a property: ${resources.NAME.props.…}");
    }
    return member(e, found, rest, out);
}

/* ---- files and variables ---- */

static bool read_text(const struct expression *e, const char *path, struct value *out)
{
    return devs_slurp(e->devs->draft, path, &out->text) ||
           fail(e, arena_printf(e->devs->draft->arena, "cannot read '%s'", path),
                "name a file of at most 1 MiB, beside this one or by its whole path");
}

static const char *path_of(const struct expression *e, struct str path)
{
    struct devs *devs = e->devs;
    const char *folder =
        devs->base && e->at->source == devs->base ? devs->base_folder : devs->draft->folder;

    return path.len && path.ptr[0] == '/'
               ? arena_dup(devs->draft->arena, path)
               : arena_printf(devs->draft->arena, "%s/" STR_FMT, folder, STR_ARG(path));
}

/* Whole, so that it leads to the same place from whatever it stands in. */
static bool whole_path(const struct expression *e, struct str path, struct value *out)
{
    struct arena *arena = e->devs->draft->arena;
    const char *name;
    OWN(mem_free) char *here = e->devs->draft->folder ? realpath(".", NULL) : NULL;

    if (!here)
        return fail(e, "no file may be read", "write the path");
    name = path_of(e, path);
    out->text = name[0] == '/' ? str_of(name) : str_of(arena_printf(arena, "%s/%s", here, name));
    return true;
}

static bool variable(const struct expression *e, struct str name, struct str other,
                     struct value *out)
{
    const char *own = getenv(arena_dup(e->devs->draft->arena, name));
    struct str value = own ? str_of(own) : devs_dotenv(e->devs->draft, name);

    if (!str_is_set(value) && !str_is_set(other))
        return fail(
            e,
            arena_printf(e->devs->draft->arena, "the environment variable '" STR_FMT "' is not set",
                         STR_ARG(name)),
            arena_printf(e->devs->draft->arena,
                         "set it, or give a default: ${env('" STR_FMT "', '…')}", STR_ARG(name)));
    out->text = str_is_set(value) ? arena_str(e->devs->draft->arena, value) : other;
    return true;
}

static bool setting(const struct expression *e, struct str name, struct value *out)
{
    if (!str_eq(name, STR("AccountID")))
        return fail(e, "keys are not read here", "there is config('AccountID')");
    out->text = e->devs->draft->place.account;
    return true;
}

/* ---- an expression ---- */

/* A value may hold expressions itself. */
static const struct conf_node *deeper(struct devs *devs, const struct conf_node *node)
{
    const struct conf_node *expanded;

    if (devs->depth == DEPTH_MAX || ++devs->values > VALUES_MAX) {
        conf_error(devs->draft->report, conf_at(node), CODE_BAD_SEED,
                   "expressions lead to each other; write a value");
        return node;
    }
    devs->depth++;
    expanded = devs_expand(devs, node);
    devs->depth--;
    return expanded;
}

/* Its name and its access, which it need not write, and what it does write. */
static bool of_own(const struct expression *e, struct str path, struct value *out)
{
    const struct conf_node *own = e->devs->own;

    if (str_eq(path, STR("name"))) {
        out->text = own->key;
        return true;
    }
    if (str_eq(path, STR("access")) && !conf_get(own, "access"))
        return member(e, e->devs->root, path, out);
    return member(e, own, path, out);
}

static bool by_path(const struct expression *e, struct str text, struct value *out)
{
    struct str head;
    struct str tail;
    const struct conf_node *found;

    str_cut(text, '.', &head, &tail);
    if (!str_is_set(tail))
        tail = STR("");
    if (str_eq(head, STR("vars")))
        return member(e, conf_get(e->devs->root, "vars"), tail, out);
    if (str_eq(head, STR("env")))
        return variable(e, tail, STR_NONE, out);
    if (str_eq(head, STR("this")))
        return of_own(e, tail, out);
    if (str_eq(head, STR("resources")) || str_eq(head, STR("services")))
        return resource(e, tail, out);
    found = conf_get(e->devs->resources, arena_dup(e->devs->draft->arena, head));
    if (found && tail.len)
        return resource(e, text, out);
    return fail(e, "this is not emulated",
                "there is env(), file(), json(), path(), config(), vars., resources. and this.");
}

static bool evaluate(const struct expression *e, struct value *out);

/* What is wrong with it as JSON goes to the report of the file, with its place in that text. */
static bool read_json(const struct expression *e, struct str text, const char *name,
                      struct value *out)
{
    struct arena *arena = e->devs->draft->arena;
    char *copy = arena_dup(arena, text);
    size_t len = text.len;
    struct error err = {0};
    cJSON *json = json_parse(text, &err);

    if (!json)
        return fail(e, arena_printf(arena, "%s: %s", name, err.text), "write JSON there");
    json_free(json);
    conf_text_from_json(copy, &len);
    out->node = conf_parse(arena, (struct str){copy, len}, name, e->devs->draft->report);
    return out->node != NULL;
}

/* json('…') and json(file('…')): the text as what it says. */
static bool parsed(const struct expression *e, struct str text, struct value *out)
{
    struct str inner = str_trim(str_slice(text, STR("json").len, text.len));
    struct expression of = *e;
    struct str file;
    struct str second;

    of.text = str_trim(str_slice(inner, 1, inner.len - 1));
    out->text = devs_unquoted(of.text);
    if (out->text.len == of.text.len && !evaluate(&of, out))
        return false;
    if (out->node)
        out->node = deeper(e->devs, out->node);
    if (out->node && out->node->kind != CONF_SCALAR)
        return fail(e, "this is no text", "name a text that is JSON");
    return read_json(e, out->node ? out->node->text : out->text,
                     is_call(of.text, STR("file"), &file, &second) ? path_of(e, file) : "json()",
                     out);
}

static bool evaluate(const struct expression *e, struct value *out)
{
    struct str text = str_trim(e->text);
    struct str first;
    struct str second;

    *out = (struct value){.text = STR("")};
    if (is_call(text, STR("env"), &first, &second))
        return variable(e, first, second, out);
    if (is_call(text, STR("file"), &first, &second))
        return read_text(e, path_of(e, first), out);
    if (is_call(text, STR("config"), &first, &second))
        return setting(e, first, out);
    if (is_call(text, STR("json"), &first, &second))
        return parsed(e, text, out);
    if (is_call(text, STR("path"), &first, &second))
        return whole_path(e, first, out);
    return by_path(e, text, out);
}

/* ---- scalars ---- */

static const struct conf_node *scalar_of(struct devs *devs, const struct conf_node *like,
                                         struct str text, bool plain)
{
    struct conf_node *node = ARENA_NEW(devs->draft->arena, struct conf_node);

    *node = *like;
    node->text = arena_str(devs->draft->arena, text);
    node->plain = plain;
    return node;
}

/* It stands where the expression stood. */
static const struct conf_node *moved(struct devs *devs, const struct conf_node *value,
                                     const struct conf_node *to)
{
    struct conf_node *node = ARENA_NEW(devs->draft->arena, struct conf_node);

    *node = *value;
    node->key = to->key;
    node->key_line = to->key_line;
    node->key_column = to->key_column;
    node->line = to->line;
    node->column = to->column;
    node->source = to->source;
    node->parent = to->parent;
    node->index = to->index;
    node->next = to->next;
    return node;
}

static bool find_expression(struct str text, size_t *from, size_t *to)
{
    size_t end;

    if (!str_find(text, STR("${"), from) ||
        !str_find(str_slice(text, *from, text.len), STR("}"), &end))
        return false;
    *to = *from + end;
    return true;
}

static const struct conf_node *whole(struct devs *devs, const struct conf_node *node,
                                     struct str text)
{
    const struct expression e = {devs, node, text};
    struct value value;

    if (!evaluate(&e, &value))
        return scalar_of(devs, node, node->text, false);
    if (value.node)
        return moved(devs, deeper(devs, value.node), node);
    return scalar_of(devs, node, value.text, false);
}

static bool add_part(struct devs *devs, const struct conf_node *node, struct str text,
                     struct buf *out)
{
    const struct expression e = {devs, node, text};
    struct value value;

    if (!evaluate(&e, &value))
        return false;
    if (value.node) {
        value.node = deeper(devs, value.node);
        if (value.node->kind != CONF_SCALAR)
            return fail(&e, "this is no text", "let it stand alone");
        value.text = value.node->text;
    }
    if (out->len + value.text.len > DEVS_FILE_BYTES_MAX)
        return fail(&e, "the text becomes larger than 1 MiB", "write less");
    buf_add(out, value.text);
    return true;
}

static const struct conf_node *expand_scalar(struct devs *devs, const struct conf_node *node)
{
    OWN(buf_done) struct buf out = {0};
    struct str rest = node->text;
    size_t from;
    size_t to;

    if (!find_expression(rest, &from, &to))
        return scalar_of(devs, node, node->text, node->plain);
    if (from == 0 && to + 1 == rest.len)
        return whole(devs, node, str_slice(rest, 2, to));
    while (find_expression(rest, &from, &to)) {
        buf_add(&out, str_slice(rest, 0, from));
        if (!add_part(devs, node, str_slice(rest, from + 2, to), &out))
            return scalar_of(devs, node, node->text, false);
        rest = str_slice(rest, to + 1, rest.len);
    }
    buf_add(&out, rest);
    return scalar_of(devs, node, buf_str(&out), false);
}

/* A value that is long may be named often. */
static bool has_room(struct devs *devs, const struct conf_node *node)
{
    if (++devs->nodes == CONF_NODES_MAX)
        conf_error(devs->draft->report, conf_at(node), CODE_BAD_SEED,
                   "expressions and templates make more than %d values; write fewer",
                   CONF_NODES_MAX);
    return devs->nodes < CONF_NODES_MAX;
}

const struct conf_node *devs_expand(struct devs *devs, const struct conf_node *node)
{
    struct conf_node *copy;
    struct conf_node **end;

    if (!has_room(devs, node))
        return node;
    if (node->kind == CONF_SCALAR)
        return expand_scalar(devs, node);
    copy = ARENA_NEW(devs->draft->arena, struct conf_node);
    *copy = *node;
    copy->first = NULL;
    copy->count = 0;
    end = &copy->first;
    CONF_EACH (child, node) {
        struct conf_node *own;

        if (node->kind == CONF_MAP && conf_is_null(child)) /* as if it were not written */
            continue;
        own = ARENA_NEW(devs->draft->arena, struct conf_node);
        *own = *devs_expand(devs, child);
        own->parent = copy;
        own->index = copy->count++;
        own->next = NULL;
        *end = own;
        end = &own->next;
    }
    return copy;
}
