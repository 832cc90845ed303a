/* Memory for segments, in large pages. */
#include "journal/slab.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

#include "base/mem.h"

enum { SLOTS_MAX = 32 };

struct slab {
    atomic_uint refs;
    _Atomic uint32_t taken; /* a bit a slot */
    unsigned slots;
    size_t slot_bytes;
    char *bytes;
};

/* A large page begins at a multiple of its size: twice as much holds one, the rest goes back. */
static char *map_aligned(void)
{
    char *all =
        mmap(NULL, 2 * SLAB_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (all == MAP_FAILED)
        return NULL;
    size_t before = (SLAB_BYTES - (uintptr_t)all % SLAB_BYTES) % SLAB_BYTES;

    if (before)
        munmap(all, before);
    munmap(all + before + SLAB_BYTES, SLAB_BYTES - before);
    return all + before;
}

struct slab *slab_new(size_t slot_bytes)
{
    char *bytes = map_aligned();

    assert(slot_bytes <= SLAB_BYTES && SLAB_BYTES / slot_bytes <= SLOTS_MAX);
    if (!bytes)
        return NULL;
    madvise(bytes, SLAB_BYTES, MADV_HUGEPAGE); /* a kernel that knows none takes small ones */
    struct slab *slab = mem_alloc(sizeof(*slab));

    slab->refs = 1;
    slab->slots = (unsigned)(SLAB_BYTES / slot_bytes);
    slab->slot_bytes = slot_bytes;
    slab->bytes = bytes;
    return slab;
}

char *slab_take(struct slab *slab)
{
    uint32_t taken = atomic_load(&slab->taken);

    for (unsigned i = 0; i < slab->slots; i++) {
        if (taken & UINT32_C(1) << i)
            continue;
        atomic_fetch_or(&slab->taken, UINT32_C(1) << i);
        atomic_fetch_add(&slab->refs, 1);
        return slab->bytes + i * slab->slot_bytes;
    }
    return NULL;
}

void slab_give_back(struct slab *slab, const char *slot)
{
    size_t index = (size_t)(slot - slab->bytes) / slab->slot_bytes;

    atomic_fetch_and(&slab->taken, ~(UINT32_C(1) << index));
    slab_unref(slab);
}

void slab_unref(struct slab *slab)
{
    if (!slab || atomic_fetch_sub(&slab->refs, 1) > 1)
        return;
    munmap(slab->bytes, SLAB_BYTES);
    mem_free(slab);
}
