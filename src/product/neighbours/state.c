/* What the neighbours keep, for the operations of the service. */
#include "product/neighbours/state.h"

#include "product/neighbours/internal.h"

bool neighbours_object(struct store *store, struct str bucket, struct str key,
                       struct neighbours_object *out)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct store_key at = oss_object_key(bucket, key, arena);
    const struct store_row *row = store_find(store, &at);

    if (!row)
        return false;
    OWN(json_free) cJSON *document = row_document(row);

    *out = (struct neighbours_object){.blob = row->blob};
    str_to_uint(json_get_str(document, "size"), UINT64_MAX, &out->size);
    str_to_uint(json_get_str(document, "crc64"), UINT64_MAX, &out->crc64);
    return true;
}

struct str neighbours_upload_bucket(struct str region, struct arena *arena)
{
    return arena_strf(arena, OSS_UPLOAD_PREFIX STR_FMT, STR_ARG(region));
}
