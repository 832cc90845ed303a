/*
 * journal/redact.h - what is kept of a request without its secrets
 *
 * Everything that is captured, logged or exported goes through here first. Names are kept, values
 * become "***"; of an Authorization header the scheme and the key id stay, which drills need.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "base/buf.h"
#include "http/call/message.h"

/** Append "Name: value\n" for each header. */
void redact_headers(const struct http_headers *headers, struct buf *out);

/** Append a raw query string with the values of signatures and tokens hidden. */
void redact_query(struct str query, struct buf *out);

/**
 * Append at most @most bytes of a body. In JSON texts the string values of members named like a
 * secret (…secret…, …password…, …token…, accessKey…) are hidden.
 */
void redact_body(struct str body, size_t most, struct buf *out);
