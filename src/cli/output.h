/*
 * cli/output.h - files that a verb writes in the end
 *
 * Threads: one.
 */
#pragma once

#include "cli/cli.h"

/** Can each file that --@option names be written? Asked before the work, whose result would be lost
 * otherwise; leaves nothing behind. 0, or an exit code behind a message. */
int output_look(const struct cli_args *args, const char *option);

/** Make @text the content of @path, which --@option named. 0, or an exit code behind a message. */
int output_write(const struct cli_args *args, const char *option, const char *path,
                 struct str text);
