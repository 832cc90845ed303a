/*
 * cli/stage/internal.h - what the files of a stage share; for cli/stage/ only
 */
#pragma once

#include "base/arena.h"
#include "cli/stage/stage.h"
#include "loop/loop.h"
#include "supervise/supervise.h"

enum { STAGE_SIGNALS = 3 };

struct stage {
    struct loop *loop;
    struct arena *arena;
    struct supervisor *supervisor;
    bool supervisor_ready, supervisor_lost;
    struct loop_signal *signals[STAGE_SIGNALS];
    int signal;
    struct stage_ticker ticker; /* zeroed = none */
    struct loop_timer tick;
    uint64_t tick_ns;
    bool came;                    /* what stage_wait() waits for */
    void (*on_signal)(void *arg); /* of what runs now */
    void *on_signal_arg;
    const char *folder;
    int folder_fd; /* locked while we live */
    struct private_daemon *daemon;
    const char *config; /* file of the daemon's settings; NULL: none */
};

/** Our own binary. */
const char *stage_program(void);

/* look_up.c */
/** 0 and its path in *out, STAGE_NOT_FOUND or STAGE_NOT_EXECUTABLE. */
int stage_find_program(struct arena *arena, const char *name, const char **out);

/* folder.c */
/** A folder of our own, locked, after those of stages that were killed have been removed. */
int stage_folder_new(struct stage *stage, struct error *err);

/* daemon.c */
void private_daemon_free(struct private_daemon *daemon);
