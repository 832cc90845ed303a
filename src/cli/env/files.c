/* Modules and certificates, written into the folder of the authority. */
#include "cli/env/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/folder.h"
#include "base/mem.h"
#include "catalog/region.h"
#include "cli/env/modules.h"
#include "cli/env/value.h"
#include "crypto/ca.h"
#include "crypto/digest.h"

enum {
    FILE_BYTES_MAX = 4 * 1024 * 1024, /* of a person's certificates */
    FOLDER_MODE = 0755,
    NAME_DIGITS = 12, /* of the digest that is part of a name */
};

static struct str folder_of(const struct ca *ca)
{
    struct str folder;
    struct str name;

    str_cut_last(str_of(ca_path(ca)), '/', &folder, &name);
    return folder;
}

static int write_file(const struct ca *ca, const char *name, struct str text, struct arena *arena,
                      struct str *out, struct error *err)
{
    OWN(mem_free) char *path = NULL;

    if (ca_file(ca, name, text, &path, err) < 0)
        return -1;
    if (out)
        *out = arena_str(arena, str_of(path));
    return 0;
}

/* @name stands in a folder of its own. */
static int write_in_folder(const struct ca *ca, const char *folder, const char *name,
                           struct str text, struct arena *arena, struct str *out_folder,
                           struct error *err)
{
    struct str path = arena_strf(arena, STR_FMT "/%s", STR_ARG(folder_of(ca)), folder);

    if (folder_make(path.ptr, FOLDER_MODE) < 0)
        return error_errno(err, "make folder '%s'", path.ptr);
    *out_folder = path;
    return write_file(ca, arena_printf(arena, "%s/%s", folder, name), text, arena, NULL, err);
}

#define REGIONS "{regions}"

/* The domains as an alternative of a regular expression, for "{zones}" in a module. */
static struct str with_zones(const char *module, struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};
    struct str rest = str_of(module);
    size_t at;

    while (str_find(rest, STR("{zones}"), &at)) {
        buf_add(&out, str_slice(rest, 0, at));
        for (const struct str *zone = env_zones; str_is_set(*zone); zone++) {
            struct str name;
            struct str end;

            str_cut_last(*zone, '.', &name, &end);
            buf_printf(&out, "%s" STR_FMT "\\." STR_FMT, zone == env_zones ? "" : "|",
                       STR_ARG(name), STR_ARG(end));
        }
        rest = str_slice(rest, at + strlen("{zones}"), rest.len);
    }
    buf_add(&out, rest);
    return arena_str(arena, buf_str(&out));
}

/* The regions by their order, for "{regions}" in a module that has them. */
static struct str with_names(const char *module, struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};
    struct str text = with_zones(module, arena);
    size_t at = 0;
    size_t count;
    const struct region *table = region_table(&count);

    if (!str_find(text, STR(REGIONS), &at))
        return text;
    buf_add(&out, str_slice(text, 0, at));
    for (size_t i = 0; i < count; i++)
        buf_printf(&out, "%s%s", i ? " " : "", table[i].id);
    buf_add(&out, str_slice(text, at + strlen(REGIONS), text.len));
    return arena_str(arena, buf_str(&out));
}

static int write_php(const struct ca *ca, struct arena *arena, struct env_files *out,
                     struct error *err)
{
    struct str ini = arena_strf(arena,
                                "; Written by fcemu: the authorities that PHP trusts.\n"
                                "curl.cainfo = \"" STR_FMT "\"\nopenssl.cafile = \"" STR_FMT "\"\n",
                                STR_ARG(out->bundle), STR_ARG(out->bundle));

    return write_in_folder(ca, "php", "fcemu.ini", ini, arena, &out->php_folder, err);
}

int env_files_write(const struct ca *ca, struct arena *arena, struct env_files *out,
                    struct error *err)
{
    OWN(mem_free) char *bundle = NULL;
    OWN(mem_free) char *keystore = NULL;

    if (ca_bundle(ca, &bundle, err) < 0 || ca_keystore(ca, &keystore, err) < 0)
        return -1;
    out->authority = arena_str(arena, str_of(ca_path(ca)));
    out->bundle = arena_str(arena, str_of(bundle));
    out->keystore = arena_str(arena, str_of(keystore));
    if (write_file(ca, "node-names.cjs", with_names(names_cjs, arena), arena, &out->node_names,
                   err) < 0 ||
        write_in_folder(ca, "python", "sitecustomize.py", with_names(names_py, arena), arena,
                        &out->python_folder, err) < 0)
        return -1;
    return write_php(ca, arena, out, err);
}

static int add_file(const char *path, struct buf *out, struct error *err)
{
    FILE *in = fopen(path, "re");
    size_t n;

    if (!in)
        return error_errno(err, "read '%s'", path);
    do {
        buf_reserve(out, BUFSIZ);
        n = fread(out->ptr + out->len, 1, BUFSIZ, in);
        out->len += n;
    } while (n > 0 && out->len <= FILE_BYTES_MAX);
    fclose(in);
    if (out->len > FILE_BYTES_MAX)
        return error_set(err, ERROR_LIMIT, "'%s' is larger than %d MiB", path,
                         FILE_BYTES_MAX >> 20);
    if (out->len && out->ptr[out->len - 1] != '\n')
        buf_add_char(out, '\n');
    return 0;
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* In the order of their names, so that the same files give the same text. */
static int add_folder(const char *path, struct arena *arena, struct buf *out, struct error *err)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort);
    int r = count < 0 ? error_errno(err, "read '%s'", path) : 0;

    for (int i = 0; i < count; i++) {
        const char *file = arena_printf(arena, "%s/%s", path, entries[i]->d_name);

        if (r == 0 && !is_folder(file))
            r = add_file(file, out, err);
        free(entries[i]);
    }
    free(entries);
    return r;
}

int env_files_fold(const struct ca *ca, struct str base, struct str more, struct arena *arena,
                   struct str *out, struct error *err)
{
    OWN(buf_done) struct buf text = {0};
    char digest[DIGEST_HEX_BYTES];
    const char *path = arena_dup(arena, more);

    if (add_file(arena_dup(arena, base), &text, err) < 0 ||
        (is_folder(path) ? add_folder(path, arena, &text, err) : add_file(path, &text, err)) < 0)
        return -1;
    digest_hex(DIGEST_SHA256, buf_str(&text), digest);
    return write_file(ca, arena_printf(arena, "ca-bundle-%.*s.pem", NAME_DIGITS, digest),
                      buf_str(&text), arena, out, err);
}
