/* What happened, call by call, bounded in bytes. */
#include "journal/journal.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/mem.h"
#include "journal/entry.h"
#include "journal/slab.h"

enum {
    SEGMENTS_WANTED = 64, /* a drop loses at most this share of the ring */
    SEGMENT_BYTES_LEAST = 16 << 10,
    SEGMENT_BYTES_MOST = 256 << 10,
    SLABS_LEAST = 4, /* a smaller ring does without: one may be a slab larger than it says */
};

/* Entries grow from the front, the offsets of their structs from the back. The loop thread alone
 * changes `count`, behind the entry: what lies below never changes. An append takes no lock, which
 * would wait until the two KB of the entry are in memory. */
struct segment {
    atomic_uint refs;
    atomic_uint count;
    atomic_size_t used;
    size_t cap;
    char *bytes;
    struct slab *slab; /* whose slot `bytes` is; NULL: of their own */
};

struct journal {
    void (*tap)(void *arg, const struct journal_entry *entry);
    void *tap_arg;
    size_t segment_bytes;
    struct slab **slabs; /* the loop thread's */
    size_t slab_count, slab_cap;
    atomic_uint_fast64_t appended; /* since start; by the loop thread alone */

    pthread_mutex_t lock; /* guards everything below; what the loop thread alone changes, it reads
                             without */
    struct segment **segments;
    size_t segment_count, segment_cap;
    uint64_t cap_bytes; /* of all segments together */
    uint64_t bytes_max, lost;
};

struct journal_snapshot {
    struct segment **segments;
    size_t *firsts; /* index of each segment's first entry */
    size_t segment_count;
    size_t count;
    uint64_t lost;
};

/* ---- segments ---- */

static uint32_t *segment_offset(const struct segment *segment, uint32_t index)
{
    return (uint32_t *)(void *)(segment->bytes + segment->cap) - 1 - index;
}

static struct journal_entry *segment_entry(const struct segment *segment, uint32_t index)
{
    return (struct journal_entry *)(void *)(segment->bytes + *segment_offset(segment, index));
}

static size_t segment_room(const struct segment *segment)
{
    return segment->cap - segment->used - sizeof(uint32_t) * segment->count;
}

static void segment_unref(struct segment *segment)
{
    if (!segment || atomic_fetch_sub(&segment->refs, 1) > 1)
        return;
    if (segment->slab)
        slab_give_back(segment->slab, segment->bytes);
    else
        mem_free(segment->bytes);
    mem_free(segment);
}

/* ---- slabs ---- */

/* Few calls do with few small pages. */
static bool is_worth_slabs(const struct journal *journal)
{
    return journal->bytes_max >= SLABS_LEAST * SLAB_BYTES && journal->cap_bytes >= SLAB_BYTES;
}

static void keep_slab(struct journal *journal, struct slab *slab)
{
    if (journal->slab_count == journal->slab_cap) {
        journal->slab_cap = journal->slab_cap ? journal->slab_cap * 2 : SLABS_LEAST;
        journal->slabs = mem_grow(journal->slabs, journal->slab_cap, sizeof(struct slab *));
    }
    journal->slabs[journal->slab_count++] = slab;
}

/* NULL when there is no more memory of that kind. */
static char *slot_take(struct journal *journal, struct slab **out)
{
    char *slot = NULL;

    for (size_t i = journal->slab_count; i > 0 && !slot; i--) {
        *out = journal->slabs[i - 1];
        slot = slab_take(*out);
    }
    if (slot)
        return slot;
    *out = slab_new(journal->segment_bytes);
    if (!*out)
        return NULL;
    keep_slab(journal, *out);
    return slab_take(*out);
}

/* Those in which a snapshot reads on go when it does. */
static void forget_slabs(struct journal *journal)
{
    for (size_t i = 0; i < journal->slab_count; i++)
        slab_unref(journal->slabs[i]);
    journal->slab_count = 0;
}

static struct segment *segment_new(struct journal *journal, size_t cap)
{
    struct segment *segment = mem_alloc(sizeof(*segment));

    segment->refs = 1;
    segment->cap = cap;
    if (cap == journal->segment_bytes && is_worth_slabs(journal))
        segment->bytes = slot_take(journal, &segment->slab);
    if (!segment->bytes)
        segment->bytes = mem_grow(NULL, cap, 1);
    return segment;
}

/* ---- the ring ---- */

struct journal *journal_new(uint64_t bytes_max)
{
    struct journal *journal = mem_alloc(sizeof(*journal));
    uint64_t share = bytes_max / SEGMENTS_WANTED;

    journal->segment_bytes = share < SEGMENT_BYTES_LEAST  ? SEGMENT_BYTES_LEAST
                             : share > SEGMENT_BYTES_MOST ? SEGMENT_BYTES_MOST
                                                          : (size_t)share;
    journal->segment_bytes -= journal->segment_bytes % JOURNAL_ENTRY_ALIGN;
    journal->bytes_max = bytes_max;
    pthread_mutex_init(&journal->lock, NULL);
    return journal;
}

