/*
 * base/mem.h - small allocations that cannot fail
 *
 * Everything whose size a client does not choose is allocated here: out of memory ends the process
 * with one line on standard error. State is crash-safe, so nothing is lost by that, and no code
 * path exists that nobody can test. What a client sizes (bodies, packages) is bounded and allocated
 * with plain malloc() or a spool file, and checked.
 *
 * Threads: any.
 */
#pragma once

#include <stddef.h>

#include "base/own.h"

void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull)); /* zeroed */
void *mem_alloc_array(size_t count, size_t size)
    __attribute__((malloc, returns_nonnull)); /* zeroed; overflow checked */
void *mem_grow(void *ptr, size_t count, size_t size)
    __attribute__((returns_nonnull)); /* realloc; overflow checked; new part not zeroed */
char *mem_dup(const char *text) __attribute__((malloc, returns_nonnull));
char *mem_dup_len(const char *ptr, size_t len)
    __attribute__((malloc, returns_nonnull)); /* adds a terminator */
char *mem_printf(const char *fmt, ...) __attribute__((malloc, returns_nonnull)) PRINTF_LIKE(1, 2);
void mem_free(void *ptr);
DEFINE_OWN(mem_free, char *);
