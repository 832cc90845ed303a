/*
 * Sessions of 2023-03-30, as records: no instance is bound to them.
 *
 * Source: spec page api-2023-03-30 §6.8 and §7.12.
 */
#include "base/mem.h"
#include "crypto/encode.h"
#include "crypto/id.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"
#include "product/service/resource/shared_fields.h"

/* clang-format off */
FIELD_TABLE(session_fields,
    {.name = "sessionId", .type = FIELD_STRING, .flags = IN_2023 | FIELD_CONSTANT, .max = LIMIT(NAME_MAX)},
    {.name = "sessionStatus", .type = FIELD_STRING, .flags = IN_2023 | FIELD_READ_ONLY, .current = "\"Active\""},
    {.name = "sessionTTLInSeconds", .type = FIELD_INT, .flags = IN_2023 | FIELD_POSITIVE, .current = "21600"},
    {.name = "sessionIdleTimeoutInSeconds", .type = FIELD_INT, .flags = IN_2023 | FIELD_POSITIVE, .current = "1800"},
    {.name = "disableSessionIdReuse", .type = FIELD_BOOL, .flags = IN_2023, .current = "false"},
    {.name = "nasConfig", .type = FIELD_OBJECT, .flags = IN_2023, .fields = &nas_config_fields},
    {.name = "ossMountConfig", .type = FIELD_OBJECT, .flags = IN_2023, .fields = &oss_mount_config_fields},
    {.name = "polarFsConfig", .type = FIELD_ANY, .flags = IN_2023},
    {.name = "juiceFsConfig", .type = FIELD_ANY, .flags = IN_2023},
    {.name = "containerId", .type = FIELD_STRING, .flags = IN_2023 | FIELD_READ_ONLY},
    {.name = "sessionAffinityType", .type = FIELD_STRING, .flags = IN_2023 | FIELD_READ_ONLY, .current = "\"NONE\""},
);
/* clang-format on */

enum { MS_PER_SECOND = 1000, SESSION_ID_BYTES = 16, CONTAINER_ID_BYTES = 8 };

static double number_or(const cJSON *document, const char *name, double preset)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(document, name);

    return member ? member->valuedouble : preset;
}

/* Its time to live counts from its creation. */
static bool is_expired(struct work *work, const struct store_row *row, const cJSON *document)
{
    double ttl_ms = number_or(document, "sessionTTLInSeconds", 21600) * MS_PER_SECOND;

    return (double)work_now_ms(work) > (double)row->created_ms + ttl_ms;
}

static cJSON *show_at(struct work *work, const struct store_row *row)
{
    OWN(json_free) cJSON *document = row_document(row);
    cJSON *view = fields_show(&session_fields, document, API_2023);
    struct address at;

    if (is_expired(work, row, document))
        json_set(view, "sessionStatus", cJSON_CreateString("Expired"));
    if (address_names(work, &at))
        json_add_str(view, "functionName", address_name_2023(&at, work->arena));
    json_add_str(view, "qualifier", json_get_str(document, "qualifier"));
    json_add_time(view, "createdTime", row->created_ms);
    json_add_time(view, "lastModifiedTime", row->modified_ms);
    return view;
}

static bool find_function(struct work *work, struct address *at)
{
    return address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, at);
}

static void random_hex(size_t bytes, struct buf *out)
{
    unsigned char raw[SESSION_ID_BYTES];
    char text[2 * SESSION_ID_BYTES + 1];

    random_bytes(raw, bytes);
    hex_encode(raw, bytes, text);
    buf_puts(out, text);
}

