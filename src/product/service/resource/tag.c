/*
 * Tags. They are kept beside what they mark, so that marking it is no change of it.
 *
 * Source: spec pages api-2016-08-15 §6.8, api-2021-04-06 §7.3, api-2023-03-30 §7.13, limits §1, §5.
 */
#include "product/service/resource/tag.h"
#include "base/mem.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"

cJSON *tags_of(struct work *work, struct str path)
{
    const struct store_row *row = work_find(work, "tags", STR(""), path);

    return row ? row_document(row) : NULL;
}

/* The views of a function show its tags. */
static void forget_views(struct work *work, struct str path)
{
    struct str service;
    struct str function;

    if (!str_cut(path, '/', &service, &function))
        return;
    struct store_key key = work_key(work, "function", service, STR(""), function);

    store_row_forget(work->store, &key);
}

bool tags_fit(struct work *work, const cJSON *tags)
{
    int64_t most = work_limit(work, LIMIT_TAGS);
    int count = cJSON_GetArraySize(tags);

    if (most == LIMIT_NONE || count <= most)
        return true;
    return answer_invalid(work, "Tags contains too many values (max: %lld, actual: %d)",
                          (long long)most, count);
}

bool tags_put(struct work *work, struct str path, const cJSON *tags)
{
    struct store_key key = work_key(work, "tags", STR(""), STR(""), path);

    if (!tags_fit(work, tags))
        return false;
    if (tags->child)
        work_put(work, &key, store_find(work->store, &key), tags, STR_NONE);
    else
        store_remove(work_batch(work), &key);
    forget_views(work, path);
    return true;
}

static bool is_reserved_key(struct str key)
{
    size_t at;

    return key.len == 0 || str_starts(key, STR("aliyun")) || str_starts(key, STR("acs:")) ||
           str_find(key, STR("http://"), &at) || str_find(key, STR("https://"), &at);
}

static bool check_tag_length(struct work *work, const char *title, struct str text,
                             enum limit_id limit)
{
    int64_t most = work_limit(work, limit);

    if (most == LIMIT_NONE || (int64_t)str_chars(text) <= most)
        return true;
    return answer_invalid(work, "%s exceeds the maximum allowed length (max: %lld, actual: '%zu')",
                          title, (long long)most, str_chars(text));
}

static enum limit_id tag_key_limit(const struct work *work)
{
    return work->api == API_2023 ? LIMIT_TAG_KEY_MAX : LIMIT_TAG_KEY_CLASSIC_MAX;
}

static bool check_tag(struct work *work, struct str key, struct str value)
{
    if (is_reserved_key(key))
        return answer_invalid(
            work,
            "Tag key doesn't match expected format (allowed: not empty, not beginning "
            "with aliyun or acs:, without http:// and https://, actual: '" STR_FMT "')",
            STR_ARG(str_slice(key, 0, 128)));
    return check_tag_length(work, "Tag key", key, tag_key_limit(work)) &&
           check_tag_length(work, "Tag value", value, LIMIT_TAG_VALUE_MAX);
}

struct str tag_text(const cJSON *object, const char *name)
{
    const cJSON *member = json_get_nocase(object, name);

    return cJSON_IsString(member) ? str_of(member->valuestring) : STR("");
}

static bool refuse_list(struct work *work, const cJSON *list)
{
    struct buf text = {0};

    json_print(list, false, &text);
    answer_wrong(work, "Tags", "list of {Key, Value}", buf_str(&text));
    buf_done(&text);
    return false;
}

bool tags_read_list(struct work *work, const cJSON *list, cJSON *map)
{
    const cJSON *item;

    if (list && !cJSON_IsArray(list))
        return refuse_list(work, list);
    cJSON_ArrayForEach (item, list) {
        if (!cJSON_IsObject(item))
            return refuse_list(work, list);
        struct str key = tag_text(item, "Key");
        struct str value = tag_text(item, "Value");

        if (!check_tag(work, key, value))
            return false;
        json_set(map, arena_dup(work->arena, key), json_string(value));
    }
    return tags_fit(work, map);
}

