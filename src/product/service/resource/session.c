/*
 * Sessions of 2023-03-30, by the API; how calls have them is session_affinity.c.
 *
 * Source: spec page api-2023-03-30 §6.8 and §7.12.
 */
#include "base/mem.h"
#include "base/units.h"
#include "crypto/encode.h"
#include "crypto/id.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"
#include "product/service/resource/run.h"
#include "product/service/resource/shared_fields.h"

/* clang-format off */
FIELD_TABLE(session_fields,
    {.name = "sessionId", .type = BODY_STRING, .flags = IN_2023 | BODY_CONSTANT, .max = LIMIT(NAME_MAX)},
    {.name = "sessionStatus", .type = BODY_STRING, .flags = IN_2023 | BODY_READ_ONLY, .current = "\"Active\""},
    {.name = "sessionTTLInSeconds", .type = BODY_INT, .flags = IN_2023 | BODY_POSITIVE, .current = "21600"},
    {.name = "sessionIdleTimeoutInSeconds", .type = BODY_INT, .flags = IN_2023 | BODY_POSITIVE, .current = "1800"},
    {.name = "disableSessionIdReuse", .type = BODY_BOOL, .flags = IN_2023, .current = "false"},
    {.name = "nasConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &nas_config_fields},
    {.name = "ossMountConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &oss_mount_config_fields},
    {.name = "polarFsConfig", .type = BODY_ANY, .flags = IN_2023},
    {.name = "juiceFsConfig", .type = BODY_ANY, .flags = IN_2023},
    {.name = "containerId", .type = BODY_STRING, .flags = IN_2023 | BODY_READ_ONLY},
    {.name = "sessionAffinityType", .type = BODY_STRING, .flags = IN_2023 | BODY_READ_ONLY, .current = "\"NONE\""},
);
/* clang-format on */

enum { SESSION_ID_BYTES = 16, CONTAINER_ID_BYTES = 8 };

static void decorate(struct work *work, const struct subject *s, const struct store_row *row,
                     const cJSON *document, cJSON *view)
{
    if (session_is_expired(work, row, document))
        json_set(view, "sessionStatus", cJSON_CreateString("Expired"));
    json_add_str(view, "functionName", address_name_2023(&s->at, work->arena));
    json_add_str(view, "qualifier", json_get_str(document, "qualifier"));
}

static bool gone(struct work *work, const struct store_row *row)
{
    OWN(json_free) cJSON *document = row_document(row);

    return session_is_expired(work, row, document);
}

static void random_hex(size_t bytes, struct buf *out)
{
    unsigned char raw[SESSION_ID_BYTES];
    char text[2 * SESSION_ID_BYTES + 1];

    random_bytes(raw, bytes);
    hex_encode(raw, bytes, text);
    buf_puts(out, text);
}

static bool prepare(struct work *work, struct subject *s)
{
    OWN(buf_done) struct buf id = {0};

    (void)work;
    if (!s->create || json_get_str(s->given, "sessionId").len > 0)
        return true;
    random_hex(SESSION_ID_BYTES, &id);
    json_set(s->given, "sessionId", cJSON_CreateString(buf_text(&id)));
    return true;
}

/* The instance of a session is there from its creation on, if its function has code. */
static bool reserve(struct work *work, struct subject *s)
{
    struct str id = json_get_str(s->document, "sessionId");
    struct str instance;

    if (!session_open(work, &s->at, id, &instance))
        return false;
    if (str_is_set(instance))
        json_set(s->document, "containerId", json_string(instance));
    return true;
}

static bool leave(struct work *work, struct subject *s)
{
    session_close(work, &s->at, s->key.name);
    return true;
}

/* An id that comes again begins again. */
static bool allow(struct work *work, struct subject *s)
{
    (void)work;
    if (s->create)
        s->row = NULL;
    return !s->create || reserve(work, s);
}

static void settle(struct work *work, struct subject *s)
{
    OWN(buf_done) struct buf container = {0};
    OWN(json_free) cJSON *function = s->create ? row_document(s->at.function_row) : NULL;
    struct str affinity = json_get_str(function, "sessionAffinity");

    (void)work;
    if (!s->create)
        return;
    buf_puts(&container, "c-");
    random_hex(CONTAINER_ID_BYTES, &container);
    if (!json_has(s->document, "containerId"))
        json_set(s->document, "containerId", cJSON_CreateString(buf_text(&container)));
    json_set(s->document, "sessionAffinityType",
             json_string(affinity.len ? affinity : STR("NONE")));
    json_set(s->document, "qualifier",
             json_string(is_latest(s->at.qualifier) ? STR(QUALIFIER_LATEST) : s->at.qualifier));
}

static bool listed(struct work *work, const struct store_row *row, const cJSON *document,
                   const cJSON *view)
{
    struct str id = work_query(work, "sessionId");
    struct str status = work_query(work, "sessionStatus");
    struct str qualifier = work_query(work, "qualifier");

    return (id.len == 0 || str_eq(row->key.name, id)) &&
           (status.len == 0 || str_eq(json_get_str(view, "sessionStatus"), status)) &&
           (qualifier.len == 0 || str_eq(json_get_str(document, "qualifier"), qualifier));
}

const struct resource session_resource = {
    .kind = "session",
    .array = "sessions",
    .name = "sessionId",
    .param = "session",
    .fields = &session_fields,
    .flags = ROW_TIMES,
    .replaced_in = IN_2023,
    .missing = "SessionNotFound",
    .prepare = prepare,
    .owner = owner_qualified,
    .allow = allow,
    .settle = settle,
    .remove = leave,
    .gone = gone,
    .decorate = decorate,
    .listed = listed,
};

static void set_status(struct work *work, const char *status,
                       bool (*with)(struct work *work, struct subject *s))
{
    struct subject s = {.resource = &session_resource};

    if (resource_find(work, &s) && work_may_change(work, s.row)) {
        s.document = row_document(s.row);
        json_set(s.document, "sessionStatus", cJSON_CreateString(status));
        if (with(work, &s))
            resource_keep(work, &s);
    }
    subject_done(&s);
}

void session_pause(struct work *work)
{
    set_status(work, "Paused", leave);
}

void session_resume(struct work *work)
{
    set_status(work, "Active", reserve);
}
