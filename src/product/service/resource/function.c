/*
 * Functions, in all three versions.
 *
 * Source: spec pages api-2016-08-15 §6.3, api-2021-04-06 §7.3, api-2023-03-30 §7.2.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "product/service/code/code.h"
#include "product/service/resource/function_model.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/run.h"

/* A view that shows nothing but the row itself is kept with it, one for each API version. */
static bool is_keepable(const struct work *work, const struct store_row *row,
                        const struct address *at)
{
    bool own = work->api != API_2023 ||
               (str_eq(at->service, STR(SERVICE_OF_2023)) && at->version.len == 0);
    size_t found;

    return own && !str_find(row->document, STR("\"layers\":[\""), &found);
}

/* Kept with a row: its view in each version of the API, as text; absent until it was asked for. */
struct views {
    struct store_cache cache;
    struct str text[API_2023 - API_2016 + 1];
};

static void views_free(struct store_cache *cache)
{
    struct views *views = CONTAINER_OF(cache, struct views, cache);

    for (size_t i = 0; i < N_ELEMENTS(views->text); i++)
        mem_free((char *)views->text[i].ptr);
    mem_free(views);
}

static struct str *kept_text(const struct work *work, const struct store_row *row)
{
    return row->cache ? &CONTAINER_OF(row->cache, struct views, cache)->text[work->api - API_2016]
                      : NULL;
}

static void keep_text(struct work *work, const struct store_row *row, struct str text)
{
    if (!row->cache) {
        struct views *views = mem_alloc(sizeof(*views));

        views->cache.free = views_free;
        store_row_keep(work->store, row, &views->cache);
    }
    struct str *kept = kept_text(work, row);

    if (kept)
        *kept = (struct str){mem_dup_len(text.ptr, text.len), text.len};
}

/* The view as text; valid until the row changes. */
struct str function_text(struct work *work, const struct store_row *row, const struct address *at)
{
    struct buf text = {0};
    const struct str *kept = kept_text(work, row);
    struct str shown;

    if (kept && str_is_set(*kept))
        return *kept;
    cJSON *view = function_view(work, row, at);

    json_print(view, false, &text);
    cJSON_Delete(view);
    shown = arena_str(work->arena, buf_str(&text));
    buf_done(&text);
    if (is_keepable(work, row, at))
        keep_text(work, row, shown);
    return shown;
}

static void answer(struct work *work, const struct subject *s, const struct store_row *row)
{
    answer_etag(work, row);
    answer_text(work, arena_str(work->arena, function_text(work, row, &s->at)));
}

/* ---- create ---- */

static bool has_image(const cJSON *model)
{
    const cJSON *container = json_get(model, "customContainerConfig");

    return json_get_str(container, "image").len > 0;
}

static bool needs_code(const cJSON *model)
{
    return !str_eq(json_get_str(model, "runtime"), STR("custom-container")) && !has_image(model);
}

static void set_code(cJSON *model, const struct code *code)
{
    char checksum[24];

    snprintf(checksum, sizeof(checksum), "%" PRIu64, code->crc64);
    json_set(model, "codeSize", cJSON_CreateNumber((double)code->size));
    json_set(model, "codeChecksum", cJSON_CreateString(checksum));
}

/* What a function is made of: a package or an image. 2016-08-15 is silent about a container that
 * names no image, and about functions that bring both. */
static bool check_substance(struct work *work, const cJSON *model, bool has_code)
{
    bool container = str_eq(json_get_str(model, "runtime"), STR("custom-container"));

    if (!has_code && needs_code(model))
        return code_refuse_missing(work);
    if (work->api != API_2016 && container && !has_image(model))
        answer_missing(work, "CustomContainerConfig");
    else if (work->api == API_2023 && has_code && has_image(model))
        answer_invalid(work, "Either code or customContainerConfig must be set, not both");
    return !answer_is_refusal(work);
}

