/*
 * http/wire/refusal.h - a request that is answered without asking anybody
 *
 * Threads: plain value.
 */
#pragma once

enum refusal_kind {
    REFUSAL_MALFORMED,    /* no HTTP/1.x, or of more than one meaning */
    REFUSAL_LONG_TARGET,  /* of the request line */
    REFUSAL_LONG_HEADERS, /* all together */
    REFUSAL_LARGE_BODY,   /* by what it says of itself */
    REFUSAL_UNSUPPORTED,  /* good HTTP of a kind that is not served */
    REFUSAL_NO_ROOM,
    REFUSAL_FOREIGN, /* asked of us as a proxy, and not passed on */
    REFUSAL_CLOSED,  /* asked of us as a proxy, and a rule closes where it leads */
};

struct refusal {
    int status;
    enum refusal_kind kind;
    const char *message;
};
