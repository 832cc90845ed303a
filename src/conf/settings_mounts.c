/*
 * conf/settings_mounts.c - which folder stands for a file system or a bucket:
 * {x.nas.aliyuncs.com: /srv/files, "oss://bucket": ./objects}
 */
#include <sys/stat.h>

#include "conf/settings.h"
#include "conf/settings_parts.h"

/* "oss://bucket[/path]", or "server[:/path]" without anything before. */
static bool check_source(struct conf_decoder *d, struct conf_spot spot, struct str source)
{
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

static bool check_folder(struct conf_decoder *d, const struct conf_node *node, const char *path)
{
    struct stat info;

    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return true;
    conf_error(d->report, conf_at(node), "F208", "'%s' is no folder", conf_value(d, node));
    return false;
}

const struct settings_paths_kind settings_mounts = {
    .noun = "folder",
    .form = "SOURCE=FOLDER, such as oss://bucket=./objects",
    .check_name = check_source,
    .check_path = check_folder,
};
