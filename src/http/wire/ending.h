/*
 * http/wire/ending.h - how a connection ends
 *
 * Threads: plain value.
 */
#pragma once

enum delivery_end {
    DELIVERY_KEEP = 0, /* as HTTP says */
    DELIVERY_CLOSE,    /* FIN */
    DELIVERY_RESET,    /* RST */
    DELIVERY_SILENCE, /* stay open without a byte until the client leaves, a time has passed, or all
                         is stopped; then close */
};

enum { DELIVERY_FOREVER = 0 };
