/*
 * Listings: limit, prefix, startKey and nextToken; the token names the first item not shown.
 *
 * In 2016-08-15 it is that name (its clients' suites ask for it), and any other name will do. Later
 * versions call it opaque: there it carries a check, which only this listing of this account gives,
 * and nothing else is taken.
 */
#include "product/service/frame/work.h"

#include <stdlib.h>

#include "base/mem.h"
#include "crypto/digest.h"
#include "crypto/encode.h"

enum {
    ROWS_AHEAD = 4,
    ITEMS_FIRST = 32,
    TOKEN_CHECK = 8, /* digits in front of the name, in hex */
};

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

static void check_of(const struct work *work, struct str name, char out[TOKEN_CHECK + 1])
{
    OWN(buf_done) struct buf text = {0};
    char hex[DIGEST_HEX_BYTES];

    buf_printf(&text, STR_FMT " " STR_FMT " " STR_FMT " ", STR_ARG(work->account),
               STR_ARG(work->region), STR_ARG(work->call.request->path));
    buf_add(&text, name);
    digest_hex(DIGEST_SHA256, buf_str(&text), hex);
    memcpy(out, hex, TOKEN_CHECK);
    out[TOKEN_CHECK] = '\0';
}

static struct str seal(const struct work *work, struct str name)
{
    char check[TOKEN_CHECK + 1];
    char *hex = arena_alloc(work->arena, 2 * name.len + 1);

    if (work->api == API_2016)
        return name;
    check_of(work, name, check);
    hex_encode((const uint8_t *)name.ptr, name.len, hex);
    return arena_strf(work->arena, "%s%s", check, hex);
}

/* False: nobody gave this out. */
static bool unseal(const struct work *work, struct str token, struct str *out)
{
    struct str hex = str_slice(token, TOKEN_CHECK, token.len);
    char *name = arena_alloc(work->arena, hex.len / 2 + 1);
    char check[TOKEN_CHECK + 1];

    *out = token;
    if (work->api == API_2016 || !token.len)
        return true;
    if (token.len <= TOKEN_CHECK || hex.len % 2 || !hex_decode(hex, (uint8_t *)name))
        return false;
    *out = (struct str){name, hex.len / 2};
    check_of(work, *out, check);
    return str_eq(str_slice(token, 0, TOKEN_CHECK), str_of(check));
}

static bool read_token(struct work *work, const char *name, struct str *out)
{
    struct str token = work_query(work, name);

    if (unseal(work, token, out))
        return true;
    return answer_invalid(work, "%s is set to an invalid value (actual: '" STR_FMT "')", name,
                          STR_ARG(str_slice(token, 0, 64)));
}

void page_goes_on(const struct page *page, struct str name, cJSON *answer)
{
    json_add_str(answer, page->token, seal(page->work, name));
}

bool page_read(struct work *work, enum limit_id preset, enum limit_id most, struct page *out)
{
    struct str token;

    if (!read_token(work, "nextToken", &token))
        return false;
    *out = (struct page){.prefix = work_query(work, "prefix"),
                         .start = token.len ? token : work_query(work, "startKey"),
                         .token = "nextToken",
                         .work = work};
    return read_limit(work, "limit", preset, most, &out->limit);
}

bool page_read_capital(struct work *work, enum limit_id preset, enum limit_id most,
                       struct page *out)
{
    struct str token;

    if (!read_token(work, "NextToken", &token))
        return false;
    *out = (struct page){.prefix = STR(""), .start = token, .token = "NextToken", .work = work};
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
            page_goes_on(page, row->key.name, answer);
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
            page_goes_on(page, item->name, answer);
        shown += wanted;
        cJSON_Delete(item->json);
    }
    mem_free(all->items);
}
