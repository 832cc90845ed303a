/* The folder of a stage. It is locked while its owner lives, so that those of killed ones are told
 * and removed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/stage/internal.h"

#define PREFIX "fcemu-stage-"

enum { OPEN_FOLDERS_MAX = 16 };

static const char *temporary(void)
{
    const char *folder = getenv("TMPDIR");

    return folder && *folder ? folder : "/tmp";
}

static int remove_one(const char *path, const struct stat *status, int what, struct FTW *walk)
{
    (void)status;
    (void)what;
    (void)walk;
    return remove(path);
}

void stage_folder_remove(const char *folder)
{
    nftw(folder, remove_one, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS);
}

/* Ours, and nobody holds it any more: a descriptor that holds it now, or -1. */
static int take_left_behind(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return -1;
    if (fstat(fd, &status) == 0 && status.st_uid == getuid() && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    close(fd);
    return -1;
}

static void remove_left_behind(struct arena *arena)
{
    DIR *folder = opendir(temporary());
    const struct dirent *entry;

    if (!folder)
        return;
    while ((entry = readdir(folder))) {
        const char *path;
        int fd;

        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0)
            continue;
        path = arena_printf(arena, "%s/%s", temporary(), entry->d_name);
        fd = take_left_behind(path);
        if (fd < 0)
            continue;
        /* Held until it is gone: who has just made it waits, and makes another. */
        stage_folder_remove(path);
        close(fd);
    }
    closedir(folder);
}

/* Another stage may take a folder that is not locked yet for one that was left behind. */
static int make_locked(struct stage *stage, struct error *err)
{
    char *path = arena_printf(stage->arena, "%s/" PREFIX "XXXXXX", temporary());
    struct stat here, there;

    if (!mkdtemp(path))
        return error_set(err, ERROR_IO, "make a folder in %s: %s", temporary(), strerror(errno));
    stage->folder_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (stage->folder_fd < 0 || flock(stage->folder_fd, LOCK_EX) < 0 ||
        fstat(stage->folder_fd, &here) < 0 || stat(path, &there) < 0 || here.st_ino != there.st_ino)
        return 1;
    stage->folder = path;
    return 0;
}

int stage_folder_new(struct stage *stage, struct error *err)
{
    int r;

    remove_left_behind(stage->arena);
    while ((r = make_locked(stage, err)) > 0)
        if (stage->folder_fd >= 0)
            close(stage->folder_fd);
    if (r < 0)
        return -1;
    if (mkdir(arena_printf(stage->arena, "%s/room", stage->folder), 0700) < 0)
        return error_set(err, ERROR_IO, "make %s/room: %s", stage->folder, strerror(errno));
    return 0;
}
