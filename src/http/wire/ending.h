/*
 * http/wire/ending.h - how a connection ends
 *
 * Threads: plain value.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum delivery_end {
    DELIVERY_KEEP = 0, /* as HTTP says */
    DELIVERY_CLOSE,    /* FIN */
    DELIVERY_RESET,    /* RST */
    DELIVERY_SILENCE, /* stay open without a byte until the client leaves, a time has passed, or all
                         is stopped; then close */
};

enum { DELIVERY_FOREVER = 0 };

/* What becomes of those who come to an address that is listened on. */
enum wire_door {
    WIRE_DOOR_OPEN,
    WIRE_DOOR_REFUSES, /* RST: nobody listens */
    WIRE_DOOR_SILENT,  /* nothing: somebody listens, and takes nobody */
};

/* What becomes of a connection whose first bytes are seen; zeroed: it is served. */
struct wire_fate {
    enum delivery_end end;
    uint64_t silence_ms; /* of DELIVERY_SILENCE; DELIVERY_FOREVER */
    /* Of TLS, where `end` is DELIVERY_KEEP: */
    unsigned flaws;    /* handed to whoever has the certificates */
    bool old_protocol; /* answer as if an old version were all that is spoken */
    bool no_notify;    /* an answer ends with the connection, and that without close_notify */
};
