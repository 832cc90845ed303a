/*
 * cli/private.h - a private daemon for a verb, with the files that its options name
 *
 * Threads: one.
 */
#pragma once

#include "cli/cli.h"
#include "cli/stage/stage.h"

/* What such a verb hands on to its daemon. */
#define PRIVATE_OPTIONS                                                                            \
    {"config", "FILE", "configuration of the private daemon"},                                     \
        {"faults", "FILE", "fault rules of it; may be given again"},                               \
        {"fixtures", "FILE", "canned answers of it; may be given again"},                          \
    {                                                                                              \
        "seeds", "FILE", "services and functions of it; may be given again"                        \
    }

/**
 * A stage with a daemon, which verbs ask from now on; @rules is one more file of rules, or NULL. 0,
 * or an exit code behind a message.
 */
int private_start(const struct cli_args *args, const char *rules, struct stage **out);

/** The same on a stage that is there, instead of the daemon that it has. Negative with *err. */
int private_restart(const struct cli_args *args, const char *rules, struct stage *stage,
                    struct error *err);

/** Write the decisions of the daemon's tape to the file of --tape, if that was given. 0, or an exit
 * code behind a message. */
int private_save_tape(const struct cli_args *args);
