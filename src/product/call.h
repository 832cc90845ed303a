/*
 * product/call.h - a call of an emulated product, whichever it is: run, parked, finished when what
 * it wrote is on disk, or left by its client
 *
 * Each product embeds it in the call that its handlers see.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/error.h"
#include "base/json.h"
#include "store/store.h"

struct product_call;

/* What a product does at the end of its calls. */
struct product_end {
    /* The write failed: the answer says so instead. */
    void (*fail)(struct product_call *call, const struct error *err);
    /* Give the answer to whoever asked. */
    void (*answer)(struct product_call *call);
    void (*free)(struct product_call *call);
};

struct product_call {
    const struct product_end *end;
    struct store_batch *batch; /* begun by product_batch(), committed when the handler returns */
    bool parked;               /* a handler waits for something and calls product_finish() itself */
    bool cancelled;            /* the client left: nobody waits for the answer, the arena is gone */
};

/** What is written belongs to one batch; begun when first asked for. */
struct store_batch *product_batch(struct product_call *call, struct store *store);
/** For handlers that parked. The answer goes when the write is on disk; then the call is freed. */
void product_finish(struct product_call *call);
/** Behind a handler. True when the answer was given: the call is no more. */
bool product_returned(struct product_call *call);
/** The client left. The work itself is not undone. NULL is fine. */
void product_cancel(struct product_call *call);

/** A row's document as a tree, owned by the caller; an empty one when it is none. */
cJSON *row_document(const struct store_row *row);
/** One member of it, the caller's, or NULL. Most rows lack those that are asked for so, and are not
 * even parsed to know that. */
cJSON *row_member(const struct store_row *row, const char *name);
/** Write @document, which is borrowed, under @key. */
const struct store_row *row_put(struct store_batch *batch, const struct store_key *key,
                                const cJSON *document, struct store_value value);
