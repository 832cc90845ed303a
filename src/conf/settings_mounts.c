/*
 * conf/settings_mounts.c - which folder stands for a file system or a bucket:
 * {x.nas.aliyuncs.com: /srv/files, "oss://bucket": ./objects}
 */
#include <sys/stat.h>

#include "conf/settings.h"
#include "conf/settings_parts.h"

/* "oss://bucket[/path]", or "server[:/path]" without anything before. */
static bool check_source(struct conf_decoder *d, const struct conf_node *node, struct str source)
{
    struct conf_spot spot = str_is_set(node->key) ? conf_at_key(node) : conf_at(node);
    struct str bucket = str_starts(source, STR("oss://"))
                            ? str_slice(source, strlen("oss://"), source.len)
                            : STR_NONE;
    bool is_scheme = str_find(source, STR("://"), NULL);

    if (bucket.len && *bucket.ptr != '/')
        return true;
    if (!is_scheme && source.len && !str_find(source, STR(" "), NULL) && *source.ptr != '/')
        return true;
    conf_error(
        d->report, spot, "F208",
        "'%s' is neither the address of a file system, such as x.cn-shanghai.nas.aliyuncs.com "
        "or x.cn-shanghai.nas.aliyuncs.com:/path, nor a bucket, such as oss://bucket/path",
        conf_shown(d->report, source));
    return false;
}

static bool check_folder(struct conf_decoder *d, const struct conf_node *node, struct str path)
{
    struct stat info;

    if (stat(path.ptr, &info) == 0 && S_ISDIR(info.st_mode))
        return true;
    conf_error(d->report, conf_at(node), "F208", "'%s' is no folder", conf_value(d, node));
    return false;
}

static bool take_one(struct conf_decoder *d, const struct conf_node *node, struct str source,
                     const struct conf_node *folder, struct settings_mount *out)
{
    static const struct conf_field path = {.name = "folder", .type = FIELD_PATH};
    struct str text = STR_NONE;

    if (!check_source(d, node, source) || !conf_decode_field(d, &path, folder, &text) ||
        !check_folder(d, node, text))
        return false;
    *out = (struct settings_mount){.source = arena_str(d->arena, source), .folder = text.ptr};
    return true;
}

/* A flag or a variable: oss://bucket=./objects */
static bool take_text(struct conf_decoder *d, const struct conf_node *node,
                      struct settings_mount *out)
{
    struct str source;
    struct str path;

    if (!str_cut(node->text, '=', &source, &path)) {
        conf_error(d->report, conf_at(node), "F208",
                   "'%s' names no folder; write SOURCE=FOLDER, such as oss://bucket=./objects",
                   conf_value(d, node));
        return false;
    }
    return take_one(d, node, source, conf_scalar(d->arena, path, node->source->name), out);
}

bool settings_take_mounts(struct conf_decoder *d, const struct conf_field *field,
                          const struct conf_node *node, void *out)
{
    struct settings_mounts all = {0};
    bool of_file = node->kind == CONF_MAP;
    bool ok = true;

    (void)field;
    if (!of_file && node->source && node->kind != CONF_LIST)
        return conf_want(d, node, CONF_MAP);
    all.items = ARENA_ARRAY(d->arena, node->count + 1, struct settings_mount);
    CONF_EACH (child, node) {
        bool good = of_file ? take_one(d, child, child->key, child, &all.items[all.count])
                            : take_text(d, child, &all.items[all.count]);

        all.count += good;
        ok = ok && good;
    }
    if (ok)
        *(struct settings_mounts *)out = all;
    return ok;
}
