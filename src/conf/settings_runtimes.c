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

static bool check_name(struct conf_decoder *d, struct conf_spot spot, struct str name)
{
    const struct runtime_name *found = runtime_name_find(name);
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

static bool check_program(struct conf_decoder *d, const struct conf_node *node, const char *path)
{
    struct stat info;

    if (stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0)
        return true;
    conf_error(d->report, conf_at(node), "F208",
               "'%s' is no program; write the path of an interpreter, such as /usr/bin/python3",
               conf_value(d, node));
    return false;
}

const struct settings_paths_kind settings_runtimes = {
    .noun = "program",
    .form = "RUNTIME=PATH, such as python3.10=/opt/python/bin/python3",
    .check_name = check_name,
    .check_path = check_program,
};
