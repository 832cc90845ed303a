/*
 * File systems and buckets that a function mounts: folders of this machine in their place.
 *
 * A setting names the folder of some; the others have one of ours each, by their address.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/mem.h"
#include "invoke/internal.h"

enum { OPEN_MODE = 0777, PASSABLE_MODE = 0755 };

/* ---- which folder ---- */

/* "bucket" stands for "bucket/path", and not for "buckets". */
static bool is_below(struct str source, struct str of)
{
    return str_starts(source, of) && (source.len == of.len || source.ptr[of.len] == '/' ||
                                      source.ptr[of.len] == ':' || of.ptr[of.len - 1] == '/');
}

static const struct invoke_folder *find_folder(const struct invoke *invoke, struct str source)
{
    const struct invoke_settings *settings = &invoke->settings;
    const struct invoke_folder *best = NULL;

    for (size_t i = 0; i < settings->folder_count; i++) {
        const struct invoke_folder *folder = &settings->folders[i];

        if (is_below(source, str_of(folder->source)) &&
            (!best || strlen(folder->source) > strlen(best->source)))
            best = folder;
    }
    return best;
}

/* Its parts are names: none leads up. */
static void add_parts(struct buf *path, struct str rest)
{
    struct str part;

    while (str_is_set(rest) && rest.len) {
        str_cut(rest, '/', &part, &rest);
        if (part.len && !str_eq(part, STR(".")) && !str_eq(part, STR("..")) &&
            !str_eq(part, STR(":"))) {
            buf_add_char(path, '/');
            buf_add(path, str_ends(part, STR(":")) ? str_slice(part, 0, part.len - 1) : part);
        }
    }
}

static const char *own_base(const struct invoke *invoke, struct arena *arena)
{
    return invoke->settings.mounts ? invoke->settings.mounts
                                   : arena_printf(arena, "%s/mounts", invoke->folder);
}

/* Functions may be other users; folders above are not theirs to look at. */
static int make(const char *path, struct error *err)
{
    struct stat info;

    if (stat(path, &info) == 0)
        return 0;
    if (folder_make(path, PASSABLE_MODE) < 0 || chmod(path, OPEN_MODE) < 0)
        return error_errno(err, "make '%s', which a function mounts", path);
    return 0;
}

static const char *folder_for(struct instance *i, struct str source, struct error *err)
{
    const struct invoke_folder *folder = find_folder(i->invoke, source);
    OWN(buf_done) struct buf path = {0};
    const char *text;

    buf_puts(&path, folder ? folder->folder : own_base(i->invoke, i->arena));
    add_parts(&path, folder ? str_slice(source, strlen(folder->source), source.len) : source);
    text = arena_dup(i->arena, buf_str(&path));
    return make(text, err) < 0 ? NULL : text;
}

int mounts_make(struct instance *i, struct error *err)
{
    const char **folders = ARENA_ARRAY(i->arena, i->spec.mount_count + 1, const char *);

    for (size_t k = 0; k < i->spec.mount_count; k++) {
        folders[k] = folder_for(i, i->spec.mounts[k].source, err);
        if (!folders[k])
            return -1;
    }
    i->mount_folders = folders;
    return 0;
}

/* ---- where they are for the program ---- */

size_t mounts_add(const struct instance *i, struct supervise_mount *out)
{
    for (size_t k = 0; k < i->spec.mount_count; k++)
        out[k] = (struct supervise_mount){.from = i->mount_folders[k],
                                          .to = i->spec.mounts[k].to.ptr,
                                          .writable = !i->spec.mounts[k].read_only};
    return i->spec.mount_count;
}

void mounts_add_volumes(const struct instance *i, struct texts *argv)
{
    for (size_t k = 0; k < i->spec.mount_count; k++)
        texts_add(argv, "--volume=%s:" STR_FMT "%s", i->mount_folders[k],
                  STR_ARG(i->spec.mounts[k].to), i->spec.mounts[k].read_only ? ":ro" : "");
}

static int link_one(const char *root, const char *folder, const char *to, struct error *err)
{
    OWN(mem_free) char *path = mem_printf("%s%s", root, to);
    char *slash = strrchr(path, '/');

    *slash = '\0';
    if (folder_make(path, PASSABLE_MODE) < 0)
        return error_errno(err, "make '%s'", path);
    *slash = '/';
    return symlink(folder, path) < 0 ? error_errno(err, "link '%s'", path) : 0;
}

/* Without namespaces: a folder with links, as its code and layers have. */
int mounts_link(struct instance *i, struct error *err)
{
    struct invoke *invoke = i->invoke;

    if (!i->spec.mount_count || invoke->namespaces || i->links)
        return 0;
    i->links = mem_printf("%s/mounts-%llu", invoke->folder, (unsigned long long)invoke->next_tmp++);
    if (mkdir(i->links, PASSABLE_MODE) < 0)
        return error_errno(err, "make '%s'", i->links);
    for (size_t k = 0; k < i->spec.mount_count; k++) {
        if (link_one(i->links, i->mount_folders[k], i->spec.mounts[k].to.ptr, err) < 0)
            return -1;
    }
    return 0;
}
