/*
 * logs/failure.h - the error body of a function as people read it
 *
 * Threads: any.
 */
#pragma once

#include "base/buf.h"

/** Append {"errorMessage", "errorType", "stackTrace"} as lines; anything else as it is. */
void logs_failure_text(struct str body, struct buf *out);
