/* The store thread: whatever has gathered goes to disk in one transaction. */
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "loop/worker.h"
#include "store/internal.h"

enum { LARGE_BATCH_BYTES = 256 << 10 };

struct drain {
    struct store *store;
    struct store_batch *batches; /* taken by this drain, in order */
    bool reread;                 /* after a failure: what the database says instead */
    struct mirror fresh;
    uint64_t newest;
};

static struct store_batch *take_waiting(struct store *store, uint64_t *out_least_epoch)
{
    pthread_mutex_lock(&store->lock);
    struct store_batch *batches = store->waiting.first;

    store->waiting = (struct batch_queue){0};
    store->draining = false;
    *out_least_epoch = store->least_epoch;
    pthread_mutex_unlock(&store->lock);
    return batches;
}

static int apply(struct database *db, const struct change *change, struct error *err)
{
    switch (change->kind) {
    case CHANGE_PUT:
        return database_put(db, &change->row, err);
    case CHANGE_REMOVE:
        return database_remove(db, &change->row.key, err);
    case CHANGE_REMOVE_COLLECTION:
        return database_remove_collection(db, &change->row.key, err);
    case CHANGE_PUT_BLOB:
        return database_put_blob(db, change->row.blob, change->bytes, change->len, err);
    case CHANGE_REMOVE_BLOB:
        return database_remove_blob(db, change->row.blob, err);
    case CHANGE_CLEAR:
        return database_clear(db, err);
    }
    return 0;
}

static int apply_batches(struct database *db, const struct store_batch *batches,
                         uint64_t least_epoch, struct error *err)
{
    if (database_begin(db, err) < 0)
        return -1;
    for (const struct store_batch *batch = batches; batch; batch = batch->next) {
        for (const struct change *change = batch->changes; change; change = change->next) {
            if (batch->epoch >= least_epoch && apply(db, change, err) < 0)
                return -1;
        }
    }
    return database_commit(db, err);
}

/* Looked at before, so that nothing is touched that was cut; and behind, so that what went into a
 * file that is nobody's any more is not called kept. */
static int apply_all(struct store *store, const struct store_batch *batches, uint64_t least_epoch,
                     struct error *err)
{
    if (store_check(store, err) < 0 || apply_batches(&store->db, batches, least_epoch, err) < 0 ||
        store_check(store, err) < 0)
        return -1;
    pthread_mutex_lock(&store->lock);
    store_files_grown(&store->files);
    pthread_mutex_unlock(&store->lock);
    return 0;
}

/* Nobody may build on what was not written: whatever was decided on this mirror fails with it. */
static void refuse_epoch(struct store *store, uint64_t epoch)
{
    pthread_mutex_lock(&store->lock);
    if (store->least_epoch <= epoch)
        store->least_epoch = epoch + 1;
    pthread_mutex_unlock(&store->lock);
}

static uint64_t newest_epoch(const struct store_batch *batches)
{
    uint64_t newest = 0;

    for (const struct store_batch *batch = batches; batch; batch = batch->next) {
        if (batch->epoch > newest)
            newest = batch->epoch;
    }
    return newest;
}

/* From the connection that is there: the file may have another name by now, or none. Where it was
 * cut, what was refused goes on showing: there is nothing left to go back to. */
static void read_anew(struct drain *drain)
{
    struct store *store = drain->store;
    struct error err = {0};

    if (store_check_readable(store, &err) < 0)
        return;
    database_rollback(&store->db);
    drain->reread = database_load(&store->db, &drain->fresh, &drain->newest, &err) == 0;
    if (drain->reread)
        return;
    log_error("store cannot be read", "error=%s path=%s", err.text, store->path);
    mirror_done(&drain->fresh);
}

/* Freeing so much would hold the loop. */
static bool is_large(const struct store_batch *batch)
{
    return arena_size(batch->arena) > LARGE_BATCH_BYTES || batch->retired.mirror.collections;
}

static void drain_work(void *arg)
{
    struct drain *drain = (struct drain *)arg;
    struct store *store = drain->store;
    uint64_t least_epoch;
    struct error err = {0};
    int result;

    drain->batches = take_waiting(store, &least_epoch);
    result = drain->batches ? apply_all(store, drain->batches, least_epoch, &err) : 0;
    if (result < 0) {
        refuse_epoch(store, newest_epoch(drain->batches));
        read_anew(drain);
    }
    for (struct store_batch *batch = drain->batches; batch; batch = batch->next) {
        if (result < 0)
            batch->error = err;
        else if (batch->epoch < least_epoch)
            error_set(&batch->error, ERROR_IO, "an earlier write to the store failed");
        batch->failed = result < 0 || batch->epoch < least_epoch;
        if (is_large(batch))
            batch_drop_content(batch);
    }
}

