/*
 * A tree of processes, as /proc tells it: who is below, how much they hold, and the end of all.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "supervise/internal.h"

enum { LINE_BYTES = 4096, PATH_BYTES = 64, PIDS_FIRST = 16, DECIMAL = 10 };

pid_t process_fork(unsigned long flags)
{
    return (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
}

void pids_done(struct pids *pids)
{
    mem_free(pids->items);
    *pids = (struct pids){0};
}

void pids_add(struct pids *pids, pid_t pid)
{
    if (pids->count == pids->cap) {
        pids->cap = pids->cap ? 2 * pids->cap : PIDS_FIRST;
        pids->items = mem_grow(pids->items, pids->cap, sizeof(*pids->items));
    }
    pids->items[pids->count++] = pid;
}

/* The numbers that are whole, each with a blank behind it; how many bytes of the line they take. */
static size_t add_whole_numbers(const char *line, struct pids *out)
{
    const char *at = line;

    for (;;) {
        char *end;
        long pid = strtol(at, &end, DECIMAL);

        if (end == at || *end != ' ' || pid <= 0)
            return (size_t)(at - line);
        pids_add(out, (pid_t)pid);
        at = end + 1;
    }
}

/* The children of one thread: more than a line holds are read in pieces. */
static void add_children_of_thread(const char *path, struct pids *out)
{
    char line[LINE_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;
    size_t len = 0;

    if (fd < 0)
        return;
    while ((got = read(fd, line + len, sizeof(line) - 1 - len)) > 0) {
        size_t taken;

        len += (size_t)got;
        line[len] = '\0';
        taken = add_whole_numbers(line, out);
        len -= taken;
        memmove(line, line + taken, len);
    }
    close(fd);
}

void tree_children(pid_t pid, struct pids *out)
{
    char path[PATH_BYTES];
    DIR *threads;
    struct dirent *thread;

    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    threads = opendir(path);
    if (!threads)
        return;
    while ((thread = readdir(threads))) {
        if (thread->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "/proc/%d/task/%.16s/children", (int)pid, thread->d_name);
        add_children_of_thread(path, out);
    }
    closedir(threads);
}

void tree_list(pid_t root, struct pids *out)
{
    size_t next = out->count;

    tree_children(root, out);
    for (; next < out->count; next++)
        tree_children(out->items[next], out);
}

int process_memory_open(pid_t pid)
{
    char path[PATH_BYTES];

    snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* "size resident …", in pages. */
uint64_t process_memory_read(int fd)
{
    char line[PATH_BYTES];
    ssize_t got = fd < 0 ? -1 : pread(fd, line, sizeof(line) - 1, 0);
    char *resident;

    if (got <= 0)
        return 0;
    line[got] = '\0';
    strtoul(line, &resident, DECIMAL);
    return (uint64_t)strtoul(resident, NULL, DECIMAL) * (uint64_t)sysconf(_SC_PAGESIZE);
}

uint64_t process_resident(pid_t pid)
{
    int fd = process_memory_open(pid);
    uint64_t bytes = process_memory_read(fd);

    if (fd >= 0)
        close(fd);
    return bytes;
}

static void signal_all(int signum)
{
    struct pids all = {0};

    tree_list(getpid(), &all);
    for (size_t i = 0; i < all.count; i++)
        kill(all.items[i], signum);
    pids_done(&all);
}

/* Stopped first, so that none can fork while the others are killed. What loses its parent becomes
 * our child: when there is no child, there is nothing. */
void tree_end(void)
{
    for (;;) {
        pid_t pid;

        signal_all(SIGSTOP);
        signal_all(SIGKILL);
        do
            pid = waitpid(-1, NULL, 0);
        while (pid < 0 && errno == EINTR);
        if (pid < 0)
            return;
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}
