/*
 * Listings of functions: of a service, of all of 2023-03-30, filtered.
 *
 * Source: spec pages api-2016-08-15 §6.3.6, api-2023-03-30 §7.2.
 */
#include "base/mem.h"
#include "product/service/resource/function_model.h"
#include "product/service/resource/handlers.h"

static struct address address_of_row(struct work *work, const struct store_row *row)
{
    struct str service = arena_str(work->arena, row->key.parent);
    struct str name = arena_str(work->arena, row->key.name);
    struct str path = arena_strf(work->arena, STR_FMT "/" STR_FMT, STR_ARG(service), STR_ARG(name));

    return (struct address){
        .service = service,
        .function = name,
        .qualifier = STR(""),
        .version = arena_str(work->arena, row->key.version),
        .path = path,
        .owner = str_eq(service, STR(SERVICE_OF_2023)) ? path : service,
    };
}

static cJSON *show_row(struct work *work, const struct store_row *row, void *arg)
{
    struct address at = address_of_row(work, row);
    struct str text = function_text(work, row, &at);

    (void)arg;
    return cJSON_CreateRaw(arena_dup(work->arena, text));
}

static bool is_text(const cJSON *model, const char *name, struct str want)
{
    return want.len == 0 || str_eq(json_get_str(model, name), want);
}

static bool has_tags(struct work *work, const struct store_row *row, const cJSON *wanted)
{
    struct address at = address_of_row(work, row);
    OWN(json_free) cJSON *tags = tags_of(work, at.path);
    const cJSON *want;

    cJSON_ArrayForEach (want, wanted) {
        const cJSON *tag = json_get(tags, want->string);

        if (!tag || strcmp(tag->valuestring, want->valuestring) != 0)
            return false;
    }
    return true;
}

/* The filters of ListFunctions of 2023-03-30. */
struct filter {
    struct str description, runtime, group, name, gpu;
    cJSON *tags;
    bool active;
};

static bool passes(struct work *work, const struct filter *filter, const struct store_row *row)
{
    OWN(json_free) cJSON *model = row_document(row);
    struct str group = json_get_str(model, "resourceGroupId");
    const cJSON *gpu = json_get(model, "gpuConfig");
    size_t at;

    return (filter->description.len == 0 ||
            str_find(json_get_str(model, "description"), filter->description, &at)) &&
           is_text(model, "runtime", filter->runtime) && is_text(gpu, "gpuType", filter->gpu) &&
           (filter->group.len == 0 ||
            str_eq(group.len ? group : STR("rg-default"), filter->group)) &&
           (filter->name.len == 0 || str_find(row->key.name, filter->name, &at)) &&
           has_tags(work, row, filter->tags);
}

static bool read_filter(struct work *work, struct filter *out)
{
    struct str tags = work_query(work, "tags");
    struct error ignored;
    OWN(json_free) cJSON *list = tags.len ? json_parse(tags, &ignored) : NULL;

    *out = (struct filter){
        .description = work_query(work, "description"),
        .runtime = work_query(work, "runtime"),
        .group = work_query(work, "resourceGroupId"),
        .name = work_query(work, "functionName"),
        .gpu = work_query(work, "gpuType"),
        .tags = cJSON_CreateObject(),
    };
    out->active = out->description.len || out->runtime.len || out->group.len || out->name.len ||
                  out->gpu.len || tags.len;
    if (tags.len && !cJSON_IsArray(list))
        return answer_wrong(work, "Tags", "list of tags", tags);
    return !list || tags_read_list(work, list, out->tags);
}

static void collect_service(struct work *work, struct str service, const struct filter *filter,
                            struct page_items *all)
{
    struct store_list list = work_rows(work, "function", service);

    for (size_t i = 0; i < list.count; i++) {
        struct address at = address_of_row(work, list.rows[i]);

        if (passes(work, filter, list.rows[i]))
            page_gather(all, address_name_2023(&at, work->arena),
                        show_row(work, list.rows[i], NULL));
    }
}

static void list_collected(struct work *work, const struct page *page, struct filter *filter)
{
    struct store_key key = work_key(work, "service", STR(""), STR(""), STR(""));
    struct store_list services = store_list(work->store, &key);
    bool classic = str_eq(work_query(work, "fcVersion"), STR("v2"));
    struct page_items all = {0};
    cJSON *answer = cJSON_CreateObject();

    for (size_t i = 0; i < services.count; i++) {
        struct str service = services.rows[i]->key.name;

        if (str_eq(service, STR(SERVICE_OF_2023)) != classic)
            collect_service(work, service, filter, &all);
    }
    page_items(page, &all, answer, "functions");
    answer_json(work, answer);
}

static void list_plain(struct work *work, const struct page *page, struct str service,
                       struct str version)
{
    struct store_key key = work_key(work, "function", service, version, STR(""));
    cJSON *answer = cJSON_CreateObject();

    page_rows(work, page, store_list(work->store, &key), show_row, NULL, answer, "functions");
    answer_json(work, answer);
}

static void list_2023(struct work *work, const struct page *page)
{
    struct filter filter;

    if (read_filter(work, &filter)) {
        if (filter.active || str_eq(work_query(work, "fcVersion"), STR("v2")))
            list_collected(work, page, &filter);
        else
            list_plain(work, page, STR(SERVICE_OF_2023), STR(""));
    }
    cJSON_Delete(filter.tags);
}

void function_list(struct work *work)
{
    struct page page;
    struct address at;

    if (!page_read(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page))
        return;
    if (work->api == API_2023 &&
        answer_choice(work, "FcVersion", "v2 | v3", work_query(work, "fcVersion")))
        list_2023(work, &page);
    else if (work->api != API_2023 && address_find(work, ADDRESS_SERVICE | ADDRESS_QUALIFIED, &at))
        list_plain(work, &page, at.service, at.version);
}