static void drop_all(struct journal *journal)
{
    for (size_t i = 0; i < journal->segment_count; i++)
        segment_unref(journal->segments[i]);
    journal->segment_count = 0;
    journal->cap_bytes = 0;
}

void journal_free(struct journal *journal)
{
    if (!journal)
        return;
    drop_all(journal);
    forget_slabs(journal);
    pthread_mutex_destroy(&journal->lock);
    mem_free(journal->slabs);
    mem_free(journal->segments);
    mem_free(journal);
}

/* Take the oldest segment out and hand it to the caller, who owns its reference. */
static struct segment *drop_oldest(struct journal *journal)
{
    struct segment *oldest = journal->segments[0];

    journal->segment_count--;
    memmove(journal->segments, journal->segments + 1,
            journal->segment_count * sizeof(*journal->segments));
    journal->cap_bytes -= oldest->cap;
    journal->lost += oldest->count;
    return oldest;
}

/* Use the dropped segment's memory again when no snapshot reads it: its pages are already there. It
 * moves into a slab once that is worth it. */
static struct segment *segment_reuse(struct journal *journal, struct segment *dropped, size_t cap)
{
    if (dropped && dropped->cap == cap && atomic_load(&dropped->refs) == 1 &&
        (dropped->slab || !is_worth_slabs(journal))) {
        dropped->used = 0;
        dropped->count = 0;
        return dropped;
    }
    segment_unref(dropped);
    return segment_new(journal, cap);
}

static void segment_push(struct journal *journal, struct segment *segment)
{
    if (journal->segment_count == journal->segment_cap) {
        journal->segment_cap = journal->segment_cap ? journal->segment_cap * 2 : SEGMENTS_WANTED;
        journal->segments =
            mem_grow(journal->segments, journal->segment_cap, sizeof(*journal->segments));
    }
    journal->segments[journal->segment_count++] = segment;
    journal->cap_bytes += segment->cap;
}

bool journal_is_on(const struct journal *journal)
{
    return journal->bytes_max > 0;
}

/* A new one, making room at the old end; NULL when it never fits. */
static struct segment *segment_begin(struct journal *journal, size_t cap)
{
    struct segment *dropped = NULL;

    if (cap > journal->bytes_max && cap > journal->segment_bytes)
        return NULL;
    while (journal->segment_count && journal->cap_bytes + cap > journal->bytes_max) {
        segment_unref(dropped);
        dropped = drop_oldest(journal);
    }
    struct segment *segment = segment_reuse(journal, dropped, cap);

    segment_push(journal, segment);
    return segment;
}

/* What only this thread changes, it reads without the lock: one segment takes a hundred calls. */
static struct segment *segment_for(struct journal *journal, size_t need)
{
    if (journal->segment_count) {
        struct segment *newest = journal->segments[journal->segment_count - 1];

        if (segment_room(newest) >= need)
            return newest;
    }
    pthread_mutex_lock(&journal->lock);
    struct segment *segment =
        segment_begin(journal, need > journal->segment_bytes ? need : journal->segment_bytes);

    pthread_mutex_unlock(&journal->lock);
    return segment;
}

static void count_lost(struct journal *journal, uint64_t number)
{
    pthread_mutex_lock(&journal->lock);
    journal->appended = number;
    journal->lost++;
    pthread_mutex_unlock(&journal->lock);
}

/* Whoever sees the count sees the entry. */
static void publish(struct segment *segment, size_t bytes)
{
    size_t used = atomic_load_explicit(&segment->used, memory_order_relaxed);
    unsigned count = atomic_load_explicit(&segment->count, memory_order_relaxed);

    atomic_store_explicit(&segment->used, used + bytes, memory_order_relaxed);
    atomic_store_explicit(&segment->count, count + 1, memory_order_release);
}

uint64_t journal_append(struct journal *journal, const struct journal_entry *entry)
{
    if (!journal_is_on(journal))
        return 0;
    size_t bytes = journal_entry_bytes(entry);
    uint64_t number = atomic_load_explicit(&journal->appended, memory_order_relaxed) + 1;
    struct segment *segment = segment_for(journal, bytes + JOURNAL_ENTRY_ALIGN);

    if (!segment) {
        count_lost(journal, number);
        return number;
    }
    *segment_offset(segment, segment->count) = (uint32_t)segment->used;
    struct journal_entry *kept = journal_entry_pack(entry, number, segment->bytes + segment->used);

    publish(segment, bytes);
    atomic_store_explicit(&journal->appended, number, memory_order_release);
    if (journal->tap)
        journal->tap(journal->tap_arg, kept);
    return number;
}

/* Numbers rise, but those that were lost are left out. Loop thread. */
static struct journal_entry *entry_of_number(struct journal *journal, uint64_t number)
{
    for (size_t i = journal->segment_count; i > 0; i--) {
        const struct segment *segment = journal->segments[i - 1];

        if (segment->count == 0 || segment_entry(segment, 0)->number > number)
            continue;
        for (uint32_t k = 0; k < segment->count; k++) {
            struct journal_entry *entry = segment_entry(segment, k);

            if (entry->number == number)
                return entry;
        }
        return NULL;
    }
    return NULL;
}

