/*
 * Uploads in parts. Parts are rows below their upload; to complete it they are read one after
 * another and become one object.
 *
 * Source: what ali-oss and oss2 send; OSS reference, "multipart upload".
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "crypto/id.h"
#include "product/neighbours/internal.h"

enum {
    STATUS_OK = 200,
    STATUS_NO_CONTENT = 204,
    STATUS_BAD_REQUEST = 400,
    STATUS_NOT_FOUND = 404,
    STATUS_INTERNAL = 500,
    PARTS_MAX = 10000,
    UPLOADS_MAX = 1000,   /* shown */
    OBJECT_MAX = 1 << 30, /* it is put together in memory */
};

static struct str upload_id(const struct neighbours_pending *p)
{
    struct str id = query_get(&p->query, STR("uploadId"));

    return str_is_set(id) ? id : STR("");
}

static struct store_key upload_key(const struct neighbours_pending *p, struct str id)
{
    return (struct store_key){.account = STR(""),
                              .region = STR(""),
                              .kind = STR("oss-upload"),
                              .parent = p->bucket,
                              .version = STR(""),
                              .name = id};
}

/* Names of digits are sorted as numbers by the store. */
static struct store_key part_key(struct str id, struct str number)
{
    return (struct store_key){.account = STR(""),
                              .region = STR(""),
                              .kind = STR("oss-part"),
                              .parent = id,
                              .version = STR(""),
                              .name = number};
}

/* The upload that the request names, or NULL, and refused. */
static const struct store_row *need_upload(struct neighbours_pending *p)
{
    struct store_key key = upload_key(p, upload_id(p));
    const struct store_row *row = store_find(p->store, &key);
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;

    if (row && str_eq(json_get_str(document, "key"), p->name))
        return row;
    pending_refuse(p, STATUS_NOT_FOUND, "NoSuchUpload",
                   "The specified upload does not exist. The upload ID may be invalid, or the "
                   "upload may have been aborted or completed.");
    return NULL;
}

static cJSON *named(const struct neighbours_pending *p, struct str id)
{
    cJSON *tree = cJSON_CreateObject();

    json_add_str(tree, "Bucket", p->bucket);
    json_add_str(tree, "Key", p->name);
    json_add_str(tree, "UploadId", id);
    return tree;
}

void oss_begin_upload(struct neighbours_pending *p)
{
    char id[ID_UUID_BYTES];
    cJSON *document;

    if (!oss_may_put(p))
        return;
    id_uuid(id);
    struct store_key key = upload_key(p, arena_str(p->arena, str_of(id)));

    document = cJSON_CreateObject();
    json_add_str(document, "key", p->name);
    cJSON_AddItemToObject(document, "headers", oss_kept_headers(p));
    pending_put(p, &key, document, STR_NONE);
    pending_xml(p, STATUS_OK, "InitiateMultipartUploadResult", named(p, key.name));
}

static bool read_number(struct str text, uint64_t *out)
{
    return str_to_uint(text, PARTS_MAX, out) == NUMBER_OK && *out > 0;
}

static void finish_part(struct neighbours_pending *p, struct oss_bytes *upload)
{
    struct store_key key = part_key(upload_id(p), query_get(&p->query, STR("partNumber")));

    if (oss_check_digest(p, upload) && need_upload(p))
        oss_keep(p, &key, upload, oss_md5_text(upload->md5, p->arena), NULL);
}

void oss_put_part(struct neighbours_pending *p)
{
    uint64_t number;

    if (!read_number(query_get(&p->query, STR("partNumber")), &number))
        pending_refuse(p, STATUS_BAD_REQUEST, "InvalidArgument",
                       "Part number must be an integer between 1 and %d, inclusive.", PARTS_MAX);
    else if (need_upload(p))
        oss_take_body(p, finish_part);
}

void oss_list_parts(struct neighbours_pending *p)
{
    struct store_key key = part_key(upload_id(p), STR(""));
    struct store_list parts = store_list(p->store, &key);
    cJSON *tree;
    cJSON *list;

    if (!need_upload(p))
        return;
    tree = named(p, upload_id(p));
    json_add_str(tree, "NextPartNumberMarker",
                 parts.count ? parts.rows[parts.count - 1]->key.name : STR("0"));
    json_add_str(tree, "MaxParts", arena_strf(p->arena, "%d", PARTS_MAX));
    cJSON_AddStringToObject(tree, "IsTruncated", "false");
    list = cJSON_AddArrayToObject(tree, "Part");
    for (size_t i = 0; i < parts.count; i++) {
        OWN(json_free) cJSON *part = row_document(parts.rows[i]);
        cJSON *shown = cJSON_CreateObject();

        json_add_str(shown, "PartNumber", parts.rows[i]->key.name);
        json_add_str(shown, "LastModified", oss_time(p, parts.rows[i]->modified_ms));
        json_add_str(shown, "ETag",
                     arena_strf(p->arena, "\"" STR_FMT "\"", STR_ARG(json_get_str(part, "md5"))));
        json_add_str(shown, "HashCrc64ecma", json_get_str(part, "crc64"));
        json_add_str(shown, "Size", json_get_str(part, "size"));
        cJSON_AddItemToArray(list, shown);
    }
    pending_xml(p, STATUS_OK, "ListPartsResult", tree);
}

