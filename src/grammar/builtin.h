/*
 * grammar/builtin.h - rules that come with the program, named "builtin:NAME" where a file may be
 * named
 *
 * builtin:documented-errors   any operation on a function called raise-CODE gets that error, for
 *                             every code of the catalogue: the default of the setting `faults`, so
 *                             that a first fault needs no file
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "base/buf.h"

/** True when a path names one of these rather than a file. */
bool fault_builtin_named(struct str path);

/** Append the rules as YAML text. False when there are none of that name. */
bool fault_builtin_text(struct str path, struct buf *out);

/** The path of the @index-th, NULL behind the last. */
const char *fault_builtin_path(size_t index);
