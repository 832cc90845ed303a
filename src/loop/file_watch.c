/*
 * loop/file_watch.c - told when a file, or what lies in a folder, changes
 *
 * Editors and configuration managers replace a file by renaming another one over it, or swap a
 * symbolic link above it; a watch on the file itself would then look at the old one for ever. So
 * the folder is watched, and the file's identity decides.
 *
 * The kernel cannot be told whose events are wanted. Where strangers make too many, and where a
 * file system makes none, the file is looked at from time to time instead.
 */
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/units.h"
#include "loop/internal.h"

enum {
    GATHER_NS = 50000000,
    LOOK_NS = 500000000,
    NOISE_EVENTS = 200, /* in a second: too many to be ours */
    EVENT_BYTES = 4096,
    /* Not each write, but each end of writing. */
    EVENTS_WANTED = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                    IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR,
    EVENTS_LAST = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED,
};

#define REST_NS (10 * NS_PER_S) /* from events, after too many */

struct identity {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
};

struct loop_file_watch {
    struct loop *loop;
    struct loop_watch *events; /* NULL while it looks */
    int fd;                    /* of inotify; valid with `events` */
    struct loop_timer timer;   /* gathers the events of one change, or makes it look */
    char *path;
    char *folder;
    char *name;  /* entry of the folder; NULL when the folder itself is watched */
    bool named;  /* an event named our file since the last call */
    bool silent; /* the file system makes no events */
    unsigned heard;
    uint64_t heard_since_ns;
    uint64_t rest_until_ns;
    struct identity last;
    void (*fn)(void *arg, const char *path);
    void *arg;
};

static void on_look(struct loop_timer *timer);

/* Mounted from elsewhere: what others change there is not told here. Source: linux/magic.h and the
 * file systems' own. */
const char *file_system_without_events(long type)
{
    static const struct {
        uint32_t type;
        const char *name;
    } known[] = {
        {0x00006969, "nfs"   },
        {0x0000517b, "smb"   },
        {0xff534d42, "cifs"  },
        {0xfe534d42, "smb2"  },
        {0x65735546, "fuse"  },
        {0x01021997, "9p"    },
        {0x00c36400, "ceph"  },
        {0x5346414f, "afs"   },
        {0x73757245, "coda"  },
        {0x786f4256, "vboxsf"},
        {0xbacbacbc, "vmhgfs"},
        {0x7c7c6673, "prl_fs"},
        {0x0bd00bd0, "lustre"},
        {0x7461636f, "ocfs2" },
        {0x0000564c, "ncp"   },
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].type == (uint32_t)type)
            return known[i].name;
    return NULL;
}

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

static void look(struct loop_file_watch *watch)
{
    struct identity now = identity_of(watch->path);
    bool changed = !watch->name || watch->named || !identity_equal(&now, &watch->last);

    watch->named = false;
    watch->last = now;
    if (changed)
        watch->fn(watch->arg, watch->path);
}

static void on_gathered(struct loop_timer *timer)
{
    look(CONTAINER_OF(timer, struct loop_file_watch, timer));
}

static void stop_events(struct loop_file_watch *watch)
{
    if (!watch->events)
        return;
    loop_watch_stop(GIVE(watch->events));
    close(watch->fd);
}

static void look_from_now_on(struct loop_file_watch *watch)
{
    stop_events(watch);
    loop_timer_arm(watch->loop, &watch->timer, LOOK_NS, on_look);
}

/* Too many, or the last that can come. */
static bool is_enough(struct loop_file_watch *watch, uint32_t mask)
{
    uint64_t now_ns = loop_now_ns(watch->loop);

    if (now_ns - watch->heard_since_ns > NS_PER_S) {
        watch->heard_since_ns = now_ns;
        watch->heard = 0;
    }
    return ++watch->heard > NOISE_EVENTS || (mask & EVENTS_LAST);
}

static bool read_events(struct loop_file_watch *watch)
{
    _Alignas(struct inotify_event) char bytes[EVENT_BYTES];
    ssize_t len = read(watch->fd, bytes, sizeof(bytes));
    bool enough = false;

    for (ssize_t at = 0; at < len;) {
        const struct inotify_event *event = (const void *)(bytes + at);

        if (watch->name && event->len && strcmp(event->name, watch->name) == 0)
            watch->named = true;
        enough = is_enough(watch, event->mask) || enough;
        at += (ssize_t)(sizeof(*event) + event->len);
    }
    return enough;
}

static void on_events(void *arg, unsigned events)
{
    struct loop_file_watch *watch = arg;

    (void)events;
    if (read_events(watch)) {
        watch->rest_until_ns = loop_now_ns(watch->loop) + REST_NS;
        look_from_now_on(watch);
    } else if (!loop_timer_armed(&watch->timer)) {
        loop_timer_arm(watch->loop, &watch->timer, GATHER_NS, on_gathered);
    }
}

static int start_events(struct loop_file_watch *watch, struct error *err)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

    if (fd < 0 || inotify_add_watch(fd, watch->folder, EVENTS_WANTED) < 0) {
        error_errno(err, "watch '%s'", watch->path);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    watch->events = loop_watch_start(watch->loop, fd, LOOP_READABLE, on_events, watch, err);
    if (!watch->events) {
        close(fd);
        return -1;
    }
    watch->fd = fd;
    return 0;
}

static void on_look(struct loop_timer *timer)
{
    struct loop_file_watch *watch = CONTAINER_OF(timer, struct loop_file_watch, timer);
    struct error err;

    if (!watch->silent && loop_now_ns(watch->loop) >= watch->rest_until_ns)
        start_events(watch, &err);
    if (!watch->events)
        loop_timer_arm(watch->loop, timer, LOOK_NS, on_look);
    look(watch); /* last, for it may end the watch */
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Sets watch->folder, and watch->name for a file. */
static void find_folder(struct loop_file_watch *watch)
{
    struct str folder;
    struct str name;

    if (is_folder(watch->path)) {
        watch->folder = mem_dup(watch->path);
    } else if (str_cut_last(str_of(watch->path), '/', &folder, &name)) {
        watch->name = mem_dup_len(name.ptr, name.len);
        watch->folder = folder.len ? mem_dup_len(folder.ptr, folder.len) : mem_dup("/");
    } else {
        watch->name = mem_dup(watch->path);
        watch->folder = mem_dup(".");
    }
}

static void ask_file_system(struct loop_file_watch *watch)
{
    struct statfs fs;
    const char *name =
        statfs(watch->folder, &fs) == 0 ? file_system_without_events(fs.f_type) : NULL;

    watch->silent = name != NULL;
    if (name)
        log_info("files are looked at, for their file system tells of no changes",
                 "folder=%s file_system=%s every_ms=%d", watch->folder, name, LOOK_NS / 1000000);
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
    watch->last = identity_of(path);
    find_folder(watch);
    ask_file_system(watch);
    if (!watch->silent && start_events(watch, err) < 0 && !is_folder(watch->folder))
        loop_file_watch_stop(GIVE(watch));
    if (watch && !watch->events) /* also when the kernel has no more watches to give */
        look_from_now_on(watch);
    return watch;
}

void loop_file_watch_stop(struct loop_file_watch *watch)
{
    if (!watch)
        return;
    loop_timer_cancel(watch->loop, &watch->timer);
    stop_events(watch);
    mem_free(watch->path);
    mem_free(watch->folder);
    mem_free(watch->name);
    mem_free(watch);
}