static struct store_list open_uploads(const struct neighbours_pending *p)
{
    struct store_key key = upload_key(p, STR(""));

    return store_list(p->store, &key);
}

size_t oss_count_uploads(const struct neighbours_pending *p)
{
    return open_uploads(p).count;
}

void oss_list_uploads(struct neighbours_pending *p)
{
    struct store_list uploads = open_uploads(p);
    cJSON *tree;
    cJSON *list;

    if (!oss_need_bucket(p))
        return;
    tree = cJSON_CreateObject();
    json_add_str(tree, "Bucket", p->bucket);
    json_add_uint(tree, "MaxUploads", UPLOADS_MAX);
    cJSON_AddStringToObject(tree, "IsTruncated", "false");
    list = cJSON_AddArrayToObject(tree, "Upload");
    for (size_t i = 0; i < uploads.count && i < UPLOADS_MAX; i++) {
        OWN(json_free) cJSON *document = row_document(uploads.rows[i]);
        cJSON *shown = cJSON_CreateObject();

        json_add_str(shown, "Key", json_get_str(document, "key"));
        json_add_str(shown, "UploadId", uploads.rows[i]->key.name);
        json_add_str(shown, "Initiated", oss_time(p, uploads.rows[i]->created_ms));
        cJSON_AddItemToArray(list, shown);
    }
    pending_xml(p, STATUS_OK, "ListMultipartUploadsResult", tree);
}

static void remove_upload(struct neighbours_pending *p)
{
    struct store_key key = upload_key(p, upload_id(p));
    struct store_key part = part_key(upload_id(p), STR(""));

    store_remove_below(pending_batch(p), &part, upload_id(p));
    store_remove(pending_batch(p), &key);
}

void oss_abort_upload(struct neighbours_pending *p)
{
    if (!need_upload(p))
        return;
    remove_upload(p);
    oss_tell_removed(p, "ObjectRemoved:AbortMultipartUpload", p->name);
    p->answer.status = STATUS_NO_CONTENT;
}

/* ---- completing ---- */

struct completion {
    struct neighbours_pending *p;
    char (*blobs)[STORE_BLOB_ID_BYTES];
    size_t count;
    size_t next;
    char *bytes; /* from malloc() */
    size_t len;
    size_t size;
};

static void completion_free(struct completion *c)
{
    free(c->bytes);
    mem_free(c->blobs);
    mem_free(c);
}

/* The number in the next "<PartNumber>7</PartNumber>"; false when there is none. */
static bool next_part(struct str *xml, struct str *out)
{
    static const struct str open = STR_INIT("<PartNumber>");
    struct str rest;
    size_t at;

    if (!str_find(*xml, open, &at))
        return false;
    rest = str_slice(*xml, at + open.len, xml->len);
    str_cut(rest, '<', out, xml);
    *out = str_trim(*out);
    return true;
}

/* Add the part; false, and refused, when it is not there or not behind the one before. */
static bool add_part(struct completion *c, struct str number, uint64_t *last)
{
    struct neighbours_pending *p = c->p;
    struct store_key key = part_key(upload_id(p), number);
    const struct store_row *row = store_find(p->store, &key);
    OWN(json_free) cJSON *part = row ? row_document(row) : NULL;
    uint64_t size = 0;
    uint64_t n = 0;

    if (!row || !read_number(number, &n)) {
        pending_refuse(p, STATUS_BAD_REQUEST, "InvalidPart",
                       "One or more of the specified parts could not be found.");
        return false;
    }
    if (n <= *last) {
        pending_refuse(p, STATUS_BAD_REQUEST, "InvalidPartOrder",
                       "The list of parts was not in ascending order.");
        return false;
    }
    *last = n;
    str_to_uint(json_get_str(part, "size"), UINT64_MAX, &size);
    c->size += size;
    if (str_is_set(row->blob))
        snprintf(c->blobs[c->count++], sizeof(c->blobs[0]), STR_FMT, STR_ARG(row->blob));
    if (c->size <= OBJECT_MAX)
        return true;
    pending_refuse(p, STATUS_BAD_REQUEST, "EntityTooLarge",
                   "fcemu keeps objects of up to %d bytes.", OBJECT_MAX);
    return false;
}

