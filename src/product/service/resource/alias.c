/*
 * Aliases: names of versions, with a share of the calls for another one.
 *
 * Source: spec pages api-2016-08-15 §6.5, api-2021-04-06 §7.3, api-2023-03-30 §7.4.
 */
#include "base/mem.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"

/* clang-format off */
FIELD_TABLE(policy_item_fields,
    {.name = "key", .type = FIELD_STRING, .flags = IN_CLASSIC},
    {.name = "operator", .type = FIELD_STRING, .flags = IN_CLASSIC},
    {.name = "type", .type = FIELD_STRING, .flags = IN_CLASSIC},
    {.name = "value", .type = FIELD_STRING, .flags = IN_CLASSIC},
);
FIELD_TABLE(route_policy_fields,
    {.name = "condition", .type = FIELD_STRING, .flags = IN_CLASSIC},
    {.name = "policyItems", .type = FIELD_OBJECTS, .flags = IN_CLASSIC, .fields = &policy_item_fields},
);
FIELD_TABLE(alias_fields,
    {.name = "aliasName", .type = FIELD_STRING, .flags = IN_ALL | FIELD_REQUIRED | FIELD_CONSTANT, .max = LIMIT(NAME_MAX), .pattern = PATTERN_NAME},
    {.name = "versionId", .type = FIELD_STRING, .flags = IN_ALL | FIELD_REQUIRED | FIELD_EMPTY_IS_ABSENT, .max = LIMIT(VERSION_ID_MAX)},
    {.name = "description", .type = FIELD_STRING, .flags = IN_ALL, .classic = "\"\"", .current = "\"\"", .max = LIMIT(DESCRIPTION_MAX)},
    {.name = "additionalVersionWeight", .type = FIELD_NUMBERS, .flags = IN_ALL, .classic = "null"},
    {.name = "resolvePolicy", .type = FIELD_STRING, .flags = IN_CLASSIC},
    {.name = "routePolicy", .type = FIELD_OBJECT, .flags = IN_CLASSIC, .fields = &route_policy_fields},
);
/* clang-format on */

static cJSON *show_row(struct work *work, const struct store_row *row)
{
    OWN(json_free) cJSON *document = row_document(row);
    cJSON *view = fields_show(&alias_fields, document, work->api);

    json_add_time(view, "createdTime", row->created_ms);
    json_add_time(view, "lastModifiedTime", row->modified_ms);
    return view;
}

static void answer_row(struct work *work, const struct store_row *row)
{
    answer_etag(work, row);
    answer_json(work, show_row(work, row));
}

static bool find_owner(struct work *work, struct address *out)
{
    unsigned flags = ADDRESS_SERVICE | (work->api == API_2023 ? ADDRESS_FUNCTION : 0u);

    return address_find(work, flags, out);
}

static struct str owner_name(struct work *work, const struct address *at)
{
    return work->api == API_2023 ? address_name_2023(at, work->arena) : at->service;
}

static bool version_exists(struct work *work, const struct address *at, struct str version)
{
    struct store_key key = work_key(work, "version", at->owner, STR(""), version);

    if (store_find(work->store, &key))
        return true;
    answer_refuse(work, "VersionNotFound", arena_str(work->arena, version), owner_name(work, at),
                  STR_NONE);
    return false;
}

/* The older generation's suites name the main version in the weights, so only later ones refuse it.
 */
static bool check_weight(struct work *work, const cJSON *weights, const cJSON *weight,
                         struct str main_version)
{
    if (weight->valuedouble < 0 || weight->valuedouble > 1) {
        answer_invalid(work,
                       "AdditionalVersionWeight is set to an invalid value (allowed: 0-1, actual: "
                       "'%g')",
                       weight->valuedouble);
        return false;
    }
    if (work->api != API_2016 && str_eq(str_of(weight->string), main_version)) {
        struct buf text = {0};

        json_print(weights, false, &text);
        answer_refuse(work, "AdditionalVersionContainsMajorVersion",
                      arena_str(work->arena, buf_str(&text)), arena_str(work->arena, main_version),
                      STR_NONE);
        buf_done(&text);
        return false;
    }
    return true;
}

