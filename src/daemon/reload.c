/*
 * Rules are read again on SIGHUP and when one of their files changes: whole or not at all.
 */
#include <libgen.h>
#include <sys/stat.h>

#include "base/draw.h"
#include "base/mem.h"
#include "daemon/internal.h"
#include "grammar/builtin.h"

static const uint8_t stamp_key[16] = "fcemu file stamp";

/* A file as it lies on disk: who changes it changes this. */
struct stamp {
    uint64_t device, inode, size, seconds, nanoseconds;
};

static uint64_t add_stamp(uint64_t sum, const char *path)
{
    struct stat st;
    struct stamp stamp = {0};

    if (stat(path, &st) == 0)
        stamp = (struct stamp){st.st_dev, st.st_ino, (uint64_t)st.st_size,
                               (uint64_t)st.st_mtim.tv_sec, (uint64_t)st.st_mtim.tv_nsec};
    return sum * 31 + draw_siphash(stamp_key, path, strlen(path)) +
           draw_siphash(stamp_key, &stamp, sizeof(stamp));
}

static uint64_t add_stamps(uint64_t sum, const struct rule_files *files,
                           const struct fault_engine *engine)
{
    const struct fault_ruleset *set = fault_engine_ruleset(engine);

    for (size_t i = 0; i < files->count; i++)
        sum = add_stamp(sum, files->paths[i]);
    for (size_t i = 0; set && i < set->file_count; i++)
        sum = add_stamp(sum, set->files[i].file);
    return sum;
}

/* Of all files that make rules and canned answers: those that are named, and those that these
 * include. */
static uint64_t files_stamp(const struct daemon *d)
{
    return add_stamps(add_stamps(0, &d->fault_files, d->faults), &d->fixture_files, d->fixtures);
}

void daemon_reload(struct daemon *d)
{
    files_find(&d->fault_files);
    files_find(&d->fixture_files);
    d->stamp = files_stamp(d);
    admin_reload_faults(d->admin);
}

/* Folders are watched, so much happens in them that does not concern us. */
static void on_change(void *arg, const char *path)
{
    struct daemon *d = arg;

    files_find(&d->fault_files);
    files_find(&d->fixture_files);
    if (files_stamp(d) == d->stamp)
        return;
    log_info("rules changed", "folder=%s", path);
    daemon_reload(d);
}

static bool is_watched(char *const *folders, size_t count, const char *folder)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(folders[i], folder) == 0)
            return true;
    return false;
}

/* Takes @folder. */
static int watch_folder(struct daemon *d, char *folder, char **folders, struct error *err)
{
    struct loop_file_watch *watch;

    if (is_watched(folders, d->watch_count, folder)) {
        mem_free(folder);
        return 0;
    }
    watch = loop_file_watch_start(d->loop, folder, on_change, d, err);
    if (!watch) {
        error_wrap(err, "watch '%s'", folder);
        mem_free(folder);
        return -1;
    }
    folders[d->watch_count] = folder;
    d->watches[d->watch_count++] = watch;
    return 0;
}

static char *folder_of(const char *path)
{
    OWN(mem_free) char *copy = mem_dup(path);

    return mem_dup(dirname(copy));
}

/* The folders of what is named, so that new files of a glob are seen, and of what is included. */
static int watch_folders(struct daemon *d, const struct conf_texts *named,
                         const struct fault_ruleset *set, char **folders, struct error *err)
{
    int r = 0;

    for (size_t i = 0; i < named->count && r == 0; i++)
        if (!fault_builtin_named(named->items[i]))
            r = watch_folder(d, folder_of(named->items[i].ptr), folders, err);
    for (size_t i = 0; i < set->file_count && r == 0; i++)
        if (!fault_builtin_named(str_of(set->files[i].file)))
            r = watch_folder(d, folder_of(set->files[i].file), folders, err);
    return r;
}

int daemon_watch(struct daemon *d, struct error *err)
{
    const struct settings *s = d->settings;
    const struct fault_ruleset *rules = fault_engine_ruleset(d->faults);
    const struct fault_ruleset *canned = fault_engine_ruleset(d->fixtures);
    size_t room = s->faults.count + rules->file_count + s->fixtures.count + canned->file_count;
    char **folders;
    int r;

    if (!s->watch)
        return 0;
    d->stamp = files_stamp(d);
    d->watches = mem_alloc_array(room, sizeof(*d->watches));
    folders = mem_alloc_array(room, sizeof(*folders));
    r = watch_folders(d, &s->faults, rules, folders, err);
    if (r == 0)
        r = watch_folders(d, &s->fixtures, canned, folders, err);
    for (size_t i = 0; i < d->watch_count; i++)
        mem_free(folders[i]);
    mem_free(folders);
    return r;
}

void daemon_unwatch(struct daemon *d)
{
    for (size_t i = 0; i < d->watch_count; i++)
        loop_file_watch_stop(d->watches[i]);
    mem_free(d->watches);
    d->watches = NULL;
    d->watch_count = 0;
}
