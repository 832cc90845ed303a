/* Listings: limit, prefix, startKey and nextToken; the token names the first item not shown. */
#include "product/service/frame/work.h"

#include <stdlib.h>

#include "base/mem.h"
#include "crypto/encode.h"

enum { ROWS_AHEAD = 4, ITEMS_FIRST = 32 };

static bool read_limit(struct work *work, const char *name, enum limit_id preset,
                       enum limit_id most, size_t *out)
{
    struct str text = work_query(work, name);
    int64_t limit = work_limit(work, preset);

    if (text.len > 0 && str_to_int(text, 1, work_limit(work, most), &limit) != NUMBER_OK)
        return answer_invalid(
            work, "Limit is set to an invalid value (allowed: 1-%lld, actual: '" STR_FMT "')",
            (long long)work_limit(work, most), STR_ARG(str_slice(text, 0, 64)));
    *out = (size_t)limit;
    return true;
}

bool page_read(struct work *work, enum limit_id preset, enum limit_id most, struct page *out)
{
    struct str token = work_query(work, "nextToken");

    out->prefix = work_query(work, "prefix");
    out->start = token.len ? token : work_query(work, "startKey");
    out->token = "nextToken";
    return read_limit(work, "limit", preset, most, &out->limit);
}

bool page_read_capital(struct work *work, enum limit_id preset, enum limit_id most,
                       struct page *out)
{
    *out = (struct page){
        .prefix = STR(""), .start = work_query(work, "NextToken"), .token = "NextToken"};
    return read_limit(work, "Limit", preset, most, &out->limit);
}

/* Neighbours in a listing lie anywhere in memory: they are on their way before they are needed. */
static void fetch_ahead(struct store_list rows, size_t at)
{
    size_t farther = at + 2 * ROWS_AHEAD;

    if (at + ROWS_AHEAD >= rows.count)
        return;
    if (farther < rows.count) {
        __builtin_prefetch(rows.rows[farther]);
        __builtin_prefetch(&rows.rows[farther]->cache);
    }
    __builtin_prefetch(rows.rows[at + ROWS_AHEAD]->cache);
}

void page_rows(struct work *work, const struct page *page, struct store_list rows, page_show *show,
               void *arg, cJSON *answer, const char *array)
{
    cJSON *list = cJSON_AddArrayToObject(answer, array);
    /* Names that begin alike stand together, so a prefix is a place to start and one to stop. */
    struct str start = str_compare(page->start, page->prefix) > 0 ? page->start : page->prefix;
    size_t shown = 0;

    for (size_t i = store_list_seek(rows, start); i < rows.count; i++) {
        const struct store_row *row = rows.rows[i];

        fetch_ahead(rows, i);
        if (!str_starts(row->key.name, page->prefix))
            break;
        cJSON *json = show(work, row, arg);

        if (json && shown == page->limit) {
            cJSON_Delete(json);
            json_add_str(answer, page->token, row->key.name);
            return;
        }
        if (json) {
            cJSON_AddItemToArray(list, json);
            shown++;
        }
    }
}

void page_gather(struct page_items *all, struct str name, cJSON *json)
{
    if (!json)
        return;
    if (all->count == all->cap) {
        all->cap = all->cap ? 2 * all->cap : ITEMS_FIRST;
        all->items = (struct page_item *)mem_grow(all->items, all->cap, sizeof(all->items[0]));
    }
    all->items[all->count++] = (struct page_item){name, json};
}

static int compare_items(const void *a, const void *b)
{
    return str_compare(((const struct page_item *)a)->name, ((const struct page_item *)b)->name);
}

void page_items(const struct page *page, struct page_items *all, cJSON *answer, const char *array)
{
    cJSON *list = cJSON_AddArrayToObject(answer, array);
    size_t shown = 0;

    if (all->count > 0)
        qsort(all->items, all->count, sizeof(all->items[0]), compare_items);
    for (size_t i = 0; i < all->count; i++) {
        struct page_item *item = &all->items[i];
        bool wanted =
            str_starts(item->name, page->prefix) && str_compare(item->name, page->start) >= 0;

        if (wanted && shown < page->limit)
            cJSON_AddItemToArray(list, GIVE(item->json));
        else if (wanted && shown == page->limit)
            json_add_str(answer, page->token, item->name);
        shown += wanted;
        cJSON_Delete(item->json);
    }
    mem_free(all->items);
}
