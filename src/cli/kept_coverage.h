/*
 * cli/kept_coverage.h - coverage in a file, over many runs with a daemon each
 *
 * Threads: one.
 */
#pragma once

#include "cli/cli.h"
#include "journal/coverage.h"

/** Add what the file has. 0, or an exit code behind a message. */
int coverage_read_file(const struct cli_args *args, const char *path, struct coverage *coverage);

/** Can that of --coverage be added to? Asked before the work. 0, or an exit code behind a message.
 */
int coverage_look(const struct cli_args *args);

/** Add what the daemon has seen to the file of --coverage, if that was given; it is made at need,
 * and locked meanwhile. 0, or an exit code behind a message. */
int coverage_keep(const struct cli_args *args);
