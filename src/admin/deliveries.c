/*
 * What queues, topics and buses would have got from asynchronous calls.
 */
#include "product/service/resource/deliveries.h"

#include <stdlib.h>

#include "admin/steps.h"
#include "base/glob.h"
#include "base/mem.h"

struct listing {
    struct admin_call *call;
    uint64_t after;
    cJSON *list;
};

static struct service *service_of(struct admin_call *call)
{
    struct service *service = call->admin->context.service;

    if (!service)
        admin_problem(call, 501, "there are no functions here");
    return service;
}

static bool is_asked(const struct admin_call *call, const char *name, struct str value)
{
    struct str asked = admin_query(call, name);

    return asked.len == 0 || glob_match(asked, value);
}

static void show(void *arg, const struct service_delivery *delivery)
{
    const struct listing *listing = arg;
    const struct admin_call *call = listing->call;
    const cJSON *document = delivery->document;
    cJSON *view;

    if (delivery->number <= listing->after || !is_asked(call, "account", delivery->account) ||
        !is_asked(call, "region", delivery->region) ||
        !is_asked(call, "function", json_get_str(document, "function")) ||
        !is_asked(call, "destination", json_get_str(document, "destination")))
        return;
    view = cJSON_Duplicate(document, true);
    json_add_uint(view, "number", delivery->number);
    json_add_str(view, "account", delivery->account);
    json_add_str(view, "region", delivery->region);
    cJSON_AddItemToArray(listing->list, view);
}

static int by_number(const void *a, const void *b)
{
    const cJSON *const *left = a;
    const cJSON *const *right = b;
    double l = json_get(*left, "number")->valuedouble;
    double r = json_get(*right, "number")->valuedouble;

    return (l > r) - (l < r);
}

/* They come by account and region, and are shown as they happened. */
static cJSON *in_order(cJSON *list)
{
    size_t count = (size_t)cJSON_GetArraySize(list);
    cJSON **items = mem_alloc_array(count + 1, sizeof(*items));
    cJSON *sorted = cJSON_CreateArray();

    for (size_t i = 0; i < count; i++)
        items[i] = cJSON_DetachItemFromArray(list, 0);
    qsort(items, count, sizeof(*items), by_number);
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(sorted, items[i]);
    mem_free(items);
    cJSON_Delete(list);
    return sorted;
}

void step_deliveries_get(struct admin_call *call)
{
    struct service *service = service_of(call);
    struct str after = admin_query(call, "after");
    struct listing listing = {.call = call};

    if (!service)
        return;
    if (after.len && str_to_uint(after, UINT64_MAX, &listing.after) != NUMBER_OK) {
        admin_problem(call, 400, "after: '" STR_FMT "' is no number of a delivery", STR_ARG(after));
        return;
    }
    listing.list = cJSON_CreateArray();
    service_deliveries(service, show, &listing);
    if (!listing.list->child && !admin_check_region(call, admin_query(call, "region"))) {
        cJSON_Delete(listing.list);
        return;
    }
    cJSON *answer = cJSON_CreateObject();

    cJSON_AddItemToObject(answer, "deliveries", in_order(listing.list));
    admin_tree(call, 200, answer);
}

void step_deliveries_delete(struct admin_call *call)
{
    struct service *service = service_of(call);
    struct str account = admin_query(call, "account");
    cJSON *answer;

    if (!service)
        return;
    answer = cJSON_CreateObject();
    json_add_uint(answer, "forgotten",
                  service_deliveries_forget(service, account.len ? account : STR("")));
    admin_tree(call, 200, answer);
}
