/* Programs of this machine: where PATH has them, and what they say. */
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
#include "cli/doctor.h"

enum { ANSWER_BYTES = 4096, ANSWER_MS = 10000 };

const char *doctor_find_program(const struct doctor *doctor, const char *program)
{
    struct str rest = str_of(getenv("PATH"));

    while (str_is_set(rest)) {
        struct str folder;
        struct stat info;

        str_cut(rest, ':', &folder, &rest);
        const char *path = arena_printf(doctor->arena, STR_FMT "%s%s", STR_ARG(folder),
                                        folder.len ? "/" : "", program);

        if (access(path, X_OK) == 0 && stat(path, &info) == 0 && S_ISREG(info.st_mode))
            return path;
    }
    return NULL;
}

/* Until it says no more or the time is over; false then. */
static bool read_answer(int fd, struct buf *out)
{
    uint64_t end_ns = clock_monotonic_ns() + (uint64_t)ANSWER_MS * NS_PER_MS;

    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        uint64_t now_ns = clock_monotonic_ns();
        char chunk[ANSWER_BYTES];

        if (now_ns >= end_ns || poll(&wait, 1, (int)((end_ns - now_ns) / NS_PER_MS) + 1) != 1)
            return false;
        ssize_t got = read(fd, chunk, sizeof(chunk));

        if (got <= 0)
            return got == 0;
        if (out->len < ANSWER_BYTES)
            buf_add(out, (struct str){chunk, (size_t)got});
    }
}

static bool run(const char *path, const char *flag, struct buf *out)
{
    char *const argv[] = {(char *)(uintptr_t)path, (char *)(uintptr_t)flag, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2];
    int status = -1;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    int r = posix_spawn(&pid, path, &actions, NULL, argv, environ);

    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (r == 0) {
        if (!read_answer(ends[0], out))
            kill(pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    close(ends[0]);
    return r == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

struct str doctor_ask_program(const struct doctor *doctor, const char *path, const char *flag)
{
    OWN(buf_done) struct buf out = {0};
    struct str line;
    struct str rest;

    if (!run(path, flag, &out))
        return STR_NONE;
    rest = buf_str(&out);
    do /* Java first says which variables it has read */
        str_cut(rest, '\n', &line, &rest);
    while (str_starts(line, STR("Picked up ")) && str_is_set(rest));
    return arena_str(doctor->arena, str_trim(line));
}
