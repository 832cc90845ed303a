/*
 * invoke/exec_ends.h - what stands between us and the input and output of a program: pipes, or a
 * terminal
 *
 * Inside invoke/ only.
 */
#pragma once

#include "invoke/exec.h"

enum { EXEC_ENDS = 3 }; /* input, output, errors */

/* -1: none. A terminal's errors come with its output. */
struct exec_ends {
    int ours[EXEC_ENDS]; /* do not wait */
    int theirs[EXEC_ENDS];
};

#define EXEC_ENDS_NONE                                                                             \
    {                                                                                              \
        {-1, -1, -1},                                                                              \
        {                                                                                          \
            -1, -1, -1                                                                             \
        }                                                                                          \
    }
/** A descriptor and -1 in its place. */
int exec_ends_take(int *fd);
#define GIVE_FD(fd) exec_ends_take(&(fd))

/** 0, or -1 with errno; then some may be open. */
int exec_ends_open(const struct invoke_exec_request *request, struct exec_ends *out);
/** Those that are left. */
void exec_ends_close(struct exec_ends *ends);
