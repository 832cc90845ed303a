/*
 * store/snapshot.c - the resources as files, saved and loaded on the store's own thread
 */
#include "store/snapshot.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "crypto/digest.h"
#include "loop/worker.h"
#include "store/snapshot_lines.h"

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
    struct snapshot_lines lines;
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
    snapshot_lines_done(&job->lines);
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
    buf_puts(out, SNAPSHOT_HEAD_LINE);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < order[i]->count; k++)
            snapshot_row_line(order[i]->rows[k], out);
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
        job->result = snapshot_write_file(writer->folder, name,
                                          (struct str){blob->bytes, blob->len}, &job->error);
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
        result = snapshot_write_file(job->folder, SNAPSHOT_ROWS_FILE, buf_str(&text), err);
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
    if (snapshot_read_file(folder, name, &code->bytes, &code->len, err) < 0)
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

    job->result = snapshot_lines_read(job->folder, &job->lines, &job->error);
    for (size_t i = 0; job->result == 0 && i < job->lines.count; i++) {
        struct str id = json_get_str(job->lines.items[i], "blob");

        if (str_is_set(id) && !has_code(job, id))
            job->result = read_code(job, id, &job->error);
    }
}

static void put_line(struct store_batch *batch, const cJSON *line)
{
    struct store_key key = snapshot_line_key(line);
    struct buf document = {0};
    struct store_value value;

    json_print(cJSON_GetObjectItemCaseSensitive(line, "document"), false, &document);
    value = (struct store_value){
        .document = buf_str(&document),
        .blob = json_get_str(line, "blob"),
        .created_ms = snapshot_line_number(line, "created"),
        .modified_ms = snapshot_line_number(line, "modified"),
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
