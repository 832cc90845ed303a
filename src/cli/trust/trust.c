/* Stores of trusted certificates: their kinds, and what these share. */
#include "cli/trust/trust.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/trust/internal.h"
#include "crypto/digest.h"

enum { ID_DIGITS = 8, WORDS_MAX = 16 };

/* The system first: Debian's tool hands on to Java's store. */
const struct trust_kind *const trust_kinds[] = {&trust_system, &trust_nss, &trust_java, NULL};

void trust_add(struct trust_stores *stores, struct trust_store store)
{
    if (stores->count < TRUST_STORES_MAX)
        stores->items[stores->count++] = store;
}

struct str trust_prefix(const char *folder, struct arena *arena)
{
    OWN(mem_free) char *real = realpath(folder, NULL);
    char hex[DIGEST_HEX_BYTES];

    digest_hex(DIGEST_SHA256, str_of(real ? real : folder), hex);
    return arena_strf(arena, "fcemu-%.*s-", ID_DIGITS, hex);
}

struct str trust_name(struct str prefix, const char *fingerprint, struct arena *arena)
{
    char digits[ID_DIGITS + 1] = "";
    size_t count = 0;

    for (; *fingerprint && count < ID_DIGITS; fingerprint++)
        if (isxdigit((unsigned char)*fingerprint))
            digits[count++] = (char)tolower((unsigned char)*fingerprint);
    return arena_strf(arena, STR_FMT "%s", STR_ARG(prefix), digits);
}

/* The nearest folder above what is not there yet decides. */
bool trust_is_writable(const struct trust_store *store)
{
    OWN(mem_free) char *path = mem_dup(store->path);
    char *slash;

    while (access(path, F_OK) < 0 && errno == ENOENT && (slash = strrchr(path, '/')) &&
           slash != path)
        *slash = '\0';
    return access(path, W_OK) == 0;
}

/* ---- what the kinds share ---- */

void trust_entry_add(struct trust_entries *entries, struct str name, bool unread,
                     struct arena *arena)
{
    if (entries->count == TRUST_ENTRIES_MAX)
        return;
    entries->items[entries->count].name = arena_str(arena, name);
    entries->items[entries->count++].unread = unread;
}

void trust_entries_read(struct str text, struct str prefix, struct trust_entries *out,
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
