/* Names, owners and times as all operations of OSS need them. */
#include "product/neighbours/internal.h"

enum { STATUS_NOT_FOUND = 404 };

struct store_key oss_bucket_key(struct str bucket)
{
    return (struct store_key){.account = STR(""),
                              .region = STR(""),
                              .kind = STR("oss-bucket"),
                              .parent = STR(""),
                              .version = STR(""),
                              .name = bucket};
}

/* The slash keeps the order bytewise: the store sorts names of digits as numbers. */
struct store_key oss_object_key(struct str bucket, struct str key, struct arena *arena)
{
    return (struct store_key){.account = STR(""),
                              .region = STR(""),
                              .kind = STR("oss-object"),
                              .parent = bucket,
                              .version = STR(""),
                              .name = arena_strf(arena, "/" STR_FMT, STR_ARG(key))};
}

cJSON *oss_owner(const struct neighbours_pending *p)
{
    cJSON *owner = cJSON_CreateObject();

    json_add_str(owner, "ID", p->call.account);
    json_add_str(owner, "DisplayName", p->call.account);
    return owner;
}

struct str oss_time(const struct neighbours_pending *p, uint64_t wall_ms)
{
    char text[CLOCK_ISO_BYTES];

    clock_format_iso(wall_ms / 1000 * 1000, text);
    return arena_str(p->arena, str_of(text));
}

bool oss_need_bucket(struct neighbours_pending *p)
{
    struct store_key key = oss_bucket_key(p->bucket);

    if (str_starts(p->bucket, STR(OSS_UPLOAD_PREFIX)) || store_find(p->store, &key))
        return true;
    pending_refuse(p, STATUS_NOT_FOUND, "NoSuchBucket", "The specified bucket does not exist.");
    return false;
}

const struct store_row *oss_need_object(struct neighbours_pending *p)
{
    struct store_key key = oss_object_key(p->bucket, p->name, p->arena);
    const struct store_row *row;

    if (!oss_need_bucket(p))
        return NULL;
    row = store_find(p->store, &key);
    if (!row)
        pending_refuse(p, STATUS_NOT_FOUND, "NoSuchKey", "The specified key does not exist.");
    return row;
}
