/*
 * The root that a program sees in namespaces of its own: the system's folders, read-only, an empty
 * /tmp, its own /proc and /dev, and what its spec mounts. Nothing else of the machine is there.
 *
 * Runs as the first process of the namespaces, with every capability inside them.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/own.h"
#include "supervise/internal.h"

/* In case the C library's headers are older than the calls. */
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

enum { FOLDER_MODE = 0755, TMP_MODE = 01777, TEXT_BYTES = 64 };

/* What a program needs of the machine. A symbolic link stays one. */
static const char *const system_folders[] = {
    "bin", "etc", "gnu", "lib", "lib32", "lib64", "libx32", "nix", "sbin", "usr",
};

static const char *const devices[] = {"full", "null", "random", "tty", "urandom", "zero"};

static const struct {
    const char *from, *to;
} device_links[] = {
    {"/proc/self/fd",   "dev/fd"    },
    {"/proc/self/fd/0", "dev/stdin" },
    {"/proc/self/fd/1", "dev/stdout"},
    {"/proc/self/fd/2", "dev/stderr"},
};

static const char *inside(const char *path)
{
    while (*path == '/')
        path++;
    return path;
}

/* Folders above it are made; then it is itself a folder or an empty file, like what is to cover it.
 */
static int make_place(const char *to, bool folder)
{
    char path[PATH_MAX];
    char *slash;
    int fd;

    snprintf(path, sizeof(path), "%s", to);
    if (folder)
        return folder_make(path, FOLDER_MODE);
    slash = strrchr(path, '/');
    if (slash) {
        *slash = '\0';
        if (folder_make(path, FOLDER_MODE) < 0)
            return -1;
    }
    fd = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, FOLDER_MODE);
    if (fd < 0)
        return -1;
    close(fd);
    return 0;
}

/* A copy of the mounts at @from, put at @to of the new root. */
static int bind_mount(const char *from, const char *to, bool writable, unsigned flags)
{
    struct mount_attr attr = {.attr_set = (writable ? 0 : MOUNT_ATTR_RDONLY) | flags};
    struct stat info;
    int tree;
    int r = -1;

    if (stat(from, &info) < 0 || make_place(to, S_ISDIR(info.st_mode)) < 0)
        return -1;
    tree = (int)syscall(SYS_open_tree, AT_FDCWD, from,
                        OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (tree < 0)
        return -1;
    if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)) ==
            0 &&
        syscall(SYS_move_mount, tree, "", AT_FDCWD, to, MOVE_MOUNT_F_EMPTY_PATH) == 0)
        r = 0;
    close(tree);
    return r;
}

static int bind_system_folder(const char *name)
{
    char from[TEXT_BYTES];
    char link[PATH_MAX];
    struct stat info;
    ssize_t len;

    snprintf(from, sizeof(from), "/%s", name);
    if (lstat(from, &info) < 0)
        return 0;
    if (!S_ISLNK(info.st_mode))
        return bind_mount(from, name, false, MOUNT_ATTR_NOSUID);
    len = readlink(from, link, sizeof(link) - 1);
    if (len < 0)
        return -1;
    link[len] = '\0';
    return symlink(link, name);
}

static int bind_system(void)
{
    for (size_t i = 0; i < N_ELEMENTS(system_folders); i++) {
        if (bind_system_folder(system_folders[i]) < 0)
            return -1;
    }
    return 0;
}

/* Names are resolved by a file that may lie elsewhere. */
static int bind_resolver(void)
{
    char *real = realpath("/etc/resolv.conf", NULL);
    int r = 0;

    if (real && strncmp(real, "/etc/", strlen("/etc/")) != 0)
        r = bind_mount(real, inside(real), false, MOUNT_ATTR_NOSUID);
    free(real);
    return r;
}

