/* The folder of a store: made when missing, checked before it is used, locked while it is. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/mem.h"
#include "base/scratch.h"
#include "store/internal.h"

#define PREFIX "fcemu."
#define LOCK_FILE "lock"

enum { FOLDER_MODE = 0700 };

static int refuse_unwritable(const char *path, struct error *err)
{
    int saved = errno;
    OWN(mem_free)
    char *remedy =
        saved == EACCES || saved == EPERM
            ? mem_printf("give the folder to that user (chown %u '%s') or choose another "
                         "with --data",
                         (unsigned)geteuid(), path)
        : saved == ENOSPC || saved == EDQUOT
            ? mem_dup("make room there or choose another with --data")
            : mem_dup("choose another with --data");

    error_set(err, ERROR_IO, "uid %u cannot write to data folder '%s': %s; %s", (unsigned)geteuid(),
              path, strerror(saved), remedy);
    err->sys_errno = saved;
    return -1;
}

static bool is_folder(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0 || S_ISDIR(st.st_mode))
        return true; /* what else is wrong comes up later */
    errno = ENOTDIR;
    return false;
}

/* The holder wrote its process id into the lock file; the file may be gone. */
static struct str read_holder(const char *path, char *room, size_t size)
{
    OWN(mem_free) char *name = mem_printf("%s/" LOCK_FILE, path);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, room, size);

    if (fd >= 0)
        close(fd);
    struct str text = len > 0 ? (struct str){room, (size_t)len} : STR("");

    str_cut(text, '\n', &text, &(struct str){0});
    return text.len ? text : STR("unknown");
}

static int refuse_locked(const char *path, struct error *err)
{
    char room[24];

    return error_set(err, ERROR_USAGE,
                     "data folder '%s' is in use by another fcemu (process " STR_FMT
                     "); stop it or choose another folder with --data",
                     path, STR_ARG(read_holder(path, room, sizeof(room))));
}

/* Of the folder itself: that goes with nothing that can be removed from it. A file system of
 * another machine may not know such locks; there the file's has to do. */
static int lock_folder_itself(const char *path, struct directory *out, struct error *err)
{
    out->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (out->fd < 0)
        return refuse_unwritable(path, err);
    if (flock(out->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
        return refuse_locked(path, err);
    return 0;
}

/* Says who has it, and keeps out versions that know no other lock. */
static int lock_file(const char *path, struct directory *out, struct error *err)
{
    OWN(mem_free) char *name = mem_printf("%s/" LOCK_FILE, path);
    char pid[24];
    int len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());

    out->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (out->lock_fd < 0)
        return refuse_unwritable(path, err);
    if (flock(out->lock_fd, LOCK_EX | LOCK_NB) < 0)
        return refuse_locked(path, err);
    if (ftruncate(out->lock_fd, 0) < 0 || pwrite(out->lock_fd, pid, (size_t)len, 0) != len)
        return refuse_unwritable(path, err);
    return 0;
}

static void unlock(struct directory *directory)
{
    if (directory->lock_fd >= 0)
        close(directory->lock_fd);
    if (directory->fd >= 0)
        close(directory->fd);
}

static int lock_folder(const char *path, struct directory *out, struct error *err)
{
    *out = (struct directory){.fd = -1, .lock_fd = -1};
    if (lock_folder_itself(path, out, err) == 0 && lock_file(path, out, err) == 0) {
        out->path = mem_dup(path);
        return 0;
    }
    unlock(out);
    *out = (struct directory){0};
    return -1;
}

static int open_kept(const char *path, struct directory *out, struct error *err)
{
    if (folder_make(path, FOLDER_MODE) < 0 || !is_folder(path))
        return refuse_unwritable(path, err);
    if (access(path, R_OK | W_OK | X_OK) < 0)
        return refuse_unwritable(path, err);
    return lock_folder(path, out, err);
}

static int open_temporary(struct directory *out, struct error *err)
{
    OWN(mem_free) char *path = mem_printf("%s/" PREFIX "XXXXXX", scratch_base());

    if (!mkdtemp(path))
        return error_errno(err, "make a temporary folder '%s'", path);
    if (lock_folder(path, out, err) < 0) {
        rmdir(path);
        return -1;
    }
    out->temporary = true;
    return 0;
}

/* What is in use is locked before it has the marker. */
void store_remove_left_behind(void)
{
    scratch_sweep(PREFIX, LOCK_FILE, NULL);
}

int directory_open(const char *data_dir, struct directory *out, struct error *err)
{
    return data_dir ? open_kept(data_dir, out, err) : open_temporary(out, err);
}

void directory_close(struct directory *directory)
{
    if (!directory->path)
        return;
    if (directory->temporary)
        folder_remove_flat(directory->path);
    unlock(directory);
    mem_free(directory->path);
    *directory = (struct directory){0};
}
