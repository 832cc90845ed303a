/* What every handler needs of its call: parameters, limits, preconditions, rows as trees. */
#include "product/service/frame/work.h"

#include "base/mem.h"
#include "crypto/id.h"

enum { TIME_STEP_MS = 1000 }; /* times are shown with a resolution of one second */

struct store_batch *work_batch(struct work *work)
{
    if (work->service->changes)
        work->service->changes(work->service);
    return product_batch(&work->base, work->store);
}

int64_t work_limit(const struct work *work, enum limit_id id)
{
    return limits_in_region(&work->service->limits, id, work->region);
}

static struct str or_empty(struct str text)
{
    return str_is_set(text) ? text : STR("");
}

struct str work_param(const struct work *work, const char *name)
{
    return or_empty(target_param(work->call.target, name));
}

struct str work_query(const struct work *work, const char *name)
{
    return or_empty(query_get(work->call.query, str_of(name)));
}

struct str work_header(const struct work *work, const char *name)
{
    return or_empty(http_headers_get(&work->call.request->headers, str_of(name)));
}

struct field_reading work_reading(struct work *work, bool create)
{
    return (struct field_reading){
        .api = work->api,
        .limits = &work->service->limits,
        .create = create,
        .refusal = &work->refusal,
    };
}

static cJSON *read_from(struct work *work, const struct field_table *table, const cJSON *input,
                        bool create)
{
    struct field_reading reading = work_reading(work, create);
    cJSON *read = fields_read(table, input, &reading);

    if (!read)
        answer_refusal(work);
    return read;
}

cJSON *work_read(struct work *work, const struct field_table *table, bool create)
{
    return read_from(work, table, work->input, create);
}

cJSON *work_read_query(struct work *work, const struct field_table *table)
{
    OWN(json_free) cJSON *asked = cJSON_CreateObject();

    for (size_t i = 0; i < table->count; i++) {
        struct str text = work_query(work, table->rows[i].name);

        if (text.len > 0)
            json_add_str(asked, table->rows[i].name, text);
    }
    return read_from(work, table, asked, true);
}

struct store_key work_key(const struct work *work, const char *kind, struct str parent,
                          struct str version, struct str name)
{
    return (struct store_key){
        .account = work->account,
        .region = work->region,
        .kind = str_of(kind),
        .parent = parent,
        .version = version,
        .name = name,
    };
}

const struct store_row *work_find(const struct work *work, const char *kind, struct str parent,
                                  struct str name)
{
    struct store_key key = work_key(work, kind, parent, STR(""), name);

    return store_find(work->store, &key);
}

struct store_list work_rows(const struct work *work, const char *kind, struct str parent)
{
    struct store_key key = work_key(work, kind, parent, STR(""), STR(""));

    return store_list(work->store, &key);
}

static struct str unquote(struct str text)
{
    text = str_trim(text);
    if (text.len >= 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"')
        return str_slice(text, 1, text.len - 1);
    return text;
}

bool work_match(struct work *work, struct str etag)
{
    struct str want = unquote(work_header(work, "If-Match"));

    if (want.len == 0 || str_eq(want, STR("*")) || str_eq(want, etag))
        return true;
    return answer_refuse(work, "PreconditionFailed");
}

bool work_may_change(struct work *work, const struct store_row *row)
{
    if (!store_row_pending(work->store, row))
        return true;
    return answer_refuse(work, "ConcurrentUpdateError",
                         arena_strf(work->arena,
                                    "ConcurrentUpdateError: " STR_FMT " '" STR_FMT
                                    "' is being updated by another request",
                                    STR_ARG(row->key.kind), STR_ARG(row->key.name)));
}

const char *work_base_url(struct work *work)
{
    return work->call.base_url ? work->call.base_url(work->call.request, work->arena) : "";
}

uint64_t work_now_ms(struct work *work)
{
    if (work->now_ms == 0)
        work->now_ms = clock_now_wall_ms(work->service->clock);
    return work->now_ms;
}

uint64_t work_changed_ms(struct work *work, const struct store_row *old)
{
    if (!old || work_now_ms(work) / TIME_STEP_MS > old->modified_ms / TIME_STEP_MS)
        return work_now_ms(work);
    return old->modified_ms + TIME_STEP_MS;
}

bool work_quota(struct work *work, enum limit_id id, size_t count, const char *what)
{
    int64_t most = work_limit(work, id);

    if (most == LIMIT_NONE || (int64_t)count < most)
        return true;
    return answer_refuse(work, "LimitExceededError", str_of(what),
                         arena_strf(work->arena, "%lld", (long long)most),
                         arena_strf(work->arena, "%zu", count + 1));
}

const struct store_row *work_put(struct work *work, const struct store_key *key,
                                 const struct store_row *old, const cJSON *document,
                                 struct str blob)
{
    const struct store_value value = {
        .blob = blob,
        .created_ms = old ? old->created_ms : work_now_ms(work),
        .modified_ms = work_changed_ms(work, old),
    };

    return row_put(work_batch(work), key, document, value);
}

void json_add_time(cJSON *object, const char *name, uint64_t wall_ms)
{
    char text[CLOCK_ISO_BYTES];

    clock_format_iso_seconds(wall_ms, text);
    cJSON_AddStringToObject(object, name, text);
}

void json_add_id(cJSON *object, const char *name)
{
    char id[ID_UUID_BYTES];

    id_uuid(id);
    json_set(object, name, cJSON_CreateString(id));
}
