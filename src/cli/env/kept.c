/* The record of what was set, read and written. */
#include "cli/env/kept.h"

static struct str was_key(struct str name, struct arena *arena)
{
    return arena_strf(arena, STR_FMT ".was", STR_ARG(name));
}

bool env_kept_was(const struct query *kept, struct str name, struct str now, struct str *out_was)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct str value = query_get(kept, name);

    if (!value.ptr || !str_eq(value, now))
        return false;
    *out_was = query_get(kept, was_key(name, arena));
    return true;
}

static void add_pair(struct buf *out, struct str key, struct str value, struct arena *arena)
{
    if (out->len)
        buf_add_char(out, '&');
    buf_printf(out, STR_FMT "=", STR_ARG(key));
    buf_add(out, percent_encode(value, true, arena));
}

void env_keep(struct buf *out, struct str name, struct str value, struct str was,
              struct arena *arena)
{
    add_pair(out, name, value, arena);
    if (was.ptr)
        add_pair(out, was_key(name, arena), was, arena);
}
