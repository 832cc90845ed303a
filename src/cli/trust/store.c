/* What every kind of store needs: to be listed, to run its tool and to read what that says. */
#include <string.h>

#include "cli/trust/internal.h"

enum { WORDS_MAX = 16 };

void trust_add(struct trust_stores *stores, struct trust_store store)
{
    if (stores->count < TRUST_STORES_MAX)
        stores->items[stores->count++] = store;
}

void trust_entry_add(struct trust_entries *entries, struct str name, bool unread,
                     struct arena *arena)
{
    if (entries->count == TRUST_ENTRIES_MAX)
        return;
    entries->items[entries->count].name = arena_str(arena, name);
    entries->items[entries->count++].unread = unread;
}

/* Of each line of @text: what it begins with, up to a blank or comma, if that begins with @prefix.
 */
static void read_entries(struct str text, struct str prefix, struct trust_entries *out,
                         struct arena *arena)
{
    while (str_is_set(text)) {
        struct str line;
        size_t len = 0;

        str_cut(text, '\n', &line, &text);
        if (!str_starts(line, prefix))
            continue;
        while (len < line.len && !strchr(" \t,\r", line.ptr[len]))
            len++;
        trust_entry_add(out, str_slice(line, 0, len), false, arena);
    }
}

/* What a tool says last is mostly why. */
static struct str last_line(struct str text)
{
    struct str line = STR("it says nothing");
    struct str rest = text;

    while (str_is_set(rest)) {
        struct str one;

        str_cut(rest, '\n', &one, &rest);
        if (str_trim(one).len)
            line = str_trim(one);
    }
    return line;
}

int trust_tool(const struct trust_store *store, const char *const *words, struct buf *out,
               struct error *err)
{
    const char *argv[WORDS_MAX] = {store->tool};
    OWN(buf_done) struct buf own = {0};
    struct buf *said = out ? out : &own;

    for (size_t i = 0; words[i] && i + 2 < WORDS_MAX; i++)
        argv[i + 1] = words[i];
    int status = tool_run(argv, TRUST_TOOL_MS, said);

    if (status == 0)
        return 0;
    struct str line = last_line(buf_str(said));

    return error_set(err, ERROR_IO,
                     status < 0 ? "%s did not end by itself: " STR_FMT : "%s refuses: " STR_FMT,
                     store->tool, STR_ARG(line));
}

int trust_list(const struct trust_store *store, const char *const *words, struct str prefix,
               struct trust_entries *out, struct error *err)
{
    OWN(buf_done) struct buf said = {0};

    if (trust_tool(store, words, &said, err) < 0)
        return -1;
    read_entries(buf_str(&said), prefix, out, store->arena);
    return 0;
}