/* In 2023-03-30 a function stands alone, in the older generations in its service. */
static bool find_home(struct work *work, struct str name, struct address *out)
{
    if (work->api == API_2023) {
        *out = (struct address){.service = STR(SERVICE_OF_2023), .qualifier = STR("")};
    } else if (!address_find(work, ADDRESS_SERVICE, out)) {
        return false;
    }
    out->function = name;
    out->version = STR("");
    out->path = arena_strf(work->arena, STR_FMT "/" STR_FMT, STR_ARG(out->service), STR_ARG(name));
    out->owner = str_eq(out->service, STR(SERVICE_OF_2023)) ? out->path : out->service;
    return true;
}

static bool find_owner(struct work *work, struct subject *s)
{
    if (s->create ? !find_home(work, arena_str(work->arena, s->key.name), &s->at)
                  : !address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION, &s->at))
        return false;
    s->key.parent = s->at.service;
    s->key.name = s->at.function;
    return true;
}

static bool read_code(struct work *work, struct subject *s)
{
    s->own = ARENA_NEW(work->arena, struct code);
    return code_read(work, LIMIT_CODE_ZIP_BYTES, (struct code *)s->own);
}

/* A processor that is named without memory brings its own. */
static bool prepare(struct work *work, struct subject *s)
{
    if (s->create && work->api == API_2023 && json_get_nocase(work->input, "cpu") &&
        !json_get_nocase(work->input, "memorySize"))
        cJSON_DeleteItemFromObjectCaseSensitive(s->given, "memorySize");
    return s->create || read_code(work, s);
}

static bool merge(struct work *work, struct subject *s)
{
    OWN(json_free) cJSON *given = cJSON_Duplicate(s->given, true);
    OWN(json_free) cJSON *keys = registry_keys(s->document);

    function_merge(work, s->document, given);
    registry_keep_password(keys, s->document);
    return true;
}

/* Tags that a function is created with; NULL, and maybe refused, when there are none. */
static cJSON *first_tags(struct work *work)
{
    const cJSON *list = work->api == API_2023 ? json_get_nocase(work->input, "tags") : NULL;
    OWN(json_free) cJSON *tags = list ? cJSON_CreateObject() : NULL;

    return list && tags_read_list(work, list, tags) ? GIVE(tags) : NULL;
}

static bool check(struct work *work, struct subject *s)
{
    if (!function_check(work, s->document) || !s->create)
        return !answer_is_refusal(work);
    cJSON_Delete(first_tags(work));
    return !answer_is_refusal(work) && read_code(work, s) &&
           check_substance(work, s->document, ((struct code *)s->own)->given);
}

static bool allow(struct work *work, struct subject *s)
{
    enum limit_id quota = work->api == API_2023 ? LIMIT_REGION_FUNCTIONS : LIMIT_SERVICE_FUNCTIONS;
    struct code *code = (struct code *)s->own;

    if (s->create &&
        !work_quota(work, quota, store_list(work->store, &s->key).count, "the number of functions"))
        return false;
    if (!code_find(work, LIMIT_CODE_OSS_BYTES, code))
        return false;
    if (code->given)
        set_code(s->document, code);
    s->blob = code->given || s->create ? code->blob : arena_str(work->arena, s->row->blob);
    return true;
}

static void settle(struct work *work, struct subject *s)
{
    OWN(json_free) cJSON *tags = s->create ? first_tags(work) : NULL;

    if (s->create)
        json_add_id(s->document, "functionId");
    if (s->create && str_eq(s->at.service, STR(SERVICE_OF_2023)))
        reserved_service_appear(work);
    if (tags)
        tags_put(work, s->at.path, tags);
    owner_touch(work, s->at.owner);
    if (work->service->invoke)
        invoke_expect(work->service->invoke, json_get_str(s->document, "runtime"));
    if (work->package.bytes)
        store_put_blob(work_batch(work), s->blob, GIVE(work->package.bytes),
                       ((struct code *)s->own)->size);
}

