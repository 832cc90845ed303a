/*
 * Which files stay out of a package: rules as git reads them.
 *
 * A rule with a slash inside begins at the top, one without holds at any depth; one that ends with
 * a slash is for folders; "!" takes a file back in; "*" and "?" stop at slashes, "**" does not.
 */
#include "product/service/seed/seed_read.h"

struct rule {
    struct str pattern;
    bool negated, anchored, folders;
    struct rule *next;
};

struct ignore {
    struct rule *rules; /* the last one first */
};

static struct str without_end(struct str line)
{
    while (line.len && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\r' ||
                        line.ptr[line.len - 1] == '\t'))
        line.len--;
    return line;
}

static void add_rule(struct ignore *ignore, struct str line, struct arena *arena)
{
    struct rule *rule;

    line = without_end(line);
    if (!line.len || line.ptr[0] == '#')
        return;
    rule = ARENA_NEW(arena, struct rule);
    rule->negated = line.ptr[0] == '!';
    if (rule->negated || (line.ptr[0] == '\\' && line.len > 1))
        line = str_slice(line, 1, line.len);
    if (str_starts(line, STR("./")))
        line = str_slice(line, 1, line.len);
    rule->folders = str_ends(line, STR("/"));
    if (rule->folders)
        line.len--;
    rule->anchored = line.len && memchr(line.ptr, '/', line.len);
    if (str_starts(line, STR("/")))
        line = str_slice(line, 1, line.len);
    rule->pattern = arena_str(arena, line);
    if (!line.len)
        return;
    rule->next = ignore->rules;
    ignore->rules = rule;
}

struct ignore *ignore_read(struct str text, struct arena *arena)
{
    struct ignore *ignore = ARENA_NEW(arena, struct ignore);
    struct str line;

    while (str_is_set(text)) {
        str_cut(text, '\n', &line, &text);
        add_rule(ignore, line, arena);
    }
    return ignore;
}

/* ---- patterns ---- */

static bool fits(struct str pattern, struct str path);

/* "[a-z]" at the front of @pattern; *used is its length. */
static bool fits_class(struct str pattern, char c, size_t *used)
{
    bool negated = pattern.len > 1 && (pattern.ptr[1] == '!' || pattern.ptr[1] == '^');
    size_t at = negated ? 2 : 1;
    bool found = false;

    for (size_t first = at; at < pattern.len && (pattern.ptr[at] != ']' || at == first); at++) {
        char low = pattern.ptr[at];
        char high = low;

        if (at + 2 < pattern.len && pattern.ptr[at + 1] == '-' && pattern.ptr[at + 2] != ']') {
            high = pattern.ptr[at + 2];
            at += 2;
        }
        found = found || (c >= low && c <= high);
    }
    *used = at < pattern.len ? at + 1 : 0;
    return found != negated;
}

/* "**" and a slash: any number of folders, none among them. */
static bool fits_folders(struct str pattern, struct str path)
{
    for (;;) {
        struct str rest;

        if (fits(pattern, path))
            return true;
        if (!str_cut(path, '/', &(struct str){0}, &rest))
            return false;
        path = rest;
    }
}

static bool fits_star(struct str pattern, struct str path)
{
    for (size_t i = 0; i <= path.len; i++) {
        if (fits(pattern, str_slice(path, i, path.len)))
            return true;
        if (i < path.len && path.ptr[i] == '/')
            return false;
    }
    return false;
}

static bool fits_one(struct str *pattern, struct str *path)
{
    char want = pattern->ptr[0];
    char is = path->ptr[0];
    size_t used = 1;

    if (want == '[' && is != '/') {
        bool good = fits_class(*pattern, is, &used);

        if (used && !good)
            return false;
        if (!used && is != '[')
            return false;
        used = used ? used : 1;
    } else if (want == '\\' && pattern->len > 1) {
        if (pattern->ptr[1] != is)
            return false;
        used = 2;
    } else if (want == '?' ? is == '/' : want != is) {
        return false;
    }
    *pattern = str_slice(*pattern, used, pattern->len);
    *path = str_slice(*path, 1, path->len);
    return true;
}

static bool fits(struct str pattern, struct str path)
{
    while (pattern.len) {
        if (str_starts(pattern, STR("**/")))
            return fits_folders(str_slice(pattern, 3, pattern.len), path);
        if (str_eq(pattern, STR("**")))
            return path.len > 0;
        if (pattern.ptr[0] == '*')
            return fits_star(str_slice(pattern, 1, pattern.len), path);
        if (!path.len || !fits_one(&pattern, &path))
            return false;
    }
    return !path.len;
}

static bool rule_fits(const struct rule *rule, struct str path, bool is_folder)
{
    struct str name = path;

    if (rule->folders && !is_folder)
        return false;
    if (!rule->anchored && str_cut_last(path, '/', &(struct str){0}, &name))
        return fits(rule->pattern, name);
    return fits(rule->pattern, path);
}

bool ignore_is(const struct ignore *ignore, struct str path, bool is_folder)
{
    for (const struct rule *rule = ignore->rules; rule; rule = rule->next) {
        if (rule_fits(rule, path, is_folder))
            return !rule->negated;
    }
    return false;
}
