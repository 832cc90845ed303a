/* The frame of a call: what comes behind its handler. */
#include "product/call.h"

#include "base/buf.h"
#include "base/mem.h"

struct store_batch *product_batch(struct product_call *call, struct store *store)
{
    if (!call->batch)
        call->batch = store_begin(store);
    return call->batch;
}

static void finished(void *arg, const struct error *err)
{
    struct product_call *call = (struct product_call *)arg;

    if (err && !call->cancelled)
        call->end->fail(call, err);
    if (!call->cancelled)
        call->end->answer(call);
    call->end->free(call);
}

void product_finish(struct product_call *call)
{
    struct store_batch *batch = GIVE(call->batch);

    call->parked = false;
    if (batch)
        store_commit(batch, finished, call);
    else
        finished(call, NULL);
}

bool product_returned(struct product_call *call)
{
    bool over = !call->parked && !call->batch;

    if (!call->parked)
        product_finish(call);
    return over;
}

void product_cancel(struct product_call *call)
{
    if (call)
        call->cancelled = true;
}

cJSON *row_document(const struct store_row *row)
{
    cJSON *document = cJSON_ParseWithLength(row->document.ptr, row->document.len);

    return document ? document : cJSON_CreateObject();
}

/* A name within a text would have its quotes escaped. */
cJSON *row_member(const struct store_row *row, const char *name)
{
    OWN(buf_done) struct buf quoted = {0};
    size_t at;

    buf_printf(&quoted, "\"%s\"", name);
    if (!str_find(row->document, buf_str(&quoted), &at))
        return NULL;
    OWN(json_free) cJSON *document = row_document(row);

    return cJSON_DetachItemFromObjectCaseSensitive(document, name);
}

const struct store_row *row_put(struct store_batch *batch, const struct store_key *key,
                                const cJSON *document, struct store_value value)
{
    OWN(buf_done) struct buf text = {0};

    json_print(document, false, &text);
    value.document = buf_str(&text);
    return store_put(batch, key, &value);
}
