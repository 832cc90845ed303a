#include "store/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "loop/worker.h"
#include "store/internal.h"

#define RESOURCES_FILE "resources.json"
#define HEAD_LINE "{\"fcemuSnapshot\":1}\n"

/* ---- files ---- */

static int write_file(const char *folder, const char *name, struct str bytes, struct error *err)
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

static int read_file(const char *folder, const char *name, char **out, size_t *out_len,
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

static void row_to_line(const struct store_row *row, struct buf *out)
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

static uint64_t line_number(const cJSON *line, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(line, name);

    return cJSON_IsNumber(member) && member->valuedouble > 0 ? (uint64_t)member->valuedouble : 0;
}

static struct store_key line_key(const cJSON *line)
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

/* Lines of a snapshot, each parsed; ended by a NULL. */
struct lines {
    cJSON **items;
    size_t count;
};

static void lines_done(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        cJSON_Delete(lines->items[i]);
    mem_free(lines->items);
    *lines = (struct lines){0};
}

static int add_line(struct lines *lines, struct str text, struct error *err)
{
    cJSON *line = json_parse(text, err);
    struct store_key key = line ? line_key(line) : (struct store_key){0};

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

static int parse_lines(struct str text, struct lines *out, struct error *err)
{
    struct str line;
    struct str rest = text;

    if (!str_starts(text, STR(HEAD_LINE)))
        return error_set(err, ERROR_SYNTAX, "not a snapshot of this fcemu");
    rest = str_slice(text, sizeof(HEAD_LINE) - 1, text.len);
    while (rest.len > 0) {
        str_cut(rest, '\n', &line, &rest);
        if (line.len > 0 && add_line(out, line, err) < 0)
            return -1;
    }
    return 0;
}

static int read_lines(const char *folder, struct lines *out, struct error *err)
{
    char *text = NULL;
    size_t len = 0;

    if (read_file(folder, RESOURCES_FILE, &text, &len, err) < 0)
        return -1;
    int result = parse_lines((struct str){text, len}, out, err);

    free(text);
    if (result < 0) {
        lines_done(out);
        return error_wrap(err, "%s/%s", folder, RESOURCES_FILE);
    }
    return 0;
}

/* ---- save and load ---- */

struct code {
    char id[STORE_BLOB_ID_BYTES];
    char *bytes;
    size_t len;
    struct code *next;
};

struct job {
    struct store *store;
    char *folder;
    int result;
    struct error error;
    void (*done)(void *arg, const struct error *err);
    void *arg;
    struct lines lines;
    struct code *codes;
};

static struct job *job_new(struct store *store, const char *folder,
                           void (*done)(void *arg, const struct error *err), void *arg)
{
    struct job *job = mem_alloc(sizeof(*job));

    *job = (struct job){.store = store, .folder = mem_dup(folder), .done = done, .arg = arg};
    return job;
}

static void job_end(struct job *job)
{
    job->done(job->arg, job->result < 0 ? &job->error : NULL);
    lines_done(&job->lines);
    for (struct code *code = job->codes, *next; code; code = next) {
        next = code->next;
        free(code->bytes);
        mem_free(code);
    }
    mem_free(job->folder);
    mem_free(job);
}

static int compare_collections(const void *a, const void *b)
{
    const struct collection *x = *(struct collection *const *)a;
    const struct collection *y = *(struct collection *const *)b;

    return str_compare((struct str){x->id, x->id_len}, (struct str){y->id, y->id_len});
}

static void mirror_to_text(struct mirror *mirror, struct buf *out)
{
    size_t count = HASH_COUNT(mirror->collections);
    struct collection **order =
        (struct collection **)mem_alloc_array(count, sizeof(struct collection *));
    struct collection *in;
    struct collection *next;
    size_t n = 0;

    HASH_ITER(hh, mirror->collections, in, next)
    {
        order[n++] = in;
    }
    qsort(order, count, sizeof(struct collection *), compare_collections);
    buf_puts(out, HEAD_LINE);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < order[i]->count; k++)
            row_to_line(order[i]->rows[k], out);
    }
    mem_free(order);
}

struct code_writer {
    struct job *job;
    char *folder;
};

