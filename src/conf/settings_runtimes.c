/*
 * conf/settings_runtimes.c - which program runs a runtime: {python3.10: /opt/python/bin/python3}
 */
#include <sys/stat.h>
#include <unistd.h>

#include "base/distance.h"
#include "catalog/runtime.h"
#include "conf/settings.h"
#include "conf/settings_parts.h"

static bool has_interpreter(enum runtime_language language)
{
    return language == LANGUAGE_PYTHON || language == LANGUAGE_NODEJS || language == LANGUAGE_PHP ||
           language == LANGUAGE_JAVA || language == LANGUAGE_CONTAINER;
}

static bool check_name(struct conf_decoder *d, const struct conf_node *node, struct str name)
{
    const struct runtime_name *found = runtime_name_find(name);
    struct conf_spot spot = str_is_set(node->key) ? conf_at_key(node) : conf_at(node);
    struct nearest nearest = {.wanted = name};
    const struct runtime_name *table;
    size_t count;

    if (found && has_interpreter(found->language))
        return true;
    table = runtime_name_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (has_interpreter(table[i].language))
            nearest_offer(&nearest, str_of(table[i].name));
    }
    if (found)
        conf_error(d->report, spot, "F208",
                   "'%s' has no program that could be named here; Python, Node.js, PHP, Java and "
                   "custom-container have one",
                   conf_shown(d->report, name));
    else
        conf_error(d->report, spot, "F208", "'%s' is no runtime%s", conf_shown(d->report, name),
                   conf_did_you_mean(d, nearest.best));
    return false;
}

static bool check_program(struct conf_decoder *d, const struct conf_node *node, struct str path)
{
    struct stat info;

    if (stat(path.ptr, &info) == 0 && S_ISREG(info.st_mode) && access(path.ptr, X_OK) == 0)
        return true;
    conf_error(d->report, conf_at(node), "F208",
               "'%s' is no program; write the path of an interpreter, such as /usr/bin/python3",
               conf_value(d, node));
    return false;
}

static bool take_one(struct conf_decoder *d, const struct conf_node *node, struct str name,
                     const struct conf_node *program, struct settings_runtime *out)
{
    static const struct conf_field path = {.name = "program", .type = FIELD_PATH};
    struct str text = STR_NONE;

    if (!check_name(d, node, name) || !conf_decode_field(d, &path, program, &text) ||
        !check_program(d, node, text))
        return false;
    *out = (struct settings_runtime){.name = arena_dup(d->arena, name), .program = text.ptr};
    return true;
}

/* A flag or a variable: python3.10=/opt/python/bin/python3 */
static bool take_text(struct conf_decoder *d, const struct conf_node *node,
                      struct settings_runtime *out)
{
    struct str name;
    struct str path;

    if (!str_cut(node->text, '=', &name, &path)) {
        conf_error(d->report, conf_at(node), "F208",
                   "'%s' names no program; write RUNTIME=PATH, such as "
                   "python3.10=/opt/python/bin/python3",
                   conf_value(d, node));
        return false;
    }
    return take_one(d, node, name, conf_scalar(d->arena, path, node->source->name), out);
}

bool settings_take_runtimes(struct conf_decoder *d, const struct conf_field *field,
                            const struct conf_node *node, void *out)
{
    struct settings_runtimes all = {0};
    bool of_file = node->kind == CONF_MAP;
    bool ok = true;

    (void)field;
    if (!of_file && node->source && node->kind != CONF_LIST)
        return conf_want(d, node, CONF_MAP);
    all.items = ARENA_ARRAY(d->arena, node->count + 1, struct settings_runtime);
    CONF_EACH (child, node) {
        bool good = of_file ? take_one(d, child, child->key, child, &all.items[all.count])
                            : take_text(d, child, &all.items[all.count]);

        all.count += good;
        ok = ok && good;
    }
    if (ok)
        *(struct settings_runtimes *)out = all;
    return ok;
}
