/*
 * cli/trial.h - one command, run again and again: each time with a daemon of its own and other
 * faults
 *
 * What react, sweep and shrink share. Every trial starts from the same files and the same seed,
 * with a daemon that is new. Trials run in worker processes, each with a stage of its own; results
 * come in the order of their numbers.
 *
 * Threads: one.
 */
#pragma once

#include "base/arena.h"
#include "cli/cli.h"

/* What differs from trial to trial. */
struct trial {
    const char *rules; /* text of a rule file, put behind those of the options; NULL = none */
    const char *tape;  /* NDJSON to be played; NULL = none */
};

/*
 * What came of it, as JSON: {"exit", "signal", "timed_out", "output", "clients":
 * […], "requests": […]}, the last two as /_fcemu/clients and /_fcemu/requests give them;
 * {"problem"} when it could not be run, with the exit code "not_started" when there is no such
 * command.
 */
struct trials {
    const struct cli_args *args; /* with PRIVATE_OPTIONS, --timeout, and a command */
    size_t count;
    unsigned parallel; /* 0 = 1 */
    void *arg;
    /** The trial of that number; in @arena. Called in a worker. */
    struct trial (*make)(void *arg, size_t number, struct arena *arena);
    /** In the order of the numbers. Takes @result. False ends all. */
    bool (*take)(void *arg, size_t number, cJSON *result);
};

enum { TRIAL_TIMEOUT_S = 60, TRIAL_OUTPUT_BYTES = 8 << 10 };

/**
 * 0, or an exit code: EXIT_CODE_INTERRUPTED after a signal, EXIT_CODE_UNREACHABLE behind a message,
 * 127 or 126 behind one when there is no such command. What keeps the first trial from being run
 * ends them all; of a later one it is told, and the others go on.
 */
int trials_run(const struct trials *trials);

/** How a result reads: "exit 3", "signal 9", "time-out", "not run". Appended. */
void trial_ending(const cJSON *result, struct buf *out);
bool trial_timed_out(const cJSON *result);
/** Ended as one that has succeeded: exit 0. */
bool trial_passed(const cJSON *result);

/** Calls, connections and names that the rule struck; and addresses that it closed, where nobody
 * has seen who came. */
size_t trial_struck(const cJSON *result, const char *rule);
size_t trial_closed(const cJSON *result, const char *rule);

/** --parallel and --timeout; false behind a message. */
bool cli_trial_options(const struct cli_args *args, unsigned *out_parallel);
