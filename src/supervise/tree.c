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

/* The children of one thread: numbers, each with a blank behind it. */
static void add_children_of_thread(const char *path, struct pids *out)
{
    char line[LINE_BYTES];
    char *at = line;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = 0;
    size_t len = 0;

    if (fd < 0)
        return;
    while (len < sizeof(line) - 1 && (got = read(fd, line + len, sizeof(line) - 1 - len)) > 0)
        len += (size_t)got;
    close(fd);
    line[len] = '\0';
    for (;;) {
        char *end;
        long pid = strtol(at, &end, DECIMAL);

        if (end == at || pid <= 0)
            break;
        pids_add(out, (pid_t)pid);
        at = end;
    }
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

uint64_t process_resident(pid_t pid)
{
    char path[PATH_BYTES];
    char line[PATH_BYTES];
    unsigned long pages;
    ssize_t got;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    got = read(fd, line, sizeof(line) - 1);
    close(fd);
    if (got <= 0)
        return 0;
    line[got] = '\0';
    /* NOLINTNEXTLINE(cert-err34-c): what the kernel writes */
    if (sscanf(line, "%*u %lu", &pages) != 1)
        return 0;
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
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
