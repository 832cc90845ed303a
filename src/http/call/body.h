/*
 * http/call/body.h - the body of a request while it comes in
 *
 * In memory by Content-Length, doubling for chunked uploads; beyond a threshold in an unlinked
 * file, which is mapped once it is whole. So are large ones while those of others fill
 * BODIES_HELD_MAX_BYTES, and chunked ones beyond BODY_UNDECLARED_MAX_BYTES.
 *
 * Threads: one at a time.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

enum {
    BODY_SPARE_MAX = 2,
    BODIES_HELD_MAX_BYTES = 64 * 1024 * 1024,
    BODY_UNDECLARED_MAX_BYTES = 1024 * 1024,
};

/* Large buffers for reuse: fresh pages cost more than the copying. */
struct body_pool {
    char *spare[BODY_SPARE_MAX];
    size_t spare_cap[BODY_SPARE_MAX];
    uint64_t held_bytes; /* declared by the large bodies that are in memory now */
};

struct body {
    char *ptr;
    size_t cap;
    uint64_t len;
    uint64_t held_bytes; /* its part of the pool's */
    uint64_t spool_above;
    const char *spool_dir;
    int fd; /* valid while `spooled` */
    bool spooled;
    bool mapped; /* ptr is the mapping of the file */
};

/** @expected_bytes is 0 when it is not known. ERROR_IO: no room in memory or for a file. */
int body_begin(struct body *body, struct body_pool *pool, uint64_t expected_bytes,
               uint64_t spool_above, const char *spool_dir, struct error *err);
int body_add(struct body *body, struct str bytes, struct error *err);
/** All is in; *out lives until body_done(). */
int body_end(struct body *body, struct str *out, struct error *err);
/** The kernel may have back what memory it takes, when it lies in a file: it is read from there
 * when it is looked at again. */
void body_rest(const struct body *body);
void body_done(struct body *body, struct body_pool *pool); /* zeroed is fine */
void body_pool_done(struct body_pool *pool);
