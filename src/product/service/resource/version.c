/*
 * Versions: frozen copies of a service with all its functions, or of a function of 2023-03-30.
 *
 * Source: spec pages api-2016-08-15 §6.4, api-2021-04-06 §7.3, api-2023-03-30 §7.3.
 */
#include <inttypes.h>

#include "base/mem.h"
#include "base/number.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"

/* clang-format off */
FIELD_TABLE(version_fields,
    {.name = "versionId", .type = BODY_STRING, .flags = IN_ALL | BODY_READ_ONLY},
    {.name = "description", .type = BODY_STRING, .flags = IN_ALL, .classic = "\"\"", .current = "\"\"", .max = LIMIT(DESCRIPTION_MAX)},
);
/* clang-format on */

static void remove_frozen(struct work *work, const struct address *at, struct str version)
{
    struct store_key service = work_key(work, "service", STR(""), version, at->service);
    struct store_key key = work_key(work, "function", at->service, version, at->function);

    if (at->function.len) {
        store_remove(work_batch(work), &key);
        return;
    }
    store_remove(work_batch(work), &service);
    for (struct store_list list = store_list(work->store, &key); list.count > 0;
         list = store_list(work->store, &key)) {
        struct store_key gone = key;

        gone.name = arena_str(work->arena, list.rows[list.count - 1]->key.name);
        store_remove(work_batch(work), &gone);
    }
}

static bool remove_version(struct work *work, struct subject *s)
{
    remove_frozen(work, &s->at, s->key.name);
    cascade_provision(work, s->at.owner, s->key.name);
    return true;
}

const struct resource version_resource = {
    .kind = "version",
    .param = "version",
    .fields = &version_fields,
    .flags = ROW_TIMES,
    .missing = "VersionNotFound",
    .called = owner_called,
    .owner = owner_of_versions,
    .remove = remove_version,
};

/* What is frozen. */
static const struct store_row *frozen_of(const struct work *work, const struct address *at)
{
    return work->api == API_2023 ? at->function_row : at->service_row;
}

static bool may_publish(struct work *work, const struct address *at)
{
    bool function = work->api == API_2023;
    bool reserved = str_eq(at->service, STR(SERVICE_OF_2023));

    if (function == reserved)
        return true;
    if (function)
        return answer_invalid(
            work, "versions of function '" STR_FMT "' belong to its service '" STR_FMT "'",
            STR_ARG(at->function), STR_ARG(at->service));
    return answer_invalid(work, "functions of 2023-03-30 have versions of their own");
}

/* Publishing what was published already is an error in 2016-08-15 alone. */
static bool is_changed(struct work *work, const struct address *at, struct store_list versions,
                       struct owner_state state)
{
    if (work->api != API_2016 || versions.count == 0)
        return true;
    OWN(json_free) cJSON *newest = row_document(versions.rows[versions.count - 1]);

    if (json_get_uint(newest, "changes", NUMBER_EXACT, UINT64_MAX) != state.changes)
        return true;
    return answer_refuse(work, "VersionPublishError", at->service,
                         STR("No changes were made since last publish"));
}

static void freeze_document(struct work *work, const struct store_row *row, struct str version,
                            const cJSON *given)
{
    OWN(json_free) cJSON *document = row_document(row);
    const cJSON *description = json_get(given, "description");
    struct store_key key = row->key;

    key.version = version;
    json_set(document, "description",
             description ? cJSON_Duplicate(description, false) : cJSON_CreateString(""));
    work_put(work, &key, NULL, document, arena_str(work->arena, row->blob));
}

static void freeze_functions(struct work *work, const struct address *at, struct str version)
{
    struct store_list list = work_rows(work, "function", at->service);

    for (size_t i = 0; i < list.count; i++)
        function_freeze(work, list.rows[i], version);
}

static void publish(struct work *work, const struct subject *s, const cJSON *given,
                    struct owner_state state)
{
    const struct address *at = &s->at;
    struct str version = arena_strf(work->arena, "%" PRIu64, ++state.last_version);
    struct store_key key = work_key(work, "version", at->owner, STR(""), version);
    const struct store_row *frozen = frozen_of(work, at);
    OWN(json_free) cJSON *document = cJSON_Duplicate(given, true);

    if (work->api != API_2023)
        answer_etag(work, at->service_row);
    json_set(document, "versionId", json_string(version));
    json_add_uint(document, "changes", state.changes);
    freeze_document(work, frozen, version, given);
    if (work->api != API_2023)
        freeze_functions(work, at, version);
    owner_state_put(work, at->owner, state);
    resource_answer(work, s, work_put(work, &key, NULL, document, STR_NONE));
}

void version_publish(struct work *work)
{
    OWN(json_free) cJSON *given = work_read(work, &version_fields, true);
    struct subject s = {.resource = &version_resource};

    if (!given || !owner_of_versions(work, &s) || !may_publish(work, &s.at) ||
        !work_match(work, str_of(frozen_of(work, &s.at)->etag)))
        return;
    struct store_list versions = work_rows(work, "version", s.at.owner);
    struct owner_state state = owner_state_get(work, s.at.owner);

    if (is_changed(work, &s.at, versions, state) &&
        work_quota(work, LIMIT_VERSIONS, versions.count, "the number of versions"))
        publish(work, &s, given, state);
}

/* Both directions over one ordered list; the token is the first version not shown. */
static void list_versions(struct work *work, const struct page *page, struct store_list list,
                          bool forward)
{
    const struct subject s = {.resource = &version_resource};
    cJSON *answer = cJSON_CreateObject();
    cJSON *versions = cJSON_AddArrayToObject(answer, "versions");
    size_t at = page->start.len ? store_list_seek(list, page->start) : 0;

    if (!forward) {
        /* Going down: the first one not above the start. */
        if (page->start.len && at < list.count && str_eq(list.rows[at]->key.name, page->start))
            at++;
        at = page->start.len ? list.count - at : 0;
    }
    for (size_t shown = 0; at < list.count; at++, shown++) {
        const struct store_row *row = list.rows[forward ? at : list.count - 1 - at];

        if (shown == page->limit) {
            page_goes_on(page, row->key.name, answer);
            break;
        }
        cJSON_AddItemToArray(versions, resource_view(work, &s, row));
    }
    cJSON_AddStringToObject(answer, "direction", forward ? "FORWARD" : "BACKWARD");
    answer_json(work, answer);
}

void version_list(struct work *work)
{
    struct str direction = work_query(work, "direction");
    bool forward = str_eq(direction, STR("FORWARD"));
    struct subject s = {.resource = &version_resource};
    struct page page;

    if (!answer_choice(work, "Direction", "BACKWARD | FORWARD", direction) ||
        !page_read(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page) || !owner_of_versions(work, &s))
        return;

    list_versions(work, &page, work_rows(work, "version", s.at.owner), forward);
}
