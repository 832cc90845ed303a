/* Changes: made in the mirror at once, noted for the store thread. */
#include <stdlib.h>

#include "base/mem.h"
#include "crypto/id.h"
#include "store/internal.h"

struct store_batch *store_begin(struct store *store)
{
    struct store_batch *batch = mem_alloc(sizeof(*batch));

    batch->store = store;
    batch->arena = arena_new();
    batch->end = &batch->changes;
    batch->epoch = store->epoch;
    return batch;
}

void batch_drop_content(struct store_batch *batch)
{
    for (struct change *change = batch->changes; change; change = change->next)
        free(change->bytes);
    batch->changes = NULL;
    arena_free(GIVE(batch->arena));
    mirror_done(&batch->retired.mirror);
    blob_uses_free(&batch->retired.blobs);
}

void batch_free(struct store_batch *batch)
{
    batch_drop_content(batch);
    mem_free(batch);
}

void batch_queue_add(struct batch_queue *queue, struct store_batch *batch)
{
    if (queue->last)
        queue->last->next = batch;
    else
        queue->first = batch;
    queue->last = batch;
}

void batch_queue_move(struct batch_queue *from, struct batch_queue *to)
{
    if (!from->first)
        return;
    if (to->last)
        to->last->next = from->first;
    else
        to->first = from->first;
    to->last = from->last;
    *from = (struct batch_queue){0};
}

static struct change *note(struct store_batch *batch, enum change_kind kind)
{
    struct change *change = ARENA_NEW(batch->arena, struct change);

    change->kind = kind;
    *batch->end = change;
    batch->end = &change->next;
    batch->revision = ++batch->store->revision;
    change->row.revision = batch->revision;
    return change;
}

static struct store_key copy_key(struct store_batch *batch, const struct store_key *key)
{
    return (struct store_key){
        .account = arena_str(batch->arena, key->account),
        .region = arena_str(batch->arena, key->region),
        .kind = arena_str(batch->arena, key->kind),
        .parent = arena_str(batch->arena, key->parent),
        .version = arena_str(batch->arena, key->version),
        .name = arena_str(batch->arena, key->name),
    };
}

static void unlink_blob(struct store_batch *batch, struct str id)
{
    if (str_is_set(id) && store_uncount_blob(batch->store, id))
        note(batch, CHANGE_REMOVE_BLOB)->row.blob = id;
}

const struct store_row *store_put(struct store_batch *batch, const struct store_key *key,
                                  const struct store_value *value)
{
    struct store *store = batch->store;
    const struct store_row *old = mirror_find(&store->mirror, key);
    struct str old_blob = old ? arena_str(batch->arena, old->blob) : STR_NONE;
    struct change *change = note(batch, CHANGE_PUT);
    struct store_row *row = &change->row;

    row->key = copy_key(batch, key);
    row->document = arena_str(batch->arena, value->document);
    row->blob = arena_str(batch->arena, value->blob);
    row->created_ms = value->created_ms;
    row->modified_ms = value->modified_ms;
    if (old && value->keep_etag)
        memcpy(row->etag, old->etag, sizeof(row->etag));
    else
        id_etag(row->document, row->revision, row->etag);
    if (str_is_set(row->blob))
        store_count_blob(store, row->blob);
    const struct store_row *made = mirror_put(&store->mirror, &row->key, row);

    unlink_blob(batch, old_blob);
    return made;
}

bool store_remove(struct store_batch *batch, const struct store_key *key)
{
    struct store *store = batch->store;
    const struct store_row *old = mirror_find(&store->mirror, key);

    if (!old)
        return false;
    struct str blob = arena_str(batch->arena, old->blob);
    struct change *change = note(batch, CHANGE_REMOVE);

    change->row.key = copy_key(batch, key);
    mirror_remove(&store->mirror, &change->row.key);
    unlink_blob(batch, blob);
    return true;
}

static bool is_below(struct str parent, struct str top)
{
    return str_starts(parent, top) && (parent.len == top.len || parent.ptr[top.len] == '/');
}

/* Row by row it would take ever longer the more there are. */
static void remove_collection(struct store_batch *batch, struct collection *in)
{
    struct store *store = batch->store;
    struct change *change = note(batch, CHANGE_REMOVE_COLLECTION);

    change->row.key = copy_key(batch, &in->key);
    for (size_t i = 0; i < in->count; i++) {
        if (str_is_set(in->rows[i]->blob))
            unlink_blob(batch, arena_str(batch->arena, in->rows[i]->blob));
    }
    mirror_move(&store->mirror, in, &batch->retired.mirror);
}

void store_remove_below(struct store_batch *batch, const struct store_key *key, struct str parent)
{
    struct collection *in;
    struct collection *next;

    HASH_ITER(hh, batch->store->mirror.collections, in, next)
    {
        if (str_eq(in->key.account, key->account) && str_eq(in->key.region, key->region) &&
            is_below(in->key.parent, parent))
            remove_collection(batch, in);
    }
}

void store_remove_account(struct store_batch *batch, struct str account)
{
    struct collection *in;
    struct collection *next;

    HASH_ITER(hh, batch->store->mirror.collections, in, next)
    {
        if (str_eq(in->key.account, account))
            remove_collection(batch, in);
    }
}

void batch_note_clear(struct store_batch *batch)
{
    note(batch, CHANGE_CLEAR);
}

void store_put_blob(struct store_batch *batch, struct str id, char *bytes, size_t len)
{
    if (store_knows_blob(batch->store, id)) {
        free(bytes);
        return;
    }
    struct change *change = note(batch, CHANGE_PUT_BLOB);

    change->row.blob = arena_str(batch->arena, id);
    change->bytes = bytes;
    change->len = len;
}

void store_commit(struct store_batch *batch, void (*done)(void *arg, const struct error *err),
                  void *arg)
{
    batch->done = done;
    batch->arg = arg;
    writer_submit(batch);
}
