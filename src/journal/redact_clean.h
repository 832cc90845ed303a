/*
 * journal/redact_clean.h - bodies in which nothing was found lately
 *
 * Calls and answers are the same again and again: a body that is known byte for byte is not scanned
 * once more. What is kept is what was captured, and never what held a secret.
 *
 * Threads: one at a time.
 */
#pragma once

#include "journal/redact.h"

enum { REDACT_CLEAN_BYTES = 1024, REDACT_CLEAN_SLOTS = 8 };

struct redact_clean { /* zeroed: nothing is known */
    struct {
        size_t len; /* 0: empty */
        char bytes[REDACT_CLEAN_BYTES];
    } slots[REDACT_CLEAN_SLOTS]; /* by the length of what is in them */
};

/** As redact_text() does, maybe without reading. */
void redact_body(struct redact_clean *clean, struct str text, size_t most,
                 const struct redact_secrets *secrets, struct buf *out);
