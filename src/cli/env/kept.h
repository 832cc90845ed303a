/*
 * cli/env/kept.h - what variables were before `fcemu env` was evaluated
 *
 * Kept in a variable of its own, ENV_KEPT, as a query string: NAME=what was set&NAME.was=what it
 * was. So a second evaluation starts from a person's values, and --unset gives them back.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "base/buf.h"
#include "base/query.h"

#define ENV_KEPT "_FCEMU_ENV"

/** The value that @name had before us, when it still is what we set; absent when it had none. False
 * when it is not ours. */
bool env_kept_was(const struct query *kept, struct str name, struct str now, struct str *out_was);

/** Append one variable: it became @value, and was @was (absent: it was not there). */
void env_keep(struct buf *out, struct str name, struct str value, struct str was,
              struct arena *arena);
