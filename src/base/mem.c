/* Small allocations that cannot fail. */
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_BYTES = 1024 };

static _Noreturn void die(void)
{
    fputs("fcemu: out of memory\n", stderr);
    abort();
}

static void *or_die(void *ptr)
{
    if (!ptr)
        die();
    return ptr;
}

static size_t times_or_die(size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        die();
    return total;
}

/* calloc() passes by the thread's own store of small blocks, from which malloc() takes them. */
void *mem_alloc(size_t size)
{
    if (size > SMALL_BYTES)
        return or_die(calloc(1, size));
    return memset(or_die(malloc(size ? size : 1)), 0, size);
}

void *mem_alloc_array(size_t count, size_t size)
{
    return mem_alloc(times_or_die(count, size));
}

void *mem_grow(void *ptr, size_t count, size_t size)
{
    size_t total = times_or_die(count, size);

    return or_die(realloc(ptr, total ? total : 1));
}

char *mem_dup(const char *text)
{
    return or_die(strdup(text));
}

char *mem_dup_len(const char *ptr, size_t len)
{
    char *copy = or_die(malloc(len + 1));

    if (len)
        memcpy(copy, ptr, len);
    copy[len] = '\0';
    return copy;
}

char *mem_printf(const char *fmt, ...)
{
    char *text = NULL;
    va_list args;
    int n;

    va_start(args, fmt);
    n = vasprintf(&text, fmt, args);
    va_end(args);
    return or_die(n < 0 ? NULL : text);
}

void mem_free(void *ptr)
{
    free(ptr);
}
