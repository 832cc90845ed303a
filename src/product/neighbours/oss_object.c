/* Objects: put, get with a range, head, delete. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "crypto/digest.h"
#include "crypto/encode.h"
#include "loop/worker.h"
#include "product/neighbours/internal.h"

enum {
    STATUS_OK = 200,
    STATUS_NO_CONTENT = 204,
    STATUS_PARTIAL = 206,
    STATUS_BAD_REQUEST = 400,
    STATUS_NOT_FOUND = 404,
    STATUS_CONFLICT = 409,
    STATUS_RANGE = 416,
    STATUS_INTERNAL = 500,
    META_MAX = 8 * 1024, /* bytes of x-oss-meta-…; reference, "object metadata" */
};

#define META_PREFIX "x-oss-meta-"

/* ---- put ---- */

static void take_digests(void *arg)
{
    struct oss_bytes *upload = (struct oss_bytes *)arg;
    struct str bytes = {upload->bytes, upload->len};

    digest_of(DIGEST_MD5, bytes, upload->md5);
    digest_hex(DIGEST_SHA256, bytes, upload->blob);
    upload->crc64 = crc64_add(0, bytes);
}

struct str oss_md5_text(const uint8_t md5[DIGEST_MD5_BYTES], struct arena *arena)
{
    char *text = arena_alloc(arena, 2 * DIGEST_MD5_BYTES + 1);

    hex_encode(md5, DIGEST_MD5_BYTES, text);
    for (char *c = text; *c; c++)
        if (*c >= 'a')
            *c = (char)(*c - 'a' + 'A');
    return str_of(text);
}

/* What a client may say of an object, and reads back. */
static bool is_kept_header(struct str name)
{
    static const char *const kept[] = {"Content-Type",  "Content-Encoding", "Content-Language",
                                       "Cache-Control", "Expires",          "Content-Disposition"};

    for (size_t i = 0; i < N_ELEMENTS(kept); i++)
        if (str_eq_nocase(name, str_of(kept[i])))
            return true;
    return str_starts_nocase(name, STR(META_PREFIX));
}

cJSON *oss_kept_headers(const struct neighbours_pending *p)
{
    const struct http_headers *headers = &p->call.request->headers;
    cJSON *kept = cJSON_CreateObject();

    for (size_t i = 0; i < headers->count; i++) {
        struct str name = headers->items[i].name;

        if (is_kept_header(name))
            json_add_str(kept, arena_dup(p->arena, name), headers->items[i].value);
    }
    if (!cJSON_GetObjectItem(kept, "Content-Type"))
        cJSON_AddStringToObject(kept, "Content-Type", "application/octet-stream");
    return kept;
}

static size_t meta_bytes(const struct http_headers *headers)
{
    size_t total = 0;

    for (size_t i = 0; i < headers->count; i++)
        if (str_starts_nocase(headers->items[i].name, STR(META_PREFIX)))
            total += headers->items[i].name.len + headers->items[i].value.len;
    return total;
}

void oss_keep(struct neighbours_pending *p, const struct store_key *key, struct oss_bytes *upload,
              struct str etag, cJSON *headers)
{
    cJSON *document = cJSON_CreateObject();
    struct str crc64 = arena_strf(p->arena, "%" PRIu64, upload->crc64);
    struct str blob = upload->len ? str_of(upload->blob) : STR_NONE;

    json_add_str(document, "size", arena_strf(p->arena, "%zu", upload->len));
    json_add_str(document, "md5", etag);
    json_add_str(document, "crc64", crc64); /* as text: it needs all 64 bits */
    if (headers)
        cJSON_AddItemToObject(document, "headers", headers);
    if (pending_request_header(p, "x-oss-object-acl").len)
        json_add_str(document, "acl", pending_request_header(p, "x-oss-object-acl"));
    if (upload->len)
        store_put_blob(pending_batch(p), blob, GIVE(upload->bytes), upload->len);
    pending_put(p, key, document, blob);
    p->answer.status = STATUS_OK;
    pending_header(p, "ETag", arena_strf(p->arena, "\"" STR_FMT "\"", STR_ARG(etag)));
    pending_header(p, "x-oss-hash-crc64ecma", crc64);
}

