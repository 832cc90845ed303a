/*
 * store/mirror.h - the resources in memory: collections of rows in order
 *
 * Inside store/ only. A collection holds the rows of one account, region, kind, parent and version.
 */
#pragma once

#include "base/hash.h"

#include <uthash.h>

#include "store/store.h"

struct collection {
    struct store_key key; /* without a name; into `id` */
    char *id;             /* the five texts, each ended by a NUL */
    size_t id_len;
    struct store_row **rows;
    size_t count;
    size_t cap;
    UT_hash_handle hh;
};

enum { MIRROR_RECENT = 8 };

struct mirror {
    struct collection *collections;
    struct collection *recent[MIRROR_RECENT]; /* asked for lately, by kind; NULL where none was */
    size_t rows;
    struct buf scratch; /* for ids */
};

void mirror_done(struct mirror *mirror);
struct collection *mirror_collection(struct mirror *mirror, const struct store_key *key);
struct store_row *mirror_find(struct mirror *mirror, const struct store_key *key);

/** Everything but the key is taken from @row, texts are copied. */
struct store_row *mirror_put(struct mirror *mirror, const struct store_key *key,
                             const struct store_row *row);
void mirror_drop_cache(struct store_row *row);
bool mirror_remove(struct mirror *mirror, const struct store_key *key);
/** Take @collection out of @from; @to is only there to free it. */
void mirror_move(struct mirror *from, struct collection *collection, struct mirror *to);

size_t mirror_seek(const struct collection *collection, struct str name);
