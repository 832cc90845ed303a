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

/* clang-format off */
FIELD_TABLE(on_demand_fields,
    {.name = "maximumInstanceCount", .type = FIELD_INT, .flags = IN_CLASSIC | FIELD_REQUIRED},
);
FIELD_TABLE(concurrency_fields,
    {.name = "reservedConcurrency", .type = FIELD_INT, .flags = IN_2023 | FIELD_REQUIRED},
);
/* clang-format on */

#define COUNT "maximumInstanceCount"

static struct str resource_name(struct work *work, const struct config_place *place)
{
    return arena_strf(work->arena, "services/" STR_FMT "." STR_FMT "/functions/" STR_FMT,
                      STR_ARG(place->service), STR_ARG(place->qualifier), STR_ARG(place->function));
}

static double number_of(const cJSON *document, const char *name)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(document, name);

    return number ? number->valuedouble : 0;
}

static double count_of(const struct store_row *row)
{
    OWN(json_free) cJSON *document = row_document(row);

    return number_of(document, COUNT);
}

static cJSON *show(struct work *work, const struct store_row *row, const struct config_place *place)
{
    cJSON *view = cJSON_CreateObject();

    json_add_str(view, "resource", resource_name(work, place));
    cJSON_AddNumberToObject(view, COUNT, count_of(row));
    return view;
}

static void answer_row(struct work *work, const struct store_row *row)
{
    struct config_place place = config_place_of(row);

    answer_etag(work, row);
    answer_json(work, show(work, row, &place));
}

/* Neither service nor function need exist. */
static bool find_key(struct work *work, struct store_key *out)
{
    struct address at;

    if (!address_names(work, &at))
        return false;
    *out = work_key(work, "on-demand", STR(""), STR(""), config_name(work, &at, at.qualifier));
    return true;
}

static bool may_put(struct work *work, const struct store_key *key, const struct store_row *old)
{
    if (old)
        return work_match(work, str_of(old->etag)) && work_may_change(work, old);
    return work_quota(work, LIMIT_ON_DEMAND_RULES, store_list(work->store, key).count,
                      "the number of on-demand configs");
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
    answer_invalid(work, "%s is set to an invalid value (allowed: 0-%" PRId64 ", actual: '%.17g')",
                   title, most, count);
    return false;
}

void on_demand_put(struct work *work)
{
    struct field_reading reading = work_reading(work, true);
    OWN(json_free) cJSON *document = fields_read(&on_demand_fields, work->input, &reading);
    struct store_key key;

    if (!document) {
        answer_refusal(work);
        return;
    }
    if (!check_count(work, "MaximumInstanceCount", number_of(document, COUNT)) ||
        !find_key(work, &key))
        return;
    const struct store_row *old = store_find(work->store, &key);

    if (may_put(work, &key, old))
        answer_row(work, work_put(work, &key, old, document, STR_NONE));
}

static const struct store_row *find_config(struct work *work, struct store_key *key)
{
    const struct store_row *row;

    if (!find_key(work, key))
        return NULL;
    row = store_find(work->store, key);
    if (!row) {
        const struct store_row named = {.key = *key};
        struct config_place place = config_place_of(&named);

        answer_refuse(work, "OnDemandConfigNotFound", resource_name(work, &place), STR_NONE,
                      STR_NONE);
    }
    return row;
}

void on_demand_get(struct work *work)
{
    struct store_key key;
    const struct store_row *row = find_config(work, &key);

    if (row)
        answer_row(work, row);
}

void on_demand_delete(struct work *work)
{
    struct store_key key;
    const struct store_row *row = find_config(work, &key);

    if (!row || !work_match(work, str_of(row->etag)))
        return;
    store_remove(work_batch(work), &key);
    answer_done(work);
}

void on_demand_list(struct work *work)
{
    config_list(work, "on-demand", resource_name, show, "configs");
    /* Clients of 2016-08-15 tell an empty listing by the missing key. */
    if (work->api == API_2016 && str_eq(work->answer.body, STR("{\"configs\":[]}")))
        answer_text(work, STR("{}"));
}

/* The config for the qualifier, or in 2023-03-30 the one of the function. */
static const struct store_row *config_for(struct work *work, const struct address *at)
{
    struct str qualifier = work->api == API_2023 ? STR("") : at->qualifier;
    struct store_key key =
        work_key(work, "on-demand", STR(""), STR(""), config_name(work, at, qualifier));

    return store_find(work->store, &key);
}

bool on_demand_allows(struct work *work, const struct address *at)
{
    const struct store_row *config = config_for(work, at);
    OWN(json_free) cJSON *function = row_document(at->function_row);
    bool disabled = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(function, "disableOndemand"));

    if ((!disabled && (!config || count_of(config) > 0)) || provision_target(work, at) > 0)
        return true;
    answer_refuse(work, "ResourceExhausted",
                  arena_strf(work->arena,
                             "the number of on-demand instances of function '" STR_FMT "'",
                             STR_ARG(at->function)),
                  STR("0"), STR("1"));
    return false;
}

/* ---- 2023-03-30 ---- */

static cJSON *show_concurrency(struct work *work, const struct store_row *row,
                               const struct config_place *place)
{
    const struct config_place bare = {place->service, place->function, STR("")};
    cJSON *view;

    if (!is_latest(place->qualifier) || !config_is_asked(work, place))
        return NULL;
    view = cJSON_CreateObject();
    json_add_str(view, "functionArn", config_arn(work, &bare));
    cJSON_AddNumberToObject(view, "reservedConcurrency", count_of(row));
    return view;
}

static bool find_function_key(struct work *work, struct address *at, struct store_key *out)
{
    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION, at))
        return false;
    *out = work_key(work, "on-demand", STR(""), STR(""), config_name(work, at, STR("")));
    return true;
}

static void answer_concurrency(struct work *work, const struct store_row *row)
{
    struct config_place place = config_place_of(row);

    answer_json(work, show_concurrency(work, row, &place));
}

void concurrency_put(struct work *work)
{
    struct field_reading reading = work_reading(work, true);
    OWN(json_free) cJSON *given = fields_read(&concurrency_fields, work->input, &reading);
    OWN(json_free) cJSON *document = cJSON_CreateObject();
    struct address at;
    struct store_key key;

    if (!given) {
        answer_refusal(work);
        return;
    }
    if (!check_count(work, "ReservedConcurrency", number_of(given, "reservedConcurrency")) ||
        !find_function_key(work, &at, &key))
        return;
    const struct store_row *old = store_find(work->store, &key);

    cJSON_AddItemToObject(document, COUNT,
                          cJSON_DetachItemFromObjectCaseSensitive(given, "reservedConcurrency"));
    if (may_put(work, &key, old))
        answer_concurrency(work, work_put(work, &key, old, document, STR_NONE));
}

void concurrency_get(struct work *work)
{
    struct address at;
    struct store_key key;

    if (!find_function_key(work, &at, &key))
        return;
    const struct store_row *row = store_find(work->store, &key);

    if (row)
        answer_concurrency(work, row);
    else
        answer_refuse(work, "OnDemandConfigNotFound", address_name_2023(&at, work->arena), STR_NONE,
                      STR_NONE);
}

void concurrency_delete(struct work *work)
{
    struct address at;
    struct store_key key;

    if (!find_function_key(work, &at, &key))
        return;
    store_remove(work_batch(work), &key);
    answer_none(work);
}

void concurrency_list(struct work *work)
{
    config_list(work, "on-demand", config_arn_of, show_concurrency, "configs");
}
