/* Lists of words, of folders and of names, as the programs read them that they are for. */
#include "cli/env/value.h"

#include <string.h>

#include "catalog/served.h"

const struct str env_zones[] = {SERVED_NAMES{0}};

static bool is_within(struct str name, struct str zone)
{
    return str_eq_nocase(name, zone) ||
           (name.len > zone.len && name.ptr[name.len - zone.len - 1] == '.' &&
            str_eq_nocase(str_slice(name, name.len - zone.len, name.len), zone));
}

/* Would some served name go past the proxy by this entry of NO_PROXY? "com" takes all of it, so
 * does "fc.aliyuncs.com:443". */
bool env_hides_served_names(struct str entry)
{
    struct str name;
    struct str port;

    if (str_cut(entry, ':', &name, &port) && memchr(port.ptr, ':', port.len))
        return false; /* an address of IPv6 */
    while (name.len && (name.ptr[0] == '.' || name.ptr[0] == '*'))
        name = str_slice(name, 1, name.len);
    for (size_t i = 0; str_is_set(env_zones[i]); i++)
        if (name.len == 0 || is_within(name, env_zones[i]) || is_within(env_zones[i], name))
            return true;
    return false;
}

static bool has_item(struct str list, char separator, struct str item)
{
    while (str_is_set(list)) {
        struct str one;

        str_cut(list, separator, &one, &list);
        if (str_eq(str_trim(one), item))
            return true;
    }
    return false;
}

static struct str without_item(struct str list, char separator, struct str item,
                               struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};
    bool first = true;

    while (str_is_set(list)) {
        struct str one;

        str_cut(list, separator, &one, &list);
        if (str_eq(one, item))
            continue;
        if (!first)
            buf_add_char(&out, separator);
        buf_add(&out, one);
        first = false;
    }
    return out.len ? arena_str(arena, buf_str(&out)) : STR_NONE;
}

static struct str add_names(struct str ours, struct str had, struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};

    buf_add(&out, ours);
    while (str_is_set(had)) {
        struct str one;

        str_cut(had, ',', &one, &had);
        one = str_trim(one);
        if (one.len == 0 || env_hides_served_names(one) || has_item(buf_str(&out), ',', one))
            continue;
        buf_add_char(&out, ',');
        buf_add(&out, one);
    }
    return arena_str(arena, buf_str(&out));
}

static struct str joined(struct str a, char separator, struct str b, struct arena *arena)
{
    return arena_strf(arena, STR_FMT "%c" STR_FMT, STR_ARG(a), separator, STR_ARG(b));
}

struct str env_combine(enum env_kind kind, struct str ours, struct str had, struct arena *arena)
{
    switch (kind) {
    case ENV_WORDS:
        return had.len ? joined(had, ' ', ours, arena) : ours;
    case ENV_FOLDERS:
        return had.len ? joined(ours, ':', had, arena) : ours;
    case ENV_SCAN_FOLDERS:
        return joined(had, ':', ours, arena); /* an empty one is PHP's own folder */
    case ENV_NO_PROXY:
        return add_names(ours, had, arena);
    case ENV_SET:
    case ENV_AUTHORITIES:
    case ENV_MORE_AUTHORITIES:
        break;
    }
    return ours;
}

static struct str without_words(struct str words, struct str ours, struct arena *arena)
{
    size_t at;

    if (ours.len == 0 || !str_find(words, ours, &at))
        return words;
    struct str before = str_trim(str_slice(words, 0, at));
    struct str after = str_trim(str_slice(words, at + ours.len, words.len));

    if (before.len == 0 || after.len == 0)
        return before.len ? before : after.len ? after : STR_NONE;
    return joined(before, ' ', after, arena);
}

struct str env_without(enum env_kind kind, struct str ours, struct str now, struct arena *arena)
{
    switch (kind) {
    case ENV_WORDS:
        return without_words(now, ours, arena);
    case ENV_FOLDERS:
    case ENV_SCAN_FOLDERS:
        return without_item(now, ':', ours, arena);
    case ENV_AUTHORITIES:
    case ENV_MORE_AUTHORITIES:
        return str_eq(now, ours) ? STR_NONE : now;
    case ENV_SET:
    case ENV_NO_PROXY: /* names that are there twice are written once */
        break;
    }
    return now;
}
