/*
 * store/snapshot.c - the resources as files, saved and loaded on the store's own thread
 */
#include "store/snapshot.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "loop/worker.h"
#include "store/snapshot_lines.h"

struct job {
    struct store *store;
    char *folder;
    int result;
    struct error error;
    void (*done)(void *arg, const struct error *err);
    void *arg;
    struct store *stage;       /* of a load: the state that will be */
    struct store_batch *batch; /* makes it */
    struct buf *lines;         /* of a comparison */
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

static int rows_to_text(struct job *job, struct buf *out, struct error *err)
{
    struct mirror mirror = {0};
    uint64_t newest;
    int result = database_load(&job->store->db, &mirror, &newest, err);

    if (result == 0)
        mirror_to_text(&mirror, out);
    mirror_done(&mirror);
    return result;
}

static int save_rows(struct job *job, const char *folder, struct error *err)
{
    OWN(buf_done) struct buf text = {0};

    if (rows_to_text(job, &text, err) < 0)
        return -1;
    return snapshot_write_file(folder, SNAPSHOT_ROWS_FILE, buf_str(&text), err);
}

static int save_into(struct job *job, const char *folder, struct error *err)
{
    OWN(mem_free) char *code = mem_printf("%s/code", folder);
    struct code_writer writer = {job, code};

    if (mkdir(code, 0700) < 0)
        return error_errno(err, "make '%s'", code);
    if (database_each_blob(&job->store->db, write_code, &writer, err) < 0 || job->result < 0)
        return -1;
    return save_rows(job, folder, err);
}

/* There is nothing, or an empty folder: the one that was written takes its place. */
static int put_in_place(struct job *job, const char *written, struct error *err)
{
    if (rename(written, job->folder) == 0)
        return 0;
    if (errno == ENOTEMPTY || errno == EEXIST)
        return error_set(err, ERROR_USAGE, "'%s' holds something already; choose another folder",
                         job->folder);
    return error_errno(err, "save a snapshot as '%s'", job->folder);
}

static void trim_slashes(char *path)
{
    for (size_t len = strlen(path); len > 1 && path[len - 1] == '/'; len--)
        path[len - 1] = '\0';
}

/* Written beside and moved: whole, or not there. */
static int save(struct job *job, struct error *err)
{
    trim_slashes(job->folder);
    OWN(mem_free) char *beside = mem_printf("%s.XXXXXX", job->folder);

    if (!folder_is_free(job->folder))
        return error_set(err, ERROR_USAGE, "'%s' holds something already; choose another folder",
                         job->folder);
    if (!mkdtemp(beside))
        return error_errno(err, "save a snapshot in '%s'", job->folder);
    if (save_into(job, beside, err) == 0 && put_in_place(job, beside, err) == 0)
        return 0;
    OWN(mem_free) char *code = mem_printf("%s/code", beside);

    folder_remove_flat(code);
    folder_remove_flat(beside);
    return -1;
}

static void save_work(void *arg)
{
    struct job *job = (struct job *)arg;

    if (store_check_readable(job->store, &job->error) < 0 || save(job, &job->error) < 0)
        job->result = -1;
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

/* ---- comparing ---- */

static void compare_work(void *arg)
{
    struct job *job = (struct job *)arg;
    OWN(buf_done) struct buf text = {0};

    if (store_check_readable(job->store, &job->error) < 0 ||
        rows_to_text(job, &text, &job->error) < 0 ||
        snapshot_diff_text(job->folder, buf_str(&text), job->lines, &job->error) < 0)
        job->result = -1;
}

void store_snapshot_compare(struct store *store, const char *folder, struct buf *out,
                            void (*done)(void *arg, const struct error *err), void *arg)
{
    struct job *job = job_new(store, folder, done, arg);

    job->lines = out;
    worker_submit(store->worker, compare_work, save_done, job);
}

/* ---- loading: all of it is read, checked and put in order beside the state, off the loop ---- */

static int read_code(struct job *job, struct str id, struct error *err)
{
    OWN(mem_free) char *folder = mem_printf("%s/code", job->folder);
    OWN(mem_free) char *name = mem_dup_len(id.ptr, id.len);
    char hex[DIGEST_HEX_BYTES];
    char *bytes = NULL;
    size_t len = 0;

    if (id.len != STORE_BLOB_ID_BYTES - 1 || memchr(id.ptr, '/', id.len))
        return error_set(err, ERROR_SYNTAX, "'%s' does not name a package", name);
    if (snapshot_read_file(folder, name, &bytes, &len, err) < 0)
        return -1;
    digest_hex(DIGEST_SHA256, (struct str){bytes, len}, hex);
    if (strcmp(hex, name) != 0) {
        free(bytes);
        return error_set(err, ERROR_SYNTAX, "package '%s' was changed: its SHA-256 is %s", name,
                         hex);
    }
    store_put_blob(job->batch, id, bytes, len);
    return 0;
}

static int load_line(void *arg, const cJSON *line, struct error *err)
{
    struct job *job = (struct job *)arg;
    struct store_key key = snapshot_line_key(line);
    struct buf document = {0};
    struct store_value value = {
        .blob = json_get_str(line, "blob"),
        .created_ms = snapshot_line_time(line, "created"),
        .modified_ms = snapshot_line_time(line, "modified"),
    };

    if (str_is_set(value.blob) && !store_knows_blob(job->stage, value.blob) &&
        read_code(job, value.blob, err) < 0)
        return -1;
    json_print(cJSON_GetObjectItemCaseSensitive(line, "document"), false, &document);
    value.document = buf_str(&document);
    store_put(job->batch, &key, &value);
    buf_done(&document);
    return 0;
}

static void load_work(void *arg)
{
    struct job *job = (struct job *)arg;

    job->batch = store_begin(job->stage);
    job->result = snapshot_lines_each(job->folder, load_line, job, &job->error);
    store_commit(GIVE(job->batch), NULL, NULL);
}

static void load_written(void *arg, const struct error *err)
{
    struct job *job = (struct job *)arg;

    if (err) {
        job->result = -1;
        job->error = *err;
    }
    job_end(job);
}

static void load_done(void *arg)
{
    struct job *job = (struct job *)arg;

    if (job->result == 0) {
        store_install(GIVE(job->stage), load_written, job);
        return;
    }
    store_close(GIVE(job->stage));
    job_end(job);
}

void store_snapshot_load(struct store *store, const char *folder,
                         void (*done)(void *arg, const struct error *err), void *arg)
{
    struct job *job = job_new(store, folder, done, arg);

    job->stage = store_stage(store);
    worker_submit(store->worker, load_work, load_done, job);
}
