/* OSS tells of what happens to its objects: to whoever listens, function triggers. */
#include "product/neighbours/internal.h"

/* "x-oss-meta-color" in any case. */
static void take_meta(const cJSON *headers, cJSON *facts)
{
    cJSON *meta = cJSON_CreateObject();
    const cJSON *header;

    cJSON_ArrayForEach (header, headers) {
        struct str name = str_of(header->string);

        if (str_eq_nocase(name, STR("Content-Type")))
            json_add_str(facts, "mimeType", str_of(header->valuestring));
        else if (str_starts_nocase(name, STR("x-oss-meta-")))
            json_add_str(meta, header->string, str_of(header->valuestring));
    }
    cJSON_AddItemToObject(facts, "userMeta", meta);
}

static void add_size(cJSON *facts, uint64_t size, uint64_t before)
{
    json_add_uint(facts, "size", size);
    cJSON_AddNumberToObject(facts, "deltaSize", (double)size - (double)before);
}

static uint64_t size_of(const cJSON *document)
{
    uint64_t size = 0;

    str_to_uint(json_get_str(document, "size"), UINT64_MAX, &size);
    return size;
}

uint64_t oss_size(const struct neighbours_pending *p, struct str name)
{
    struct store_key key = oss_object_key(p->bucket, name, p->arena);
    const struct store_row *row = store_find(p->store, &key);
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;

    return size_of(document);
}

static void send(struct neighbours_pending *p, const char *event, struct str name, cJSON *facts)
{
    const struct neighbours_event told = {
        .bucket = p->bucket, .event = str_of(event), .key = name, .facts = facts};

    json_add_str(facts, "key", name);
    json_add_str(facts, "event", str_of(event));
    json_add_str(facts, "client", p->call.request->client);
    p->neighbours->happened(p->neighbours->owner, &told);
}

void oss_tell_put(struct neighbours_pending *p, const char *event, uint64_t before)
{
    struct store_key key = oss_object_key(p->bucket, p->name, p->arena);
    const struct store_row *row = store_find(p->store, &key);
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;
    OWN(json_free) cJSON *facts = cJSON_CreateObject();

    if (!p->neighbours->happened)
        return;
    add_size(facts, size_of(document), before);
    json_add_str(facts, "eTag", json_get_str(document, "md5"));
    take_meta(json_get(document, "headers"), facts);
    send(p, event, p->name, facts);
}

void oss_tell_removed(struct neighbours_pending *p, const char *event, struct str name)
{
    OWN(json_free) cJSON *facts = cJSON_CreateObject();

    if (!p->neighbours->happened)
        return;
    add_size(facts, 0, oss_size(p, name));
    json_add_str(facts, "eTag", STR(""));
    send(p, event, name, facts);
}