void function_get(struct work *work)
{
    struct subject s = {.resource = &function_resource};

    if (address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, &s.at))
        answer(work, &s, s.at.function_row);
}

/* ---- delete ---- */

static void remove_versions(struct work *work, const struct address *at)
{
    struct store_key key = work_key(work, "version", at->owner, STR(""), STR(""));
    struct store_list list = store_list(work->store, &key);

    for (size_t i = 0; i < list.count; i++) {
        struct store_key frozen =
            work_key(work, "function", at->service, arena_str(work->arena, list.rows[i]->key.name),
                     at->function);

        store_remove(work_batch(work), &frozen);
    }
}

static bool remove_below(struct work *work, struct subject *s)
{
    const struct address *at = &s->at;
    bool owns_versions = !str_eq(at->owner, at->service);

    if (work_rows(work, "trigger", at->path).count > 0)
        return answer_refuse(work, "FunctionNotEmpty", at->function);
    if (owns_versions)
        remove_versions(work, at);
    cascade_below(work, at->path);
    if (owns_versions)
        reserved_service_vanish(work);
    else
        owner_touch(work, at->owner);
    return true;
}

static void called(struct work *work, const struct subject *s, struct str args[3])
{
    (void)work;
    args[1] = s->at.service;
}

const struct resource function_resource = {
    .kind = "function",
    .name = "functionName",
    .flags = ROW_ETAG | ROW_MATCHED,
    .existing = "FunctionAlreadyExists",
    .called = called,
    .read = function_read,
    .prepare = prepare,
    .owner = find_owner,
    .merge = merge,
    .check = check,
    .allow = allow,
    .remove = remove_below,
    .settle = settle,
    .answer = answer,
};

void function_freeze(struct work *work, const struct store_row *row, struct str version)
{
    struct store_key key = row->key;
    struct store_value value = {
        .document = arena_str(work->arena, row->document),
        .blob = arena_str(work->arena, row->blob),
        .created_ms = row->created_ms,
        .modified_ms = row->modified_ms,
    };

    key.version = version;
    store_put(work_batch(work), &key, &value);
}

/* ---- the rest ---- */

void function_code(struct work *work)
{
    struct address at;

    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, &at))
        return;
    OWN(json_free) cJSON *model = row_document(at.function_row);
    struct str checksum = json_get_str(model, "codeChecksum");
    cJSON *answer = cJSON_CreateObject();

    json_add_str(answer, "url",
                 code_url(work, at.function_row->blob,
                          strtoull(arena_dup(work->arena, checksum), NULL, 10)));
    json_add_str(answer, "checksum", checksum.ptr ? checksum : STR("0"));
    answer_json(work, answer);
}

static bool check_task_id(struct work *work)
{
    static const struct field row = {.name = "AsyncTaskId",
                                     .type = BODY_STRING,
                                     .flags = IN_ALL,
                                     .max = LIMIT(NAME_MAX),
                                     .pattern = PATTERN_NAME};
    struct field_reading reading = work_reading(work, true);
    struct str id = work_header(work, "X-Fc-Async-Task-Id");

    if (id.len == 0)
        id = work_header(work, "X-Fc-Stateful-Async-Invocation-Id");
    if (id.len == 0 || field_check_text(&row, id, &reading))
        return true;
    return answer_refusal(work);
}

/* The refusals of the documentation in their order; what runs code answers before or after this. */
void function_invoke(struct work *work)
{
    struct str kind = work_header(work, "X-Fc-Invocation-Type");
    struct str log = work_header(work, "X-Fc-Log-Type");
    bool async = str_eq(kind, STR("Async"));
    struct address at;

    if (address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, &at) &&
        answer_choice(work, "InvocationType", "Sync | Async", kind) &&
        answer_choice(work, "LogType", async ? "None" : "Tail | None", log) &&
        check_task_id(work) && restriction_allows(work, &at) &&
        (async || on_demand_allows(work, &at)))
        run_event(work, &at, async);
}