bool oss_check_digest(struct neighbours_pending *p, const struct oss_bytes *upload)
{
    struct str md5 = base64_text((struct str){(char *)upload->md5, DIGEST_MD5_BYTES}, p->arena);
    struct str want = pending_request_header(p, "Content-MD5");

    if (want.len == 0 || str_eq(want, md5))
        return true;
    pending_refuse(p, STATUS_BAD_REQUEST, "InvalidDigest",
                   "The Content-MD5 you specified was invalid.");
    return false;
}

static void finish_put(struct neighbours_pending *p, struct oss_bytes *upload)
{
    struct store_key key = oss_object_key(p->bucket, p->name, p->arena);
    uint64_t before = oss_size(p, p->name);

    if (!oss_check_digest(p, upload) || !oss_need_bucket(p)) /* it may have gone meanwhile */
        return;
    oss_keep(p, &key, upload, oss_md5_text(upload->md5, p->arena), oss_kept_headers(p));
    oss_tell_put(p, "ObjectCreated:PutObject", before);
}

static void digests_taken(void *arg)
{
    struct oss_bytes *upload = (struct oss_bytes *)arg;
    struct neighbours_pending *p = upload->p;

    if (!p->base.cancelled)
        upload->finish(p, upload);
    free(upload->bytes);
    mem_free(upload);
    pending_finish(p);
}

bool oss_may_put(struct neighbours_pending *p)
{
    struct store_key key = oss_object_key(p->bucket, p->name, p->arena);

    struct str grant;

    if (!oss_need_bucket(p) || !oss_acl_read(p, "x-oss-object-acl", &grant))
        return false;
    if (meta_bytes(&p->call.request->headers) > META_MAX) {
        pending_refuse(p, STATUS_BAD_REQUEST, "MetadataTooLarge",
                       "Your metadata headers exceed the maximum allowed metadata size.");
        return false;
    }
    if (str_eq_nocase(pending_request_header(p, "x-oss-forbid-overwrite"), STR("true")) &&
        store_find(p->store, &key)) {
        pending_refuse(p, STATUS_CONFLICT, "FileAlreadyExists",
                       "The object you specified already exists and can not be overwritten.");
        return false;
    }
    return true;
}

void oss_take_bytes(struct neighbours_pending *p, char *bytes, size_t len, oss_finish *finish)
{
    struct oss_bytes *upload = mem_alloc(sizeof(*upload));

    *upload = (struct oss_bytes){.p = p, .bytes = bytes, .len = len, .finish = finish};
    p->base.parked = true;
    worker_submit(p->neighbours->worker, take_digests, digests_taken, upload);
}

void oss_take_body(struct neighbours_pending *p, oss_finish *finish)
{
    struct str body = p->call.request->body;
    char *bytes = malloc(body.len + 1);

    if (!bytes) {
        pending_refuse(p, STATUS_INTERNAL, "InternalError", "There is no room for %zu bytes.",
                       body.len);
        return;
    }
    if (body.len)
        memcpy(bytes, body.ptr, body.len);
    oss_take_bytes(p, bytes, body.len, finish);
}

void oss_put_object(struct neighbours_pending *p)
{
    if (oss_may_put(p))
        oss_take_body(p, finish_put);
}

/* ---- get and head ---- */

struct span {
    size_t from;
    size_t to; /* behind the last */
};

enum range { RANGE_NONE, RANGE_PART, RANGE_WRONG };

/* "bytes=0-9", "bytes=10-", "bytes=-5". */
static enum range read_range(struct str header, size_t size, struct span *out)
{
    struct str unit;
    struct str set;
    struct str first;
    struct str last;
    uint64_t from = 0;
    uint64_t to = size ? size - 1 : 0;

    if (header.len == 0)
        return RANGE_NONE;
    if (!str_cut(header, '=', &unit, &set) || !str_eq(unit, STR("bytes")) ||
        !str_cut(set, '-', &first, &last) || (first.len == 0 && last.len == 0) ||
        (first.len && str_to_uint(first, UINT64_MAX, &from) != NUMBER_OK) ||
        (last.len && str_to_uint(last, UINT64_MAX, &to) != NUMBER_OK))
        return RANGE_WRONG;
    if (first.len == 0) {
        from = to < size ? size - to : 0;
        to = size ? size - 1 : 0;
    }
    if (from > to || from >= size)
        return RANGE_WRONG;
    *out = (struct span){from, to < size ? to + 1 : size};
    return RANGE_PART;
}

