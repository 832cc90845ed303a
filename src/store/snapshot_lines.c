/*
 * store/snapshot_lines.c - the files of a snapshot: one of rows, a line each, and one of each
 * package
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/number.h"
#include "store/snapshot_lines.h"

#define TIME_MAX_MS UINT64_C(253402300799999) /* the last moment that has a date of four digits */

int snapshot_write_file(const char *folder, const char *name, struct str bytes, struct error *err)
{
    OWN(mem_free) char *path = mem_printf("%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

    if (!file)
        return error_errno(err, "write '%s'", path);
    size_t written = fwrite(bytes.ptr, 1, bytes.len, file);
    bool synced = written == bytes.len && fflush(file) == 0 && fsync(fileno(file)) == 0;

    if (fclose(file) != 0 || !synced)
        return error_errno(err, "write '%s'", path);
    return 0;
}

int snapshot_read_file(const char *folder, const char *name, char **out, size_t *out_len,
                       struct error *err)
{
    OWN(mem_free) char *path = mem_printf("%s/%s", folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return error_errno(err, "read '%s'", path);
    if (fstat(fd, &st) < 0) {
        close(fd);
        return error_errno(err, "read '%s'", path);
    }
    size_t size = (size_t)st.st_size;
    char *bytes = malloc(size + 1);
    ssize_t got = bytes ? read(fd, bytes, size) : -1;

    close(fd);
    if (got != (ssize_t)size) {
        free(bytes);
        return error_set(err, ERROR_IO, "read '%s': cut short", path);
    }
    bytes[size] = '\0';
    *out = bytes;
    *out_len = size;
    return 0;
}

/* ---- a row as a line ---- */

void snapshot_row_line(const struct store_row *row, struct buf *out)
{
    const struct {
        const char *name;
        struct str text;
    } parts[] = {
        {"account", row->key.account},
        {"region",  row->key.region },
        {"kind",    row->key.kind   },
        {"parent",  row->key.parent },
        {"version", row->key.version},
        {"name",    row->key.name   },
        {"blob",    row->blob       },
    };

    for (size_t i = 0; i < N_ELEMENTS(parts); i++) {
        buf_printf(out, "%s\"%s\":", i ? "," : "{", parts[i].name);
        buf_json_string(out, parts[i].text);
    }
    buf_printf(out,
               ",\"created\":%" PRIu64 ",\"modified\":%" PRIu64 ",\"document\":", row->created_ms,
               row->modified_ms);
    buf_add(out, row->document);
    buf_puts(out, "}\n");
}

uint64_t snapshot_line_time(const cJSON *line, const char *name)
{
    return json_get_uint(line, name, TIME_MAX_MS, 0);
}

static int check_time(const cJSON *line, const char *name, struct error *err)
{
    if (json_get_uint(line, name, TIME_MAX_MS, UINT64_MAX) != UINT64_MAX)
        return 0;
    return error_set(err, ERROR_SYNTAX, "%s: expected milliseconds since 1970, up to the year 9999",
                     name);
}

struct store_key snapshot_line_key(const cJSON *line)
{
    return (struct store_key){
        .account = json_get_str(line, "account"),
        .region = json_get_str(line, "region"),
        .kind = json_get_str(line, "kind"),
        .parent = json_get_str(line, "parent"),
        .version = json_get_str(line, "version"),
        .name = json_get_str(line, "name"),
    };
}

static bool key_is_whole(const struct store_key *key)
{
    return key->account.ptr && key->region.ptr && key->kind.len && key->parent.ptr &&
           key->version.ptr && key->name.ptr;
}

void snapshot_lines_done(struct snapshot_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        cJSON_Delete(lines->items[i]);
    mem_free(lines->items);
    *lines = (struct snapshot_lines){0};
}

static int check_line(const cJSON *line, struct error *err)
{
    struct store_key key = snapshot_line_key(line);

    if (!key_is_whole(&key) || !cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(line, "document")))
        return error_set(err, ERROR_SYNTAX, "not a resource");
    if (check_time(line, "created", err) < 0)
        return -1;
    return check_time(line, "modified", err);
}

struct each {
    int (*fn)(void *arg, cJSON *line, struct error *err); /* takes the line, whatever comes of it */
    void *arg;
};

static int parse_line(const struct each *each, struct str text, struct error *err)
{
    cJSON *line = json_parse_within(text, SIZE_MAX, err);

    if (!line)
        return -1;
    if (check_line(line, err) < 0) {
        cJSON_Delete(line);
        return -1;
    }
    return each->fn(each->arg, line, err);
}

static int parse_lines(const struct each *each, struct str text, struct error *err)
{
    struct str line;
    struct str rest = text;
    size_t number = 1;

    if (!str_starts(text, STR(SNAPSHOT_HEAD_LINE)))
        return error_set(err, ERROR_SYNTAX, "not a snapshot of this fcemu");
    rest = str_slice(text, sizeof(SNAPSHOT_HEAD_LINE) - 1, text.len);
    while (rest.len > 0) {
        str_cut(rest, '\n', &line, &rest);
        number++;
        if (line.len > 0 && parse_line(each, line, err) < 0)
            return error_wrap(err, "line %zu", number);
    }
    return 0;
}

static int read_lines(const char *folder, const struct each *each, struct error *err)
{
    char *text = NULL;
    size_t len = 0;

    if (snapshot_read_file(folder, SNAPSHOT_ROWS_FILE, &text, &len, err) < 0)
        return -1;
    int result = parse_lines(each, (struct str){text, len}, err);

    free(text);
    return result < 0 ? error_wrap(err, "%s/%s", folder, SNAPSHOT_ROWS_FILE) : 0;
}

struct lender {
    int (*fn)(void *arg, const cJSON *line, struct error *err);
    void *arg;
};

static int lend(void *arg, cJSON *line, struct error *err)
{
    const struct lender *lender = (const struct lender *)arg;
    int result = lender->fn(lender->arg, line, err);

    cJSON_Delete(line);
    return result;
}

int snapshot_lines_each(const char *folder,
                        int (*fn)(void *arg, const cJSON *line, struct error *err), void *arg,
                        struct error *err)
{
    struct lender lender = {fn, arg};

    return read_lines(folder, &(struct each){lend, &lender}, err);
}

static int add(void *arg, cJSON *line, struct error *err)
{
    struct snapshot_lines *lines = (struct snapshot_lines *)arg;

    (void)err;
    if ((lines->count & (lines->count + 1)) == 0)
        lines->items = (cJSON **)mem_grow(lines->items, 2 * lines->count + 2, sizeof(cJSON *));
    lines->items[lines->count++] = line;
    return 0;
}

int snapshot_lines_read(const char *folder, struct snapshot_lines *out, struct error *err)
{
    if (read_lines(folder, &(struct each){add, out}, err) == 0)
        return 0;
    snapshot_lines_done(out);
    return -1;
}

int snapshot_lines_parse(struct str text, struct snapshot_lines *out, struct error *err)
{
    if (parse_lines(&(struct each){add, out}, text, err) == 0)
        return 0;
    snapshot_lines_done(out);
    return -1;
}
