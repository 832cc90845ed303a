/* Which lines fit, and in which order they are shown. */
#include <stdlib.h>

#include "logs/internal.h"

static bool is_wanted(struct str wanted, struct str is)
{
    return !str_is_set(wanted) || str_eq(wanted, is);
}

bool logs_owner_fits(const struct logs_owner *owner, const struct logs_filter *filter)
{
    return is_wanted(filter->account, owner->account) && is_wanted(filter->region, owner->region) &&
           is_wanted(filter->service, owner->service) &&
           is_wanted(filter->function, owner->function) &&
           is_wanted(filter->project, owner->project) && is_wanted(filter->store, owner->store);
}

bool logs_line_fits(const struct logs_line *line, const struct logs_filter *filter)
{
    return line->number > filter->after && line->wall_ms >= filter->from_ms &&
           (!filter->to_ms || line->wall_ms < filter->to_ms) &&
           is_wanted(filter->request_id, line->request_id);
}

static struct str take_text(const char **at, size_t len)
{
    struct str text = {*at, len};

    *at += len;
    return text;
}

bool logs_next(const struct block *block, size_t *at, struct logs_line *line)
{
    const struct record *record;
    const char *text;

    if (*at >= block->used)
        return false;
    record = (const struct record *)(const void *)(block->bytes + *at);
    text = (const char *)(record + 1);
    line->number = record->number;
    line->wall_ms = record->wall_ms;
    line->kind = (enum logs_kind)record->kind;
    if (!record->same_ids) {
        line->version = take_text(&text, record->version_len);
        line->request_id = take_text(&text, record->request_id_len);
        line->instance = take_text(&text, record->instance_len);
    }
    line->text = take_text(&text, record->text_len);
    *at = (size_t)(text - block->bytes);
    *at = (*at + sizeof(uint64_t) - 1) & ~(sizeof(uint64_t) - 1);
    return true;
}

/* ---- selecting ---- */

struct selection {
    struct logs_found *items;
    size_t count, cap;
};

/* Room for those of one block in front of what is there already would be moved about; they go
 * behind it, and all are sorted in the end. */
static void add(struct selection *s, const struct logs_found *found, struct arena *arena)
{
    if (s->count == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 256;
        struct logs_found *grown = ARENA_ARRAY(arena, cap, struct logs_found);

        if (s->count)
            memcpy(grown, s->items, s->count * sizeof(*grown));
        s->items = grown;
        s->cap = cap;
    }
    s->items[s->count++] = *found;
}

static size_t select_block(const struct owner *owner, const struct block *block,
                           const struct logs_filter *filter, struct arena *arena,
                           struct selection *s)
{
    struct logs_found found = {.owner = &owner->shown};
    size_t before = s->count;
    size_t at = 0;

    while (logs_next(block, &at, &found.line)) {
        if (logs_line_fits(&found.line, filter))
            add(s, &found, arena);
    }
    return s->count - before;
}

/* Newest block first, until there are enough. */
static void select_owner(const struct owner *owner, const struct logs_filter *filter, size_t most,
                         struct arena *arena, struct selection *s)
{
    const struct block *block = owner->blocks ? owner->blocks->prev : NULL;
    size_t found = 0;

    while (block && found < most && block->last > filter->after) {
        if (block->last_ms >= filter->from_ms)
            found += select_block(owner, block, filter, arena, s);
        block = block == owner->blocks ? NULL : block->prev;
    }
}

static int by_number(const void *a, const void *b)
{
    uint64_t left = ((const struct logs_found *)a)->line.number;
    uint64_t right = ((const struct logs_found *)b)->line.number;

    return (left > right) - (left < right);
}

size_t logs_select(const struct logs *logs, const struct logs_filter *filter, size_t most,
                   struct arena *arena, struct logs_found **out)
{
    struct selection s = {0};
    struct owner *owner;
    struct owner *next;
    size_t over;

    HASH_ITER(hh, logs->owners, owner, next)
    {
        if (logs_owner_fits(&owner->shown, filter))
            select_owner(owner, filter, most, arena, &s);
    }
    if (s.count)
        qsort(s.items, s.count, sizeof(*s.items), by_number);
    over = s.count > most ? s.count - most : 0;
    *out = over ? s.items + over : s.items; /* nothing was found: no place to count from */
    return s.count - over;
}

void logs_each(const struct logs *logs, const struct logs_filter *filter,
               void (*each)(void *arg, const struct logs_figures *figures), void *arg)
{
    struct owner *owner;
    struct owner *next;

    HASH_ITER(hh, logs->owners, owner, next)
    {
        if (logs_owner_fits(&owner->shown, filter))
            each(arg, &(struct logs_figures){&owner->shown, owner->lines, owner->bytes,
                                             owner->lost_lines, owner->lost_bytes});
    }
}
