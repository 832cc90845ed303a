/*
 * The leaves in use and the retired ones.
 */
/* NOLINTBEGIN(readability-function-size): uthash and utlist are macros */
#include <utlist.h>

#include "base/mem.h"
#include "crypto/internal.h"

static void leaf_free(struct leaf *leaf)
{
    gnutls_pcert_deinit(&leaf->pcert);
    mem_free(leaf);
}

struct leaf *leaf_table_find(struct leaf_table *table, const char *key)
{
    struct leaf *leaf = NULL;

    HASH_FIND_STR(table->by_key, key, leaf);
    if (leaf) {
        DL_DELETE(table->order, leaf);
        DL_APPEND(table->order, leaf);
    }
    return leaf;
}

static void free_the_long_retired(struct leaf_table *table, uint64_t now_ns)
{
    while (table->retired && now_ns - table->retired->retired_ns >= table->grace_ns) {
        struct leaf *leaf = table->retired;

        DL_DELETE(table->retired, leaf);
        table->retired_count--;
        leaf_free(leaf);
    }
}

bool leaf_table_has_room(struct leaf_table *table, uint64_t now_ns)
{
    free_the_long_retired(table, now_ns);
    return HASH_COUNT(table->by_key) < table->max || table->retired_count < table->retired_max;
}

static void retire_the_least_used(struct leaf_table *table, uint64_t now_ns)
{
    struct leaf *leaf = table->order;

    DL_DELETE(table->order, leaf);
    HASH_DEL(table->by_key, leaf);
    leaf->retired_ns = now_ns;
    DL_APPEND(table->retired, leaf);
    table->retired_count++;
}

void leaf_table_add(struct leaf_table *table, struct leaf *leaf, uint64_t now_ns)
{
    if (HASH_COUNT(table->by_key) >= table->max)
        retire_the_least_used(table, now_ns);
    HASH_ADD_STR(table->by_key, key, leaf);
    DL_APPEND(table->order, leaf);
}

void leaf_table_done(struct leaf_table *table)
{
    struct leaf *leaf;
    struct leaf *next;

    HASH_CLEAR(hh, table->by_key);
    DL_FOREACH_SAFE(table->order, leaf, next)
    leaf_free(leaf);
    DL_FOREACH_SAFE(table->retired, leaf, next)
    leaf_free(leaf);
    *table = (struct leaf_table){0};
}
/* NOLINTEND(readability-function-size) */
