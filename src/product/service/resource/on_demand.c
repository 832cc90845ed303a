/*
 * How many instances a function may have on demand. 2023-03-30 calls the same thing reserved
 * concurrency and knows it for the working copy only.
 *
 * Source: spec pages api-2016-08-15 §6.11, api-2021-04-06 §7.3, api-2023-03-30 §7.8.
 */
#include <inttypes.h>

#include "base/mem.h"
#include "product/service/resource/config.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/on_demand.h"

/* clang-format off */
FIELD_TABLE(on_demand_fields,
    {.name = "maximumInstanceCount", .type = BODY_INT, .flags = IN_CLASSIC | BODY_REQUIRED},
);
FIELD_TABLE(concurrency_fields,
    {.name = "reservedConcurrency", .type = BODY_INT, .flags = IN_2023 | BODY_REQUIRED},
    {.name = "maximumInstanceCount", .type = BODY_INT, .flags = BODY_READ_ONLY}, /* as it is kept */
);
/* clang-format on */

#define COUNT "maximumInstanceCount"

static struct str resource_name(struct work *work, struct str name)
{
    struct config_place place = config_place_of(name);

    return arena_strf(work->arena, "services/" STR_FMT "." STR_FMT "/functions/" STR_FMT,
                      STR_ARG(place.service), STR_ARG(place.qualifier), STR_ARG(place.function));
}

static struct str resource_name_of(struct work *work, const struct store_row *row)
{
    return resource_name(work, row->key.name);
}

static double count_of(const struct store_row *row)
{
    OWN(json_free) cJSON *document = row_document(row);

    return json_get_double(document, COUNT, 0);
}

static void decorate(struct work *work, const struct subject *s, const struct store_row *row,
                     const cJSON *document, cJSON *view)
{
    cJSON *count = cJSON_DetachItemFromObjectCaseSensitive(view, COUNT);

    (void)s;
    (void)document;
    json_add_str(view, "resource", resource_name_of(work, row));
    cJSON_AddItemToObject(view, COUNT, count);
}

/* Neither service nor function need exist. */
static bool find_owner(struct work *work, struct subject *s)
{
    if (!address_names(work, &s->at))
        return false;
    s->key.name = config_name(work, &s->at, s->at.qualifier);
    return true;
}

/* A function may take a share of the instances that the account has in the region. */
static bool check_count(struct work *work, const char *title, double count)
{
    enum { PERCENT = 100 };
    int64_t share = work_limit(work, LIMIT_FUNCTION_CAP);
    int64_t most =
        work_limit(work, LIMIT_INSTANCES) * (share == LIMIT_NONE ? PERCENT : share) / PERCENT;

    if (count >= 0 && count <= (double)most)
        return true;
    return answer_invalid(work,
                          "%s is set to an invalid value (allowed: 0-%" PRId64 ", actual: '%.17g')",
                          title, most, count);
}

static bool check(struct work *work, struct subject *s)
{
    return check_count(work, "MaximumInstanceCount", json_get_double(s->document, COUNT, 0));
}

static void called(struct work *work, const struct subject *s, struct str args[3])
{
    args[0] = resource_name(work, s->key.name);
}

#define QUOTA .quota = LIMIT(ON_DEMAND_RULES), .counted = "the number of on-demand configs"

const struct resource on_demand_resource = {
    .kind = "on-demand",
    .array = "configs",
    .fields = &on_demand_fields,
    .flags = ROW_ETAG | ROW_MATCHED | ROW_EVERYWHERE,
    .replaced_in = IN_ALL,
    QUOTA,
    .missing = "OnDemandConfigNotFound",
    .called = called,
    .owner = find_owner,
    .check = check,
    .decorate = decorate,
    .sorted_by = resource_name_of,
};

void on_demand_list(struct work *work)
{
    resource_list(work);
    /* Clients of 2016-08-15 tell an empty listing by the missing key. */
    if (work->api == API_2016 && str_eq(work->answer.body, STR("{\"configs\":[]}")))
        answer_text(work, STR("{}"));
}

