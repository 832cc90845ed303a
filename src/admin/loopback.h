/*
 * admin/loopback.h - a request through our own front door
 *
 * A connection to a listener of ours, so that the request passes every station as any other does.
 * The control call that asks is parked meanwhile. Loop thread; for admin/ only.
 */
#pragma once

#include "admin/internal.h"

struct loopback_answer {
    int status;            /* 0: it broke off before one came */
    struct str head, body; /* views, valid during the call of `done` */
    int problem;           /* 0, or the status of what hindered us, */
    struct str why;        /* in words */
};

typedef void loopback_done(struct admin_call *call, const struct loopback_answer *answer);

/**
 * Send @request, whole HTTP/1.1 with `Connection: close` (taken), and park @call until @done has
 * got the answer and answered the call. Without an answer within @wait_ns, or when we cannot be
 * reached, `problem` says so.
 */
void loopback_send(struct admin_call *call, struct buf *request, uint64_t wait_ns,
                   loopback_done *done);
/** A header of an answer, or absent; a view. */
struct str loopback_header(struct str head, struct str wanted);
