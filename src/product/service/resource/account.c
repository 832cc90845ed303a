/*
 * Account settings and configs, regions, and where tools may put large packages.
 *
 * Source: spec pages api-2016-08-15 §6.1 and §6.16, api-2023-03-30 §7.15 and §10.1.
 */
#include <inttypes.h>

#include "base/mem.h"
#include "catalog/region.h"
#include "crypto/encode.h"
#include "crypto/id.h"
#include "product/neighbours/state.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"

enum { TOKEN_BYTES = 16, TOKEN_LIFE_MS = 3600 * 1000 };

static cJSON *zones_of(struct work *work)
{
    cJSON *zones = cJSON_CreateArray();

    for (size_t i = 0; i < work->service->zone_count; i++)
        if (region_has_zone(work->region, work->service->zones[i]))
            cJSON_AddItemToArray(zones, json_string(work->service->zones[i]));
    if (!zones->child)
        cJSON_AddItemToArray(zones, json_string(region_zone(work->region, work->arena)));
    return zones;
}

void account_settings(struct work *work)
{
    cJSON *answer = cJSON_CreateObject();

    cJSON_AddItemToObject(answer, "availableAZs", zones_of(work));
    json_add_str(answer, "defaultRole",
                 arena_strf(work->arena, "acs:ram::" STR_FMT ":role/aliyunfcdefaultrole",
                            STR_ARG(work->account)));
    answer_json(work, answer);
}

static const struct {
    const char *name;
    enum limit_id limit;
} configs[] = {
    {"CodeSizeLimit",         LIMIT_CODE_ZIP_BYTES},
    {"GPUCodeSizeLimit",      LIMIT_CODE_OSS_BYTES},
    {"Concurrency",           LIMIT_INSTANCES     },
    {"EnhancedCodeSizeLimit", LIMIT_CODE_OSS_BYTES},
};

static bool add_config(struct work *work, struct str name, cJSON *answer)
{
    for (size_t i = 0; i < N_ELEMENTS(configs); i++) {
        if (str_eq(name, str_of(configs[i].name))) {
            json_set(answer, configs[i].name,
                     json_string(
                         arena_strf(work->arena, "%" PRId64, work_limit(work, configs[i].limit))));
            return true;
        }
    }
    return answer_wrong(work, "Config",
                        "CodeSizeLimit | GPUCodeSizeLimit | Concurrency | EnhancedCodeSizeLimit",
                        name);
}

void account_configs(struct work *work)
{
    const struct query *query = work->call.query;
    cJSON *answer = cJSON_CreateObject();

    for (size_t i = 0; i < query->count; i++) {
        if (str_eq(query->pairs[i].key, STR("config")) &&
            !add_config(work, query->pairs[i].value, answer)) {
            cJSON_Delete(answer);
            return;
        }
    }
    answer_json(work, answer);
}

void account_regions(struct work *work)
{
    bool english = str_starts(work_query(work, "AcceptLanguage"), STR("en"));
    cJSON *answer = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(cJSON_AddObjectToObject(answer, "Regions"), "Region");
    size_t count;
    const struct region *regions = region_table(&count);

    for (size_t i = 0; i < count; i++) {
        cJSON *region = cJSON_CreateObject();

        cJSON_AddStringToObject(region, "RegionId", regions[i].id);
        cJSON_AddStringToObject(region, "LocalName",
                                english ? regions[i].name_en : regions[i].name_zh);
        cJSON_AddItemToArray(list, region);
    }
    answer_json(work, answer);
}

static struct str random_text(struct work *work)
{
    unsigned char raw[TOKEN_BYTES];
    char *text = (char *)arena_alloc(work->arena, 2 * sizeof(raw) + 1);

    random_bytes(raw, sizeof(raw));
    hex_encode(raw, sizeof(raw), text);
    return str_of(text);
}

static void add_credentials(struct work *work, cJSON *answer)
{
    cJSON *credentials = cJSON_AddObjectToObject(answer, "credentials");
    struct neighbours_key_request request = {
        .account = work->account,
        .role = STR(""),
        .session = STR(""),
        .now_ms = work_now_ms(work),
        .expires_ms = work_now_ms(work) + TOKEN_LIFE_MS,
    };
    struct neighbours_key key;

    neighbours_issue_key(work->store, work_batch(work), &request, work->arena, &key);
    json_add_str(credentials, "AccessKeyId", key.id);
    json_add_str(credentials, "AccessKeySecret", key.secret);
    json_add_str(credentials, "SecurityToken", key.token);
    json_add_time(credentials, "Expiration", key.expires_ms);
}

static void add_bucket(struct work *work, cJSON *answer)
{
    add_credentials(work, answer);
    json_add_str(answer, "ossRegion",
                 arena_strf(work->arena, "oss-" STR_FMT, STR_ARG(work->region)));
    json_add_str(answer, "ossBucket", neighbours_upload_bucket(work->region, work->arena));
    json_add_str(answer, "objectName", random_text(work));
}

void account_bucket_token(struct work *work)
{
    cJSON *answer = cJSON_CreateObject();

    add_bucket(work, answer);
    answer_json(work, answer);
}

void account_code_bucket_token(struct work *work)
{
    struct address at;
    cJSON *answer;

    if (!address_find(work, ADDRESS_SERVICE, &at))
        return;
    answer = cJSON_CreateObject();
    json_add_uint(answer, "codeSizeLimit", (uint64_t)work_limit(work, LIMIT_CODE_OSS_BYTES));
    add_bucket(work, answer);
    answer_json(work, answer);
}
