/*
 * invoke/exec.h - a program beside a function's own, in its instance
 *
 * Source: spec pages api-2016-08-15 §6.15.2, api-2023-03-30 §10.3.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

struct invoke;
struct invoke_exec;

enum { INVOKE_EXEC_NOT_FOUND = 1 };

struct invoke_exec_request {
    struct str account, region, service, function, instance;
    const struct str *command; /* without a slash it is looked for in the instance's PATH */
    size_t count;
    bool in, out, err; /* which of these the client wants */
    bool tty;          /* they are a terminal, whatever it wants */
    bool old;          /* messages as 2016-08-15 has them */
    uint64_t idle_ms;  /* it ends when nothing is said for so long */
};

/**
 * Start it. @open is called in a later turn of the loop with a descriptor, which is taken: what
 * comes and goes there is a WebSocket whose handshake is over.
 *
 * Returns 0, INVOKE_EXEC_NOT_FOUND when that function has no such instance that runs, or -1.
 */
int invoke_exec_begin(struct invoke *invoke, const struct invoke_exec_request *request,
                      void (*open)(void *arg, int fd), void *arg, struct invoke_exec **out,
                      struct error *err);
/** The client is gone, or has read the last message: what still runs is killed. NULL is fine. */
void invoke_exec_close(struct invoke_exec *exec);
