/* Signals that end a verb: a handler that notes them and writes into a pipe. */
#include "cli/ends.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const int ends_signals[ENDS_COUNT] = {SIGINT, SIGTERM, SIGHUP};
static volatile sig_atomic_t heard;
static int told[2];

static void on_signal(int signum)
{
    int problem = errno;

    heard = signum;
    if (write(told[1], "", 1) < 0)
        errno = problem; /* one byte is there already */
}

int ends_hear(struct ends *ends)
{
    const struct sigaction action = {.sa_handler = on_signal};

    heard = 0;
    if (pipe2(told, O_CLOEXEC | O_NONBLOCK) < 0)
        return -1;
    for (size_t i = 0; i < ENDS_COUNT; i++) {
        sigaction(ends_signals[i], &action, &ends->old[i]);
        if (ends_signals[i] == SIGHUP && ends->old[i].sa_handler == SIG_IGN)
            sigaction(SIGHUP, &ends->old[i], NULL);
    }
    return 0;
}

static void close_pipe(void)
{
    close(told[0]);
    close(told[1]);
}

void ends_leave(const struct ends *ends)
{
    for (size_t i = 0; i < ENDS_COUNT; i++)
        sigaction(ends_signals[i], &ends->old[i], NULL);
    close_pipe();
}

int ends_heard(void)
{
    return heard;
}

int ends_fd(void)
{
    return told[0];
}

void ends_hold(bool hold)
{
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < ENDS_COUNT; i++)
        sigaddset(&set, ends_signals[i]);
    sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

void ends_forget(void)
{
    for (size_t i = 0; i < ENDS_COUNT; i++) {
        struct sigaction now;

        if (sigaction(ends_signals[i], NULL, &now) == 0 && now.sa_handler == on_signal)
            signal(ends_signals[i], SIG_DFL);
    }
    close_pipe();
    ends_hold(false);
}
