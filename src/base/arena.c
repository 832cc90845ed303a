/* Memory that lives as long as one request, or one rule set. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
    FIRST_BLOCK_BYTES = 4608, /* most calls fit; ten thousand parked ones hold as many */
    BLOCK_BYTES = 16384,
    BLOCK_BYTES_MOST = 1 << 20, /* a block of its own for the kernel: nothing of it stays behind */
    BLOCK_SHARE = 4,            /* of what there is already: a block is never more */
    ALIGNMENT = 16,
};

struct block {
    struct block *next;
    size_t size;
    size_t used;
    _Alignas(ALIGNMENT) char data[];
};

struct cleanup {
    struct cleanup *next;
    void (*fn)(void *arg);
    void *arg;
};

struct arena {
    struct block *head; /* newest */
    struct block *first;
    struct cleanup *cleanups;
    size_t total;
};

static struct block *block_new(struct arena *arena, size_t size)
{
    struct block *block = malloc(sizeof(*block) + size);

    if (!block)
        abort();
    block->size = size;
    block->used = 0;
    block->next = arena->head;
    arena->head = block;
    arena->total += sizeof(*block) + size;
    return block;
}

struct arena *arena_new(void)
{
    struct arena *arena = mem_alloc(sizeof(*arena));

    arena->total = sizeof(*arena);
    arena->first = block_new(arena, FIRST_BLOCK_BYTES);
    return arena;
}

static void run_cleanups(struct arena *arena)
{
    while (arena->cleanups) {
        struct cleanup *c = arena->cleanups;

        arena->cleanups = c->next;
        c->fn(c->arg);
    }
}

static void free_blocks_above(struct arena *arena, struct block *keep)
{
    while (arena->head && arena->head != keep) {
        struct block *block = arena->head;

        arena->head = block->next;
        arena->total -= sizeof(*block) + block->size;
        free(block);
    }
}

void arena_reset(struct arena *arena)
{
    run_cleanups(arena);
    free_blocks_above(arena, arena->first);
    arena->first->used = 0;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    run_cleanups(arena);
    free_blocks_above(arena, NULL);
    mem_free(arena);
}

static size_t rounded(size_t size)
{
    return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

/* Large arenas grow in large blocks: between small ones, other things would settle, and keep the
 * pages of what is freed. */
static size_t next_block_bytes(const struct arena *arena)
{
    size_t share = arena->total / BLOCK_SHARE;

    /* A whole number of steps: what is rounded up within a block must not lead out of it. */
    return share < BLOCK_BYTES        ? BLOCK_BYTES
           : share > BLOCK_BYTES_MOST ? BLOCK_BYTES_MOST
                                      : rounded(share);
}

static void *take(struct arena *arena, size_t size)
{
    struct block *block = arena->head;
    size_t need;

    if (size > SIZE_MAX / 2)
        abort();
    need = rounded(size);
    if (block->size - block->used < need) {
        size_t usual = next_block_bytes(arena);

        block = block_new(arena, need > usual ? need : usual);
    }
    void *ptr = block->data + block->used;

    block->used += need;
    return ptr;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(take(arena, size), 0, size);
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        abort();
    return arena_alloc(arena, total);
}

char *arena_dup(struct arena *arena, struct str s)
{
    char *copy = take(arena, s.len + 1);

    if (s.len)
        memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return copy;
}

struct str arena_str(struct arena *arena, struct str s)
{
    return s.ptr ? (struct str){arena_dup(arena, s), s.len} : s;
}

struct str arena_concat(struct arena *arena, const struct str *parts, size_t count)
{
    size_t len = 0;
    size_t used = 0;

    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    char *text = take(arena, len + 1);

    for (size_t i = 0; i < count; i++) {
        if (parts[i].len)
            memcpy(text + used, parts[i].ptr, parts[i].len);
        used += parts[i].len;
    }
    text[len] = '\0';
    return (struct str){text, len};
}

/* Most texts fit into what is left of the block, and need not be measured first. */
static char *vprintf_into(struct arena *arena, const char *fmt, va_list args, size_t *out_len)
{
    struct block *block = arena->head;
    size_t room = block->size - block->used;
    char *text = block->data + block->used;
    va_list again;
    int n;

    va_copy(again, args);
    n = vsnprintf(text, room, fmt, again);
    va_end(again);
    if (n < 0)
        abort();
    *out_len = (size_t)n;
    if (*out_len < room) {
        block->used += rounded(*out_len + 1);
        return text;
    }
    text = arena_alloc(arena, *out_len + 1);
    vsnprintf(text, *out_len + 1, fmt, args);
    return text;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list args;
    size_t len;

    va_start(args, fmt);
    char *text = vprintf_into(arena, fmt, args, &len);

    va_end(args);
    return text;
}

struct str arena_strf(struct arena *arena, const char *fmt, ...)
{
    va_list args;
    size_t len;

    va_start(args, fmt);
    char *text = vprintf_into(arena, fmt, args, &len);

    va_end(args);
    return (struct str){text, len};
}

void arena_on_end(struct arena *arena, void (*fn)(void *arg), void *arg)
{
    struct cleanup *c = ARENA_NEW(arena, struct cleanup);

    c->fn = fn;
    c->arg = arg;
    c->next = arena->cleanups;
    arena->cleanups = c;
}

size_t arena_size(const struct arena *arena)
{
    return arena->total;
}
