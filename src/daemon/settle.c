/*
 * After the start: what only the start needed is given back.
 *
 * Half of what is resident then is code and tables of libraries that made the certificate
 * authority, read the rules and opened the database, and hardly run again. The pages stay in the
 * page cache; one that is wanted after all costs a minor fault.
 */
#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/internal.h"

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

void daemon_settle(void)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    malloc_trim(0);
    dl_iterate_phdr(give_back, &page);
}
