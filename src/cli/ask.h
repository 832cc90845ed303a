/*
 * cli/ask.h - a verb that asks the daemon one thing and shows the answer
 *
 * Each returns an exit code; what went wrong has been said.
 *
 * Threads: one.
 */
#pragma once

#include "base/arena.h"
#include "cli/cli.h"

/** @body: JSON, or absent. */
int cli_ask_and_show(const struct cli_args *args, const char *method, const char *path,
                     struct str body);
/** The file, or standard input, that the first argument names is the body. */
int cli_send_file(const struct cli_args *args, const char *method, const char *path,
                  const char *content_type);
/** Where a rule lives; @rest: "", "/enable", "?format=yaml". */
char *cli_rule_path(struct arena *arena, const char *id, const char *rest);