/* ---- what is marked ---- */

static bool refuse_arn(struct work *work, struct str arn)
{
    return answer_invalid(work,
                          "ResourceArn doesn't match expected format (allowed: "
                          "acs:fc:<region>:<account>:services/<service>, actual: '" STR_FMT "')",
                          STR_ARG(str_slice(arn, 0, 256)));
}

/* Behind "acs:fc:region:account:", when that is there. */
struct str tag_resource_part(struct str arn)
{
    struct str rest = arn;
    struct str part;

    if (!str_starts(arn, STR("acs:fc:")))
        return arn;
    for (int colons = 0; colons < 4 && str_is_set(rest); colons++)
        str_cut(rest, ':', &part, &rest);
    return str_is_set(rest) ? rest : STR("");
}

static bool find_function(struct work *work, struct str service, struct str function,
                          struct str *out_path)
{
    const struct address at = {.service = service, .function = function};

    if (!work_find(work, "function", service, function))
        return answer_refuse(work, "FunctionNotFound", address_name(work, &at), service);
    *out_path = arena_strf(work->arena, STR_FMT "/" STR_FMT, STR_ARG(service), STR_ARG(function));
    return true;
}

/* "hello" or "demo$hello" behind "functions/", or a bare name. */
static bool find_function_2023(struct work *work, struct str name, struct str *out_path)
{
    struct str service;
    struct str function;

    if (str_cut(name, SERVICE_SEPARATOR, &service, &function))
        return find_function(work, service, function, out_path);
    return find_function(work, STR(SERVICE_OF_2023), name, out_path);
}

bool tag_find_subject(struct work *work, struct str arn, struct str *out_path)
{
    struct str part = tag_resource_part(arn);
    struct str function;
    struct str word;

    if (str_starts(part, STR("functions/")))
        return find_function_2023(work, str_slice(part, 10, part.len), out_path);
    if (!str_starts(part, STR("services/")))
        return work->api == API_2023 && part.len > 0 && !memchr(part.ptr, '/', part.len)
                   ? find_function_2023(work, part, out_path)
                   : refuse_arn(work, arn);
    *out_path = str_slice(part, 9, part.len);
    if (str_cut(*out_path, '/', out_path, &word)) {
        if (!str_cut(word, '/', &word, &function) || !str_eq(word, STR("functions")))
            return refuse_arn(work, arn);
        return find_function(work, *out_path, function, out_path);
    }
    return work_find(work, "service", STR(""), *out_path) ||
           answer_refuse(work, "ServiceNotFound", *out_path);
}

cJSON *tag_map(struct work *work, struct str path)
{
    cJSON *tags = tags_of(work, path);

    return tags ? tags : cJSON_CreateObject();
}

/* ---- one resource at once: 2016-08-15, 2021-04-06, the first clients of 2023-03-30 ---- */

/* clang-format off */
FIELD_TABLE(tag_fields,
    {.name = "resourceArn", .type = BODY_STRING, .flags = IN_ALL | BODY_REQUIRED},
    {.name = "tags", .type = BODY_MAP, .flags = IN_ALL | BODY_REQUIRED},
);
FIELD_TABLE(untag_fields,
    {.name = "resourceArn", .type = BODY_STRING, .flags = IN_ALL | BODY_REQUIRED},
    {.name = "tagKeys", .type = BODY_STRINGS, .flags = IN_ALL},
    {.name = "all", .type = BODY_BOOL, .flags = IN_ALL},
);
/* clang-format on */

static void answer_request_id(struct work *work)
{
    cJSON *answer;

    if (work->call.target->op->success == 204) {
        answer_none(work);
        return;
    }
    answer = cJSON_CreateObject();
    json_add_str(answer, "requestId", work->call.request_id);
    answer_json(work, answer);
}

bool tag_merge(struct work *work, const cJSON *given, cJSON *tags)
{
    const cJSON *tag;

    cJSON_ArrayForEach (tag, given) {
        if (!check_tag(work, str_of(tag->string), str_of(tag->valuestring)))
            return false;
        json_set(tags, tag->string, cJSON_CreateString(tag->valuestring));
    }
    return true;
}

