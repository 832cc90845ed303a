/*
 * cli/ends.h - signals that end a verb, heard while it has something to take down first
 *
 * SIGINT, SIGTERM and SIGHUP, the last one unless whoever started us has it ignored (nohup). One
 * hearing at a time. A signal that comes between a look and a wait is not lost: the wait watches
 * ends_fd(), too.
 *
 * Threads: one.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>

enum { ENDS_COUNT = 3 };

struct ends {
    struct sigaction old[ENDS_COUNT];
};

/** Hear them until ends_leave(). -1 and errno when there is no descriptor for it: they are as they
 * were. */
int ends_hear(struct ends *ends);
void ends_leave(const struct ends *ends);

/** The last one since ends_hear(), or 0. */
int ends_heard(void);
/** Readable from the first one on. */
int ends_fd(void);

/** Hold them back, around a fork. */
void ends_hold(bool hold);
/** In the child, which they shall end like any process; those held back come now. */
void ends_forget(void);
