/*
 * Memory that is not needed any more goes back: what only the start needed after it, and later on
 * what large bodies, long answers and loads took.
 *
 * Half of what is resident then is code and tables of libraries that made the certificate
 * authority, read the rules and opened the database, and hardly run again. The pages stay in the
 * page cache; one that is wanted after all costs a minor fault.
 */
#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/internal.h"
#include "loop/worker.h"

/* Nothing was ever written into such a part, so its file is what it holds. */
static bool is_read_only(const ElfW(Phdr) * part)
{
    return part->p_type == PT_LOAD && !(part->p_flags & PF_W);
}

static int give_back(struct dl_phdr_info *object, size_t size, void *arg)
{
    uintptr_t page = *(const uintptr_t *)arg;

    (void)size;
    if (!*object->dlpi_name)
        return 0; /* the program itself: it runs on, and a debugger may have written into it */
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        uintptr_t from = (object->dlpi_addr + part->p_vaddr) & ~(page - 1);
        uintptr_t to = object->dlpi_addr + part->p_vaddr + part->p_memsz;

        if (is_read_only(part))
            madvise((void *)from, to - from, MADV_DONTNEED); /* a hint: it may fail */
    }
    return 0;
}

/* Larger blocks are the kernel's again once they are freed, however large the last one was; else
 * the allocator would learn to keep them. */
enum { MAPPED_FROM_BYTES = 1 << 20, KEPT_AT_TOP_BYTES = 4 << 20 };

/* The loop's heap, and one for all other threads: each further one keeps gaps of its own. */
enum { HEAPS_MAX = 2 };

void daemon_memory_prepare(void)
{
    mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_AT_TOP_BYTES);
    mallopt(M_ARENA_MAX, HEAPS_MAX);
}

void daemon_settle(void)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    malloc_trim(0);
    dl_iterate_phdr(give_back, &page);
}

/* ---- later on ---- */

#define LOOK_AFTER_NS UINT64_C(15000000000)
enum { WORTH_BYTES = 2 << 20 };

/* What is resident beyond what is in use: code, stacks, and what was freed and not given back. */
static size_t excess(void)
{
    struct mallinfo2 info = mallinfo2(); /* of the heaps of all threads */
    size_t used = info.uordblks + info.hblkhd;
    unsigned long total = 0;
    unsigned long resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (!file)
        return 0;
    if (fscanf(file, "%lu %lu", &total, &resident) != 2) /* NOLINT(cert-err34-c): the kernel's */
        resident = 0;
    fclose(file);
    size_t bytes = resident * (size_t)sysconf(_SC_PAGESIZE);

    return bytes > used ? bytes - used : 0;
}

static void look_at_memory(struct loop_timer *timer);

/* Whatever thread took it: each has a heap of its own that keeps what was freed. */
static void trim(void *arg)
{
    struct daemon *d = arg;

    daemon_settle(); /* pages of libraries that only a large piece of work ran, too */
    d->memory_excess = excess();
}

static void trimmed(void *arg)
{
    struct daemon *d = arg;

    loop_timer_arm(d->loop, &d->memory_timer, LOOK_AFTER_NS, look_at_memory);
}

static void look_at_memory(struct loop_timer *timer)
{
    struct daemon *d = CONTAINER_OF(timer, struct daemon, memory_timer);
    size_t now = excess();

    if (now > d->memory_excess + WORTH_BYTES) {
        worker_submit(d->errands, trim, trimmed, d);
        return;
    }
    if (now < d->memory_excess)
        d->memory_excess = now;
    loop_timer_arm(d->loop, timer, LOOK_AFTER_NS, look_at_memory);
}

int daemon_watch_memory(struct daemon *d, struct error *err)
{
    if (worker_new(d->loop, "errands", &d->errands, err) < 0)
        return -1;
    d->memory_excess = excess();
    loop_timer_arm(d->loop, &d->memory_timer, LOOK_AFTER_NS, look_at_memory);
    return 0;
}
