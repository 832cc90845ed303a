/*
 * cli/trust/tool.h - programs of this machine that are asked for something
 *
 * Threads: one.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

/** Where PATH has @program, in @arena; NULL: nowhere. */
const char *tool_find(const char *program, struct arena *arena);
/** The same, also in the folders of the system's own tools, which a user's PATH may lack. */
const char *tool_find_system(const char *program, struct arena *arena);

/**
 * Run @argv, whose first word is a path and whose last is NULL, without input; what it prints on
 * either stream is appended to @out, as far as it is not longer than 64 KiB. Its exit status; -1
 * when it could not be started, was killed, or was still running after @limit_ms: it is killed
 * then.
 */
int tool_run(const char *const *argv, unsigned limit_ms, struct buf *out);
