/*
 * Calls of an alias: which of its versions takes each, by weight.
 *
 * The n-th call of an alias has a place between 0 and 1 that is drawn from the seed, the alias and
 * n, so that a run repeats; further versions have their weights from 0 on, in the order they are
 * kept, and the main version has the rest.
 *
 * Source: spec pages api-2016-08-15 §6.5, api-2023-03-30 §7.4; invocation §2.3.
 */
#include <uthash.h>

#include "base/draw.h"
#include "base/mem.h"
#include "product/service/resource/model.h"

struct alias_counter {
    UT_hash_handle hh;
    char *key;
    uint64_t count;
};

static void clear(struct alias_counters *counters)
{
    struct alias_counter *counter;
    struct alias_counter *next;

    HASH_ITER(hh, counters->all, counter, next)
    {
        HASH_DEL(counters->all, counter);
        mem_free(counter->key);
        mem_free(counter);
    }
}

void alias_counters_done(struct alias_counters *counters)
{
    clear(counters);
}

/* Another seed begins another run. */
static uint64_t count_up(struct service *service, struct str key, uint64_t seed)
{
    struct alias_counters *counters = &service->aliases;
    struct alias_counter *counter;

    if (counters->seed != seed)
        clear(counters);
    counters->seed = seed;
    HASH_FIND(hh, counters->all, key.ptr, key.len, counter);
    if (!counter) {
        counter = mem_alloc(sizeof(*counter));
        counter->key = mem_dup_len(key.ptr, key.len);
        HASH_ADD_KEYPTR(hh, counters->all, counter->key, key.len, counter);
    }
    return ++counter->count;
}

static struct str choose(struct work *work, const struct store_row *alias, const cJSON *weights)
{
    const struct service *service = work->service;
    uint64_t seed = service->seed ? service->seed(service->seed_owner) : 0;
    struct str key = ARENA_CONCAT(work->arena, alias->key.account, STR("/"), alias->key.region,
                                  STR("/"), alias->key.parent, STR("/"), alias->key.name);
    double at =
        draw_unit(seed, STR("alias"), key, STR("weight"), count_up(work->service, key, seed));
    const cJSON *weight;

    cJSON_ArrayForEach (weight, weights) {
        if (at < weight->valuedouble)
            return arena_str(work->arena, str_of(weight->string));
        at -= weight->valuedouble;
    }
    return STR_NONE;
}

/* What an alias that is resolved names besides its main version; NULL: nothing. */
static const struct store_row *alias_of(struct work *work, const struct address *at)
{
    if (is_latest(at->qualifier) || str_all_digits(at->qualifier))
        return NULL;
    return work_find(work, "alias", at->owner, at->qualifier);
}

bool alias_route(struct work *work, struct address *at)
{
    const struct store_row *alias = alias_of(work, at);
    OWN(json_free) cJSON *document = alias ? row_document(alias) : NULL;
    const cJSON *weights = json_get(document, "additionalVersionWeight");
    struct str version = cJSON_GetArraySize(weights) ? choose(work, alias, weights) : STR_NONE;

    if (!str_is_set(version))
        return true;
    if (!work_find(work, "version", at->owner, version))
        return answer_refuse(work, "VersionNotFound", version, owner_name(work, at));
    struct store_key key = work_key(work, "function", at->service, version, at->function);
    const struct store_row *row = store_find(work->store, &key);

    if (!row)
        return answer_refuse(work, "FunctionNotFound", address_name(work, at), at->service);
    at->version = version;
    at->function_row = row;
    return true;
}
