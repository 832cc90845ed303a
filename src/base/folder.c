/* Making folders, and flat ones removed. */
#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/own.h"

/* Some systems name another reason than EEXIST for a folder that is there. */
static int make_one(const char *path, unsigned mode)
{
    int saved;

    if (mkdir(path, mode) == 0)
        return 0;
    saved = errno;
    if (access(path, F_OK) == 0)
        return 0;
    errno = saved;
    return -1;
}

int folder_make(const char *path, unsigned mode)
{
    OWN(mem_free) char *part = mem_dup(path);

    for (char *p = part + 1; *part && *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (make_one(part, mode) < 0)
            return -1;
        *p = '/';
    }
    return make_one(part, mode);
}

void folder_remove_flat(const char *path)
{
    DIR *dir = opendir(path);

    if (!dir)
        return;
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    rmdir(path);
}

static bool is_itself_or_above(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

bool folder_is_free(const char *path)
{
    DIR *dir = opendir(path);
    bool empty = true;

    if (!dir)
        return errno == ENOENT;
    for (const struct dirent *entry = readdir(dir); entry && empty; entry = readdir(dir))
        empty = is_itself_or_above(entry->d_name);
    closedir(dir);
    return empty;
}

enum { OPEN_FOLDERS = 32, OWNER_MODE = 0700 };

/* A folder must be writable before its entries can go, so it is met first. */
static int open_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)walk;
    if ((kind == FTW_D || kind == FTW_DNR) && (info->st_mode & S_IRWXU) != S_IRWXU)
        chmod(path, OWNER_MODE);
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)walk;
    if (kind == FTW_DP || kind == FTW_DNR)
        rmdir(path);
    else
        unlink(path);
    return 0;
}

void folder_remove(const char *folder)
{
    nftw(folder, open_one, OPEN_FOLDERS, FTW_PHYS);
    nftw(folder, remove_one, OPEN_FOLDERS, FTW_PHYS | FTW_DEPTH);
}
