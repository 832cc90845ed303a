/* What the emulator keeps: resources as JSON documents, code packages as blobs. */
#include <stdlib.h>

#include "base/mem.h"
#include "loop/worker.h"
#include "store/internal.h"
#include "store/wal.h"

static struct blob_use *find_blob(struct store *store, struct str id)
{
    struct blob_use *use;

    HASH_FIND(hh, store->blobs, id.ptr, id.len, use);
    return use;
}

bool store_knows_blob(struct store *store, struct str id)
{
    return find_blob(store, id) != NULL;
}

void store_count_blob(struct store *store, struct str id)
{
    struct blob_use *use = find_blob(store, id);

    if (!use) {
        use = mem_alloc(sizeof(*use));
        use->id = mem_dup_len(id.ptr, id.len);
        HASH_ADD_KEYPTR(hh, store->blobs, use->id, id.len, use);
    }
    use->rows++;
}

static void forget_blob(struct blob_use **uses, struct blob_use *use)
{
    HASH_DEL(*uses, use);
    mem_free(use->id);
    mem_free(use);
}

bool store_uncount_blob(struct store *store, struct str id)
{
    struct blob_use *use = find_blob(store, id);

    if (!use || --use->rows > 0)
        return false;
    forget_blob(&store->blobs, use);
    return true;
}

void blob_uses_free(struct blob_use **uses)
{
    struct blob_use *use;
    struct blob_use *next;

    HASH_ITER(hh, *uses, use, next)
    {
        forget_blob(uses, use);
    }
}

static void count_blobs(struct store *store)
{
    struct collection *in;
    struct collection *next;

    HASH_ITER(hh, store->mirror.collections, in, next)
    {
        for (size_t i = 0; i < in->count; i++) {
            if (str_is_set(in->rows[i]->blob))
                store_count_blob(store, in->rows[i]->blob);
        }
    }
}

void store_take(struct store *store, struct mirror *fresh, uint64_t newest)
{
    mirror_done(&store->mirror);
    blob_uses_free(&store->blobs);
    store->mirror = *fresh;
    *fresh = (struct mirror){0};
    count_blobs(store);
    /* Numbers given to changes that failed are not used again. */
    if (newest > store->revision)
        store->revision = newest;
    store->durable_revision = store->revision;
}

static int load(struct store *store, struct error *err)
{
    struct mirror fresh = {0};
    uint64_t newest = 0;

    if (database_load(&store->db, &fresh, &newest, err) < 0) {
        mirror_done(&fresh);
        return error_wrap(err, "%s", store->path);
    }
    store_take(store, &fresh, newest);
    return 0;
}

struct orphans {
    struct store *store;
    struct store_batch *batch;
};

static void drop_orphan(void *arg, struct str id)
{
    const struct orphans *orphans = (const struct orphans *)arg;
    struct change *change;

    if (store_knows_blob(orphans->store, id))
        return;
    change = ARENA_NEW(orphans->batch->arena, struct change);
    change->kind = CHANGE_REMOVE_BLOB;
    change->row.blob = arena_str(orphans->batch->arena, id);
    *orphans->batch->end = change;
    orphans->batch->end = &change->next;
}

/* A blob without a row is left when a snapshot was loaded half, or a batch never named it. */
static int drop_orphans(struct store *store, struct error *err)
{
    struct orphans orphans = {store, store_begin(store)};

    if (database_each_blob(&store->db, drop_orphan, &orphans, err) < 0 ||
        database_loaded(&store->db, err) < 0) {
        batch_free(orphans.batch);
        return -1;
    }
    store_commit(orphans.batch, NULL, NULL);
    return 0;
}

static int open_parts(struct store *store, const char *data_dir, struct error *err)
{
    if (directory_open(data_dir, &store->directory, err) < 0)
        return -1;
    store->durable = !store->directory.temporary;
    store->path = mem_printf("%s/fcemu.db", store->directory.path);
    if (wal_check(store->path, err) < 0 ||
        database_open(store->path, store->durable, &store->db, err) < 0 || load(store, err) < 0)
        return -1;
    store_files_note(&store->files, store->path);
    if (worker_new(store->loop, "store", &store->worker, err) < 0)
        return -1;
    return drop_orphans(store, err);
}

int store_open(struct loop *loop, const struct store_settings *settings, struct store **out,
               struct error *err)
{
    struct store *store = mem_alloc(sizeof(*store));

    store->loop = loop;
    pthread_mutex_init(&store->lock, NULL);
    if (open_parts(store, settings->data_dir, err) < 0) {
        store_close(store);
        return error_wrap(err, "open the store");
    }
    *out = store;
    return 0;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    worker_free(store->worker);
    for (struct store_batch *batch = store->kept.first, *next; batch; batch = next) {
        next = batch->next;
        batch_free(batch);
    }
    if (store->db.handle && store_check_readable(store, &(struct error){0}) < 0) {
        store_files_mend_index(&store->files);
        database_leave(&store->db);
    }
    if (store->db.handle)
        database_close(&store->db);
    mirror_done(&store->mirror);
    blob_uses_free(&store->blobs);
    directory_close(&store->directory);
    store_files_done(&store->files);
    pthread_mutex_destroy(&store->lock);
    mem_free(store->path);
    mem_free(store);
}

int store_check(struct store *store, struct error *err)
{
    pthread_mutex_lock(&store->lock);
    int result = store_files_look(&store->files, err);

    pthread_mutex_unlock(&store->lock);
    return result;
}

int store_check_readable(struct store *store, struct error *err)
{
    pthread_mutex_lock(&store->lock);
    bool readable = store_files_readable(&store->files);

    pthread_mutex_unlock(&store->lock);
    return readable ? 0 : error_set(err, ERROR_IO, "'%s' was cut short", store->path);
}

const struct store_row *store_find(struct store *store, const struct store_key *key)
{
    return mirror_find(&store->mirror, key);
}

bool store_row_pending(const struct store *store, const struct store_row *row)
{
    if (store->gathering)
        return false;
    return row->revision > store->durable_revision || store->installed > store->durable_revision;
}

void store_row_keep(struct store *store, const struct store_row *row, struct store_cache *cache)
{
    struct store_row *own = mirror_find(&store->mirror, &row->key);

    if (!own) {
        cache->free(cache);
        return;
    }
    mirror_drop_cache(own);
    own->cache = cache;
}

void store_row_forget(struct store *store, const struct store_key *key)
{
    struct store_row *own = mirror_find(&store->mirror, key);

    if (own)
        mirror_drop_cache(own);
}

struct store_list store_list(struct store *store, const struct store_key *key)
{
    const struct collection *in = mirror_collection(&store->mirror, key);

    if (!in)
        return (struct store_list){0};
    return (struct store_list){(const struct store_row *const *)in->rows, in->count};
}

size_t store_list_seek(struct store_list list, struct str name)
{
    const struct collection in = {.rows = (struct store_row **)list.rows, .count = list.count};

    return mirror_seek(&in, name);
}

void store_each(struct store *store, struct str kind,
                void (*fn)(void *arg, const struct store_row *row), void *arg)
{
    struct collection *in;
    struct collection *next;

    HASH_ITER(hh, store->mirror.collections, in, next)
    {
        for (size_t i = 0; str_eq(in->key.kind, kind) && i < in->count; i++)
            fn(arg, in->rows[i]);
    }
}

struct store_stats store_stats(const struct store *store)
{
    return (struct store_stats){
        .rows = store->mirror.rows,
        .blobs = HASH_COUNT(store->blobs),
        .revision = store->revision,
        .durable = store->durable_revision,
        .commits = store->commits,
    };
}
