/*
 * The ring of the last events.
 */
#include "admin/kept.h"

#include <assert.h>

#include "base/mem.h"

static struct kept_event *at(const struct kept *kept, size_t i)
{
    return (struct kept_event *)(uintptr_t)&kept->events[(kept->first + i) % KEPT_EVENTS_MAX];
}

static void drop_oldest(struct kept *kept)
{
    struct kept_event *oldest = at(kept, 0);

    kept->bytes -= oldest->text.len;
    mem_free((char *)(uintptr_t)oldest->text.ptr);
    kept->first = (kept->first + 1) % KEPT_EVENTS_MAX;
    kept->count--;
}

void kept_add(struct kept *kept, uint64_t number, const char *type, struct str text)
{
    assert(!kept->count || number == kept_oldest(kept, 0) + kept->count);
    while (kept->count &&
           (kept->count == KEPT_EVENTS_MAX || kept->bytes + text.len > KEPT_BYTES_MAX))
        drop_oldest(kept);
    *at(kept, kept->count++) = (struct kept_event){
        number, type, {mem_dup_len(text.ptr, text.len), text.len}
    };
    kept->bytes += text.len;
}

const struct kept_event *kept_find(const struct kept *kept, uint64_t number)
{
    uint64_t oldest = kept_oldest(kept, 0);

    return number >= oldest && number - oldest < kept->count ? at(kept, number - oldest) : NULL;
}

uint64_t kept_oldest(const struct kept *kept, uint64_t otherwise)
{
    return kept->count ? at(kept, 0)->number : otherwise;
}

void kept_clear(struct kept *kept)
{
    while (kept->count)
        drop_oldest(kept);
}