static void write_code(void *arg, struct str id)
{
    const struct code_writer *writer = (const struct code_writer *)arg;
    struct job *job = writer->job;
    OWN(mem_free) char *name = mem_dup_len(id.ptr, id.len);
    struct store_blob *blob;

    if (job->result < 0)
        return;
    blob = database_get_blob(&job->store->db, id);
    if (blob)
        job->result =
            write_file(writer->folder, name, (struct str){blob->bytes, blob->len}, &job->error);
    store_blob_free(blob);
}

static int save_rows(struct job *job, struct error *err)
{
    struct mirror mirror = {0};
    struct buf text = {0};
    uint64_t newest;
    int result = database_load(&job->store->db, &mirror, &newest, err);

    if (result == 0) {
        mirror_to_text(&mirror, &text);
        result = write_file(job->folder, RESOURCES_FILE, buf_str(&text), err);
    }
    buf_done(&text);
    mirror_done(&mirror);
    return result;
}

static void save_work(void *arg)
{
    struct job *job = (struct job *)arg;
    OWN(mem_free) char *code = mem_printf("%s/code", job->folder);
    struct code_writer writer = {job, code};

    if ((mkdir(job->folder, 0777) < 0 && errno != EEXIST) || mkdir(code, 0777) < 0) {
        job->result = error_errno(&job->error, "save a snapshot in '%s'", job->folder);
        return;
    }
    job->result = database_each_blob(&job->store->db, write_code, &writer, &job->error) < 0
                      ? -1
                      : job->result;
    if (job->result == 0)
        job->result = save_rows(job, &job->error);
}

static void save_done(void *arg)
{
    job_end((struct job *)arg);
}

void store_snapshot_save(struct store *store, const char *folder,
                         void (*done)(void *arg, const struct error *err), void *arg)
{
    worker_submit(store->worker, save_work, save_done, job_new(store, folder, done, arg));
}

/* Read and verified on the store thread, so that loading cannot fail once it has begun. */
static int read_code(struct job *job, struct str id, struct error *err)
{
    OWN(mem_free) char *folder = mem_printf("%s/code", job->folder);
    OWN(mem_free) char *name = mem_dup_len(id.ptr, id.len);
    char hex[DIGEST_HEX_BYTES];
    struct code *code = mem_alloc(sizeof(*code));

    code->next = job->codes;
    job->codes = code;
    if (id.len != STORE_BLOB_ID_BYTES - 1 || memchr(id.ptr, '/', id.len))
        return error_set(err, ERROR_SYNTAX, "'%s' does not name a package", name);
    memcpy(code->id, name, sizeof(code->id));
    if (read_file(folder, name, &code->bytes, &code->len, err) < 0)
        return -1;
    digest_hex(DIGEST_SHA256, (struct str){code->bytes, code->len}, hex);
    if (strcmp(hex, name) != 0)
        return error_set(err, ERROR_SYNTAX, "package '%s' was changed: its SHA-256 is %s", name,
                         hex);
    return 0;
}

static bool has_code(const struct job *job, struct str id)
{
    for (const struct code *code = job->codes; code; code = code->next) {
        if (str_eq(str_of(code->id), id))
            return true;
    }
    return false;
}

static void load_work(void *arg)
{
    struct job *job = (struct job *)arg;

    job->result = read_lines(job->folder, &job->lines, &job->error);
    for (size_t i = 0; job->result == 0 && i < job->lines.count; i++) {
        struct str id = json_get_str(job->lines.items[i], "blob");

        if (str_is_set(id) && !has_code(job, id))
            job->result = read_code(job, id, &job->error);
    }
}

static void put_line(struct store_batch *batch, const cJSON *line)
{
    struct store_key key = line_key(line);
    struct buf document = {0};
    struct store_value value;

    json_print(cJSON_GetObjectItemCaseSensitive(line, "document"), false, &document);
    value = (struct store_value){
        .document = buf_str(&document),
        .blob = json_get_str(line, "blob"),
        .created_ms = line_number(line, "created"),
        .modified_ms = line_number(line, "modified"),
    };
    store_put(batch, &key, &value);
    buf_done(&document);
}

static void load_written(void *arg, const struct error *err)
{
    struct job *job = (struct job *)arg;

    if (err && job->result == 0) {
        job->result = -1;
        job->error = *err;
    }
    job_end(job);
}

