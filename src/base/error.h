/*
 * base/error.h - why something could not be done, as a plain value
 *
 * Functions that can fail return an int: 0 done, negative failed (see *err), positive a named
 * outcome of that function. What the emulated service itself would answer (a 404, a throttle) is a
 * result, not an error.
 */
#pragma once

#include "base/own.h"

enum error_kind {
    ERROR_NONE = 0,
    ERROR_IO,       /* the kernel, a file or a peer refused */
    ERROR_SYNTAX,   /* bytes from outside are not what they should be */
    ERROR_LIMIT,    /* larger or more than we accept */
    ERROR_USAGE,    /* the caller of the program asked for something impossible */
    ERROR_INTERNAL, /* our own mistake, found without harm */
};

struct error {
    enum error_kind kind;
    int sys_errno;  /* 0 when no system call is to blame */
    char text[400]; /* one line; cut short rather than allocated */
};

/** Fill @err and return -1, so that a failing line is one line. */
int error_set(struct error *err, enum error_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);

/** Like error_set() with ERROR_IO, and ": strerror(errno)" behind the text. errno is read first. */
int error_errno(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/** Put "; remedy" behind what @err says; returns -1. */
int error_remedy(struct error *err, const char *remedy);

/** Put "fmt…: " in front of what @err says; returns -1. */
int error_wrap(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
