/* The resources in memory: collections of rows in order. */
#include "store/mirror.h"

#include "base/mem.h"

static bool is_number(struct str name)
{
    return str_all_digits(name);
}

static struct str without_zeros(struct str digits)
{
    while (digits.len > 1 && digits.ptr[0] == '0')
        digits = str_slice(digits, 1, digits.len);
    return digits;
}

/* Numbers first and by value, so that version 10 comes behind version 9; then bytes. */
static int compare_names(struct str a, struct str b)
{
    bool a_number = is_number(a);
    bool b_number = is_number(b);

    if (a_number != b_number)
        return a_number ? -1 : 1;
    if (a_number) {
        struct str x = without_zeros(a);
        struct str y = without_zeros(b);

        if (x.len != y.len)
            return x.len < y.len ? -1 : 1;
        int order = str_compare(x, y);

        if (order != 0)
            return order;
    }
    return str_compare(a, b);
}

static void add_part(struct buf *id, struct str part)
{
    buf_add(id, part);
    buf_add_char(id, '\0');
}

static struct str collection_id(struct mirror *mirror, const struct store_key *key)
{
    buf_clear(&mirror->scratch);
    add_part(&mirror->scratch, key->account);
    add_part(&mirror->scratch, key->region);
    add_part(&mirror->scratch, key->kind);
    add_part(&mirror->scratch, key->parent);
    add_part(&mirror->scratch, key->version);
    return buf_str(&mirror->scratch);
}

static struct collection **recent_place(struct mirror *mirror, const struct store_key *key)
{
    size_t letter = key->kind.len ? (unsigned char)key->kind.ptr[0] : 0;

    return &mirror->recent[(letter + key->kind.len) % MIRROR_RECENT];
}

static bool is_of(const struct collection *collection, const struct store_key *key)
{
    return str_eq(collection->key.kind, key->kind) && str_eq(collection->key.parent, key->parent) &&
           str_eq(collection->key.account, key->account) &&
           str_eq(collection->key.region, key->region) &&
           str_eq(collection->key.version, key->version);
}

struct collection *mirror_collection(struct mirror *mirror, const struct store_key *key)
{
    struct collection **recent = recent_place(mirror, key);
    struct collection *found;

    if (*recent && is_of(*recent, key))
        return *recent;
    struct str id = collection_id(mirror, key);

    HASH_FIND(hh, mirror->collections, id.ptr, id.len, found);
    if (found)
        *recent = found;
    return found;
}

static struct str next_part(char **at)
{
    struct str part = str_of(*at);

    *at += part.len + 1;
    return part;
}

static struct collection *collection_new(struct mirror *mirror, const struct store_key *key)
{
    struct str id = collection_id(mirror, key);
    struct collection *made = mem_alloc(sizeof(*made));

    made->id = mem_dup_len(id.ptr, id.len);
    made->id_len = id.len;
    char *at = made->id;

    made->key.account = next_part(&at);
    made->key.region = next_part(&at);
    made->key.kind = next_part(&at);
    made->key.parent = next_part(&at);
    made->key.version = next_part(&at);
    HASH_ADD_KEYPTR(hh, mirror->collections, made->id, made->id_len, made);
    return made;
}

size_t mirror_seek(const struct collection *collection, struct str name)
{
    size_t low = 0;
    size_t high = collection->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_names(collection->rows[middle]->key.name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool holds(const struct collection *collection, size_t at, struct str name)
{
    return at < collection->count && str_eq(collection->rows[at]->key.name, name);
}

struct store_row *mirror_find(struct mirror *mirror, const struct store_key *key)
{
    const struct collection *in = mirror_collection(mirror, key);

    if (!in)
        return NULL;
    size_t at = mirror_seek(in, key->name);

    return holds(in, at, key->name) ? in->rows[at] : NULL;
}

void mirror_drop_cache(struct store_row *row)
{
    if (row->cache)
        row->cache->free(row->cache);
    row->cache = NULL;
}

static void row_free(struct store_row *row)
{
    if (!row)
        return;
    mirror_drop_cache(row);
    mem_free(row);
}

static struct str place_text(char **at, struct str text)
{
    char *to = *at;

    if (!str_is_set(text))
        return STR_NONE;
    if (text.len)
        memcpy(to, text.ptr, text.len);
    to[text.len] = '\0';
    *at = to + text.len + 1;
    return (struct str){to, text.len};
}

/* One block: the row, its name, its blob's id and its document. */
static struct store_row *row_new(const struct collection *in, struct str name,
                                 const struct store_row *from)
{
    struct store_row *row =
        mem_alloc(sizeof(*row) + name.len + from->blob.len + from->document.len + 3);
    char *at = (char *)(row + 1);

    *row = *from;
    row->key = in->key;
    row->key.name = place_text(&at, name);
    row->blob = place_text(&at, from->blob);
    row->document = place_text(&at, from->document);
    row->cache = NULL;
    return row;
}

static void insert(struct collection *in, size_t at, struct store_row *row)
{
    if (in->count == in->cap) {
        in->cap = in->cap ? in->cap * 2 : 4;
        in->rows = (struct store_row **)mem_grow(in->rows, in->cap, sizeof(struct store_row *));
    }
    memmove(&in->rows[at + 1], &in->rows[at], (in->count - at) * sizeof(struct store_row *));
    in->rows[at] = row;
    in->count++;
}

struct store_row *mirror_put(struct mirror *mirror, const struct store_key *key,
                             const struct store_row *row)
{
    struct collection *in = mirror_collection(mirror, key);

    if (!in)
        in = collection_new(mirror, key);
    size_t at = mirror_seek(in, key->name);
    struct store_row *made = row_new(in, key->name, row);

    if (holds(in, at, key->name)) {
        row_free(in->rows[at]);
        in->rows[at] = made;
    } else {
        insert(in, at, made);
        mirror->rows++;
    }
    return made;
}

static void collection_unlink(struct mirror *mirror, struct collection *collection)
{
    struct collection **recent = recent_place(mirror, &collection->key);

    if (*recent == collection)
        *recent = NULL;
    HASH_DEL(mirror->collections, collection);
}

static void collection_free(struct mirror *mirror, struct collection *collection)
{
    collection_unlink(mirror, collection);
    for (size_t i = 0; i < collection->count; i++)
        row_free(collection->rows[i]);
    mem_free(collection->rows);
    mem_free(collection->id);
    mem_free(collection);
}

bool mirror_remove(struct mirror *mirror, const struct store_key *key)
{
    struct collection *in = mirror_collection(mirror, key);
    size_t at = in ? mirror_seek(in, key->name) : 0;

    if (!in || !holds(in, at, key->name))
        return false;
    row_free(in->rows[at]);
    in->count--;
    memmove(&in->rows[at], &in->rows[at + 1], (in->count - at) * sizeof(struct store_row *));
    mirror->rows--;
    if (in->count == 0)
        collection_free(mirror, in);
    return true;
}

void mirror_move(struct mirror *from, struct collection *collection, struct mirror *to)
{
    collection_unlink(from, collection);
    from->rows -= collection->count;
    HASH_ADD_KEYPTR(hh, to->collections, collection->id, collection->id_len, collection);
    to->rows += collection->count;
}

void mirror_done(struct mirror *mirror)
{
    struct collection *collection;
    struct collection *next;

    HASH_ITER(hh, mirror->collections, collection, next)
    {
        collection_free(mirror, collection);
    }
    buf_done(&mirror->scratch);
    *mirror = (struct mirror){0};
}
