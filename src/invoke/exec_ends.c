/*
 * Pipes and terminals for a program.
 */
#include "invoke/exec_ends.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_BYTES = 64, IN = 0, OUT = 1, ERR = 2 };

int exec_ends_take(int *fd)
{
    int taken = *fd;

    *fd = -1;
    return taken;
}

static int open_pipe(struct exec_ends *out, int which)
{
    bool we_write = which == IN;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    out->ours[which] = ends[we_write];
    out->theirs[which] = ends[!we_write];
    return fcntl(out->ours[which], F_SETFL, O_NONBLOCK);
}

static int copy(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

static int open_terminal(struct exec_ends *out)
{
    char path[PATH_BYTES];
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

    out->ours[IN] = master;
    if (master < 0 || fcntl(master, F_SETFL, O_NONBLOCK) < 0 || grantpt(master) < 0 ||
        unlockpt(master) < 0 || ptsname_r(master, path, sizeof(path)) != 0)
        return -1;
    out->ours[OUT] = copy(master);
    out->theirs[IN] = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (out->ours[OUT] < 0 || out->theirs[IN] < 0)
        return -1;
    out->theirs[OUT] = copy(out->theirs[IN]);
    out->theirs[ERR] = copy(out->theirs[IN]);
    return out->theirs[OUT] < 0 || out->theirs[ERR] < 0 ? -1 : 0;
}

int exec_ends_open(const struct invoke_exec_request *request, struct exec_ends *out)
{
    const bool wanted[EXEC_ENDS] = {request->in, request->out, request->err};

    if (request->tty)
        return open_terminal(out);
    for (int i = 0; i < EXEC_ENDS; i++) {
        if (wanted[i] && open_pipe(out, i) < 0)
            return -1;
    }
    return 0;
}

void exec_ends_close(struct exec_ends *ends)
{
    for (int i = 0; i < EXEC_ENDS; i++) {
        int all[] = {GIVE_FD(ends->ours[i]), GIVE_FD(ends->theirs[i])};

        for (size_t k = 0; k < sizeof(all) / sizeof(*all); k++) {
            if (all[k] >= 0)
                close(all[k]);
        }
    }
}