/* The config for the qualifier, or in 2023-03-30 the one of the function. */
static const struct store_row *config_for(struct work *work, const struct address *at)
{
    bool of_2023 = str_eq(at->service, STR(SERVICE_OF_2023)) || work->api == API_2023;
    struct str qualifier = of_2023 ? STR("") : at->qualifier;

    return work_find(work, "on-demand", STR(""), config_name(work, at, qualifier));
}

uint32_t on_demand_most(struct work *work, const struct address *at)
{
    const struct store_row *config = config_for(work, at);

    return config ? (uint32_t)count_of(config) : UINT32_MAX;
}

uint32_t concurrency_reserved(struct work *work, uint32_t most)
{
    struct store_key key = work_key(work, "on-demand", STR(""), STR(""), STR(""));
    struct store_list list = store_list(work->store, &key);
    size_t i = store_list_seek(list, STR(SERVICE_OF_2023 "/"));
    double sum = 0;

    for (; i < list.count && str_starts(list.rows[i]->key.name, STR(SERVICE_OF_2023 "/")); i++)
        sum += count_of(list.rows[i]);
    return sum < most ? (uint32_t)sum : most;
}

static bool is_disabled(const struct store_row *row)
{
    OWN(json_free) cJSON *disabled = row_member(row, "disableOndemand");

    return cJSON_IsTrue(disabled);
}

bool on_demand_allows(struct work *work, const struct address *at)
{
    const struct store_row *config = config_for(work, at);

    if ((!is_disabled(at->function_row) && (!config || count_of(config) > 0)) ||
        provision_target(work, at) > 0)
        return true;
    return answer_refuse(work, "ResourceExhausted",
                         arena_strf(work->arena,
                                    "the number of on-demand instances of function '" STR_FMT "'",
                                    STR_ARG(at->function)),
                         STR("0"), STR("1"));
}

/* ---- 2023-03-30 ---- */

static bool concurrency_prepare(struct work *work, struct subject *s)
{
    cJSON *count = cJSON_DetachItemFromObjectCaseSensitive(s->given, "reservedConcurrency");

    (void)work;
    cJSON_AddItemToObject(s->given, COUNT, count);
    return true;
}

static bool concurrency_check(struct work *work, struct subject *s)
{
    return check_count(work, "ReservedConcurrency", json_get_double(s->document, COUNT, 0));
}

static bool concurrency_owner(struct work *work, struct subject *s)
{
    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION, &s->at))
        return false;
    s->key.name = config_name(work, &s->at, STR(""));
    return true;
}

static void concurrency_called(struct work *work, const struct subject *s, struct str args[3])
{
    args[0] = address_name_2023(&s->at, work->arena);
}

static void concurrency_decorate(struct work *work, const struct subject *s,
                                 const struct store_row *row, const cJSON *document, cJSON *view)
{
    struct config_place bare = config_place_of(row->key.name);

    (void)s;
    bare.qualifier = STR("");
    json_add_str(view, "functionArn", config_arn(work, &bare));
    cJSON_AddNumberToObject(view, "reservedConcurrency", json_get_double(document, COUNT, 0));
}

static bool concurrency_listed(struct work *work, const struct store_row *row,
                               const cJSON *document, const cJSON *view)
{
    (void)document;
    (void)view;
    return is_latest(config_place_of(row->key.name).qualifier) &&
           config_is_asked(work, row->key.name);
}

const struct resource concurrency_resource = {
    .kind = "on-demand",
    .array = "configs",
    .fields = &concurrency_fields,
    .flags = ROW_MATCHED | ROW_EVERYWHERE,
    .replaced_in = IN_2023,
    .forgiven_in = IN_2023,
    QUOTA,
    .missing = "OnDemandConfigNotFound",
    .called = concurrency_called,
    .prepare = concurrency_prepare,
    .owner = concurrency_owner,
    .check = concurrency_check,
    .decorate = concurrency_decorate,
    .listed = concurrency_listed,
    .sorted_by = config_arn_of,
};
