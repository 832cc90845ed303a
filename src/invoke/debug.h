/*
 * invoke/debug.h - functions under a debugger
 *
 * One instance of such a function at a time is started with the debugger of its language listening
 * on loopback: debugpy, the inspector of Node.js, jdwp, delve. It has no time limits and does not
 * end for being idle; further instances start as ever.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "invoke/invoke.h"

struct invoke_debug {
    struct str account, region;
    struct str service; /* "" for a function of 2023-03-30 */
    struct str name;
    struct str runtime; /* "python3.10" */
    uint16_t port;      /* 0: a free one */
    bool wait;          /* user code begins when somebody has attached */
};

struct invoke_debugged {
    const char *debugger; /* "debugpy" */
    const char *attach;   /* what to do with it: a command, or what an editor wants; in the arena */
    uint16_t port;
};

/** From now on; instances that run drain. -1 and *err: this runtime has no debugger here, or the
 * port is taken. Once more: with another port. */
int invoke_debug_start(struct invoke *invoke, const struct invoke_debug *debug, struct arena *arena,
                       struct invoke_debugged *out, struct error *err);
/** No more. False when it was not. */
bool invoke_debug_stop(struct invoke *invoke, const struct invoke_debug *debug);
