/*
 * loop/tree_watch.c - told when anything below a folder changes, once per burst
 *
 * One descriptor has a watch on each folder. New folders are found when the burst is over, by going
 * through all of them again: what happened in them before that belongs to the same burst. A burst
 * ends with a fifth of a second of quiet, or after three seconds. While the folder itself is gone,
 * as between two builds, the nearest one above it is watched for its return.
 */
#include <dirent.h>
#include <libgen.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/internal.h"

enum {
    QUIET_NS = 200000000,
    FOLDERS_MAX = 4096,
    DEPTH_MAX = 32,
    EVENT_BYTES = 16384,
    EVENTS_WANTED = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                    IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR,
    RETURN_WANTED = IN_CREATE | IN_MOVED_TO | IN_ONLYDIR,
};

#define LONGEST_NS 3000000000ull

struct loop_tree_watch {
    struct loop *loop;
    struct loop_watch *events;
    int fd;
    struct loop_timer timer;
    uint64_t burst_since_ns; /* 0: there is none */
    char *path;
    const struct loop_tree_events *told;
    void *arg;
    size_t folders; /* of the round; 0: it is gone */
    int above;      /* the watch on a folder above it; -1: there is none */
};

/* ---- which folders ---- */

static void add_folder(struct loop_tree_watch *watch, const char *path, const char *inside,
                       int depth);

static bool is_visible(const char *name)
{
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static void add_entry(struct loop_tree_watch *watch, const char *path, const char *inside,
                      const char *name, int depth)
{
    OWN(mem_free) char *whole = mem_printf("%s/%s", path, name);
    OWN(mem_free) char *below = mem_printf("%s%s%s", inside, *inside ? "/" : "", name);
    struct stat st;

    if (stat(whole, &st) < 0 || !S_ISDIR(st.st_mode) || watch->told->skips(watch->arg, below))
        return;
    add_folder(watch, whole, below, depth + 1);
}

static void add_folder(struct loop_tree_watch *watch, const char *path, const char *inside,
                       int depth)
{
    DIR *dir;
    const struct dirent *entry;

    if (depth > DEPTH_MAX || watch->folders >= FOLDERS_MAX ||
        inotify_add_watch(watch->fd, path, EVENTS_WANTED) < 0)
        return;
    watch->folders++;
    dir = opendir(path);
    while (dir && (entry = readdir(dir))) {
        if (is_visible(entry->d_name))
            add_entry(watch, path, inside, entry->d_name, depth);
    }
    if (dir)
        closedir(dir);
}

static void watch_above(struct loop_tree_watch *watch, int above)
{
    if (watch->above >= 0 && watch->above != above)
        inotify_rm_watch(watch->fd, watch->above);
    watch->above = above;
}

static void await_return(struct loop_tree_watch *watch)
{
    OWN(mem_free) char *path = mem_dup(watch->path);
    const char *above = path;
    int id = -1;

    while (id < 0 && strcmp(above, ".") != 0 && strcmp(above, "/") != 0) {
        above = dirname(path);
        id = inotify_add_watch(watch->fd, above, RETURN_WANTED);
        if (above != path) /* a text of its own: "." */
            break;
    }
    watch_above(watch, id);
    add_folder(watch, watch->path, "", 0); /* it may have come before that */
}

/* A folder that is watched already keeps its watch. */
static void add_all(struct loop_tree_watch *watch)
{
    watch->folders = 0;
    add_folder(watch, watch->path, "", 0);
    if (!watch->folders)
        await_return(watch);
    if (watch->folders)
        watch_above(watch, -1);
    if (watch->folders >= FOLDERS_MAX)
        log_warn("not all folders are watched", "folder=%s most=%d", watch->path, FOLDERS_MAX);
}

/* ---- events ---- */

static void on_quiet(struct loop_timer *timer)
{
    struct loop_tree_watch *watch = CONTAINER_OF(timer, struct loop_tree_watch, timer);

    bool was_gone = !watch->folders;

    watch->burst_since_ns = 0;
    add_all(watch);
    if (watch->folders || !was_gone)
        watch->told->changed(watch->arg); /* last, for it may end the watch */
}

/* That a watch has ended is no news: what ended it is. */
static bool tells(const char *bytes, size_t len)
{
    struct inotify_event event;

    for (size_t at = 0; at + sizeof(event) <= len; at += sizeof(event) + event.len) {
        memcpy(&event, bytes + at, sizeof(event));
        if (!(event.mask & IN_IGNORED))
            return true;
    }
    return false;
}

static void on_events(void *arg, unsigned events)
{
    struct loop_tree_watch *watch = arg;
    _Alignas(struct inotify_event) char bytes[EVENT_BYTES];
    uint64_t now_ns = loop_now_ns(watch->loop);
    uint64_t wait_ns = QUIET_NS;

    ssize_t got = read(watch->fd, bytes, sizeof(bytes));

    (void)events;
    if (got <= 0 || !tells(bytes, (size_t)got))
        return;
    if (!watch->burst_since_ns)
        watch->burst_since_ns = now_ns;
    if (now_ns + wait_ns > watch->burst_since_ns + LONGEST_NS)
        wait_ns = now_ns > watch->burst_since_ns + LONGEST_NS
                      ? 0
                      : watch->burst_since_ns + LONGEST_NS - now_ns;
    loop_timer_cancel(watch->loop, &watch->timer);
    loop_timer_arm(watch->loop, &watch->timer, wait_ns, on_quiet);
}

/* ---- made ---- */

static void tell_silence(const char *path)
{
    struct statfs fs;
    const char *name = statfs(path, &fs) == 0 ? file_system_without_events(fs.f_type) : NULL;

    if (name)
        log_warn("changes are not seen, for the file system tells of none",
                 "folder=%s file_system=%s", path, name);
}

struct loop_tree_watch *loop_tree_watch_start(struct loop *loop, const char *path,
                                              const struct loop_tree_events *told, void *arg,
                                              struct error *err)
{
    struct loop_tree_watch *watch = mem_alloc(sizeof(*watch));

    watch->loop = loop;
    watch->path = mem_dup(path);
    watch->told = told;
    watch->arg = arg;
    watch->above = -1;
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->fd >= 0)
        watch->events = loop_watch_start(loop, watch->fd, LOOP_READABLE, on_events, watch, err);
    else
        error_errno(err, "watch '%s'", path);
    if (!watch->events) {
        loop_tree_watch_stop(watch);
        return NULL;
    }
    tell_silence(path);
    add_all(watch);
    return watch;
}

void loop_tree_watch_stop(struct loop_tree_watch *watch)
{
    if (!watch)
        return;
    loop_timer_cancel(watch->loop, &watch->timer);
    loop_watch_stop(watch->events);
    if (watch->fd >= 0)
        close(watch->fd);
    mem_free(watch->path);
    mem_free(watch);
}
