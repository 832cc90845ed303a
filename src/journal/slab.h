/*
 * journal/slab.h - memory for segments, in pages of 2 MB where the kernel has them
 *
 * A ring writes to memory that no cache holds. With pages of 4 KB each entry asks for new ones,
 * which costs three times what the writing does.
 *
 * Threads: one takes; any may give back.
 */
#pragma once

#include <stddef.h>

enum { SLAB_BYTES = 2 << 20 };

struct slab; /* SLAB_BYTES in slots of one size */

/** NULL when the memory cannot be had. @slot_bytes is at least a 32nd of SLAB_BYTES. The caller
 * holds it until slab_unref(). */
struct slab *slab_new(size_t slot_bytes);
/** A slot that nobody has, its bytes undefined; NULL when all are taken. It holds the slab. */
char *slab_take(struct slab *slab);
void slab_give_back(struct slab *slab, const char *slot);
void slab_unref(struct slab *slab);
