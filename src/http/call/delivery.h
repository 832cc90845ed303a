/*
 * http/call/delivery.h - how an answer leaves, or does not
 *
 * A zeroed struct delivery means: send the response whole, keep the connection. All byte positions
 * count body bytes from 0; positions beyond the body mean its end. Every form looks the same over
 * HTTP and HTTPS; a reset is a TCP RST in both.
 *
 * DELIVERY_KEEP behind a body that was cut closes the connection; behind a body shorter than
 * `declared` it leaves the client waiting for the rest, as HTTP would have it. Only a whole answer
 * (also one that drips or pauses) lets the connection live on.
 *
 * Threads: plain value.
 */
#pragma once

#include "base/str.h"
#include "http/wire/ending.h"

enum delivery_form {
    DELIVERY_ANSWER = 0, /* the response, with the changes below */
    DELIVERY_RAW,        /* `raw` instead of HTTP, then `end` */
    DELIVERY_NOTHING,    /* no byte, then `end` */
};

struct delivery {
    enum delivery_form form;
    enum delivery_end end; /* after the last byte that is sent */
    struct str raw;        /* for DELIVERY_RAW; exact bytes */
    uint64_t silence_ms;   /* for DELIVERY_SILENCE; DELIVERY_FOREVER = until the client leaves */

    bool cut; /* end the body after `cut_after` bytes, then `end`; Content-Length stays true */
    uint64_t cut_after;

    bool
        stall; /* pause once, after `stall_after` bytes of body, for `stall_ms`, then `stall_end` */
    uint64_t stall_after;
    uint64_t stall_ms;           /* DELIVERY_FOREVER = until the client leaves */
    enum delivery_end stall_end; /* DELIVERY_KEEP = go on with the body */

    uint32_t drip_bytes;    /* > 0: send the body in pieces of this size … */
    uint32_t drip_every_ms; /* … with this pause between them */

    bool declare; /* send `declared` as Content-Length whatever the body is; after the body `end` */
    uint64_t declared;
};
