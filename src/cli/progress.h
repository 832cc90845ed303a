/*
 * cli/progress.h - one line that tells how far a long verb is
 *
 * On standard error, and only when that is a terminal: each line takes the place of the one before,
 * and the last one is taken away. What goes to a file or a pipe never meets it.
 *
 * Threads: one.
 */
#pragma once

#include <stdbool.h>

#include "base/own.h"

/** Show the line, cut to the width of the terminal. */
void progress_show(const char *fmt, ...) PRINTF_LIKE(1, 2);
/** Take it away, before something else is written. */
void progress_clear(void);
/** False when nothing would be shown, so that finding it out can be spared. */
bool progress_is_wanted(void);