void journal_late_ends(struct journal *journal, uint64_t number, enum journal_late_state state,
                       int status, struct str code)
{
    struct journal_entry *entry = entry_of_number(journal, number);
    size_t len = code.len < JOURNAL_CODE_BYTES ? code.len : JOURNAL_CODE_BYTES - 1;

    if (!entry || !entry->late)
        return;
    entry->late->status = status;
    if (len)
        memcpy(entry->late->code, code.ptr, len);
    entry->late->code[len] = '\0';
    atomic_store(&entry->late->state, state);
}

void journal_tap(struct journal *journal, void (*fn)(void *arg, const struct journal_entry *entry),
                 void *arg)
{
    journal->tap = fn;
    journal->tap_arg = arg;
}

void journal_clear(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    drop_all(journal);
    journal->lost = 0;
    pthread_mutex_unlock(&journal->lock);
    forget_slabs(journal);
}

static uint32_t count_of_account(const struct segment *segment, struct str account)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < segment->count; i++)
        count += str_eq(segment_entry(segment, i)->account, account);
    return count;
}

/* What was published never changes, so it is written anew. */
static struct segment *segment_without(struct journal *journal, const struct segment *from,
                                       struct str account)
{
    struct segment *to = segment_new(journal, from->cap);

    for (uint32_t i = 0; i < from->count; i++) {
        const struct journal_entry *entry = segment_entry(from, i);

        if (str_eq(entry->account, account))
            continue;
        *segment_offset(to, to->count++) = (uint32_t)to->used;
        journal_entry_pack(entry, entry->number, to->bytes + to->used);
        to->used += journal_entry_bytes(entry);
    }
    return to;
}

void journal_forget_account(struct journal *journal, struct str account)
{
    for (size_t i = 0; i < journal->segment_count; i++) {
        struct segment *old = journal->segments[i];
        uint32_t count = count_of_account(old, account);

        if (!count)
            continue;
        struct segment *left = segment_without(journal, old, account);

        pthread_mutex_lock(&journal->lock);
        journal->segments[i] = left;
        pthread_mutex_unlock(&journal->lock);
        segment_unref(old);
    }
}

struct journal_stats journal_stats(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    struct journal_stats stats = {
        .appended = journal->appended, .lost = journal->lost, .bytes_max = journal->bytes_max};

    for (size_t i = 0; i < journal->segment_count; i++) {
        stats.kept += journal->segments[i]->count;
        stats.bytes += journal->segments[i]->used;
    }
    pthread_mutex_unlock(&journal->lock);
    return stats;
}

/* ---- snapshots ---- */

struct journal_snapshot *journal_snapshot_take(struct journal *journal)
{
    struct journal_snapshot *snapshot = mem_alloc(sizeof(*snapshot));

    pthread_mutex_lock(&journal->lock);
    snapshot->segment_count = journal->segment_count;
    snapshot->segments = mem_alloc_array(journal->segment_count, sizeof(struct segment *));
    snapshot->firsts = mem_alloc_array(journal->segment_count, sizeof(size_t));
    snapshot->lost = journal->lost;
    for (size_t i = 0; i < snapshot->segment_count; i++) {
        snapshot->segments[i] = journal->segments[i];
        atomic_fetch_add(&journal->segments[i]->refs, 1);
        snapshot->firsts[i] = snapshot->count;
        snapshot->count += journal->segments[i]->count;
    }
    pthread_mutex_unlock(&journal->lock);
    return snapshot;
}

void journal_snapshot_free(struct journal_snapshot *snapshot)
{
    if (!snapshot)
        return;
    for (size_t i = 0; i < snapshot->segment_count; i++)
        segment_unref(snapshot->segments[i]);
    mem_free(snapshot->segments);
    mem_free(snapshot->firsts);
    mem_free(snapshot);
}

size_t journal_snapshot_count(const struct journal_snapshot *snapshot)
{
    return snapshot->count;
}

uint64_t journal_snapshot_lost(const struct journal_snapshot *snapshot)
{
    return snapshot->lost;
}

const struct journal_entry *journal_snapshot_at(const struct journal_snapshot *snapshot,
                                                size_t index)
{
    size_t low = 0;
    size_t high = snapshot->segment_count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (snapshot->firsts[middle] <= index)
            low = middle;
        else
            high = middle;
    }
    return segment_entry(snapshot->segments[low], (uint32_t)(index - snapshot->firsts[low]));
}

const struct journal_entry *journal_snapshot_find(const struct journal_snapshot *snapshot,
                                                  struct str request_id)
{
    for (size_t i = snapshot->count; i > 0; i--) {
        const struct journal_entry *entry = journal_snapshot_at(snapshot, i - 1);

        if (str_eq_nocase(entry->request_id, request_id))
            return entry;
    }
    return NULL;
}
