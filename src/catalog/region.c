/*
 * catalog/region.c - the regions, in the order they were documented
 *
 * Source: official API reference of 2020-08-27 (service addresses), region pages 2024-2026, API
 * metadata, fc3 schema.
 */
#include "catalog/region.h"

#include "base/own.h"

#define IN_2020 "documented 2020-08-27"
#define LATER "documented later"
#define METADATA "metadata only"
#define FC3_META "metadata and fc3 only"
#define FC3 "fc3 only"
#define CLIENT "client code only"
#define DROPPED "documented 2020-08-27, off the list of 2024"

/* Of zones. */
#define SEEN "named by the service, seen 2026"
#define SUITE "suite of an official client"
#define PROVIDER "test of the Terraform provider"
#define PAGES "region and zone pages 2024-2026"
#define RULE "not documented; by the rule of names"

/* clang-format off */
static const struct region regions[] = {
    {"cn-hangzhou",            "华东1（杭州）",         "China East 1 (Hangzhou)",           true,  IN_2020, "cn-hangzhou-h", SEEN},
    {"cn-shanghai",            "华东2（上海）",         "China East 2 (Shanghai)",           true,  IN_2020, "cn-shanghai-b", PAGES},
    {"cn-qingdao",             "华北1（青岛）",         "China North 1 (Qingdao)",           true,  IN_2020, "cn-qingdao-c", PAGES},
    {"cn-beijing",             "华北2（北京）",         "China North 2 (Beijing)",           true,  IN_2020, "cn-beijing-f", PAGES},
    {"cn-zhangjiakou",         "华北3（张家口）",       "China North 3 (Zhangjiakou)",       true,  IN_2020, "cn-zhangjiakou-a", PAGES},
    {"cn-huhehaote",           "华北5（呼和浩特）",     "China North 5 (Hohhot)",            true,  IN_2020, "cn-huhehaote-a", PAGES},
    {"cn-shenzhen",            "华南1（深圳）",         "China South 1 (Shenzhen)",          true,  IN_2020, "cn-shenzhen-d", PAGES},
    {"cn-hongkong",            "中国香港",             "China (Hong Kong)",                 true,  IN_2020, "cn-hongkong-c", SUITE},
    {"ap-northeast-1",         "亚太东北1（东京）",     "Japan (Tokyo)",                     true,  IN_2020, "ap-northeast-1a", PAGES},
    {"ap-southeast-1",         "亚太东南1（新加坡）",   "Singapore",                         true,  IN_2020, "ap-southeast-1a", SEEN},
    {"ap-southeast-2",         "亚太东南2（悉尼）",     "Australia (Sydney)",                true,  DROPPED, "ap-southeast-2a", PAGES},
    {"ap-south-1",             "亚太南部1（孟买）",     "India (Mumbai)",                    true,  DROPPED, "ap-south-1a", PAGES},
    {"eu-central-1",           "欧洲中部1（法兰克福）", "Germany (Frankfurt)",               true,  IN_2020, "eu-central-1a", SEEN},
    {"us-east-1",              "美国东部1（弗吉尼亚）", "US East 1 (Virginia)",              true,  IN_2020, "us-east-1a", PAGES},
    {"us-west-1",              "美国西部1（硅谷）",     "US West 1 (Silicon Valley)",        true,  IN_2020, "us-west-1a", PAGES},
    {"cn-wulanchabu",          "华北6（乌兰察布）",     "China North 6 (Ulanqab)",           false, LATER, "cn-wulanchabu-a", PAGES},
    {"cn-chengdu",             "西南1（成都）",         "China Southwest 1 (Chengdu)",       false, LATER, "cn-chengdu-a", PAGES},
    {"ap-southeast-3",         "马来西亚（吉隆坡）",    "Malaysia (Kuala Lumpur)",           false, LATER, "ap-southeast-3a", PAGES},
    {"ap-southeast-5",         "印度尼西亚（雅加达）",  "Indonesia (Jakarta)",               false, LATER, "ap-southeast-5a", PAGES},
    {"ap-southeast-7",         "泰国（曼谷）",         "Thailand (Bangkok)",                false, LATER, "ap-southeast-7a", PAGES},
    {"ap-northeast-2",         "韩国（首尔）",         "South Korea (Seoul)",               false, LATER, "ap-northeast-2a", PAGES},
    {"eu-west-1",              "英国（伦敦）",         "UK (London)",                       false, LATER, "eu-west-1a", PAGES},
    {"me-central-1",           "沙特（利雅得）",        "Saudi Arabia (Riyadh), partner operated", false, LATER, "me-central-1a", RULE},
    {"cn-hangzhou-finance",    "华东1 金融云",         "Hangzhou Finance",                  false, METADATA, "cn-hangzhou-finance-a", RULE},
    {"cn-shanghai-finance-1",  "华东2 金融云",         "Shanghai Finance",                  false, FC3_META, "cn-shanghai-finance-1a", RULE},
    {"cn-heyuan-acdr-1",       "河源专属",             "Heyuan ACDR",                       false, FC3_META, "cn-heyuan-acdr-1a", RULE},
    {"cn-shanghai-cloudspe",   "上海专属",             "Shanghai, dedicated",               false, FC3, "cn-shanghai-cloudspe-z", PROVIDER},
    {"cn-north-2-gov-1",       "政务云",               "Beijing Government",                false, CLIENT, "cn-north-2-gov-1a", RULE},
};
/* clang-format on */

const struct region *region_table(size_t *out_count)
{
    *out_count = N_ELEMENTS(regions);
    return regions;
}

const struct region *region_find(struct str id)
{
    for (size_t i = 0; i < N_ELEMENTS(regions); i++)
        if (str_eq(id, str_of(regions[i].id)))
            return &regions[i];
    return NULL;
}

struct str region_zone(struct str id, struct arena *arena)
{
    const struct region *region = region_find(id);
    bool numbered = id.len > 0 && id.ptr[id.len - 1] >= '0' && id.ptr[id.len - 1] <= '9';

    if (region)
        return str_of(region->zone);
    return arena_strf(arena, STR_FMT "%sa", STR_ARG(id), numbered ? "" : "-");
}

bool region_has_zone(struct str id, struct str zone)
{
    struct str letter = str_slice(zone, id.len < zone.len ? id.len : zone.len, zone.len);

    if (!str_starts(zone, id))
        return false;
    if (str_starts(letter, STR("-")))
        letter = str_slice(letter, 1, letter.len);
    return letter.len == 1 && letter.ptr[0] >= 'a' && letter.ptr[0] <= 'z';
}