void tag_add(struct work *work)
{
    OWN(json_free) cJSON *given = work_read(work, &tag_fields, true);
    struct str path = STR_NONE;

    if (!given ||
        !tag_find_subject(work, arena_str(work->arena, json_get_str(given, "resourceArn")), &path))
        return;
    OWN(json_free) cJSON *tags = tag_map(work, path);

    if (tag_merge(work, json_get(given, "tags"), tags) && tags_put(work, path, tags))
        answer_request_id(work);
}

void tag_drop(cJSON *tags, const cJSON *keys)
{
    const cJSON *key;

    cJSON_ArrayForEach (key, keys) {
        if (cJSON_IsString(key))
            cJSON_DeleteItemFromObjectCaseSensitive(tags, key->valuestring);
    }
}

/* 2023-03-30 names all of it in the query, the keys with commas between. */
static cJSON *untag_query(struct work *work)
{
    struct str rest = work_query(work, "tagKeys");
    cJSON *input = cJSON_CreateObject();
    cJSON *keys = cJSON_AddArrayToObject(input, "tagKeys");
    struct str key;

    json_add_str(input, "resourceArn", work_query(work, "arn"));
    cJSON_AddBoolToObject(input, "all", str_eq_nocase(work_query(work, "all"), STR("true")));
    while (rest.len) {
        str_cut(rest, ',', &key, &rest);
        cJSON_AddItemToArray(keys, json_string(key));
    }
    return input;
}

void tag_remove(struct work *work)
{
    struct field_reading reading = work_reading(work, true);
    OWN(json_free) cJSON *asked = work->api == API_2023 ? untag_query(work) : NULL;
    OWN(json_free) cJSON *given = fields_read(&untag_fields, asked ? asked : work->input, &reading);
    struct str path = STR_NONE;

    if (!given) {
        answer_refusal(work);
        return;
    }
    if (!tag_find_subject(work, arena_str(work->arena, json_get_str(given, "resourceArn")), &path))
        return;
    bool all = cJSON_IsTrue(json_get(given, "all"));
    OWN(json_free) cJSON *tags = all ? cJSON_CreateObject() : tag_map(work, path);

    tag_drop(tags, json_get(given, "tagKeys"));
    if (tags_put(work, path, tags))
        answer_request_id(work);
}

void tag_get(struct work *work)
{
    struct str arn = work_query(work, work->api == API_2023 ? "arn" : "resourceArn");
    struct str path = STR_NONE;
    cJSON *answer;

    if (arn.len == 0) {
        answer_missing(work, "ResourceArn");
        return;
    }
    if (!tag_find_subject(work, arn, &path))
        return;
    answer = cJSON_CreateObject();
    json_add_str(answer, "resourceArn", tag_arn(work, path));
    cJSON_AddItemToObject(answer, "tags", tag_map(work, path));
    answer_json(work, answer);
}

struct str tag_arn(struct work *work, struct str path)
{
    struct address at = {.service = path};

    if (str_cut(path, '/', &at.service, &at.function))
        return address_arn(work, &at, STR(""));
    return arena_strf(work->arena, "acs:fc:" STR_FMT ":" STR_FMT ":services/" STR_FMT,
                      STR_ARG(work->region), STR_ARG(work->account), STR_ARG(path));
}

static cJSON *show_tagged(struct work *work, const struct store_row *row, void *arg)
{
    cJSON *view = cJSON_CreateObject();

    (void)arg;
    json_add_str(view, "resourceArn", tag_arn(work, row->key.name));
    cJSON_AddItemToObject(view, "tags", row_document(row));
    return view;
}

void tag_list(struct work *work)
{
    struct page page;

    if (!page_read(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page))
        return;
    cJSON *answer = cJSON_CreateObject();

    page_rows(work, &page, work_rows(work, "tags", STR("")), show_tagged, NULL, answer,
              "resources");
    answer_json(work, answer);
}
