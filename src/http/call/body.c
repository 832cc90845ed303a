/* The body of a request while it comes in. */
#include "http/call/body.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    FIRST_BYTES = 4096,
    POOLED_MIN_BYTES = 128 * 1024,      /* malloc() maps from here on */
    POOLED_MAX_BYTES = 8 * 1024 * 1024, /* larger ones go back to the kernel */
};

static char *pool_take(struct body_pool *pool, size_t need, size_t *out_cap)
{
    for (size_t i = 0; i < BODY_SPARE_MAX; i++) {
        char *ptr = pool->spare[i];

        if (ptr && pool->spare_cap[i] >= need) {
            *out_cap = pool->spare_cap[i];
            pool->spare[i] = NULL;
            return ptr;
        }
    }
    return NULL;
}

static bool pool_give(struct body_pool *pool, char *ptr, size_t cap)
{
    if (cap < POOLED_MIN_BYTES || cap > POOLED_MAX_BYTES)
        return false;
    for (size_t i = 0; i < BODY_SPARE_MAX; i++)
        if (!pool->spare[i]) {
            pool->spare[i] = ptr;
            pool->spare_cap[i] = cap;
            return true;
        }
    return false;
}

void body_pool_done(struct body_pool *pool)
{
    for (size_t i = 0; i < BODY_SPARE_MAX; i++)
        free(pool->spare[i]);
    *pool = (struct body_pool){.held_bytes = pool->held_bytes};
}

/* A file without a name; not every file system can make one directly. */
static int open_unlinked(const char *dir)
{
    char path[PATH_MAX];
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0)
        return fd;
    if (snprintf(path, sizeof(path), "%s/fcemu-body-XXXXXX", dir) >= (int)sizeof(path))
        return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

static int write_all(int fd, struct str bytes, struct error *err)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, "spool a request body");
        bytes = str_slice(bytes, (size_t)n, bytes.len);
    }
    return 0;
}

static int spool(struct body *body, struct error *err)
{
    body->fd = open_unlinked(body->spool_dir);
    if (body->fd < 0)
        return error_errno(err, "make a file in '%s' for a request body", body->spool_dir);
    body->spooled = true;
    if (write_all(body->fd, (struct str){body->ptr, body->len}, err) < 0)
        return -1;
    free(body->ptr);
    body->ptr = NULL;
    body->cap = 0;
    return 0;
}

static bool is_one_too_many(const struct body_pool *pool, uint64_t bytes)
{
    return bytes >= POOLED_MIN_BYTES && pool->held_bytes + bytes > BODIES_HELD_MAX_BYTES;
}

int body_begin(struct body *body, struct body_pool *pool, uint64_t expected_bytes,
               uint64_t spool_above, const char *spool_dir, struct error *err)
{
    *body = (struct body){.spool_above = spool_above, .spool_dir = spool_dir};
    if (expected_bytes == 0) {
        if (spool_above > BODY_UNDECLARED_MAX_BYTES)
            body->spool_above = BODY_UNDECLARED_MAX_BYTES;
        return 0;
    }
    if (expected_bytes > spool_above || is_one_too_many(pool, expected_bytes))
        return spool(body, err);
    if (expected_bytes >= POOLED_MIN_BYTES) {
        body->held_bytes = expected_bytes;
        pool->held_bytes += expected_bytes;
        body->ptr = pool_take(pool, expected_bytes, &body->cap);
    }
    if (body->ptr)
        return 0;
    body->ptr = malloc(expected_bytes);
    if (!body->ptr)
        return error_errno(err, "hold a request body of %zu bytes", (size_t)expected_bytes);
    body->cap = expected_bytes;
    return 0;
}

static int make_room(struct body *body, size_t more, struct error *err)
{
    size_t need = body->len + more;
    size_t cap = body->cap ? body->cap : FIRST_BYTES;

    if (need <= body->cap)
        return 0;
    while (cap < need)
        cap *= 2;
    char *ptr = realloc(body->ptr, cap);

    if (!ptr)
        return error_errno(err, "hold a request body of %zu bytes", need);
    body->ptr = ptr;
    body->cap = cap;
    return 0;
}

int body_add(struct body *body, struct str bytes, struct error *err)
{
    if (!body->spooled && body->len + bytes.len > body->spool_above && spool(body, err) < 0)
        return -1;
    if (body->spooled) {
        if (write_all(body->fd, bytes, err) < 0)
            return -1;
    } else {
        if (make_room(body, bytes.len, err) < 0)
            return -1;
        memcpy(body->ptr + body->len, bytes.ptr, bytes.len);
    }
    body->len += bytes.len;
    return 0;
}

int body_end(struct body *body, struct str *out, struct error *err)
{
    if (body->spooled && body->len > 0) {
        void *map = mmap(NULL, body->len, PROT_READ, MAP_PRIVATE, body->fd, 0);

        if (map == MAP_FAILED)
            return error_errno(err, "map a request body of %zu bytes", (size_t)body->len);
        body->ptr = map;
        body->mapped = true;
    }
    *out = (struct str){body->ptr ? body->ptr : "", body->len};
    return 0;
}

/* Nobody writes to the mapping: nothing of it is lost. */
void body_rest(const struct body *body)
{
    if (body->mapped)
        madvise(body->ptr, body->len, MADV_DONTNEED);
}

void body_done(struct body *body, struct body_pool *pool)
{
    if (body->mapped)
        munmap(body->ptr, body->len);
    else if (body->ptr && !pool_give(pool, body->ptr, body->cap))
        free(body->ptr);
    if (body->spooled)
        close(body->fd);
    pool->held_bytes -= body->held_bytes;
    *body = (struct body){0};
}
