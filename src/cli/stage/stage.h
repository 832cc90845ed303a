/*
 * cli/stage/stage.h - a private daemon and the commands that run against it
 *
 * `fcemu exec`, drills and what is built on them start programs here. Everything that is started
 * has its process tree held by the supervisor, and ends with us, however we end; the folder of the
 * private daemon (its authority, its data, its ready file) goes, too. Should its supervisor be
 * killed as well, the next stage removes it.
 *
 * Threads: one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"

struct stage;

enum {
    STAGE_OUTPUT_BYTES = 64 << 10, /* of a command's output, its end, that is kept */
    STAGE_NOT_FOUND = 127,
    STAGE_NOT_EXECUTABLE = 126,
};

/** From here on SIGINT, SIGTERM and SIGHUP end what runs, and are told by stage_signal(). */
int stage_new(struct stage **out, struct error *err);
void stage_free(struct stage *stage); /* NULL is fine */
DEFINE_OWN(stage_free, struct stage *);

/** The signal that asked us to end; 0 = none. */
int stage_signal(const struct stage *stage);

/**
 * Start a daemon of its own with these further arguments of `fcemu serve` (NULL behind the last),
 * on a free port, and wait until it is ready. Fails with what it said when it ended before.
 */
int stage_start_daemon(struct stage *stage, const char *const *arguments, struct error *err);
/** "127.0.0.1:PORT"; NULL without a daemon. */
const char *stage_address(const struct stage *stage);
/** Private to the stage; goes with it. */
const char *stage_folder(const struct stage *stage);
/** Folder of its authority. */
const char *stage_ca_folder(const struct stage *stage);
/** What its daemon has to say, a file in the folder. */
const char *stage_log(const struct stage *stage);
/** The first 16 KiB of that. False when it has said nothing. */
bool stage_daemon_said(const struct stage *stage, struct buf *out);
/** The daemon has ended by itself. */
bool stage_daemon_ended(const struct stage *stage);
/** End the daemon; another may be started. */
void stage_stop_daemon(struct stage *stage);

/* Of whoever shows how far it is. */
struct stage_ticker {
    void (*tick)(void *arg);     /* once in a while */
    void (*yield_to)(void *arg); /* the command's output is about to be passed on */
    void *arg;
};
/** From here on, while a command runs or something is waited for, tick every @every_ns. */
void stage_tick(struct stage *stage, uint64_t every_ns, const struct stage_ticker *ticker);

struct stage_command {
    const char *const *argv; /* NULL behind the last */
    const char *const *env;  /* NULL behind the last */
    bool keeps_output;       /* its end is kept, while it is passed on */
    bool quiet;              /* not passed on */
    uint64_t timeout_ns;     /* 0 = none */
    int until_fd;            /* -1, or: when something can be read there, the command is ended */
};

struct stage_result {
    int exit;          /* -1 = a signal ended it, or it was not started */
    int signal;        /* 0 = none */
    int not_started;   /* STAGE_NOT_FOUND, STAGE_NOT_EXECUTABLE; 0 = it was */
    bool timed_out;    /* we ended it */
    bool ended_early;  /* until_fd did */
    struct buf output; /* kept; the caller's */
    uint64_t output_lost_bytes;
};

/** Run a command to its end. Negative when the supervisor is lost. What it left running is ended.
 */
int stage_run(struct stage *stage, const struct stage_command *command, struct stage_result *out,
              struct error *err);

/** Why a command was not started, with the nearest name of a program; in @arena. */
const char *stage_why_not_started(const struct stage_result *result, const char *name,
                                  struct arena *arena);

/** Wait until something can be read from @fd (-1: nothing), a signal asks us to end, or the daemon
 * has ended. */
int stage_wait(struct stage *stage, int fd, struct error *err);

/** What `fcemu env` sets for the daemon at @address, as an object; the caller's. NULL with *err. */
cJSON *stage_variables(const struct stage *stage, const char *address, const char *ca_folder,
                       struct error *err);
/** Environment of a command: ours, with what `fcemu env` sets for the daemon at @address, whose
 * authority is in @ca_folder (NULL: the user's own). NULL behind the last; ends with the stage. */
const char *const *stage_environment(struct stage *stage, const char *address,
                                     const char *ca_folder, struct error *err);
