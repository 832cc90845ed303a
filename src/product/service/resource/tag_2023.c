/*
 * Tags of 2023-03-30: several functions at once, capital keys, lists as JSON text in the query.
 *
 * Source: spec page api-2023-03-30 §7.13.
 */
#include "base/mem.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/tag.h"

/* "function", "FUNCTION", "ALIYUN::FC::FUNCTION". */
bool tag_check_type(struct work *work, struct str type)
{
    struct str last = type;
    struct str head;

    str_cut_last(type, ':', &head, &last);
    if (str_eq_nocase(str_is_set(last) ? last : type, STR("function")))
        return true;
    if (type.len == 0)
        return answer_missing(work, "ResourceType");
    return answer_wrong(work, "ResourceType", "function", type);
}

enum { UNTAG_KEYS_MAX = 50 };

/* A list of texts: an array, its JSON text, or one plain text. */
static cJSON *read_list(const cJSON *given, struct str text)
{
    struct error ignored;
    cJSON *list;

    if (cJSON_IsString(given))
        text = str_of(given->valuestring);
    else if (given)
        return cJSON_IsArray(given) ? cJSON_Duplicate(given, true) : NULL;
    list = text.len ? json_parse(text, &ignored) : NULL;
    if (cJSON_IsArray(list))
        return list;
    cJSON_Delete(list);
    list = cJSON_CreateArray();
    if (text.len)
        cJSON_AddItemToArray(list, json_string(text));
    return list;
}

static bool find_subjects(struct work *work, const cJSON *ids, struct str **out, size_t *count)
{
    const cJSON *id;

    *count = 0;
    *out = ARENA_ARRAY(work->arena, (size_t)cJSON_GetArraySize(ids) + 1, struct str);
    cJSON_ArrayForEach (id, ids) {
        struct str arn = cJSON_IsString(id) ? str_of(id->valuestring) : STR("");

        if (!tag_find_subject(work, arena_str(work->arena, arn), &(*out)[*count]))
            return false;
        (*count)++;
    }
    if (*count > 0)
        return true;
    return answer_missing(work, "ResourceId");
}

static bool fit(struct work *work, const cJSON *tags, const cJSON *given)
{
    OWN(json_free) cJSON *sum = cJSON_Duplicate(tags, true);
    const cJSON *tag;

    cJSON_ArrayForEach (tag, given)
        json_set(sum, tag->string, cJSON_CreateNull());
    return tags_fit(work, sum);
}

static bool ensure_any(struct work *work, const cJSON *list, const char *title)
{
    if (!json_is_blank(list))
        return true;
    return answer_missing(work, title);
}

void tag_add_2023(struct work *work)
{
    OWN(json_free) cJSON *ids = read_list(json_get_nocase(work->input, "ResourceId"), STR(""));
    OWN(json_free) cJSON *given = cJSON_CreateObject();
    struct str *subjects;
    size_t count;

    if (!tag_check_type(work, tag_text(work->input, "ResourceType")) ||
        !tags_read_list(work, json_get_nocase(work->input, "Tag"), given) ||
        !ensure_any(work, given, "Tag") || !find_subjects(work, ids, &subjects, &count))
        return;
    /* All or none: every subject is asked before the first is changed. */
    for (size_t i = 0; i < count; i++) {
        OWN(json_free) cJSON *tags = tag_map(work, subjects[i]);

        if (!fit(work, tags, given))
            return;
    }
    for (size_t i = 0; i < count; i++) {
        OWN(json_free) cJSON *tags = tag_map(work, subjects[i]);

        tag_merge(work, given, tags);
        tags_put(work, subjects[i], tags);
    }
    answer_none(work);
}

