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

/** The same of one file that is read first and then added to: a pipe is refused. */
int output_look_kept(const struct cli_args *args, const char *option);

/** A file, or what would be one: it can be written twice. A pipe or a device is told once. */
bool output_is_kept(const char *path);

/**
 * Make @text the content of @path, which --@option named (NULL: an argument did). A pipe is waited
 * for until somebody reads it, and SIGINT, SIGTERM and SIGHUP end that. 0, or an exit code behind a
 * message.
 */
int output_write(const struct cli_args *args, const char *option, const char *path,
                 struct str text);
