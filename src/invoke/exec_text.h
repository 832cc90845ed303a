/*
 * invoke/exec_text.h - output as text: what is no UTF-8 is replaced, no character is cut
 *
 * Threads: any.
 */
#pragma once

#include "base/buf.h"

/** Add @bytes to @out; the begin of a character at their end stays in @tail, and comes before the
 * next bytes. */
void exec_text_add(struct buf *out, struct buf *tail, struct str bytes);