static bool check_weights(struct work *work, const struct address *at, const cJSON *document,
                          bool must_exist)
{
    const cJSON *weights = cJSON_GetObjectItemCaseSensitive(document, "additionalVersionWeight");
    struct str main_version = json_get_str(document, "versionId");
    const cJSON *weight;
    int64_t most = work_limit(work, LIMIT_ALIAS_WEIGHTS);
    double sum = 0;

    /* Suites of 2016-08-15 name several. */
    if (work->api != API_2016 && most != LIMIT_NONE && cJSON_GetArraySize(weights) > most) {
        answer_invalid(work,
                       "AdditionalVersionWeight contains too many values (max: %lld, actual: %d)",
                       (long long)most, cJSON_GetArraySize(weights));
        return false;
    }
    cJSON_ArrayForEach (weight, weights) {
        if (!check_weight(work, weights, weight, main_version) ||
            (must_exist && !version_exists(work, at, str_of(weight->string))))
            return false;
        sum += weight->valuedouble;
    }
    if (sum <= 1)
        return true;
    answer_invalid(work,
                   "AdditionalVersionWeight is set to an invalid value (allowed: a sum of 0-1, "
                   "actual: '%g')",
                   sum);
    return false;
}

/* What a request names. A version may go while the alias stays, so only what is new must exist. */
struct news {
    bool version;
    bool weights;
};

static struct news news_of(const cJSON *given)
{
    return (struct news){json_has(given, "versionId"), json_has(given, "additionalVersionWeight")};
}

static bool check_alias(struct work *work, const struct address *at, struct news news,
                        const cJSON *document)
{
    if (news.version && !version_exists(work, at, json_get_str(document, "versionId")))
        return false;
    return (!news.version && !news.weights) || check_weights(work, at, document, news.weights);
}

static bool check_alias_name(struct work *work, struct str name)
{
    if (!str_eq_nocase(name, STR(QUALIFIER_LATEST)))
        return true;
    answer_invalid(work, "AliasName is set to an invalid value: '%s' names the working copy",
                   QUALIFIER_LATEST);
    return false;
}

void alias_create(struct work *work)
{
    struct field_reading reading = work_reading(work, true);
    OWN(json_free) cJSON *document = fields_read(&alias_fields, work->input, &reading);
    struct address at;

    if (!document) {
        answer_refusal(work);
        return;
    }
    struct str name = json_get_str(document, "aliasName");

    if (!check_alias_name(work, name) || !find_owner(work, &at))
        return;
    struct store_key key = work_key(work, "alias", at.owner, STR(""), name);

    if (store_find(work->store, &key)) {
        answer_refuse(work, "AliasAlreadyExists", name, owner_name(work, &at), STR_NONE);
        return;
    }
    if (check_alias(work, &at, news_of(document), document) &&
        work_quota(work, LIMIT_ALIASES, store_list(work->store, &key).count,
                   "the number of aliases"))
        answer_row(work, work_put(work, &key, NULL, document, STR_NONE));
}

static const struct store_row *find_alias(struct work *work, struct address *out)
{
    struct str name = work_param(work, "alias");
    const struct store_row *row;

    if (!find_owner(work, out))
        return NULL;
    struct store_key key = work_key(work, "alias", out->owner, STR(""), name);

    row = store_find(work->store, &key);
    if (!row)
        answer_refuse(work, "AliasNotFound", name, owner_name(work, out), STR_NONE);
    return row;
}

void alias_get(struct work *work)
{
    struct address at;
    const struct store_row *row = find_alias(work, &at);

    if (row)
        answer_row(work, row);
}

void alias_update(struct work *work)
{
    struct field_reading reading = work_reading(work, false);
    OWN(json_free) cJSON *given = fields_read(&alias_fields, work->input, &reading);
    struct address at;
    const struct store_row *row;

    if (!given) {
        answer_refusal(work);
        return;
    }
    row = find_alias(work, &at);
    if (!row)
        return;
    OWN(json_free) cJSON *document = row_document(row);
    struct news news = news_of(given);

    fields_merge(&alias_fields, work->api, document, given);
    if (!check_alias(work, &at, news, document) || !work_match(work, str_of(row->etag)) ||
        !work_may_change(work, row))
        return;
    struct store_key key = work_key(work, "alias", at.owner, STR(""), work_param(work, "alias"));

    answer_row(work, work_put(work, &key, row, document, STR_NONE));
}

void alias_delete(struct work *work)
{
    struct address at;
    const struct store_row *row = find_alias(work, &at);

    if (!row || !work_match(work, str_of(row->etag)))
        return;
    struct store_key key = work_key(work, "alias", at.owner, STR(""), work_param(work, "alias"));

    cascade_provision(work, at.owner, key.name);
    store_remove(work_batch(work), &key);
    answer_done(work);
}

void alias_list(struct work *work)
{
    struct address at;
    struct page page;

    if (!page_read(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page) || !find_owner(work, &at))
        return;
    struct store_key key = work_key(work, "alias", at.owner, STR(""), STR(""));
    cJSON *answer = cJSON_CreateObject();

    page_rows(work, &page, store_list(work->store, &key), show_row, answer, "aliases");
    answer_json(work, answer);
}
