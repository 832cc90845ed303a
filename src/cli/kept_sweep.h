/*
 * cli/kept_sweep.h - a sweep in a file, to be taken up again
 *
 * A line that says which command it is about, then a line a trial.
 *
 * Threads: one.
 */
#pragma once

#include <stdio.h>

#include "cli/cli.h"

/** Open the file of --resume, locked, to be added to, and append the trials that it has to @rows.
 * *out stays NULL when none was named. 0, or an exit code behind a message. */
int kept_sweep_open(const struct cli_args *args, FILE **out, cJSON *rows);
void kept_sweep_add(FILE *file, const cJSON *row);
