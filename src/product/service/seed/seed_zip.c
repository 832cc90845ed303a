/* A folder as a package. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "invoke/archive_lib.h"
#include "product/service/seed/seed_read.h"

enum {
    DEPTH_MAX = 32,
    PACKAGE_BYTES_MAX = 256 << 20,
    PIECE_BYTES = 64 * 1024,
    MODE_FILE = 0644,
    MODE_PROGRAM = 0755,
};

struct zip {
    const struct archive_lib *lib;
    struct archive *archive;
    char *bytes; /* what was written so far */
    size_t len, cap;
    struct error *err;
};

static la_ssize_t take_bytes(struct archive *archive, void *arg, const void *bytes, size_t len)
{
    struct zip *zip = (struct zip *)arg;
    size_t need = zip->len + len;

    if (need > PACKAGE_BYTES_MAX) {
        zip->lib->set_error(archive, EFBIG, "more than %d bytes", PACKAGE_BYTES_MAX);
        return -1;
    }
    if (need > zip->cap) {
        size_t cap = zip->cap ? 2 * zip->cap : PIECE_BYTES;
        char *grown = realloc(zip->bytes, cap > need ? cap : need);

        if (!grown)
            return -1;
        zip->bytes = grown;
        zip->cap = cap > need ? cap : need;
    }
    memcpy(zip->bytes + zip->len, bytes, len);
    zip->len = need;
    return (la_ssize_t)len;
}

static int copy_file(struct zip *zip, const char *path)
{
    char piece[PIECE_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = -1;

    if (fd < 0)
        return error_errno(zip->err, "read '%s'", path);
    while ((got = read(fd, piece, sizeof(piece))) > 0) {
        if (zip->lib->write_data(zip->archive, piece, (size_t)got) < 0)
            break;
    }
    close(fd);
    return got == 0 ? 0 : error_errno(zip->err, "pack '%s'", path);
}

/* Without times and owners: the same files give the same checksum on every machine. */
static int add_file(struct zip *zip, const char *path, const char *name, const struct stat *st)
{
    const struct archive_lib *lib = zip->lib;
    struct archive_entry *entry = lib->entry_new();

    lib->entry_set_pathname(entry, name);
    lib->entry_set_filetype(entry, AE_IFREG);
    lib->entry_set_perm(entry, st->st_mode & S_IXUSR ? MODE_PROGRAM : MODE_FILE);
    lib->entry_set_size(entry, st->st_size);
    lib->entry_set_mtime(entry, 0, 0);
    int code = lib->write_header(zip->archive, entry);

    lib->entry_free(entry);
    if (code < ARCHIVE_WARN)
        return error_set(zip->err, ERROR_IO, "pack '%s': %s", path,
                         lib->error_string(zip->archive));
    return copy_file(zip, path);
}

static int is_visible(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int add_folder(struct zip *zip, const char *path, const char *prefix, int depth);

static int add_entry(struct zip *zip, const char *path, const char *prefix, const char *name,
                     int depth)
{
    OWN(mem_free) char *whole = mem_printf("%s/%s", path, name);
    OWN(mem_free) char *inside = mem_printf("%s%s", prefix, name);
    OWN(mem_free) char *below = mem_printf("%s/", inside);
    struct stat st;

    if (stat(whole, &st) < 0)
        return error_errno(zip->err, "read '%s'", whole);
    if (S_ISDIR(st.st_mode))
        return add_folder(zip, whole, below, depth + 1);
    return S_ISREG(st.st_mode) ? add_file(zip, whole, inside, &st) : 0;
}

static int add_folder(struct zip *zip, const char *path, const char *prefix, int depth)
{
    struct dirent **entries = NULL;
    int count = depth < DEPTH_MAX ? scandir(path, &entries, is_visible, alphasort) : -1;
    int result = 0;

    if (depth >= DEPTH_MAX)
        return error_set(zip->err, ERROR_LIMIT, "'%s' is nested deeper than %d", path, DEPTH_MAX);
    if (count < 0)
        return error_errno(zip->err, "read '%s'", path);
    for (int i = 0; i < count; i++) {
        if (result == 0)
            result = add_entry(zip, path, prefix, entries[i]->d_name, depth);
        free(entries[i]);
    }
    free((void *)entries);
    return result;
}

char *seed_zip_folder(const char *path, size_t *out_len, struct error *err)
{
    const struct archive_lib *lib = archive_lib();
    struct zip zip = {.lib = lib, .err = err};
    int result;

    if (!lib) {
        error_set(err, ERROR_IO, "%s", ARCHIVE_LIB_MISSING);
        return NULL;
    }
    zip.archive = lib->write_new();
    lib->write_set_format_zip(zip.archive);
    lib->write_set_bytes_in_last_block(zip.archive, 1);
    result = lib->write_open(zip.archive, &zip, NULL, take_bytes, NULL) == ARCHIVE_OK
                 ? add_folder(&zip, path, "", 0)
                 : error_set(err, ERROR_IO, "pack '%s'", path);
    if (lib->write_close(zip.archive) != ARCHIVE_OK && result == 0)
        result = error_set(err, ERROR_IO, "pack '%s': %s", path, lib->error_string(zip.archive));
    lib->write_free(zip.archive);
    if (result == 0) {
        *out_len = zip.len;
        return zip.bytes;
    }
    free(zip.bytes);
    return NULL;
}