static void settle(struct work *work, const struct address *at, cJSON *document)
{
    struct buf text = {0};
    OWN(json_free) cJSON *function = row_document(at->function_row);
    struct str affinity = json_get_str(function, "sessionAffinity");

    if (json_get_str(document, "sessionId").len == 0) {
        random_hex(SESSION_ID_BYTES, &text);
        json_set(document, "sessionId", cJSON_CreateString(buf_text(&text)));
        buf_clear(&text);
    }
    buf_puts(&text, "c-");
    random_hex(CONTAINER_ID_BYTES, &text);
    json_set(document, "containerId", cJSON_CreateString(buf_text(&text)));
    buf_done(&text);
    json_set(document, "sessionAffinityType", json_string(affinity.len ? affinity : STR("NONE")));
    json_set(document, "qualifier",
             json_string(is_latest(at->qualifier) ? STR(QUALIFIER_LATEST) : at->qualifier));
    (void)work;
}

void session_create(struct work *work)
{
    struct field_reading reading = work_reading(work, true);
    OWN(json_free) cJSON *document = fields_read(&session_fields, work->input, &reading);
    struct address at;

    if (!document) {
        answer_refusal(work);
        return;
    }
    if (!find_function(work, &at))
        return;
    settle(work, &at, document);
    struct store_key key =
        work_key(work, "session", at.path, STR(""), json_get_str(document, "sessionId"));

    answer_json(work, show_at(work, work_put(work, &key, NULL, document, STR_NONE)));
}

static const struct store_row *find_session(struct work *work, struct store_key *key)
{
    struct address at;
    const struct store_row *row;

    if (!find_function(work, &at))
        return NULL;
    *key = work_key(work, "session", at.path, STR(""), work_param(work, "session"));
    row = store_find(work->store, key);
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;

    if (row && !is_expired(work, row, document))
        return row;
    answer_refuse(work, "SessionNotFound", key->name, STR_NONE, STR_NONE);
    return NULL;
}

void session_get(struct work *work)
{
    struct store_key key;
    const struct store_row *row = find_session(work, &key);

    if (row)
        answer_json(work, show_at(work, row));
}

static void change(struct work *work, cJSON *given, const char *status)
{
    struct store_key key;
    const struct store_row *row = find_session(work, &key);

    if (!row || !work_may_change(work, row))
        return;
    OWN(json_free) cJSON *document = row_document(row);

    fields_merge(&session_fields, work->api, document, given);
    if (status)
        json_set(document, "sessionStatus", cJSON_CreateString(status));
    answer_json(work, show_at(work, work_put(work, &key, row, document, STR_NONE)));
}

void session_update(struct work *work)
{
    struct field_reading reading = work_reading(work, false);
    OWN(json_free) cJSON *given = fields_read(&session_fields, work->input, &reading);

    if (given)
        change(work, given, NULL);
    else
        answer_refusal(work);
}

void session_pause(struct work *work)
{
    OWN(json_free) cJSON *nothing = cJSON_CreateObject();

    change(work, nothing, "Paused");
}

void session_resume(struct work *work)
{
    OWN(json_free) cJSON *nothing = cJSON_CreateObject();

    change(work, nothing, "Active");
}

void session_delete(struct work *work)
{
    struct store_key key;

    if (!find_session(work, &key))
        return;
    store_remove(work_batch(work), &key);
    answer_none(work);
}

static cJSON *show_asked(struct work *work, const struct store_row *row)
{
    struct str id = work_query(work, "sessionId");
    struct str status = work_query(work, "sessionStatus");
    struct str qualifier = work_query(work, "qualifier");
    cJSON *view = show_at(work, row);

    if ((id.len == 0 || str_eq(row->key.name, id)) &&
        (status.len == 0 || str_eq(json_get_str(view, "sessionStatus"), status)) &&
        (qualifier.len == 0 || str_eq(json_get_str(view, "qualifier"), qualifier)))
        return view;
    cJSON_Delete(view);
    return NULL;
}

void session_list(struct work *work)
{
    struct address at;
    struct page page;

    if (!page_read(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page) || !find_function(work, &at))
        return;
    struct store_key key = work_key(work, "session", at.path, STR(""), STR(""));
    cJSON *answer = cJSON_CreateObject();

    page_rows(work, &page, store_list(work->store, &key), show_asked, answer, "sessions");
    answer_json(work, answer);
}
