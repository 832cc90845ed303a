/*
 * invoke/runtime_line.h - a connection to the runtime API: requests out of bytes, answers into it
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/buf.h"
#include "invoke/internal.h"

struct line_request;

struct line { /* a connection */
    struct line *next, *prev;
    struct runtime_api *api;
    int fd;
    struct loop_watch *watch;
    bool asks;   /* for a call: what else it sends waits */
    bool writes; /* the kernel says when there is room */
    bool last;   /* it ends when it has its answer */
    struct buf in, out;
    size_t sent;
    /* A whole request. It may end the line. */
    void (*request)(struct line *line, const struct line_request *request);
    void (*ended)(struct line *line); /* forget it; it is freed afterwards */
};

struct line_request {
    struct str method, target;
    struct str params; /* the header x-fc-http-params; absent without */
    struct str body;
};

enum {
    LINE_OK = 200,
    LINE_BAD = 400,
    LINE_NOT_FOUND = 404,
    LINE_NO_LENGTH = 411,
    LINE_TOO_LARGE = 413,
};

/** @fd is taken. NULL: it cannot be watched, and is closed. */
struct line *line_open(struct loop *loop, int fd,
                       void (*request)(struct line *line, const struct line_request *request),
                       void (*ended)(struct line *line));
void line_close(struct line *line);
/** What `out` holds. False when the line is gone. */
bool line_flush(struct line *line);
/** An answer without more than a sentence about what is wrong; any but LINE_OK ends the line. */
bool line_answer(struct line *line, int status, const char *problem);
