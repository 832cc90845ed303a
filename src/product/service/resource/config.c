#include "product/service/resource/config.h"

#include <stdlib.h>

#include "base/mem.h"

struct config_place config_place_of(const struct store_row *row)
{
    struct config_place place = {.service = row->key.name};
    struct str rest;

    if (str_cut(row->key.name, '/', &place.service, &rest))
        str_cut(rest, '/', &place.function, &place.qualifier);
    return place;
}

struct str config_arn(const struct work *work, const struct config_place *place)
{
    const struct address at = {.service = place->service, .function = place->function};

    return address_arn(work, &at, place->qualifier);
}

struct str config_arn_of(struct work *work, const struct config_place *place)
{
    return config_arn(work, place);
}

bool config_is_asked(struct work *work, const struct config_place *place)
{
    struct str want = work_query(work, "functionName");
    const struct address at = {.service = place->service, .function = place->function};

    return want.len == 0 || str_eq(address_name_2023(&at, work->arena), want);
}

static int compare_items(const void *a, const void *b)
{
    return str_compare(((const struct page_item *)a)->name, ((const struct page_item *)b)->name);
}

void config_list(struct work *work, const char *kind,
                 struct str (*name)(struct work *work, const struct config_place *place),
                 cJSON *(*show)(struct work *work, const struct store_row *row,
                                const struct config_place *place),
                 const char *array)
{
    struct store_key key = work_key(work, kind, STR(""), STR(""), STR(""));
    struct store_list list = store_list(work->store, &key);
    struct page page;
    size_t count = 0;

    if (!page_read(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page))
        return;
    struct page_item *items = ARENA_ARRAY(work->arena, list.count + 1, struct page_item);
    cJSON *answer = cJSON_CreateObject();

    for (size_t i = 0; i < list.count; i++) {
        struct config_place place = config_place_of(list.rows[i]);
        cJSON *json = show(work, list.rows[i], &place);

        if (json)
            items[count++] = (struct page_item){name(work, &place), json};
    }
    qsort(items, count, sizeof(items[0]), compare_items);
    page_items(&page, items, count, answer, array);
    answer_json(work, answer);
}