/* Damage is said once, and when it is over. */
static void say(struct store *store, const struct store_batch *batch)
{
    struct error err;
    bool damaged = store_check(store, &err) < 0;

    if (!damaged || !store->damaged)
        log_error("store write failed", "error=%s path=%s", batch->error.text, store->path);
    store->damaged = damaged;
}

static void recover(struct drain *drain, const struct store_batch *batch)
{
    struct store *store = drain->store;

    if (batch->epoch < store->epoch)
        return;
    say(store, batch);
    store->epoch = batch->epoch + 1;
    if (drain->reread)
        store_take(store, &drain->fresh, drain->newest);
}

static void finish(struct drain *drain, struct store_batch *batch)
{
    struct store *store = drain->store;

    if (batch->failed) {
        recover(drain, batch);
    } else {
        if (batch->revision > store->durable_revision)
            store->durable_revision = batch->revision;
        if (store->damaged)
            log_info("store is whole again", "path=%s", store->path);
        store->damaged = false;
    }
    if (batch->done)
        batch->done(batch->arg, batch->failed ? &batch->error : NULL);
    batch_free(batch);
}

static void drain_done(void *arg)
{
    struct drain *drain = (struct drain *)arg;
    struct store_batch *next;

    if (drain->batches)
        drain->store->commits++;
    for (struct store_batch *batch = drain->batches; batch; batch = next) {
        next = batch->next;
        finish(drain, batch);
    }
    mirror_done(&drain->fresh);
    mem_free(drain);
}

static void start_drain(struct store *store)
{
    struct drain *drain = mem_alloc(sizeof(*drain));

    drain->store = store;
    worker_submit(store->worker, drain_work, drain_done, drain);
}

/* Told at once that it is kept: what becomes of it is known when all of it is written. */
struct told {
    void (*done)(void *arg, const struct error *err);
    void *arg;
};

static void tell(void *arg)
{
    struct told *told = (struct told *)arg;

    told->done(told->arg, NULL);
    mem_free(told);
}

static void keep(struct store_batch *batch)
{
    struct store *store = batch->store;

    batch_queue_add(&store->kept, batch);
    if (!batch->done)
        return;
    struct told *told = mem_alloc(sizeof(*told));

    *told = (struct told){GIVE(batch->done), batch->arg};
    loop_post(store->loop, tell, told);
}

void writer_submit(struct store_batch *batch)
{
    struct store *store = batch->store;

    if (store->gathering) {
        keep(batch);
        return;
    }
    pthread_mutex_lock(&store->lock);
    bool start = !store->draining;

    batch_queue_add(&store->waiting, batch);
    store->draining = true;
    pthread_mutex_unlock(&store->lock);
    if (start)
        start_drain(store);
}

/* In one piece, and a drain takes all that waits: so it is one transaction. */
void writer_submit_kept(struct store *from, struct store *to)
{
    from->gathering = false;
    for (struct store_batch *batch = from->kept.first; batch; batch = batch->next) {
        batch->store = to;
        batch->epoch = to->epoch;
    }
    pthread_mutex_lock(&to->lock);
    bool start = !to->draining;

    batch_queue_move(&from->kept, &to->waiting);
    to->draining = true;
    pthread_mutex_unlock(&to->lock);
    if (start)
        start_drain(to);
}

struct read {
    struct store *store;
    char *id;
    struct store_blob *blob;
    void (*done)(void *arg, struct store_blob *blob);
    void *arg;
};

static void read_work(void *arg)
{
    struct read *read = (struct read *)arg;
    struct error err;

    if (store_check_readable(read->store, &err) == 0)
        read->blob = database_get_blob(&read->store->db, str_of(read->id));
}

static void read_done(void *arg)
{
    struct read *read = (struct read *)arg;

    read->done(read->arg, read->blob);
    mem_free(read->id);
    mem_free(read);
}

void store_read_blob(struct store *store, struct str id,
                     void (*done)(void *arg, struct store_blob *blob), void *arg)
{
    struct read *read = mem_alloc(sizeof(*read));

    if (store->base)
        store = store->base;
    *read =
        (struct read){.store = store, .id = mem_dup_len(id.ptr, id.len), .done = done, .arg = arg};
    worker_submit(store->worker, read_work, read_done, read);
}

void store_blob_free(struct store_blob *blob)
{
    if (!blob)
        return;
    free(blob->bytes);
    free(blob);
}
