/* A folder as a package. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "invoke/archive_lib.h"
#include "product/service/seed/seed_read.h"

enum {
    DEPTH_MAX = 32,
    PACKAGE_BYTES_MAX = 256 << 20,
    PIECE_BYTES = 64 * 1024,
    RULES_BYTES_MAX = 1 << 20,
    MODE_FILE = 0644,
    MODE_PROGRAM = 0755,
};

struct zip {
    const struct archive_lib *lib;
    const struct ignore *ignore;
    const char *above; /* of the folder, as the rules see it: "" or "code/" */
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

static bool is_ignored(const struct zip *zip, const char *inside, bool is_folder)
{
    OWN(mem_free) char *path = mem_printf("%s%s", zip->above, inside);

    return ignore_is(zip->ignore, str_of(path), is_folder);
}

static int add_entry(struct zip *zip, const char *path, const char *prefix, const char *name,
                     int depth)
{
    OWN(mem_free) char *whole = mem_printf("%s/%s", path, name);
    OWN(mem_free) char *inside = mem_printf("%s%s", prefix, name);
    OWN(mem_free) char *below = mem_printf("%s/", inside);
    struct stat st;

    if (stat(whole, &st) < 0)
        return error_errno(zip->err, "read '%s'", whole);
    if (is_ignored(zip, inside, S_ISDIR(st.st_mode)))
        return 0;
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

/* ---- what stays out ---- */

/* A file that is not there has no rules. */
static int read_rules(const struct seed_pack *pack, struct buf *out, struct error *err)
{
    OWN(mem_free)
    char *path =
        mem_printf("%s/%s", pack->rules_folder, pack->ignore_file ? pack->ignore_file : "");
    char piece[PIECE_BYTES];
    ssize_t got = 0;
    int fd;

    buf_puts(out, pack->ignored ? pack->ignored : "");
    buf_add_char(out, '\n');
    if (!pack->ignore_file)
        return 0;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : error_errno(err, "read '%s'", path);
    while (out->len <= RULES_BYTES_MAX && (got = read(fd, piece, sizeof(piece))) > 0)
        buf_add(out, (struct str){piece, (size_t)got});
    close(fd);
    if (got < 0)
        return error_errno(err, "read '%s'", path);
    return out->len <= RULES_BYTES_MAX
               ? 0
               : error_set(err, ERROR_LIMIT, "'%s' is larger than %d bytes", path, RULES_BYTES_MAX);
}

/* Where the folder lies below the one the rules begin at, with a slash behind. */
static struct str above(const struct seed_pack *pack, struct arena *arena)
{
    struct str folder = str_of(pack->folder);
    struct str top = str_of(pack->rules_folder);

    if (!str_starts(folder, top))
        return STR("");
    folder = str_slice(folder, top.len, folder.len);
    while (str_starts(folder, STR("/")) || str_starts(folder, STR("./")))
        folder = str_slice(folder, folder.ptr[0] == '/' ? 1 : 2, folder.len);
    while (str_ends(folder, STR("/")) || str_ends(folder, STR("/.")))
        folder.len--;
    if (!folder.len || str_eq(folder, STR(".")))
        return STR("");
    return ARENA_CONCAT(arena, folder, STR("/"));
}

static int write_zip(struct zip *zip, const char *folder)
{
    const struct archive_lib *lib = zip->lib;
    int result;

    zip->archive = lib->write_new();
    lib->write_set_format_zip(zip->archive);
    lib->write_set_bytes_in_last_block(zip->archive, 1);
    result = lib->write_open(zip->archive, zip, NULL, take_bytes, NULL) == ARCHIVE_OK
                 ? add_folder(zip, folder, "", 0)
                 : error_set(zip->err, ERROR_IO, "pack '%s'", folder);
    if (lib->write_close(zip->archive) != ARCHIVE_OK && result == 0)
        result =
            error_set(zip->err, ERROR_IO, "pack '%s': %s", folder, lib->error_string(zip->archive));
    lib->write_free(zip->archive);
    return result;
}

char *seed_zip_folder(const struct seed_pack *pack, size_t *out_len, struct error *err)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(buf_done) struct buf rules = {0};
    struct zip zip = {.lib = archive_lib(), .err = err};

    if (!zip.lib) {
        error_set(err, ERROR_IO, "%s", ARCHIVE_LIB_MISSING);
        return NULL;
    }
    if (read_rules(pack, &rules, err) < 0)
        return NULL;
    zip.ignore = ignore_read(buf_str(&rules), arena);
    zip.above = arena_dup(arena, above(pack, arena));
    if (write_zip(&zip, pack->folder) == 0) {
        *out_len = zip.len;
        return zip.bytes;
    }
    free(zip.bytes);
    return NULL;
}

/* ---- for who watches ---- */

struct seed_rules {
    struct arena *arena;
    struct ignore *ignore;
    struct str above;
};

struct seed_rules *seed_rules_read(const struct seed_pack *pack)
{
    struct seed_rules *rules = mem_alloc(sizeof(*rules));
    OWN(buf_done) struct buf text = {0};
    struct error err;

    rules->arena = arena_new();
    if (read_rules(pack, &text, &err) < 0)
        buf_clear(&text); /* the next package says so */
    rules->ignore = ignore_read(buf_str(&text), rules->arena);
    rules->above = arena_str(rules->arena, above(pack, rules->arena));
    return rules;
}

void seed_rules_free(struct seed_rules *rules)
{
    if (!rules)
        return;
    arena_free(rules->arena);
    mem_free(rules);
}

bool seed_rules_skip(const struct seed_rules *rules, const char *inside)
{
    OWN(mem_free) char *path = mem_printf(STR_FMT "%s", STR_ARG(rules->above), inside);

    return ignore_is(rules->ignore, str_of(path), true);
}
