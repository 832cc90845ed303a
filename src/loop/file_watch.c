/*
 * loop/file_watch.c - told when a file, or what lies in a folder, changes
 *
 * Editors and configuration managers replace a file by renaming another one over it, or swap a
 * symbolic link above it; a watch on the file itself would then look at the old one for ever. So
 * the folder is watched, and the file's identity decides.
 */
#include <sys/stat.h>

#include "base/mem.h"
#include "base/str.h"
#include "loop/internal.h"

enum { GATHER_NS = 50000000 };

struct identity {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
};

struct loop_file_watch {
    uv_fs_event_t event; /* first */
    struct loop *loop;
    struct loop_timer timer; /* gathers the events of one change */
    char *path;
    char *name; /* entry of the folder; NULL when the folder itself is watched */
    bool named; /* an event named our file since the last call */
    struct identity last;
    void (*fn)(void *arg, const char *path);
    void *arg;
};

static struct identity identity_of(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return (struct identity){0};
    return (struct identity){st.st_dev, st.st_ino, st.st_size, st.st_mtim};
}

static bool identity_equal(const struct identity *a, const struct identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static void on_gathered(struct loop_timer *timer)
{
    struct loop_file_watch *watch = CONTAINER_OF(timer, struct loop_file_watch, timer);
    struct identity now = identity_of(watch->path);
    bool changed = !watch->name || watch->named || !identity_equal(&now, &watch->last);

    watch->named = false;
    watch->last = now;
    if (changed)
        watch->fn(watch->arg, watch->path);
}

static void on_event(uv_fs_event_t *event, const char *name, int events, int status)
{
    struct loop_file_watch *watch = CONTAINER_OF(event, struct loop_file_watch, event);

    (void)events;
    (void)status;
    if (watch->name && name && strcmp(name, watch->name) == 0)
        watch->named = true;
    if (!loop_timer_armed(&watch->timer))
        loop_timer_arm(watch->loop, &watch->timer, GATHER_NS, on_gathered);
}

static void watch_free(struct loop_file_watch *watch)
{
    mem_free(watch->path);
    mem_free(watch->name);
    mem_free(watch);
}

static void free_closed(uv_handle_t *handle)
{
    watch_free(CONTAINER_OF((uv_fs_event_t *)handle, struct loop_file_watch, event));
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The folder to watch; sets watch->name for a file. Heap text. */
static char *folder_of(struct loop_file_watch *watch)
{
    struct str folder;
    struct str name;

    if (is_folder(watch->path))
        return mem_dup(watch->path);
    if (!str_cut_last(str_of(watch->path), '/', &folder, &name)) {
        watch->name = mem_dup(watch->path);
        return mem_dup(".");
    }
    watch->name = mem_dup_len(name.ptr, name.len);
    return folder.len ? mem_dup_len(folder.ptr, folder.len) : mem_dup("/");
}

struct loop_file_watch *loop_file_watch_start(struct loop *loop, const char *path,
                                              void (*fn)(void *arg, const char *path), void *arg,
                                              struct error *err)
{
    struct loop_file_watch *watch = mem_alloc(sizeof(*watch));

    watch->loop = loop;
    watch->path = mem_dup(path);
    watch->fn = fn;
    watch->arg = arg;
    OWN(mem_free) char *folder = folder_of(watch);
    int status = uv_fs_event_init(&loop->uv, &watch->event);

    if (status < 0) {
        watch_free(watch);
        error_set(err, ERROR_IO, "watch '%s': %s", path, uv_strerror(status));
        return NULL;
    }
    watch->last = identity_of(path);
    status = uv_fs_event_start(&watch->event, on_event, folder, 0);
    if (status < 0) {
        error_set(err, ERROR_IO, "watch '%s': %s", path, uv_strerror(status));
        loop_file_watch_stop(watch);
        return NULL;
    }
    return watch;
}

void loop_file_watch_stop(struct loop_file_watch *watch)
{
    if (!watch)
        return;
    loop_timer_cancel(watch->loop, &watch->timer);
    uv_close((uv_handle_t *)&watch->event, free_closed);
}
