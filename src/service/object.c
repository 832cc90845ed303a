#include "service/object.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "crypto/digest.h"
#include "loop/worker.h"
#include "service/internal.h"

static struct store_key object_key(struct str bucket, struct str name)
{
    return (struct store_key){STR(""), STR(""), STR("object"), bucket, STR(""), name};
}

static void read_row(const struct store_row *row, struct service_object *out)
{
    OWN(json_free) cJSON *document = row_document(row);
    const cJSON *size = cJSON_GetObjectItemCaseSensitive(document, "size");
    struct str crc64 = json_get_str(document, "crc64");
    struct str md5 = json_get_str(document, "md5");

    *out = (struct service_object){
        .size = size ? (uint64_t)size->valuedouble : 0,
        .modified_ms = row->modified_ms,
        .blob = row->blob,
    };
    str_to_uint(crc64.ptr ? crc64 : STR("0"), UINT64_MAX, &out->crc64);
    snprintf(out->md5, sizeof(out->md5), STR_FMT, STR_ARG(md5));
}

bool service_object_find(struct service *service, struct str bucket, struct str name,
                         struct service_object *out)
{
    struct store_key key = object_key(bucket, name);
    const struct store_row *row = store_find(service->store, &key);

    if (row)
        read_row(row, out);
    return row != NULL;
}

struct upload {
    struct service *service;
    char *bucket;
    char *name;
    struct str bytes; /* the caller's */
    char *copy;
    char id[DIGEST_HEX_BYTES];
    char md5[DIGEST_HEX_BYTES];
    uint64_t crc64;
    void (*done)(void *arg, const struct service_object *object);
    void *arg;
};

static void upload_end(struct upload *upload, const struct service_object *object)
{
    upload->done(upload->arg, object);
    free(upload->copy);
    mem_free(upload->bucket);
    mem_free(upload->name);
    mem_free(upload);
}

static void upload_work(void *arg)
{
    struct upload *upload = (struct upload *)arg;

    digest_hex(DIGEST_SHA256, upload->bytes, upload->id);
    digest_hex(DIGEST_MD5, upload->bytes, upload->md5);
    upload->crc64 = crc64_add(0, upload->bytes);
    upload->copy = malloc(upload->bytes.len + 1);
    if (upload->copy && upload->bytes.len)
        memcpy(upload->copy, upload->bytes.ptr, upload->bytes.len);
}

static void upload_written(void *arg, const struct error *err)
{
    struct upload *upload = (struct upload *)arg;
    struct service_object object;
    bool kept = !err && service_object_find(upload->service, str_of(upload->bucket),
                                            str_of(upload->name), &object);

    upload_end(upload, kept ? &object : NULL);
}

static void put_row(struct upload *upload, struct store_batch *batch)
{
    struct store_key key = object_key(str_of(upload->bucket), str_of(upload->name));
    uint64_t now_ms = clock_now_wall_ms(upload->service->clock);
    struct buf document = {0};

    buf_printf(&document, "{\"size\":%zu,\"crc64\":\"%" PRIu64 "\",\"md5\":\"%s\"}",
               upload->bytes.len, upload->crc64, upload->md5);
    struct store_value value = {
        .document = buf_str(&document),
        .blob = str_of(upload->id),
        .created_ms = now_ms,
        .modified_ms = now_ms,
    };

    store_put(batch, &key, &value);
    buf_done(&document);
}

static void upload_hashed(void *arg)
{
    struct upload *upload = (struct upload *)arg;
    struct store_batch *batch;

    if (!upload->copy) {
        upload_end(upload, NULL);
        return;
    }
    batch = store_begin(upload->service->store);
    store_put_blob(batch, str_of(upload->id), GIVE(upload->copy), upload->bytes.len);
    put_row(upload, batch);
    store_commit(batch, upload_written, upload);
}

void service_object_put(struct service *service, struct str bucket, struct str name,
                        struct str bytes,
                        void (*done)(void *arg, const struct service_object *object), void *arg)
{
    struct upload *upload = mem_alloc(sizeof(*upload));

    *upload = (struct upload){
        .service = service,
        .bucket = mem_dup_len(bucket.ptr, bucket.len),
        .name = mem_dup_len(name.ptr, name.len),
        .bytes = bytes,
        .done = done,
        .arg = arg,
    };
    worker_submit(service->worker, upload_work, upload_hashed, upload);
}

void service_object_remove(struct service *service, struct str bucket, struct str name,
                           void (*done)(void *arg, const struct error *err), void *arg)
{
    struct store_key key = object_key(bucket, name);
    struct store_batch *batch = store_begin(service->store);

    store_remove(batch, &key);
    store_commit(batch, done, arg);
}
