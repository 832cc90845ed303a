/*
 * Packages onto the disk, entry by entry, and off it again.
 */
#include "invoke/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "invoke/archive_lib.h"

enum {
    FOLDER_MODE = 0755,
    FILE_MODE = 0644,
    SEALED_FOLDER = 0555,
    SEALED_FILE = 0444,
    EXECUTE = 0111,
    OPEN_FOLDERS = 32, /* of a walk */
    READ_BYTES = 64 * 1024,
};

/* Open a path below @root; no link, and no step up, leads out of it. */
static int open_below(int root, const char *path, int flags, unsigned mode)
{
    struct open_how how = {.flags = (unsigned)flags | O_CLOEXEC,
                           .mode = flags & O_CREAT ? mode : 0,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};

    return (int)syscall(SYS_openat2, root, *path ? path : ".", &how, sizeof(how));
}

/* The folder an entry lies in, made where it is missing. *out_name points at the last part. */
static int open_parent(int root, char *path, char **out_name)
{
    char *last = strrchr(path, '/');
    int parent = open_below(root, ".", O_PATH | O_DIRECTORY, 0);
    char *part = path;

    *out_name = last ? last + 1 : path;
    while (last && parent >= 0 && part < last) {
        char *slash = strchr(part, '/');
        int next;

        *slash = '\0';
        if (*part) {
            mkdirat(parent, part, FOLDER_MODE);
            next = open_below(root, path, O_PATH | O_DIRECTORY, 0);
            close(parent);
            parent = next;
        }
        *slash = '/';
        part = slash + 1;
    }
    return parent;
}

static int write_file(const struct archive_lib *lib, struct archive *archive, int parent,
                      const char *name, bool executable)
{
    char buffer[READ_BYTES];
    int fd;
    la_ssize_t got;

    unlinkat(parent, name, 0);
    fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return -1;
    while ((got = lib->read_data(archive, buffer, sizeof(buffer))) > 0) {
        char *at = buffer;

        while (got > 0) {
            ssize_t put = write(fd, at, (size_t)got);

            if (put < 0) {
                close(fd);
                return -1;
            }
            at += put;
            got -= put;
        }
    }
    fchmod(fd, executable ? SEALED_FILE | EXECUTE : SEALED_FILE);
    close(fd);
    if (got == 0)
        return 0;
    errno = EBADMSG;
    return -1;
}

static int unpack_entry(const struct archive_lib *lib, struct archive *archive,
                        struct archive_entry *entry, int root)
{
    const char *link = lib->entry_symlink(entry);
    const char *raw = lib->entry_pathname(entry);
    OWN(mem_free) char *path = raw ? mem_dup(raw) : NULL;
    size_t len = path ? strlen(path) : 0;
    char *name;
    int parent;
    int r = 0;

    while (len && path[len - 1] == '/')
        path[--len] = '\0';
    if (!len)
        return 0;
    parent = open_parent(root, path, &name);
    if (parent < 0)
        return -1;
    if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
        r = 0;
    else if (link)
        r = symlinkat(link, parent, name) < 0 && errno != EEXIST ? -1 : 0;
    else if (lib->entry_filetype(entry) == AE_IFDIR)
        r = mkdirat(parent, name, FOLDER_MODE) < 0 && errno != EEXIST ? -1 : 0;
    else
        r = write_file(lib, archive, parent, name, (lib->entry_perm(entry) & EXECUTE) != 0);
    close(parent);
    return r;
}

static int unpack_all(const struct archive_lib *lib, struct archive *archive, int root,
                      struct error *err)
{
    struct archive_entry *entry;

    int r;

    while ((r = lib->read_next_header(archive, &entry)) == ARCHIVE_OK || r == ARCHIVE_WARN) {
        if (unpack_entry(lib, archive, entry, root) < 0)
            return error_errno(err, "unpack '%s'", lib->entry_pathname(entry));
    }
    return r == ARCHIVE_EOF ? 0 : error_set(err, ERROR_SYNTAX, "the ZIP archive is broken");
}

int unpack_zip(struct str zip, const char *folder, struct error *err)
{
    const struct archive_lib *lib = archive_lib();
    struct archive *archive;
    locale_t before;
    int root;
    int r = 0;

    if (!lib)
        return error_set(err, ERROR_IO, ARCHIVE_LIB_MISSING);
    root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return error_errno(err, "open '%s'", folder);
    before = archive_names_begin();
    archive = lib->read_new();
    lib->read_support_format_zip(archive);
    /* What is no archive at all has no files. */
    if (archive_is_zip(zip) && lib->read_open_memory(archive, zip.ptr, zip.len) == ARCHIVE_OK)
        r = unpack_all(lib, archive, root, err);
    lib->read_free(archive);
    archive_names_end(before);
    close(root);
    return r;
}

static int seal_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)walk;
    if (kind == FTW_DP)
        chmod(path, SEALED_FOLDER);
    return 0;
}

void unpack_seal(const char *folder)
{
    nftw(folder, seal_one, OPEN_FOLDERS, FTW_PHYS | FTW_DEPTH);
}
