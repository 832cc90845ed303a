/*
 * journal/redact_clean.h - bodies and header lines in which nothing was found lately
 *
 * Calls and answers are the same again and again: what is known byte for byte is not scanned once
 * more. What is kept is what was captured, and never what held a secret.
 *
 * Threads: one at a time.
 */
#pragma once

#include "journal/redact.h"

enum {
    REDACT_CLEAN_BYTES = 1024,
    REDACT_CLEAN_SLOTS = 8,
    REDACT_LINE_BYTES = 240,
    REDACT_LINE_SLOTS = 64,
};

struct redact_clean { /* zeroed: nothing is known */
    struct {
        size_t len; /* 0: empty */
        char bytes[REDACT_CLEAN_BYTES];
    } slots[REDACT_CLEAN_SLOTS]; /* by the length of what is in them */
    struct redact_line {
        size_t len, name_len; /* 0: empty */
        char bytes[REDACT_LINE_BYTES];
    } lines[REDACT_LINE_SLOTS]; /* as they are captured: "Name: value\n" */
};

/** As redact_text() does, maybe without reading. */
void redact_body(struct redact_clean *clean, struct str text, size_t most,
                 const struct redact_secrets *secrets, struct buf *out);
/** As redact_headers() does, and redact_learn(). */
void redact_known_headers(struct redact_clean *clean, const struct http_headers *headers,
                          const struct redact_secrets *secrets, struct buf *out);
void redact_known_learn(const struct redact_clean *clean, const struct http_request *request,
                        struct arena *arena, struct redact_secrets *out);
