/*
 * base/buf.h - a text that grows while it is built
 *
 * Appending cannot fail (base/mem.h). The text is always terminated. A zeroed struct buf is ready
 * for use.
 *
 * Threads: one at a time.
 */
#pragma once

#include <stdarg.h>

#include "base/own.h"
#include "base/str.h"

struct buf {
    char *ptr; /* NULL while empty */
    size_t len;
    size_t cap;
};

void buf_done(struct buf *b);
static inline void buf_done_at_exit(struct buf *b)
{
    buf_done(b);
}

void buf_grow(struct buf *b, size_t more); /* buf_reserve() when there is no room left */

/** Make room for @more bytes and the terminator. */
static inline void buf_reserve(struct buf *b, size_t more)
{
    if (more >= b->cap - b->len)
        buf_grow(b, more);
}

static inline void buf_add(struct buf *b, struct str s)
{
    buf_reserve(b, s.len);
    if (s.len)
        memcpy(b->ptr + b->len, s.ptr, s.len);
    b->len += s.len;
    b->ptr[b->len] = '\0';
}

static inline void buf_add_char(struct buf *b, char c)
{
    buf_reserve(b, 1);
    b->ptr[b->len++] = c;
    b->ptr[b->len] = '\0';
}

static inline void buf_puts(struct buf *b, const char *text)
{
    buf_add(b, str_of(text));
}

void buf_add_uint(struct buf *b, uint64_t value); /* in decimal; printf is ten times dearer */
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list args);
void buf_clear(struct buf *b); /* keeps the memory */

/** A quoted JSON string; invalid UTF-8 becomes U+FFFD. An absent string is written as null. */
void buf_json_string(struct buf *b, struct str s);

struct str buf_str(const struct buf *b);   /* a view; valid until the next change */
const char *buf_text(const struct buf *b); /* terminated; "" while empty */
char *buf_take(struct buf *b)
    __attribute__((returns_nonnull)); /* heap text for mem_free(); the buf is empty again */