static void add_kept_headers(struct neighbours_pending *p, const cJSON *document)
{
    const cJSON *header;

    cJSON_ArrayForEach (header, cJSON_GetObjectItemCaseSensitive(document, "headers")) {
        pending_header(p, arena_dup(p->arena, str_of(header->string)),
                       arena_str(p->arena, str_of(header->valuestring)));
    }
}

/* The headers that every answer about an object has; its size in *out_size. */
static const struct store_row *describe(struct neighbours_pending *p, uint64_t *out_size)
{
    const struct store_row *row = oss_need_object(p);
    char date[CLOCK_RFC1123_BYTES];

    if (!row)
        return NULL;
    OWN(json_free) cJSON *document = row_document(row);

    clock_format_rfc1123(row->modified_ms, date);
    add_kept_headers(p, document);
    pending_header(p, "ETag",
                   arena_strf(p->arena, "\"" STR_FMT "\"", STR_ARG(json_get_str(document, "md5"))));
    pending_header(p, "x-oss-hash-crc64ecma", arena_str(p->arena, json_get_str(document, "crc64")));
    pending_header(p, "x-oss-object-type", STR("Normal"));
    pending_header(p, "x-oss-storage-class", STR("Standard"));
    pending_header(p, "Last-Modified", arena_str(p->arena, str_of(date)));
    pending_header(p, "Accept-Ranges", STR("bytes"));
    str_to_uint(json_get_str(document, "size"), UINT64_MAX, out_size);
    p->answer.status = STATUS_OK;
    return row;
}

/* A range that cannot be met gives the whole, unless the client asks for the standard's way. */
static bool take_range(struct neighbours_pending *p, size_t size, struct span *span)
{
    enum range range = read_range(pending_request_header(p, "Range"), size, span);

    if (range == RANGE_PART) {
        p->answer.status = STATUS_PARTIAL;
        pending_header(p, "Content-Range",
                       arena_strf(p->arena, "bytes %zu-%zu/%zu", span->from, span->to - 1, size));
    } else if (range == RANGE_WRONG &&
               str_eq(pending_request_header(p, "x-oss-range-behavior"), STR("standard"))) {
        pending_refuse(p, STATUS_RANGE, "InvalidRange", "The requested range cannot be satisfied.");
        return false;
    }
    return true;
}

void oss_head_object(struct neighbours_pending *p)
{
    uint64_t size = 0;

    if (!describe(p, &size))
        return;
    struct span span = {0, size};

    if (take_range(p, size, &span))
        pending_header(p, "Content-Length", arena_strf(p->arena, "%zu", span.to - span.from));
}

static void free_blob(void *arg)
{
    store_blob_free((struct store_blob *)arg);
}

static void blob_read(void *arg, struct store_blob *blob)
{
    struct neighbours_pending *p = (struct neighbours_pending *)arg;

    if (p->base.cancelled) {
        store_blob_free(blob);
    } else if (!blob) {
        pending_refuse(p, STATUS_INTERNAL, "InternalError", "The object's bytes cannot be read.");
    } else {
        struct span span = {0, blob->len};

        arena_on_end(p->arena, free_blob, blob);
        if (take_range(p, blob->len, &span))
            p->answer.body = (struct str){blob->bytes + span.from, span.to - span.from};
    }
    pending_finish(p);
}

void oss_get_object(struct neighbours_pending *p)
{
    uint64_t size = 0;
    const struct store_row *row = describe(p, &size);

    if (!row)
        return;
    if (!str_is_set(row->blob)) {
        p->answer.body = STR("");
        return;
    }
    p->base.parked = true;
    store_read_blob(p->store, row->blob, blob_read, p);
}

void oss_delete_object(struct neighbours_pending *p)
{
    struct store_key key = oss_object_key(p->bucket, p->name, p->arena);

    if (!oss_need_bucket(p))
        return;
    if (store_find(p->store, &key)) {
        oss_tell_removed(p, "ObjectRemoved:DeleteObject", p->name);
        store_remove(pending_batch(p), &key);
    }
    p->answer.status = STATUS_NO_CONTENT; /* also when there was none */
}
