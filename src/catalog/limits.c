/*
 * catalog/limits.c - the table of figures, profiles and regional exceptions
 */
#include "catalog/limits.h"

#include "base/own.h"

static const struct limit table[] = {
#define X(id, key, unit, current, in_2020, error, source)                                          \
    {key, UNIT_##unit, current, in_2020, error, source},
#include "catalog/limits.inc"
#undef X
};

static const char *const unit_names[] = {
    [UNIT_COUNT] = "count", [UNIT_BYTES] = "bytes",           [UNIT_MB] = "MB",
    [UNIT_SECONDS] = "s",   [UNIT_MILLI_VCPU] = "1/1000 CPU", [UNIT_CHARS] = "characters",
    [UNIT_PERCENT] = "%",
};

#define BURST_REGIONS "cn-hangzhou cn-shanghai cn-beijing cn-zhangjiakou cn-shenzhen"

static const struct {
    enum limit_id id;
    enum limit_id elsewhere;
    const char *regions; /* where `id` holds, blank separated */
} regional[] = {
    {LIMIT_CODE_OSS_BYTES, LIMIT_CODE_OSS_BYTES_ELSEWHERE,
     "cn-hangzhou cn-shanghai cn-shenzhen cn-beijing cn-zhangjiakou cn-huhehaote cn-hongkong "
     "ap-southeast-1 ap-northeast-1 us-east-1 eu-central-1"             },
    {LIMIT_BURST,          LIMIT_BURST_ELSEWHERE,          BURST_REGIONS},
    {LIMIT_GROWTH,         LIMIT_GROWTH_ELSEWHERE,         BURST_REGIONS},
};

const struct limit *limit_table(size_t *out_count)
{
    *out_count = N_ELEMENTS(table);
    return table;
}

const struct limit *limit_find(struct str key)
{
    for (size_t i = 0; i < N_ELEMENTS(table); i++)
        if (str_eq(key, str_of(table[i].key)))
            return &table[i];
    return NULL;
}

const char *limit_unit_name(enum limit_unit unit)
{
    return (unsigned)unit < N_ELEMENTS(unit_names) ? unit_names[unit] : "";
}

void limits_init(struct limits *limits, bool as_of_2020)
{
    for (size_t i = 0; i < N_ELEMENTS(table); i++)
        limits->values[i] = as_of_2020 ? table[i].in_2020 : table[i].current;
}

static bool is_listed(struct str word, struct str list)
{
    struct str head;

    while (str_is_set(list)) {
        str_cut(list, ' ', &head, &list);
        if (str_eq(head, word))
            return true;
    }
    return false;
}

int64_t limits_in_region(const struct limits *limits, enum limit_id id, struct str region)
{
    for (size_t i = 0; i < N_ELEMENTS(regional); i++)
        if (regional[i].id == id && !is_listed(region, str_of(regional[i].regions)))
            return limits->values[regional[i].elsewhere];
    return limits->values[id];
}
