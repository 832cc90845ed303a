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
    {.name = "key", .type = BODY_STRING, .flags = IN_CLASSIC},
    {.name = "operator", .type = BODY_STRING, .flags = IN_CLASSIC},
    {.name = "type", .type = BODY_STRING, .flags = IN_CLASSIC},
    {.name = "value", .type = BODY_STRING, .flags = IN_CLASSIC},
);
FIELD_TABLE(route_policy_fields,
    {.name = "condition", .type = BODY_STRING, .flags = IN_CLASSIC},
    {.name = "policyItems", .type = BODY_OBJECTS, .flags = IN_CLASSIC, .fields = &policy_item_fields},
);
FIELD_TABLE(alias_fields,
    {.name = "aliasName", .type = BODY_STRING, .flags = IN_ALL | BODY_REQUIRED | BODY_CONSTANT, .max = LIMIT(NAME_MAX), .pattern = PATTERN_NAME},
    {.name = "versionId", .type = BODY_STRING, .flags = IN_ALL | BODY_REQUIRED | BODY_EMPTY_IS_ABSENT, .max = LIMIT(VERSION_ID_MAX)},
    {.name = "description", .type = BODY_STRING, .flags = IN_ALL, .classic = "\"\"", .current = "\"\"", .max = LIMIT(DESCRIPTION_MAX)},
    {.name = "additionalVersionWeight", .type = BODY_NUMBERS, .flags = IN_ALL, .classic = "null"},
    {.name = "resolvePolicy", .type = BODY_STRING, .flags = IN_CLASSIC},
    {.name = "routePolicy", .type = BODY_OBJECT, .flags = IN_CLASSIC, .fields = &route_policy_fields},
);
/* clang-format on */

static bool version_exists(struct work *work, const struct address *at, struct str version)
{
    if (work_find(work, "version", at->owner, version))
        return true;
    return answer_refuse(work, "VersionNotFound", arena_str(work->arena, version),
                         owner_name(work, at));
}

/* The older generation's suites name the main version in the weights, so only later ones refuse it.
 */
static bool check_weight(struct work *work, const cJSON *weights, const cJSON *weight,
                         struct str main_version)
{
    if (weight->valuedouble < 0 || weight->valuedouble > 1)
        return answer_invalid(
            work,
            "AdditionalVersionWeight is set to an invalid value (allowed: 0-1, actual: "
            "'%g')",
            weight->valuedouble);
    if (work->api != API_2016 && str_eq(str_of(weight->string), main_version)) {
        struct buf text = {0};

        json_print(weights, false, &text);
        answer_refuse(work, "AdditionalVersionContainsMajorVersion",
                      arena_str(work->arena, buf_str(&text)), arena_str(work->arena, main_version));
        buf_done(&text);
        return false;
    }
    return true;
}

static bool check_weights(struct work *work, const struct address *at, const cJSON *document,
                          bool must_exist)
{
    const cJSON *weights = json_get(document, "additionalVersionWeight");
    struct str main_version = json_get_str(document, "versionId");
    const cJSON *weight;
    int64_t most = work_limit(work, LIMIT_ALIAS_WEIGHTS);
    double sum = 0;

    /* Suites of 2016-08-15 name several. */
    if (work->api != API_2016 && most != LIMIT_NONE && cJSON_GetArraySize(weights) > most)
        return answer_invalid(
            work, "AdditionalVersionWeight contains too many values (max: %lld, actual: %d)",
            (long long)most, cJSON_GetArraySize(weights));
    cJSON_ArrayForEach (weight, weights) {
        if (!check_weight(work, weights, weight, main_version) ||
            (must_exist && !version_exists(work, at, str_of(weight->string))))
            return false;
        sum += weight->valuedouble;
    }
    if (sum <= 1)
        return true;
    return answer_invalid(
        work,
        "AdditionalVersionWeight is set to an invalid value (allowed: a sum of 0-1, "
        "actual: '%g')",
        sum);
}

/* A version may go while the alias stays, so only what the request names must exist. */
static bool allow(struct work *work, struct subject *s)
{
    bool version = json_has(s->given, "versionId");
    bool weights = json_has(s->given, "additionalVersionWeight");

    if (version && !version_exists(work, &s->at, json_get_str(s->document, "versionId")))
        return false;
    return (!version && !weights) || check_weights(work, &s->at, s->document, weights);
}

static bool check(struct work *work, struct subject *s)
{
    if (!str_eq_nocase(json_get_str(s->document, "aliasName"), STR(QUALIFIER_LATEST)))
        return true;
    return answer_invalid(work, "AliasName is set to an invalid value: '%s' names the working copy",
                          QUALIFIER_LATEST);
}

static bool remove_provision(struct work *work, struct subject *s)
{
    cascade_provision(work, s->at.owner, s->key.name);
    return true;
}

const struct resource alias_resource = {
    .kind = "alias",
    .array = "aliases",
    .name = "aliasName",
    .param = "alias",
    .fields = &alias_fields,
    .flags = ROW_ETAG | ROW_MATCHED | ROW_TIMES,
    .quota = LIMIT(ALIASES),
    .counted = "the number of aliases",
    .missing = "AliasNotFound",
    .existing = "AliasAlreadyExists",
    .called = owner_called,
    .owner = owner_of_versions,
    .check = check,
    .allow = allow,
    .remove = remove_provision,
};
