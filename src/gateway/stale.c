/* Earlier answers, for the outcome `stale`. */
#include "gateway/stale.h"

#include "base/hash.h"

#include <uthash.h>

#include "base/mem.h"

enum {
    KEYS_MAX = 512,
    ANSWERS_MAX = 16,
    BODY_MAX_BYTES = 64 * 1024,
};

struct stale_entry {
    char *key;
    struct arena *answers[ANSWERS_MAX]; /* a ring; each holds its response */
    struct http_response *responses[ANSWERS_MAX];
    uint64_t count; /* answers kept so far */
    UT_hash_handle hh;
};

static void entry_free(struct stale_entry *entry)
{
    for (size_t i = 0; i < ANSWERS_MAX; i++)
        arena_free(entry->answers[i]);
    mem_free(entry->key);
    mem_free(entry);
}

void stale_done(struct stale_store *store)
{
    struct stale_entry *entry;
    struct stale_entry *next;

    HASH_ITER(hh, store->entries, entry, next)
    {
        HASH_DEL(store->entries, entry);
        entry_free(entry);
    }
}

static struct stale_entry *entry_find(struct stale_store *store, struct str key)
{
    struct stale_entry *entry = NULL;

    HASH_FIND(hh, store->entries, key.ptr, key.len, entry);
    return entry;
}

static struct stale_entry *entry_new(struct stale_store *store, struct str key)
{
    struct stale_entry *entry = mem_alloc(sizeof(*entry));

    /* The hash keeps insertion order, and an entry is put in again when it is used: the first is
     * the oldest. */
    if (HASH_COUNT(store->entries) >= KEYS_MAX) {
        struct stale_entry *oldest = store->entries;

        HASH_DEL(store->entries, oldest);
        entry_free(oldest);
    }
    entry->key = mem_dup_len(key.ptr, key.len);
    HASH_ADD_KEYPTR(hh, store->entries, entry->key, key.len, entry);
    return entry;
}

static void response_copy(const struct http_response *from, struct arena *arena,
                          struct http_response *to)
{
    *to = (struct http_response){
        .status = from->status, .body = arena_str(arena, from->body), .body_from_arena = true};
    for (size_t i = 0; i < from->headers.count; i++)
        http_headers_add(&to->headers, arena, arena_str(arena, from->headers.items[i].name),
                         arena_str(arena, from->headers.items[i].value));
}

void stale_keep(struct stale_store *store, struct str key, const struct http_response *response)
{
    struct stale_entry *entry = entry_find(store, key);

    if (response->body.len > BODY_MAX_BYTES)
        return;
    if (entry) {
        HASH_DEL(store->entries, entry);
        HASH_ADD_KEYPTR(hh, store->entries, entry->key, key.len, entry);
    } else {
        entry = entry_new(store, key);
    }
    size_t slot = entry->count % ANSWERS_MAX;

    arena_free(entry->answers[slot]);
    entry->answers[slot] = arena_new();
    entry->responses[slot] = ARENA_NEW(entry->answers[slot], struct http_response);
    response_copy(response, entry->answers[slot], entry->responses[slot]);
    entry->count++;
}

bool stale_find(struct stale_store *store, struct str key, uint64_t age, struct arena *arena,
                struct http_response *out)
{
    const struct stale_entry *entry = entry_find(store, key);

    if (!entry || age == 0 || age > entry->count || age > ANSWERS_MAX)
        return false;
    response_copy(entry->responses[(entry->count - age) % ANSWERS_MAX], arena, out);
    return true;
}
