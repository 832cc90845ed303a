/*
 * journal/redact.h - what is kept of a call without its secrets
 *
 * Everything that is captured, logged or exported goes through here first. Names are kept, values
 * become "***"; of an Authorization header the scheme and the key id stay, which drills need. What
 * a call held secret is hidden also where its answer repeats it.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "http/call/message.h"

enum { REDACT_SECRETS_MAX = 8 };

/* Values that a request carried as secrets. */
struct redact_secrets {
    struct str items[REDACT_SECRETS_MAX];
    size_t count;
    bool begins[256]; /* their first bytes */
};

/** Views of @request, or texts in @arena. */
void redact_learn(const struct http_request *request, struct arena *arena,
                  struct redact_secrets *out);
/** Its two parts: add what one header, and what a query, holds. */
void redact_learn_header(struct http_header header, struct arena *arena,
                         struct redact_secrets *out);
void redact_learn_query(struct str query, struct arena *arena, struct redact_secrets *out);

/** Append "Name: value\n" for each header; @secrets may be NULL, here and below. */
void redact_headers(const struct http_headers *headers, const struct redact_secrets *secrets,
                    struct buf *out);
void redact_header(struct http_header header, const struct redact_secrets *secrets,
                   struct buf *out);

/** Append a raw query string with the values of signatures, tokens and passwords hidden. */
void redact_query(struct str query, struct buf *out);

/**
 * Append at most @most bytes of a text in any form. Hidden are the values of names like a secret
 * (…secret…, …password…, …token…, api_key: the table), credentials of Basic and Bearer, passwords
 * in URLs, and what @secrets holds.
 */
void redact_text(struct str text, size_t most, const struct redact_secrets *secrets,
                 struct buf *out);
/** Does a header, parameter or member of that name hold a secret? */
bool redact_name_is_secret(struct str name);
