/*
 * invoke/http1.h - an answer over HTTP/1.1, taken as its bytes arrive
 *
 * Threads: plain value; zeroed is ready.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "http/call/message.h"

enum { HTTP1_HEAD_MAX_BYTES = 64 * 1024, HTTP1_BODY_MAX_BYTES = 160 << 20 };

enum http1_progress { HTTP1_MORE, HTTP1_WHOLE, HTTP1_BAD };

enum http1_state {
    HTTP1_HEAD,
    HTTP1_LENGTH,     /* so many bytes */
    HTTP1_CHUNK_SIZE, /* a line */
    HTTP1_CHUNK,
    HTTP1_CHUNK_END, /* the line end behind a chunk */
    HTTP1_TRAILER,
    HTTP1_UNTIL_CLOSE,
};

struct http1 {
    bool head_only;  /* set by the owner: the answer to HEAD has no body */
    bool started;    /* a byte has come */
    bool keep_alive; /* the connection may be used again */
    enum http1_state state;
    uint64_t left;
    int status;
    struct arena *arena; /* of the headers */
    struct http_headers headers;
    struct buf line; /* head, or a line of the chunked form, as far as it has come */
    struct buf body;
};

enum http1_progress http1_take(struct http1 *answer, struct str bytes);
/** The connection was closed: true when that ends the answer as it should. */
bool http1_end(const struct http1 *answer);
struct str http1_body(const struct http1 *answer);
/** Everything it holds; zeroed again, but for head_only. */
void http1_done(struct http1 *answer);
