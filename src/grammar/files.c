/*
 * grammar/files.c - files and what they include
 */
#include <errno.h>
#include <glob.h>
#include <sys/stat.h>

#include "grammar/builtin.h"
#include "grammar/internal.h"

#define NAME_A_FILE "; name a rule file or a glob such as faults.d/*.yaml"

struct reading {
    struct grammar *g;
    struct str root; /* folder of the first file, with its '/', or empty */
    unsigned depth;
};

static void read_file(struct reading *r, const char *path, const struct conf_node *from);

static struct str folder_of(struct str path)
{
    struct str folder;
    struct str name;

    if (!str_cut_last(path, '/', &folder, &name))
        return STR("");
    return (struct str){path.ptr, folder.len + 1};
}

/*
 * "sub/" and "../x.yaml" to "x.yaml"; absent when that leads out. Both are relative to the folder
 * of the first file.
 */
static struct str join(struct arena *arena, struct str folder, struct str entry)
{
    OWN(buf_done) struct buf out = {0};
    struct str rest = arena_strf(arena, STR_FMT STR_FMT, STR_ARG(folder), STR_ARG(entry));
    struct str part;

    while (str_is_set(rest)) {
        str_cut(rest, '/', &part, &rest);
        if (part.len == 0 || str_eq(part, STR(".")))
            continue;
        if (!str_eq(part, STR(".."))) {
            buf_printf(&out, "%s" STR_FMT, out.len ? "/" : "", STR_ARG(part));
            continue;
        }
        if (out.len == 0)
            return STR_NONE;
        while (out.len && out.ptr[out.len - 1] != '/')
            out.len--;
        if (out.len)
            out.len--;
        out.ptr[out.len] = '\0';
    }
    return arena_str(arena, buf_str(&out));
}

static void include_entry(struct reading *r, const struct conf_node *entry, struct str folder)
{
    struct conf_decoder *d = &r->g->decoder;
    struct arena *trees = r->g->trees;
    struct str inside;
    struct str path;
    glob_t found = {0};

    if (!conf_want_text(d, entry))
        return;
    inside = join(trees, folder, entry->text);
    if (str_find(entry->text, STR("://"), NULL) || str_starts(entry->text, STR("/")) ||
        inside.len == 0) {
        conf_error(d->report, conf_at(entry), "F107",
                   "only relative paths inside this folder; URLs are never fetched");
        return;
    }
    path = arena_strf(trees, STR_FMT STR_FMT, STR_ARG(r->root), STR_ARG(inside));
    if (!strpbrk(path.ptr, "*?[")) {
        read_file(r, path.ptr, entry);
        return;
    }
    if (glob(path.ptr, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            read_file(r, found.gl_pathv[i], entry);
    globfree(&found);
}

static void read_includes(struct reading *r, const struct grammar_file *file)
{
    const struct conf_node *list = conf_get(file->top, "include");
    struct str name = str_of(file->name);
    struct str folder = folder_of(str_slice(name, r->root.len, name.len));
    size_t count;

    if (!list)
        return;
    const struct conf_node *item = conf_items(list, &count);

    for (size_t i = 0; i < count; i++, item = item->next)
        include_entry(r, item, folder);
}

/* NULL when it was not read before. */
static const struct grammar_file *read_before(const struct grammar *g, const struct stat *st)
{
    for (const struct grammar_file *f = g->reading; f; f = f->outer)
        if (f->device == st->st_dev && f->inode == st->st_ino)
            return f;
    for (const struct grammar_file *f = g->files; f; f = f->next)
        if (f->device == st->st_dev && f->inode == st->st_ino)
            return f;
    return NULL;
}

static void complain(struct reading *r, const struct conf_node *from, const char *path, int failed)
{
    struct conf_report *report = r->g->decoder.report;

    if (from)
        conf_error(report, conf_at(from), "F107", "cannot read '%s': %s", path, strerror(failed));
    else
        conf_error_place(report, path, STR_NONE, 0, 0, "F107", "cannot read '%s': %s%s", path,
                         strerror(failed), failed == ENOENT ? NAME_A_FILE : "");
}

static void keep_file(struct grammar *g, struct grammar_file *file)
{
    *g->files_tail = file;
    g->files_tail = &file->next;
}

/* What a file includes comes before it, so that its own rules have the last word among equals. */
static void read_file(struct reading *r, const char *path, const struct conf_node *from)
{
    struct grammar *g = r->g;
    struct grammar_file *file;
    const struct grammar_file *before;
    struct stat st;

    if (stat(path, &st) < 0) {
        complain(r, from, path, errno);
        return;
    }
    before = read_before(g, &st);
    if (before && before->open && from)
        conf_error(g->decoder.report, conf_at(from), "F108",
                   "'%s' is being read already; includes cannot run in a circle", path);
    if (before)
        return;
    if (r->depth > FAULT_INCLUDE_DEPTH_MAX) {
        conf_error(g->decoder.report, conf_at(from), "F108", "includes deeper than %d",
                   FAULT_INCLUDE_DEPTH_MAX);
        return;
    }
    file = ARENA_NEW(g->trees, struct grammar_file);
    file->name = arena_dup(g->trees, str_of(path));
    file->device = st.st_dev;
    file->inode = st.st_ino;
    file->top = conf_read(g->trees, file->name, g->decoder.report);
    if (!file->top)
        return;
    file->open = true;
    file->outer = g->reading;
    g->reading = file;
    r->depth++;
    read_includes(r, file);
    r->depth--;
    g->reading = file->outer;
    file->open = false;
    keep_file(g, file);
}

static void read_builtin(struct grammar *g, const char *path)
{
    OWN(buf_done) struct buf text = {0};

    if (fault_builtin_text(str_of(path), &text))
        grammar_take_text(g, arena_str(g->trees, buf_str(&text)), path);
    else
        conf_error_place(g->decoder.report, path, STR_NONE, 0, 0, "F107",
                         "no such rules; write %s or a file", fault_builtin_path(0));
}

void grammar_read(struct grammar *g, const char *path)
{
    struct reading r = {.g = g};
    glob_t found = {0};

    if (fault_builtin_named(str_of(path))) {
        read_builtin(g, path);
        return;
    }
    r.root = folder_of(str_of(path));
    if (!strpbrk(path, "*?[")) {
        read_file(&r, path, NULL);
        return;
    }
    if (glob(path, 0, NULL, &found) != 0)
        complain(&r, NULL, path, ENOENT);
    else
        for (size_t i = 0; i < found.gl_pathc; i++) {
            r.root = arena_str(g->trees, folder_of(str_of(found.gl_pathv[i])));
            read_file(&r, found.gl_pathv[i], NULL);
        }
    globfree(&found);
}

void grammar_take_text(struct grammar *g, struct str text, const char *name)
{
    struct grammar_file *file = ARENA_NEW(g->trees, struct grammar_file);
    const struct conf_node *include;

    file->name = arena_dup(g->trees, str_of(name));
    file->top = conf_parse(g->trees, text, file->name, g->decoder.report);
    if (!file->top)
        return;
    include = conf_get(file->top, "include");
    if (include)
        conf_error(g->decoder.report, conf_at_key(include), "F107",
                   "files are not read from here; put the rules into this text");
    keep_file(g, file);
}

bool grammar_in_file(const struct grammar *g, const struct conf_node *node)
{
    while (node->parent)
        node = node->parent;
    for (const struct grammar_file *f = g->files; f; f = f->next)
        if (f->top == node)
            return f->device || f->inode;
    return false;
}
