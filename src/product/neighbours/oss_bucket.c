/* Buckets: their names are common to all accounts and regions. */
#include "product/neighbours/internal.h"

enum {
    STATUS_OK = 200,
    STATUS_NO_CONTENT = 204,
    STATUS_BAD_REQUEST = 400,
    STATUS_CONFLICT = 409,
    BUCKETS_MAX = 100, /* reference, "limits" */
    BUCKETS_SHOWN = 100,
    BUCKETS_SHOWN_MAX = 1000, /* reference, "ListBuckets" */
    NAME_MIN = 3,
    NAME_MAX = 63,
};

static bool is_bucket_name(struct str name)
{
    if (name.len < NAME_MIN || name.len > NAME_MAX || name.ptr[0] == '-' ||
        name.ptr[name.len - 1] == '-')
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return true;
}

static struct str place_name(const struct neighbours_pending *p, struct str region)
{
    return arena_strf(p->arena, "oss-" STR_FMT, STR_ARG(region));
}

/* A bucket for uploads has no row; it stands where it is asked. */
static cJSON *bucket_tree(struct neighbours_pending *p, struct str name,
                          const struct store_row *row)
{
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;
    struct str region = document ? json_get_str(document, "region") : p->call.place->region;
    struct str location = place_name(p, region);
    cJSON *tree = cJSON_CreateObject();

    json_add_str(tree, "CreationDate", oss_time(p, row ? row->created_ms : p->now_ms));
    json_add_str(tree, "ExtranetEndpoint",
                 arena_strf(p->arena, STR_FMT ".aliyuncs.com", STR_ARG(location)));
    json_add_str(tree, "IntranetEndpoint",
                 arena_strf(p->arena, STR_FMT "-internal.aliyuncs.com", STR_ARG(location)));
    json_add_str(tree, "Location", location);
    json_add_str(tree, "Name", name);
    json_add_str(tree, "Region", region);
    json_add_str(tree, "StorageClass", STR("Standard"));
    return tree;
}

static struct store_list all_buckets(const struct neighbours_pending *p)
{
    struct store_key key = oss_bucket_key(STR(""));

    return store_list(p->store, &key);
}

static struct str param(const struct neighbours_pending *p, const char *name)
{
    struct str value = query_get(&p->query, str_of(name));

    return str_is_set(value) ? value : STR("");
}

/* False, and refused, when it is no number of buckets. */
static bool read_most(struct neighbours_pending *p, uint64_t *out)
{
    struct str most = param(p, "max-keys");

    *out = BUCKETS_SHOWN;
    if (!most.len || (str_to_uint(most, BUCKETS_SHOWN_MAX, out) == NUMBER_OK && *out > 0))
        return true;
    pending_refuse(p, STATUS_BAD_REQUEST, "InvalidArgument",
                   "Argument maxKeys must be an integer between 1 and %d", BUCKETS_SHOWN_MAX);
    return false;
}

void oss_list_buckets(struct neighbours_pending *p)
{
    struct store_list list = all_buckets(p);
    struct str prefix = param(p, "prefix");
    struct str marker = param(p, "marker");
    struct str last = STR("");
    uint64_t most;
    uint64_t shown = 0;
    bool more = false;

    if (!read_most(p, &most))
        return;
    cJSON *tree = cJSON_CreateObject();
    cJSON *buckets = cJSON_CreateObject();
    cJSON *array = cJSON_AddArrayToObject(buckets, "Bucket");

    for (size_t i = 0; i < list.count && !more; i++) {
        struct str name = list.rows[i]->key.name;

        if (!str_starts(name, prefix) || str_compare(name, marker) <= 0)
            continue;
        more = shown == most;
        if (more)
            break;
        cJSON_AddItemToArray(array, bucket_tree(p, name, list.rows[i]));
        last = name;
        shown++;
    }
    json_add_str(tree, "Prefix", prefix);
    json_add_str(tree, "Marker", marker);
    json_add_uint(tree, "MaxKeys", most);
    cJSON_AddBoolToObject(tree, "IsTruncated", more);
    if (more)
        json_add_str(tree, "NextMarker", last);
    cJSON_AddItemToObject(tree, "Owner", oss_owner(p));
    cJSON_AddItemToObject(tree, "Buckets", buckets);
    pending_xml(p, STATUS_OK, "ListAllMyBucketsResult", tree);
}