/* On the loop: the batch is made here, because it changes the mirror. */
static void load_done(void *arg)
{
    struct job *job = (struct job *)arg;
    struct store_batch *batch;

    if (job->result < 0) {
        job_end(job);
        return;
    }
    batch = store_begin(job->store);
    store_remove_all(batch);
    for (struct code *code = job->codes; code; code = code->next)
        store_put_blob(batch, str_of(code->id), GIVE(code->bytes), code->len);
    for (size_t i = 0; i < job->lines.count; i++)
        put_line(batch, job->lines.items[i]);
    store_commit(batch, load_written, job);
}

void store_snapshot_load(struct store *store, const char *folder,
                         void (*done)(void *arg, const struct error *err), void *arg)
{
    worker_submit(store->worker, load_work, load_done, job_new(store, folder, done, arg));
}

/* ---- diff ---- */

static void line_name(const cJSON *line, struct buf *out)
{
    const struct store_key key = line_key(line);

    buf_printf(out, STR_FMT " " STR_FMT "/" STR_FMT, STR_ARG(key.kind), STR_ARG(key.account),
               STR_ARG(key.region));
    if (key.parent.len)
        buf_printf(out, "/" STR_FMT, STR_ARG(key.parent));
    buf_printf(out, "/" STR_FMT, STR_ARG(key.name));
    if (key.version.len)
        buf_printf(out, " version " STR_FMT, STR_ARG(key.version));
}

static int compare_lines(const void *a, const void *b)
{
    struct buf x = {0};
    struct buf y = {0};

    line_name(*(cJSON *const *)a, &x);
    line_name(*(cJSON *const *)b, &y);
    int order = str_compare(buf_str(&x), buf_str(&y));

    buf_done(&x);
    buf_done(&y);
    return order;
}

static void changed_members(const cJSON *from, const cJSON *to, struct buf *out)
{
    const cJSON *member;

    cJSON_ArrayForEach (member, from) {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(to, member->string);

        if (!other || !cJSON_Compare(member, other, true))
            buf_printf(out, "%s%s", out->len ? ", " : "", member->string);
    }
    cJSON_ArrayForEach (member, to) {
        if (!cJSON_GetObjectItemCaseSensitive(from, member->string))
            buf_printf(out, "%s%s", out->len ? ", " : "", member->string);
    }
}

static bool report(char sign, const cJSON *line, struct str members, struct buf *out)
{
    buf_printf(out, "%c ", sign);
    line_name(line, out);
    if (members.len)
        buf_printf(out, ": " STR_FMT, STR_ARG(members));
    buf_add_char(out, '\n');
    return true;
}

static bool report_change(const cJSON *from, const cJSON *to, struct buf *out)
{
    struct buf members = {0};

    changed_members(cJSON_GetObjectItemCaseSensitive(from, "document"),
                    cJSON_GetObjectItemCaseSensitive(to, "document"), &members);
    if (!str_eq(json_get_str(from, "blob"), json_get_str(to, "blob")))
        buf_printf(&members, "%scode", members.len ? ", " : "");
    bool changed = members.len > 0;

    if (changed)
        report('~', to, buf_str(&members), out);
    buf_done(&members);
    return changed;
}

static bool diff_lines(struct lines *from, struct lines *to, struct buf *out)
{
    bool differ = false;
    size_t i = 0;
    size_t k = 0;

    while (i < from->count || k < to->count) {
        int order = i == from->count ? 1 : k == to->count ? -1 : 0;

        if (order == 0)
            order = compare_lines(&from->items[i], &to->items[k]);
        if (order < 0)
            differ = report('-', from->items[i++], STR_NONE, out);
        else if (order > 0)
            differ = report('+', to->items[k++], STR_NONE, out);
        else
            differ |= report_change(from->items[i++], to->items[k++], out);
    }
    return differ;
}

static void sort_lines(struct lines *lines)
{
    if (lines->count > 1)
        qsort(lines->items, lines->count, sizeof(cJSON *), compare_lines);
}

int store_snapshot_diff(const char *from, const char *to, struct buf *out, struct error *err)
{
    struct lines old = {0};
    struct lines new = {0};
    int result = -1;

    if (read_lines(from, &old, err) == 0 && read_lines(to, &new, err) == 0) {
        sort_lines(&old);
        sort_lines(&new);
        result = diff_lines(&old, &new, out);
    }
    lines_done(&old);
    lines_done(&new);
    return result;
}
