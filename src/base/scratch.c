/* Folders in the temporary one, held by a lock, and those removed that nobody holds. */
#include "base/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/mem.h"
#include "base/own.h"

enum { RANDOM_CHARS = 6, MARKER_MODE = 0600 };

const char *scratch_base(void)
{
    const char *folder = getenv("TMPDIR");

    return folder && *folder ? folder : "/tmp";
}

/* ---- made ---- */

/* The marker comes behind the lock: a folder that has it and is not locked is nobody's. */
static int take(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int marker = -1;

    if (fd >= 0 && flock(fd, LOCK_SH) == 0)
        marker = openat(fd, SCRATCH_MARKER, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MARKER_MODE);
    if (marker >= 0) {
        close(marker);
        return fd;
    }
    int saved = errno;

    if (fd >= 0)
        close(fd);
    errno = saved;
    return -1;
}

char *scratch_new(const char *prefix, int *out_fd)
{
    OWN(mem_free) char *path = mem_printf("%s/%sXXXXXX", scratch_base(), prefix);

    if (!mkdtemp(path))
        return NULL;
    *out_fd = take(path);
    if (*out_fd < 0) {
        rmdir(path);
        return NULL;
    }
    return GIVE(path);
}

int scratch_hold(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* ---- left behind ---- */

static bool lock(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

/* Both locks last until it is gone. */
static void remove_if_nobodys(int fd, const char *path, const char *marker)
{
    int marked = openat(fd, marker, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (marked < 0)
        return;
    if (lock(fd) && lock(marked))
        folder_remove(path);
    close(marked);
}

static void look_at(const char *path, const char *marker, const char *unless)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return;
    if (fstat(fd, &status) == 0 && status.st_uid == geteuid() &&
        !(unless && faccessat(fd, unless, F_OK, 0) == 0))
        remove_if_nobodys(fd, path, marker);
    close(fd);
}

static bool is_of(const char *name, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(name, prefix, len) == 0 && strlen(name) == len + RANDOM_CHARS;
}

void scratch_sweep(const char *prefix, const char *marker, const char *unless)
{
    DIR *base = opendir(scratch_base());

    if (!base)
        return;
    for (const struct dirent *entry = readdir(base); entry; entry = readdir(base)) {
        if (!is_of(entry->d_name, prefix))
            continue;
        OWN(mem_free) char *path = mem_printf("%s/%s", scratch_base(), entry->d_name);

        look_at(path, marker, unless);
    }
    closedir(base);
}
