/*
 * Where a tree of processes listens: what the kernel shows of its sockets, and whose they are.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/own.h"
#include "supervise/internal.h"

enum { LINE_BYTES = 512, PATH_BYTES = 64, LISTENERS_MAX = 4096, LISTENING = 0x0A, DECIMAL = 10 };

struct listener {
    unsigned long inode;
    unsigned port;
};

struct listeners {
    struct listener items[LISTENERS_MAX];
    size_t count;
};

static void read_table(const char *path, struct listeners *out)
{
    char line[LINE_BYTES];
    FILE *file = fopen(path, "re");

    while (file && fgets(line, sizeof(line), file) && out->count < LISTENERS_MAX) {
        struct listener *next = &out->items[out->count];
        unsigned state;

        /* NOLINTNEXTLINE(cert-err34-c): what the kernel writes */
        if (sscanf(line, " %*u: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x %*s %*s %*s %*u %*u %lu",
                   &next->port, &state, &next->inode) == 3 &&
            state == LISTENING)
            out->count++;
    }
    if (file)
        fclose(file);
}

static unsigned port_of(const struct listeners *listeners, unsigned long inode)
{
    for (size_t i = 0; i < listeners->count; i++) {
        if (listeners->items[i].inode == inode)
            return listeners->items[i].port;
    }
    return 0;
}

struct ports {
    unsigned wanted, instead; /* instead 0: any */
};

/* Of a port that was found before and this one, the one that counts. */
static unsigned better(const struct ports *ports, unsigned found, unsigned port)
{
    if (!port || found == ports->wanted)
        return found;
    return port == ports->wanted || !ports->instead || port == ports->instead ? port : found;
}

static unsigned port_of_process(pid_t pid, const struct listeners *listeners,
                                const struct ports *ports)
{
    char path[PATH_BYTES];
    char target[PATH_BYTES];
    unsigned found = 0;
    DIR *folder;
    struct dirent *entry;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    folder = opendir(path);
    while (folder && found != ports->wanted && (entry = readdir(folder))) {
        ssize_t len = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
        unsigned long inode;

        target[len > 0 ? len : 0] = '\0';
        /* NOLINTNEXTLINE(cert-err34-c): what the kernel writes */
        if (sscanf(target, "socket:[%lu]", &inode) != 1)
            continue;
        found = better(ports, found, port_of(listeners, inode));
    }
    if (folder)
        closedir(folder);
    return found;
}

uint16_t tree_listens_at(pid_t root, uint16_t wanted, uint16_t instead)
{
    const struct ports ports = {wanted, instead};
    struct listeners *listeners = mem_alloc(sizeof(*listeners));
    struct pids all = {0};
    unsigned found = 0;

    read_table("/proc/net/tcp", listeners);
    read_table("/proc/net/tcp6", listeners);
    tree_list(root, &all);
    for (size_t i = 0; i < all.count && found != wanted; i++)
        found = better(&ports, found, port_of_process(all.items[i], listeners, &ports));
    pids_done(&all);
    mem_free(listeners);
    return (uint16_t)found;
}

/* ---- the other way round ---- */

static bool process_holds(pid_t pid, const char *wanted)
{
    char path[PATH_BYTES];
    char target[PATH_BYTES];
    bool found = false;
    DIR *folder;
    struct dirent *entry;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    folder = opendir(path);
    while (folder && !found && (entry = readdir(folder))) {
        ssize_t len = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);

        target[len > 0 ? len : 0] = '\0';
        found = strcmp(target, wanted) == 0;
    }
    if (folder)
        closedir(folder);
    return found;
}

bool tree_holds_socket(pid_t root, unsigned long inode)
{
    char wanted[PATH_BYTES];
    struct pids all = {0};
    bool found = false;

    snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
    tree_list(root, &all);
    for (size_t i = 0; i < all.count && !found; i++)
        found = process_holds(all.items[i], wanted);
    pids_done(&all);
    return found;
}
