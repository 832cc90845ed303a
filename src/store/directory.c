/* The folder of a store: made when missing, checked before it is used, locked while it is. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/mem.h"
#include "store/internal.h"

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

/* The holder wrote its process id into the lock file. */
static int refuse_locked(int fd, const char *path, struct error *err)
{
    char holder[24] = "";
    ssize_t n = pread(fd, holder, sizeof(holder) - 1, 0);

    if (n > 0)
        holder[n] = '\0';
    struct str pid = str_trim(str_of(holder));

    while (pid.len && pid.ptr[pid.len - 1] == '\n')
        pid.len--;
    return error_set(err, ERROR_USAGE,
                     "data folder '%s' is in use by another fcemu (process " STR_FMT
                     "); stop it or choose another folder with --data",
                     path, STR_ARG(pid));
}

static int lock_folder(const char *path, int *out_fd, struct error *err)
{
    OWN(mem_free) char *name = mem_printf("%s/lock", path);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return refuse_unwritable(path, err);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        refuse_locked(fd, path, err);
        close(fd);
        return -1;
    }
    char pid[24];
    int len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());

    if (ftruncate(fd, 0) < 0 || pwrite(fd, pid, (size_t)len, 0) != len) {
        close(fd);
        return refuse_unwritable(path, err);
    }
    *out_fd = fd;
    return 0;
}

static int open_kept(const char *path, struct directory *out, struct error *err)
{
    int fd = -1;

    if (folder_make(path, FOLDER_MODE) < 0 || !is_folder(path))
        return refuse_unwritable(path, err);
    if (access(path, R_OK | W_OK | X_OK) < 0)
        return refuse_unwritable(path, err);
    if (lock_folder(path, &fd, err) < 0)
        return -1;
    *out = (struct directory){.path = mem_dup(path), .lock_fd = fd};
    return 0;
}

static int open_temporary(struct directory *out, struct error *err)
{
    const char *base = getenv("TMPDIR");
    char *path = mem_printf("%s/fcemu.XXXXXX", base && *base ? base : "/tmp");
    int fd = -1;

    if (!mkdtemp(path)) {
        error_errno(err, "make a temporary folder '%s'", path);
        mem_free(path);
        return -1;
    }
    if (lock_folder(path, &fd, err) < 0) {
        rmdir(path);
        mem_free(path);
        return -1;
    }
    *out = (struct directory){.path = path, .lock_fd = fd, .temporary = true};
    return 0;
}

int directory_open(const char *data_dir, struct directory *out, struct error *err)
{
    return data_dir ? open_kept(data_dir, out, err) : open_temporary(out, err);
}

/* Flat: nothing below this folder is a folder. */
static void remove_folder(const char *path)
{
    DIR *dir = opendir(path);

    if (!dir)
        return;
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    rmdir(path);
}

void directory_close(struct directory *directory)
{
    if (!directory->path)
        return;
    if (directory->temporary)
        remove_folder(directory->path);
    close(directory->lock_fd);
    mem_free(directory->path);
    *directory = (struct directory){0};
}
