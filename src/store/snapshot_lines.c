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
#include "store/snapshot_lines.h"

int snapshot_write_file(const char *folder, const char *name, struct str bytes, struct error *err)
{
    OWN(mem_free) char *path = mem_printf("%s/%s", folder, name);
    FILE *file = fopen(path, "wxe");

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

uint64_t snapshot_line_number(const cJSON *line, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(line, name);

    return cJSON_IsNumber(member) && member->valuedouble > 0 ? (uint64_t)member->valuedouble : 0;
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

static int add_line(struct snapshot_lines *lines, struct str text, struct error *err)
{
    cJSON *line = json_parse(text, err);
    struct store_key key = line ? snapshot_line_key(line) : (struct store_key){0};

    if (!line)
        return error_wrap(err, "line %zu", lines->count + 2);
    if (!key_is_whole(&key) ||
        !cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(line, "document"))) {
        cJSON_Delete(line);
        return error_set(err, ERROR_SYNTAX, "line %zu is not a resource", lines->count + 2);
    }
    if ((lines->count & (lines->count + 1)) == 0)
        lines->items = (cJSON **)mem_grow(lines->items, 2 * lines->count + 2, sizeof(cJSON *));
    lines->items[lines->count++] = line;
    return 0;
}

static int parse_lines(struct str text, struct snapshot_lines *out, struct error *err)
{
    struct str line;
    struct str rest = text;

    if (!str_starts(text, STR(SNAPSHOT_HEAD_LINE)))
        return error_set(err, ERROR_SYNTAX, "not a snapshot of this fcemu");
    rest = str_slice(text, sizeof(SNAPSHOT_HEAD_LINE) - 1, text.len);
    while (rest.len > 0) {
        str_cut(rest, '\n', &line, &rest);
        if (line.len > 0 && add_line(out, line, err) < 0)
            return -1;
    }
    return 0;
}

int snapshot_lines_read(const char *folder, struct snapshot_lines *out, struct error *err)
{
    char *text = NULL;
    size_t len = 0;

    if (snapshot_read_file(folder, SNAPSHOT_ROWS_FILE, &text, &len, err) < 0)
        return -1;
    int result = parse_lines((struct str){text, len}, out, err);

    free(text);
    if (result < 0) {
        snapshot_lines_done(out);
        return error_wrap(err, "%s/%s", folder, SNAPSHOT_ROWS_FILE);
    }
    return 0;
}
