/* Many changes as one step: gathered, or prepared beside the state and put in its place. */
#include "base/mem.h"
#include "store/internal.h"

void store_gather(struct store *store)
{
    store->gathering = true;
}

typedef void gathered(void *arg, const struct error *err);

/* What @from has gathered goes to the disk of @to; @done is told behind the last of it. */
static void end_gathering(struct store *from, struct store *to, gathered *done, void *arg)
{
    struct store_batch *last = store_begin(from);

    last->revision = to->revision;
    store_commit(last, NULL, NULL);
    last->done = done;
    last->arg = arg;
    writer_submit_kept(from, to);
}

void store_gathered(struct store *store, void (*done)(void *arg, const struct error *err),
                    void *arg)
{
    end_gathering(store, store, done, arg);
}

struct store *store_stage(struct store *store)
{
    struct store *stage = mem_alloc(sizeof(*stage));

    stage->loop = store->loop;
    stage->base = store;
    stage->gathering = true;
    stage->revision = store->revision;
    pthread_mutex_init(&stage->lock, NULL);
    return stage;
}

static void exchange(struct store *stage, struct store *base, struct store_batch *batch)
{
    batch->retired = (struct retired){base->mirror, base->blobs};
    base->mirror = stage->mirror;
    base->blobs = stage->blobs;
    stage->mirror = (struct mirror){0};
    stage->blobs = NULL;
}

void store_install(struct store *stage, void (*done)(void *arg, const struct error *err), void *arg)
{
    struct store *base = stage->base;
    struct store_batch *first = store_begin(base); /* it forgets all; the rest comes behind */
    struct batch_queue all = {0};

    if (stage->revision > base->revision)
        base->revision = stage->revision;
    batch_note_clear(first);
    base->installed = base->revision;
    exchange(stage, base, first);
    batch_queue_add(&all, first);
    batch_queue_move(&stage->kept, &all);
    stage->kept = all;
    end_gathering(stage, base, done, arg);
    store_close(stage);
}

static void take_blobs(struct store *stage, struct store_batch *to)
{
    for (struct store_batch *batch = stage->kept.first; batch; batch = batch->next) {
        for (struct change *change = batch->changes; change; change = change->next) {
            if (change->kind == CHANGE_PUT_BLOB)
                store_put_blob(to, change->row.blob, GIVE(change->bytes), change->len);
        }
    }
}

static void take_rows(const struct collection *in, struct store_batch *to)
{
    for (size_t i = 0; i < in->count; i++) {
        const struct store_row *row = in->rows[i];
        const struct store_value value = {
            .document = row->document,
            .blob = row->blob,
            .created_ms = row->created_ms,
            .modified_ms = row->modified_ms,
        };

        store_put(to, &row->key, &value);
    }
}

void store_install_account(struct store *stage, struct str account,
                           void (*done)(void *arg, const struct error *err), void *arg)
{
    struct store_batch *batch = store_begin(stage->base);
    struct collection *in;
    struct collection *next;

    store_remove_account(batch, account);
    take_blobs(stage, batch);
    HASH_ITER(hh, stage->mirror.collections, in, next)
    {
        if (str_eq(in->key.account, account))
            take_rows(in, batch);
    }
    store_commit(batch, done, arg);
    store_close(stage);
}
