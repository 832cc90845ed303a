/*
 * base/arena.h - memory that lives as long as one request, or one rule set
 *
 * Allocation cannot fail (base/mem.h). Nothing is freed singly; arena_free() ends everything at
 * once, after running the clean-ups that were registered, last one first.
 *
 * Threads: one at a time.
 */
#pragma once

#include "base/own.h"
#include "base/str.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);
DEFINE_OWN(arena_free, struct arena *);

/** Forget everything but the first block; clean-ups run. For reuse from a free list. */
void arena_reset(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t size)
    __attribute__((malloc, returns_nonnull)); /* zeroed, aligned for anything */
void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
    __attribute__((malloc, returns_nonnull));
char *arena_dup(struct arena *arena, struct str s)
    __attribute__((malloc, returns_nonnull)); /* terminated */
struct str arena_str(struct arena *arena,
                     struct str s); /* a copy, also terminated; absent stays absent */
/** The parts behind each other, terminated; cheaper than printing them. */
struct str arena_concat(struct arena *arena, const struct str *parts, size_t count);
#define ARENA_CONCAT(arena, ...)                                                                   \
    arena_concat((arena), (const struct str[]){__VA_ARGS__},                                       \
                 sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str))
char *arena_printf(struct arena *arena, const char *fmt, ...)
    __attribute__((malloc, returns_nonnull)) PRINTF_LIKE(2, 3);
struct str arena_strf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);

/** Run fn(arg) when the arena ends or is reset. */
void arena_on_end(struct arena *arena, void (*fn)(void *arg), void *arg);

size_t arena_size(const struct arena *arena); /* bytes taken from the heap */

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_alloc_array((arena), (count), sizeof(type)))