void oss_put_bucket(struct neighbours_pending *p)
{
    struct store_key key = oss_bucket_key(p->bucket);
    const struct store_row *row = store_find(p->store, &key);
    cJSON *document;
    struct str grant;

    if (!oss_acl_read(p, "x-oss-acl", &grant))
        return;
    p->answer.status = STATUS_OK;
    if (row && grant.len)
        oss_put_bucket_acl(p);
    if (row || str_starts(p->bucket, STR(OSS_UPLOAD_PREFIX)))
        return; /* creating one's own bucket again is fine */
    if (!is_bucket_name(p->bucket)) {
        pending_refuse(p, STATUS_BAD_REQUEST, "InvalidBucketName",
                       "The specified bucket is not valid.");
        return;
    }
    if (all_buckets(p).count >= BUCKETS_MAX) {
        pending_refuse(p, STATUS_BAD_REQUEST, "TooManyBuckets",
                       "You have attempted to create more buckets than allowed.");
        return;
    }
    document = cJSON_CreateObject();
    json_add_str(document, "region", p->call.place->region);
    json_add_str(document, "owner", p->call.account);
    if (grant.len)
        json_add_str(document, "acl", grant);
    pending_put(p, &key, document, STR_NONE);
    pending_header(p, "Location", arena_strf(p->arena, "/" STR_FMT, STR_ARG(p->bucket)));
}

void oss_delete_bucket(struct neighbours_pending *p)
{
    struct store_key key = oss_bucket_key(p->bucket);
    struct store_key objects = oss_object_key(p->bucket, STR(""), p->arena);

    if (!oss_need_bucket(p))
        return;
    if (store_list(p->store, &objects).count) {
        pending_refuse(p, STATUS_CONFLICT, "BucketNotEmpty",
                       "The bucket has objects. Please delete them first.");
        return;
    }
    if (store_find(p->store, &key))
        store_remove(pending_batch(p), &key);
    p->answer.status = STATUS_NO_CONTENT;
}

void oss_bucket_info(struct neighbours_pending *p)
{
    struct store_key key = oss_bucket_key(p->bucket);
    cJSON *tree;
    cJSON *bucket;
    cJSON *grants;

    if (!oss_need_bucket(p))
        return;
    const struct store_row *row = store_find(p->store, &key);
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;

    tree = cJSON_CreateObject();
    bucket = bucket_tree(p, p->bucket, row);
    grants = cJSON_AddObjectToObject(bucket, "AccessControlList");
    json_add_str(grants, "Grant", oss_acl_of(document, "private"));
    cJSON_AddItemToObject(bucket, "Owner", oss_owner(p));
    cJSON_AddItemToObject(tree, "Bucket", bucket);
    pending_xml(p, STATUS_OK, "BucketInfo", tree);
}

void oss_bucket_location(struct neighbours_pending *p)
{
    struct store_key key = oss_bucket_key(p->bucket);

    if (!oss_need_bucket(p))
        return;
    OWN(json_free) cJSON *bucket = bucket_tree(p, p->bucket, store_find(p->store, &key));

    pending_xml(p, STATUS_OK, "LocationConstraint", json_string(json_get_str(bucket, "Location")));
}

static uint64_t bytes_of(const struct store_row *object)
{
    OWN(json_free) cJSON *document = row_document(object);
    uint64_t size = 0;

    return str_to_uint(json_get_str(document, "size"), UINT64_MAX, &size) == NUMBER_OK ? size : 0;
}

void oss_bucket_stat(struct neighbours_pending *p)
{
    struct store_key objects = oss_object_key(p->bucket, STR(""), p->arena);
    struct store_list list = store_list(p->store, &objects);
    uint64_t bytes = 0;

    if (!oss_need_bucket(p))
        return;
    for (size_t i = 0; i < list.count; i++)
        bytes += bytes_of(list.rows[i]);
    cJSON *tree = cJSON_CreateObject();

    json_add_uint(tree, "Storage", bytes);
    json_add_uint(tree, "ObjectCount", list.count);
    json_add_uint(tree, "MultipartUploadCount", oss_count_uploads(p));
    json_add_uint(tree, "LastModifiedTime", p->now_ms / 1000);
    json_add_uint(tree, "StandardStorage", bytes);
    json_add_uint(tree, "StandardObjectCount", list.count);
    pending_xml(p, STATUS_OK, "BucketStat", tree);
}