static bool completes_all(const struct neighbours_pending *p)
{
    return str_eq_nocase(pending_request_header(p, "x-oss-complete-all"), STR("yes"));
}

static bool add_parts(struct completion *c)
{
    struct neighbours_pending *p = c->p;
    struct store_key key = part_key(upload_id(p), STR(""));
    struct store_list have = store_list(p->store, &key);
    bool all = completes_all(p);
    struct str xml = p->call.request->body;
    struct str number;
    uint64_t last = 0;

    c->blobs = mem_alloc_array(have.count + 1, sizeof(*c->blobs));
    for (size_t i = 0; all && i < have.count; i++)
        if (!add_part(c, have.rows[i]->key.name, &last))
            return false;
    while (!all && next_part(&xml, &number))
        if (!add_part(c, number, &last))
            return false;
    if (last > 0)
        return true;
    pending_refuse(p, STATUS_BAD_REQUEST, "MalformedXML", "The body names no part.");
    return false;
}

/* How many parts the request names. */
static size_t count_parts(const struct neighbours_pending *p)
{
    struct store_key key = part_key(upload_id(p), STR(""));
    struct str xml = p->call.request->body;
    struct str number;
    size_t count = 0;

    if (completes_all(p))
        return store_list(p->store, &key).count;
    while (next_part(&xml, &number))
        count++;
    return count;
}

static void finish_object(struct neighbours_pending *p, struct oss_bytes *upload)
{
    const struct store_row *row = need_upload(p);
    struct store_key key = oss_object_key(p->bucket, p->name, p->arena);

    if (!row)
        return;
    OWN(json_free) cJSON *document = row_document(row);
    struct str etag = arena_strf(p->arena, STR_FMT "-%zu",
                                 STR_ARG(oss_md5_text(upload->md5, p->arena)), count_parts(p));
    cJSON *tree = cJSON_CreateObject();
    uint64_t before = oss_size(p, p->name);

    oss_keep(p, &key, upload, etag, cJSON_DetachItemFromObjectCaseSensitive(document, "headers"));
    oss_tell_put(p, "ObjectCreated:CompleteMultipartUpload", before);
    remove_upload(p);
    json_add_str(tree, "Location",
                 arena_strf(p->arena, "http://" STR_FMT STR_FMT,
                            STR_ARG(p->call.request->authority), STR_ARG(p->call.request->path)));
    json_add_str(tree, "Bucket", p->bucket);
    json_add_str(tree, "Key", p->name);
    json_add_str(tree, "ETag", arena_strf(p->arena, "\"" STR_FMT "\"", STR_ARG(etag)));
    pending_xml(p, STATUS_OK, "CompleteMultipartUploadResult", tree);
}

static void read_next(struct completion *c);

static void part_read(void *arg, struct store_blob *blob)
{
    struct completion *c = (struct completion *)arg;
    bool fits = blob && blob->len <= c->size - c->len;

    if (fits)
        memcpy(c->bytes + c->len, blob->bytes, blob->len);
    c->len += fits ? blob->len : 0;
    store_blob_free(blob);
    if (fits && !c->p->base.cancelled) {
        read_next(c);
        return;
    }
    if (!c->p->base.cancelled)
        pending_refuse(c->p, STATUS_INTERNAL, "InternalError", "A part's bytes cannot be read.");
    pending_finish(c->p);
    completion_free(c);
}

static void read_next(struct completion *c)
{
    if (c->next < c->count) {
        store_read_blob(c->p->store, str_of(c->blobs[c->next++]), part_read, c);
        return;
    }
    oss_take_bytes(c->p, GIVE(c->bytes), c->len, finish_object);
    completion_free(c);
}

void oss_complete_upload(struct neighbours_pending *p)
{
    struct completion *c;

    if (!need_upload(p))
        return;
    c = mem_alloc(sizeof(*c));
    *c = (struct completion){.p = p};
    if (!add_parts(c)) {
        completion_free(c);
        return;
    }
    c->bytes = malloc(c->size + 1);
    if (!c->bytes) {
        pending_refuse(p, STATUS_INTERNAL, "InternalError", "There is no room for %zu bytes.",
                       c->size);
        completion_free(c);
        return;
    }
    p->base.parked = true;
    read_next(c);
}