static int mount_memory(const char *to, uint64_t bytes, unsigned mode)
{
    char options[TEXT_BYTES];

    if (folder_make(to, FOLDER_MODE) < 0)
        return -1;
    snprintf(options, sizeof(options), "mode=%o,size=%llu", mode, (unsigned long long)bytes);
    return mount("tmpfs", to, "tmpfs", MS_NOSUID | MS_NODEV, options);
}

static int make_devices(uint64_t shared_bytes)
{
    char from[TEXT_BYTES];

    if (mount("tmpfs", "dev", "tmpfs", MS_NOSUID, "mode=755,size=64k") < 0)
        return -1;
    for (size_t i = 0; i < N_ELEMENTS(devices); i++) {
        snprintf(from, sizeof(from), "/dev/%s", devices[i]);
        if (access(from, F_OK) == 0 && bind_mount(from, inside(from), true, MOUNT_ATTR_NOSUID) < 0)
            return -1;
    }
    for (size_t i = 0; i < N_ELEMENTS(device_links); i++) {
        if (symlink(device_links[i].from, device_links[i].to) < 0)
            return -1;
    }
    return mount_memory("dev/shm", shared_bytes, TMP_MODE);
}

static int mount_of_spec(const struct supervise_mount *mount)
{
    const char *to = inside(mount->to);

    if (!mount->from)
        return folder_make(to, FOLDER_MODE);
    return bind_mount(mount->from, to, mount->writable, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

/* Where the store is while there is one. */
#define STORE ".store"

static int mount_spec(const struct spawn *spawn)
{
    if (*spawn->store &&
        bind_mount(spawn->store, STORE, false, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV) < 0)
        return -1;
    for (uint32_t i = 0; i < spawn->head.mountc; i++) {
        if (mount_of_spec(&spawn->mounts[i]) < 0)
            return -1;
    }
    return 0;
}

static int loopback_up(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int r = fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &request);

    if (fd >= 0)
        close(fd);
    return r;
}

static int seal_root(void)
{
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};

    return (int)syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &attr, sizeof(attr));
}

static int fill(const struct spawn *spawn, const char **step)
{
    *step = "bind the system's folders";
    if (bind_system() < 0 || bind_resolver() < 0)
        return -1;
    *step = "mount /tmp";
    if (mount_memory("tmp", spawn->head.tmp_bytes, TMP_MODE) < 0)
        return -1;
    *step = "mount /proc";
    if (mkdir("proc", FOLDER_MODE) < 0 ||
        mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        return -1;
    *step = "make /dev";
    if (mkdir("dev", FOLDER_MODE) < 0 || make_devices(spawn->head.tmp_bytes) < 0)
        return -1;
    *step = "mount the program's folders";
    return mount_spec(spawn);
}

int room_enter(const struct spawn *spawn, const char *room, const char **step)
{
    *step = "part the mounts";
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return -1;
    *step = "mount a root";
    if (mount("tmpfs", room, "tmpfs", MS_NOSUID, "mode=755,size=4m") < 0 || chdir(room) < 0)
        return -1;
    if (fill(spawn, step) < 0)
        return -1;
    *step = "change the root";
    if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0 ||
        seal_root() < 0)
        return -1;
    *step = "start the loopback network";
    return spawn->head.own_network ? loopback_up() : 0;
}

/* "/a/b/c" of the store "/a/b" is "/.store/c". */
static int settle_one(const char *store, const char *from, const char *to)
{
    char path[PATH_MAX];
    size_t len = strlen(store);

    if (strncmp(from, store, len) != 0 || from[len] != '/') {
        errno = EINVAL;
        return -1;
    }
    snprintf(path, sizeof(path), "/" STORE "%s", from + len);
    return bind_mount(path, to, false, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

int room_settle(const struct spawn *spawn, const char *text, size_t len)
{
    const char *end = text + len;

    while (text < end) {
        const char *to = text + strlen(text) + 1;

        if (to >= end || settle_one(spawn->store, text, to) < 0)
            return -1;
        text = to + strlen(to) + 1;
    }
    return umount2("/" STORE, MNT_DETACH);
}
