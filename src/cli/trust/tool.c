/* Programs of this machine: where they are, and what they say. */
#include "cli/trust/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/units.h"

enum { CHUNK_BYTES = 4096, ANSWER_BYTES_MAX = 64 << 10 };

static const char *find_in(struct str folders, const char *program, struct arena *arena)
{
    while (str_is_set(folders)) {
        struct str folder;
        struct stat info;

        str_cut(folders, ':', &folder, &folders);
        const char *path =
            arena_printf(arena, STR_FMT "%s%s", STR_ARG(folder), folder.len ? "/" : "", program);

        if (access(path, X_OK) == 0 && stat(path, &info) == 0 && S_ISREG(info.st_mode))
            return path;
    }
    return NULL;
}

const char *tool_find(const char *program, struct arena *arena)
{
    return find_in(str_of(getenv("PATH")), program, arena);
}

const char *tool_find_system(const char *program, struct arena *arena)
{
    const char *found = tool_find(program, arena);

    return found ? found : find_in(STR("/usr/sbin:/sbin"), program, arena);
}

/* Until it says no more or the time is over; false then. */
static bool read_answer(int fd, unsigned limit_ms, struct buf *out)
{
    uint64_t end_ns = clock_monotonic_ns() + (uint64_t)limit_ms * NS_PER_MS;

    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        uint64_t now_ns = clock_monotonic_ns();
        char chunk[CHUNK_BYTES];

        if (now_ns >= end_ns || poll(&wait, 1, (int)((end_ns - now_ns) / NS_PER_MS) + 1) != 1)
            return false;
        ssize_t got = read(fd, chunk, sizeof(chunk));

        if (got <= 0)
            return got == 0;
        if (out->len < ANSWER_BYTES_MAX)
            buf_add(out, (struct str){chunk, (size_t)got});
    }
}

static pid_t start(const char *const *argv, int out)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    int r = posix_spawn(&pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);

    posix_spawn_file_actions_destroy(&actions);
    return r == 0 ? pid : -1;
}

int tool_run(const char *const *argv, unsigned limit_ms, struct buf *out)
{
    int ends[2];
    int status = -1;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    pid_t pid = start(argv, ends[1]);

    close(ends[1]);
    if (pid > 0) {
        if (!read_answer(ends[0], limit_ms, out))
            kill(pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    close(ends[0]);
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
