/* Files that a verb writes: looked at before it works for them, written whole. */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/units.h"
#include "cli/ends.h"

enum { FILE_MODE = 0666, LOOK_MS = 50, SIGNALLED = 128 };

/* @option: NULL where a file is named without one. */
#define NAMED_FMT "%s%s%s%s"
#define NAMED_ARG(option, path)                                                                    \
    (option) ? "--" : "", (option) ? (option) : "", (option) ? " " : "", path

static int cannot(const struct cli_args *args, const char *option, const char *path)
{
    return cli_usage(args, NAMED_FMT ": %s", NAMED_ARG(option, path), strerror(errno));
}

/* Opened as it will be, and gone again if only that made it. A pipe is left for its writer. */
static bool can_write(const char *path)
{
    struct stat at;
    bool is_there = stat(path, &at) == 0;
    int fd;

    if (is_there && !S_ISREG(at.st_mode) && !S_ISDIR(at.st_mode))
        return true;
    fd = open(path, O_WRONLY | O_CLOEXEC | (is_there ? 0 : O_CREAT | O_EXCL), FILE_MODE);
    if (fd < 0)
        return false;
    close(fd);
    if (!is_there)
        unlink(path);
    return true;
}

int output_look(const struct cli_args *args, const char *option)
{
    size_t at = 0;
    const char *path;

    while ((path = cli_next_value(args, option, &at)))
        if (!can_write(path))
            return cannot(args, option, path);
    return 0;
}

/* ---- written ---- */

static int given_up; /* the signal that ended the wait for a reader */

/* Whoever waits for a reader can be told to stop. */
static bool gives_up(void)
{
    if (!given_up)
        given_up = ends_heard();
    return given_up != 0;
}

static void pause_ms(int ms)
{
    const struct timespec pause = {.tv_nsec = (long)ms * NS_PER_MS};

    nanosleep(&pause, NULL);
}

/* A pipe that nobody reads cannot be opened for writing: its reader may come. */
static int open_output(const struct cli_args *args, const char *option, const char *path)
{
    const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    int fd = open(path, flags, FILE_MODE);

    if (fd >= 0 || errno != ENXIO || gives_up())
        return fd;
    fprintf(stderr,
            "fcemu %s: " NAMED_FMT ": waiting for somebody to read this pipe (^C gives up)\n",
            args->verb->name, NAMED_ARG(option, path));
    do {
        pause_ms(LOOK_MS);
        fd = gives_up() ? -1 : open(path, flags, FILE_MODE);
    } while (fd < 0 && errno == ENXIO && !gives_up());
    return fd;
}

static bool write_all(int fd, struct str text)
{
    while (text.len && !gives_up()) {
        ssize_t n = write(fd, text.ptr, text.len);
        struct pollfd room = {.fd = fd, .events = POLLOUT};

        if (n < 0 && errno == EAGAIN)
            poll(&room, 1, LOOK_MS);
        else if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            text = str_slice(text, (size_t)n, text.len);
    }
    return text.len == 0;
}

static int unwritten(const struct cli_args *args, const char *option, const char *path)
{
    if (!gives_up())
        return cannot(args, option, path);
    cli_usage(args, NAMED_FMT ": nobody has read this pipe to its end", NAMED_ARG(option, path));
    return SIGNALLED + given_up;
}

int output_write(const struct cli_args *args, const char *option, const char *path, struct str text)
{
    struct ends ends;
    bool hears = ends_hear(&ends) == 0;
    int fd;
    bool whole;
    int problem;

    fd = open_output(args, option, path);
    whole = fd >= 0 && write_all(fd, text);
    problem = errno;
    if (fd >= 0 && close(fd) != 0 && whole) {
        whole = false;
        problem = errno;
    }
    gives_up();
    if (hears)
        ends_leave(&ends);
    errno = problem;
    return whole ? 0 : unwritten(args, option, path);
}

bool output_is_kept(const char *path)
{
    struct stat at;

    return stat(path, &at) < 0 || S_ISREG(at.st_mode);
}

int output_look_kept(const struct cli_args *args, const char *option)
{
    const char *path = cli_value(args, option);
    struct stat at;

    if (path && stat(path, &at) == 0 && (S_ISFIFO(at.st_mode) || S_ISSOCK(at.st_mode)))
        return cli_usage(args, "--%s %s: this is a pipe, and what is kept is read and added to",
                         option, path);
    return output_look(args, option);
}
