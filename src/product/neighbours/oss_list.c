/* Listing a bucket, in both versions of the operation. */
#include "crypto/encode.h"
#include "product/neighbours/internal.h"

enum {
    STATUS_OK = 200,
    STATUS_BAD_REQUEST = 400,
    KEYS_DEFAULT = 100,
    KEYS_MAX = 1000, /* reference, "ListObjects" */
};

struct listing {
    struct neighbours_pending *p;
    struct str prefix, delimiter;
    struct str after; /* names up to here are left out */
    uint64_t most;
    bool v2;
    bool encoded; /* names percent-encoded */
    cJSON *objects;
    cJSON *prefixes;
    uint64_t count;
    struct str last; /* the last name or common prefix shown */
    bool truncated;
};

static struct str param(const struct neighbours_pending *p, const char *name)
{
    struct str value = query_get(&p->query, str_of(name));

    return str_is_set(value) ? value : STR("");
}

static struct str token_decode(const struct neighbours_pending *p, struct str token)
{
    uint8_t *bytes = arena_alloc(p->arena, base64_decoded_max(token.len) + 1);
    size_t len;

    return base64_decode(token, bytes, &len) ? (struct str){(char *)bytes, len} : STR("");
}

static bool read_listing(struct neighbours_pending *p, struct listing *out)
{
    struct str most = param(p, "max-keys");

    *out = (struct listing){
        .p = p,
        .prefix = param(p, "prefix"),
        .delimiter = param(p, "delimiter"),
        .after = param(p, "marker"),
        .most = KEYS_DEFAULT,
        .v2 = str_eq(param(p, "list-type"), STR("2")),
        .encoded = str_eq(param(p, "encoding-type"), STR("url")),
    };
    if (out->v2) {
        struct str token = param(p, "continuation-token");

        out->after = token.len ? token_decode(p, token) : param(p, "start-after");
    }
    if (most.len && (str_to_uint(most, KEYS_MAX, &out->most) != NUMBER_OK || out->most == 0)) {
        pending_refuse(p, STATUS_BAD_REQUEST, "InvalidArgument",
                       "Argument maxKeys must be an integer between 1 and 1000");
        return false;
    }
    return true;
}

static struct str shown(const struct listing *listing, struct str name)
{
    return listing->encoded ? percent_encode(name, true, listing->p->arena) : name;
}

static cJSON *object_tree(const struct listing *listing, const struct store_row *row,
                          struct str name)
{
    OWN(json_free) cJSON *document = row_document(row);
    struct arena *arena = listing->p->arena;
    cJSON *tree = cJSON_CreateObject();

    json_add_str(tree, "Key", shown(listing, name));
    json_add_str(tree, "LastModified", oss_time(listing->p, row->modified_ms));
    json_add_str(tree, "ETag",
                 arena_strf(arena, "\"" STR_FMT "\"", STR_ARG(json_get_str(document, "md5"))));
    json_add_str(tree, "Type", STR("Normal"));
    json_add_str(tree, "Size", json_get_str(document, "size"));
    json_add_str(tree, "StorageClass", STR("Standard"));
    cJSON_AddItemToObject(tree, "Owner", oss_owner(listing->p));
    return tree;
}

/* What stands for the name: itself, or everything up to a delimiter behind the prefix. */
static struct str group_of(const struct listing *listing, struct str name, bool *out_is_group)
{
    size_t at;

    *out_is_group =
        listing->delimiter.len &&
        str_find(str_slice(name, listing->prefix.len, name.len), listing->delimiter, &at);
    return *out_is_group ? str_slice(name, 0, listing->prefix.len + at + listing->delimiter.len)
                         : name;
}

/* False when the page is full. */
static bool offer(struct listing *listing, const struct store_row *row)
{
    struct str name = str_slice(row->key.name, 1, row->key.name.len); /* without the slash */
    bool is_group;
    struct str group = group_of(listing, name, &is_group);

    if (str_compare(name, listing->after) <= 0 || str_eq(group, listing->after) ||
        str_eq(group, listing->last))
        return true;
    if (listing->count == listing->most) {
        listing->truncated = true;
        return false;
    }
    listing->count++;
    listing->last = arena_str(listing->p->arena, group);
    if (is_group) {
        cJSON *tree = cJSON_CreateObject();

        json_add_str(tree, "Prefix", shown(listing, group));
        cJSON_AddItemToArray(listing->prefixes, tree);
    } else {
        cJSON_AddItemToArray(listing->objects, object_tree(listing, row, name));
    }
    return true;
}

static void collect(struct listing *listing)
{
    struct store_key first = oss_object_key(
        listing->p->bucket,
        str_compare(listing->after, listing->prefix) > 0 ? listing->after : listing->prefix,
        listing->p->arena);
    struct str prefix = arena_strf(listing->p->arena, "/" STR_FMT, STR_ARG(listing->prefix));
    struct store_list list = store_list(listing->p->store, &first);

    for (size_t i = store_list_seek(list, first.name); i < list.count; i++)
        if (!str_starts(list.rows[i]->key.name, prefix) || !offer(listing, list.rows[i]))
            break;
}

static void add_marks(const struct listing *l, cJSON *tree)
{
    struct arena *arena = l->p->arena;

    if (l->v2) {
        json_add_str(tree, "StartAfter", shown(l, param(l->p, "start-after")));
        json_add_uint(tree, "KeyCount", l->count);
        if (l->truncated)
            json_add_str(tree, "NextContinuationToken", base64_text(l->last, arena));
        return;
    }
    json_add_str(tree, "Marker", shown(l, l->after));
    if (l->truncated)
        json_add_str(tree, "NextMarker", shown(l, l->last));
}

void oss_list_objects(struct neighbours_pending *p)
{
    struct listing listing;
    cJSON *tree;

    if (!oss_need_bucket(p) || !read_listing(p, &listing))
        return;
    listing.objects = cJSON_CreateArray();
    listing.prefixes = cJSON_CreateArray();
    collect(&listing);
    tree = cJSON_CreateObject();
    json_add_str(tree, "Name", p->bucket);
    json_add_str(tree, "Prefix", shown(&listing, listing.prefix));
    json_add_uint(tree, "MaxKeys", listing.most);
    json_add_str(tree, "Delimiter", shown(&listing, listing.delimiter));
    if (listing.encoded)
        cJSON_AddStringToObject(tree, "EncodingType", "url");
    cJSON_AddBoolToObject(tree, "IsTruncated", listing.truncated);
    add_marks(&listing, tree);
    cJSON_AddItemToObject(tree, "Contents", listing.objects);
    cJSON_AddItemToObject(tree, "CommonPrefixes", listing.prefixes);
    pending_xml(p, STATUS_OK, "ListBucketResult", tree);
}
