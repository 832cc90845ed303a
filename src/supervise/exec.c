/*
 * Further programs in the tree of a keeper: a shell beside the program, which sees what that sees.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "supervise/internal.h"

static void tell_ended(const struct execs *execs, uint32_t token, int status,
                       const struct enter_failure *failure)
{
    const struct order order = {.kind = ORDER_EXEC_ENDED,
                                .id = token,
                                .a = (uint64_t)(uint32_t)status,
                                .b = (uint64_t)(failure ? failure->sys_errno : 0)};

    wire_send(execs->control, &order, failure ? failure->what : NULL,
              failure ? strlen(failure->what) : 0, NULL, 0);
}

static void tell_failed(const struct execs *execs, uint32_t token, const char *what)
{
    struct enter_failure failure = {.sys_errno = errno};

    strncpy(failure.what, what, sizeof(failure.what) - 1);
    tell_ended(execs, token, 0, &failure);
}

/* What the program was started as, but for what is to be run. */
static bool describe(const struct spawn *like, const struct order *order, char *text, size_t len,
                     const int *fds, size_t fd_count, struct spawn *out)
{
    int *const places[] = {&out->in, &out->out, &out->err};
    size_t next = 0;
    size_t envc = 0;
    bool whole;

    *out = *like;
    out->channel = -1;
    out->tty = order->b & EXEC_TTY;
    for (size_t i = 0; i < N_ELEMENTS(places); i++)
        *places[i] = (order->b & (1u << i)) && next < fd_count ? fds[next++] : -1;
    out->argv = order->a ? texts_unpack(&text, &len, (size_t)order->a) : NULL;
    for (size_t i = 0; i < len; i++)
        envc += text[i] == '\0';
    out->env = out->argv ? texts_unpack(&text, &len, envc) : NULL;
    whole = out->argv && out->env && len == 0;
    if (!whole) {
        mem_free((void *)out->argv);
        mem_free((void *)out->env);
    }
    return whole;
}

/* The pipe closes by itself when the program is there. */
static bool has_failed(int report, struct enter_failure *out)
{
    ssize_t got;

    do
        got = read(report, out, sizeof(*out));
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof(*out);
}

static void run(struct execs *execs, size_t slot, const struct spawn *spawn, uint32_t token)
{
    struct enter_failure failure;
    int report[2];
    pid_t pid;

    if (pipe2(report, O_CLOEXEC) < 0) {
        tell_failed(execs, token, "make a pipe");
        return;
    }
    pid = process_fork(0);
    if (pid == 0) {
        close(report[0]);
        enter_program(spawn, report[1]);
    }
    close(report[1]);
    if (pid < 0) {
        tell_failed(execs, token, "fork");
    } else if (has_failed(report[0], &failure)) {
        waitpid(pid, NULL, 0);
        tell_ended(execs, token, 0, &failure);
    } else {
        execs->items[slot].pid = pid;
        execs->items[slot].token = token;
    }
    close(report[0]);
}

void execs_start(struct execs *execs, const struct spawn *like, const struct order *order,
                 char *text, size_t len, const int *fds, size_t fd_count)
{
    struct spawn spawn;
    size_t slot = 0;

    while (slot < EXECS_MAX && execs->items[slot].pid)
        slot++;
    errno = slot == EXECS_MAX ? EAGAIN : EINVAL;
    if (slot == EXECS_MAX || !describe(like, order, text, len, fds, fd_count, &spawn)) {
        tell_failed(execs, order->id, "start it");
        return;
    }
    run(execs, slot, &spawn, order->id);
    mem_free((void *)spawn.argv);
    mem_free((void *)spawn.env);
}

void execs_kill(struct execs *execs, uint32_t token)
{
    for (size_t i = 0; i < EXECS_MAX; i++) {
        struct pids below = {0};

        if (!execs->items[i].pid || execs->items[i].token != token)
            continue;
        tree_list(execs->items[i].pid, &below);
        kill(execs->items[i].pid, SIGKILL);
        for (size_t k = 0; k < below.count; k++)
            kill(below.items[k], SIGKILL);
        pids_done(&below);
    }
}

void execs_reap(struct execs *execs, pid_t pid, int status)
{
    for (size_t i = 0; i < EXECS_MAX; i++) {
        if (execs->items[i].pid != pid)
            continue;
        execs->items[i].pid = 0;
        tell_ended(execs, execs->items[i].token, status, NULL);
    }
}