void tag_remove_2023(struct work *work)
{
    OWN(json_free) cJSON *ids = read_list(NULL, work_query(work, "ResourceId"));
    OWN(json_free) cJSON *keys = read_list(NULL, work_query(work, "TagKey"));
    bool all = str_eq_nocase(work_query(work, "All"), STR("true"));
    struct str *subjects;
    size_t count;

    if (!tag_check_type(work, work_query(work, "ResourceType")) ||
        (!all && !ensure_any(work, keys, "TagKey")) || !find_subjects(work, ids, &subjects, &count))
        return;
    if (cJSON_GetArraySize(keys) > UNTAG_KEYS_MAX) {
        answer_invalid(work, "TagKey contains too many values (max: %d, actual: %d)",
                       UNTAG_KEYS_MAX, cJSON_GetArraySize(keys));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        OWN(json_free)
        cJSON *tags = all ? cJSON_CreateObject() : tag_map(work, subjects[i]);

        tag_drop(tags, keys);
        tags_put(work, subjects[i], tags);
    }
    answer_none(work);
}

static bool is_asked(const cJSON *wanted, const cJSON *tag)
{
    const cJSON *value;

    if (json_is_blank(wanted))
        return true;
    value = json_get(wanted, tag->string);
    return value && (!*value->valuestring || strcmp(value->valuestring, tag->valuestring) == 0);
}

static bool is_listed(struct work *work, const cJSON *ids, struct str path)
{
    const cJSON *id;

    if (json_is_blank(ids))
        return true;
    cJSON_ArrayForEach (id, ids) {
        struct str part = tag_resource_part(cJSON_IsString(id) ? str_of(id->valuestring) : STR(""));
        struct address at = {.service = path};

        if (str_starts(part, STR("functions/")))
            part = str_slice(part, 10, part.len);
        if (str_cut(path, '/', &at.service, &at.function) &&
            str_eq(part, address_name_2023(&at, work->arena)))
            return true;
    }
    return false;
}

/* A tag an item; a token names the path and the key: '#' is in no path and sorts before everything
 * that is. */
static void add_row_tags(struct work *work, const struct store_row *row, const cJSON *wanted,
                         struct page_items *all)
{
    OWN(json_free) cJSON *tags = row_document(row);
    const cJSON *tag;

    cJSON_ArrayForEach (tag, tags) {
        if (!is_asked(wanted, tag))
            continue;
        cJSON *one = cJSON_CreateObject();

        json_add_str(one, "ResourceId", tag_arn(work, row->key.name));
        cJSON_AddStringToObject(one, "ResourceType", "function");
        cJSON_AddStringToObject(one, "TagKey", tag->string);
        cJSON_AddStringToObject(one, "TagValue", tag->valuestring);
        page_gather(
            all, arena_strf(work->arena, STR_FMT "#%s", STR_ARG(row->key.name), tag->string), one);
    }
}

static void list_tags(struct work *work, const struct page *page, const cJSON *ids,
                      const cJSON *wanted)
{
    struct store_key key = work_key(work, "tags", STR(""), STR(""), STR(""));
    struct store_list rows = store_list(work->store, &key);
    struct page_items all = {0};
    cJSON *answer = cJSON_CreateObject();

    for (size_t i = 0; i < rows.count; i++) {
        bool function = memchr(rows.rows[i]->key.name.ptr, '/', rows.rows[i]->key.name.len);

        if (function && is_listed(work, ids, rows.rows[i]->key.name))
            add_row_tags(work, rows.rows[i], wanted, &all);
    }
    page_items(page, &all, answer, "TagResources");
    json_add_str(answer, "RequestId", work->call.request_id);
    answer_json(work, answer);
}

void tag_list_2023(struct work *work)
{
    OWN(json_free) cJSON *ids = read_list(NULL, work_query(work, "ResourceId"));
    OWN(json_free) cJSON *wanted_list = read_list(NULL, work_query(work, "Tag"));
    OWN(json_free) cJSON *wanted = cJSON_CreateObject();
    struct page page;

    if (tag_check_type(work, work_query(work, "ResourceType")) &&
        page_read_capital(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page) &&
        tags_read_list(work, wanted_list, wanted))
        list_tags(work, &page, ids, wanted);
}
