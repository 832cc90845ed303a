/*
 * Where asynchronous calls end: destinations that are functions, and what all others would get.
 */
#include "product/service/resource/async_delivery.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"
#include "product/service/resource/model.h"

#define KIND "delivery"
enum { KEPT_MAX = 1000, NUMBER_BYTES = 24 }; /* KEPT_MAX: of an account in a region */

/* ---- functions ---- */

/* A function as a destination: "acs:fc:R:A:functions/f" or "…services/s[.q]/functions/f". */
bool async_destination_function(struct str arn, struct arena *arena, struct str *out_path,
                                struct str *out_qualifier)
{
    struct str rest = arn;
    struct str part;

    for (int i = 0; i < 4; i++) { /* acs, fc, region, account */
        if (!str_cut(rest, ':', &part, &rest) || (i == 1 && !str_eq(part, STR("fc"))))
            return false;
    }
    *out_qualifier = STR("");
    if (str_starts(rest, STR("functions/"))) {
        struct str name;

        str_cut(str_slice(rest, strlen("functions/"), rest.len), '/', &name, out_qualifier);
        *out_path = ARENA_CONCAT(arena, STR(SERVICE_OF_2023), STR("/"), name);
        if (!str_is_set(*out_qualifier))
            *out_qualifier = STR("");
        return true;
    }
    if (!str_starts(rest, STR("services/")) ||
        !str_cut(str_slice(rest, strlen("services/"), rest.len), '/', &part, &rest) ||
        !str_starts(rest, STR("functions/")))
        return false;
    str_cut(part, '.', &part, out_qualifier);
    if (!str_is_set(*out_qualifier))
        *out_qualifier = STR("");
    *out_path =
        ARENA_CONCAT(arena, part, STR("/"), str_slice(rest, strlen("functions/"), rest.len));
    return true;
}

/* ---- all others ---- */

static struct store_key delivery_key(const struct store_key *place, struct str name)
{
    return (struct store_key){
        .account = place->account,
        .region = place->region,
        .kind = STR(KIND),
        .parent = STR(""),
        .version = STR(""),
        .name = name,
    };
}

static uint64_t number_of(const struct store_row *row)
{
    uint64_t number = 0;

    str_to_uint(row->key.name, UINT64_MAX, &number);
    return number;
}

static void find_last(void *arg, const struct store_row *row)
{
    uint64_t *last = arg;
    uint64_t number = number_of(row);

    if (number > *last)
        *last = number;
}

static cJSON *document_of(const struct async_delivered *delivered, uint64_t now_ms)
{
    cJSON *document = cJSON_CreateObject();
    struct str service;
    struct str function;

    str_cut(delivered->task->parent, '/', &service, &function);
    json_add_time(document, "time", now_ms);
    json_add_str(document, "destination", delivered->destination);
    cJSON_AddStringToObject(document, "when", delivered->when);
    json_add_str(document, "service", str_eq(service, STR(SERVICE_OF_2023)) ? STR("") : service);
    json_add_str(document, "function", function);
    json_add_str(document, "qualifier", json_get_str(delivered->record, "qualifier"));
    json_add_str(document, "request_id", json_get_str(delivered->record, "requestId"));
    json_add_str(document, "payload", delivered->payload);
    return document;
}

void async_delivery_keep(struct service *service, const struct async_delivered *delivered)
{
    uint64_t now = clock_now_wall_ms(service->clock);
    uint64_t number = 0;
    char name[NUMBER_BYTES];

    store_each(service->store, STR(KIND), find_last, &number);
    snprintf(name, sizeof(name), "%" PRIu64, number + 1);
    const struct store_key key = delivery_key(delivered->task, str_of(name));
    struct store_list list = store_list(service->store, &key);
    struct store_batch *batch = store_begin(service->store);
    OWN(json_free) cJSON *document = document_of(delivered, now);

    if (list.count >= KEPT_MAX)
        store_remove(batch, &list.rows[0]->key);
    row_put(batch, &key, document, (struct store_value){.created_ms = now, .modified_ms = now});
    store_commit(batch, NULL, NULL);
}

/* ---- shown ---- */

struct listing {
    void (*each)(void *arg, const struct service_delivery *delivery);
    void *arg;
};

static void show(void *arg, const struct store_row *row)
{
    const struct listing *listing = arg;
    OWN(json_free) cJSON *document = row_document(row);

    listing->each(listing->arg, &(struct service_delivery){
                                    .number = number_of(row),
                                    .account = row->key.account,
                                    .region = row->key.region,
                                    .document = document,
                                });
}

void service_deliveries(struct service *service,
                        void (*each)(void *arg, const struct service_delivery *delivery), void *arg)
{
    store_each(service->store, STR(KIND), show, &(struct listing){each, arg});
}

struct removal {
    struct store_batch *batch;
    struct str account;
    struct store_key *keys;
    size_t count, room;
};

static void collect(void *arg, const struct store_row *row)
{
    struct removal *removal = arg;

    if (removal->account.len && !str_eq(row->key.account, removal->account))
        return;
    if (removal->count == removal->room) {
        removal->room = removal->room ? 2 * removal->room : KEPT_MAX;
        removal->keys = mem_grow(removal->keys, removal->room, sizeof(*removal->keys));
    }
    removal->keys[removal->count++] = row->key;
}

size_t service_deliveries_forget(struct service *service, struct str account)
{
    struct removal removal = {.account = account};
    struct store_batch *batch;

    store_each(service->store, STR(KIND), collect, &removal);
    batch = store_begin(service->store);
    for (size_t i = 0; i < removal.count; i++)
        store_remove(batch, &removal.keys[i]);
    store_commit(batch, NULL, NULL);
    mem_free(removal.keys);
    return removal.count;
}
