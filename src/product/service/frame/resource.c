/* Put, get, update, delete and list, over a resource's row. */
#include "product/service/frame/resource.h"

#include "base/mem.h"

static struct subject subject_of(const struct work *work)
{
    return (struct subject){.resource = work->handler->resource};
}

void subject_done(struct subject *s)
{
    cJSON_Delete(s->given);
    cJSON_Delete(s->document);
}

static bool step(resource_step *of, struct work *work, struct subject *s)
{
    return !of || of(work, s);
}

static void refuse(struct work *work, const struct subject *s, const char *code)
{
    struct str args[3] = {s->key.name, STR_NONE, STR_NONE};

    if (s->resource->called)
        s->resource->called(work, s, args);
    answer_refuse(work, code, args[0], args[1], args[2]);
}

/* ---- showing ---- */

static cJSON *show(struct work *work, const struct subject *s, const struct store_row *row,
                   const cJSON *document)
{
    const struct resource *r = s->resource;
    cJSON *view = fields_show(r->fields, document, work->api);

    if (r->decorate)
        r->decorate(work, s, row, document, view);
    if (r->flags & (ROW_CREATED | ROW_TIMES))
        json_add_time(view, "createdTime", row->created_ms);
    if (r->flags & ROW_TIMES)
        json_add_time(view, "lastModifiedTime", row->modified_ms);
    return view;
}

cJSON *resource_view(struct work *work, const struct subject *s, const struct store_row *row)
{
    OWN(json_free) cJSON *document = row_document(row);

    return show(work, s, row, document);
}

void resource_answer(struct work *work, const struct subject *s, const struct store_row *row)
{
    if (s->resource->answer) {
        s->resource->answer(work, s, row);
        return;
    }
    if (s->resource->flags & ROW_ETAG)
        answer_etag(work, row);
    answer_json(work, resource_view(work, s, row));
}

/* ---- finding ---- */

static struct str name_of(const struct work *work, const struct subject *s)
{
    const struct resource *r = s->resource;
    struct str name = r->name ? json_get_str(s->given, r->name) : STR_NONE;

    if (name.len > 0 || !r->param)
        return name.len > 0 ? name : STR("");
    return work_param(work, r->param);
}

static bool locate(struct work *work, struct subject *s)
{
    const struct store_row *row;

    s->key = work_key(work, s->resource->kind, STR(""), STR(""), name_of(work, s));
    if (!step(s->resource->owner, work, s))
        return false;
    row = store_find(work->store, &s->key);
    s->row = row && s->resource->gone && s->resource->gone(work, row) ? NULL : row;
    return true;
}

bool resource_find(struct work *work, struct subject *s)
{
    if (!locate(work, s))
        return false;
    if (s->row)
        return true;
    if (s->resource->vacant)
        s->resource->vacant(work, s);
    else
        refuse(work, s, s->resource->missing);
    return false;
}

void resource_get(struct work *work)
{
    struct subject s = subject_of(work);

    if (resource_find(work, &s))
        resource_answer(work, &s, s.row);
}

/* ---- writing ---- */

static bool read(struct work *work, struct subject *s, bool create)
{
    s->create = create;
    s->given = s->resource->read ? s->resource->read(work, create)
                                 : work_read(work, s->resource->fields, create);
    return s->given && step(s->resource->prepare, work, s);
}

/* What the request says goes into @base, which is taken. */
static bool merge(struct work *work, struct subject *s, cJSON *base)
{
    cJSON_Delete(s->document);
    s->document = base;
    if (s->resource->merge)
        return s->resource->merge(work, s);
    OWN(json_free) cJSON *given = cJSON_Duplicate(s->given, true);

    fields_merge(s->resource->fields, work->api, base, given);
    return true;
}

static bool may_change(struct work *work, const struct subject *s)
{
    return (!(s->resource->flags & ROW_MATCHED) || work_match(work, str_of(s->row->etag))) &&
           work_may_change(work, s->row);
}

static bool has_room(struct work *work, const struct subject *s)
{
    return s->resource->quota == 0 ||
           work_quota(work, (enum limit_id)(s->resource->quota - 1),
                      store_list(work->store, &s->key).count, s->resource->counted);
}

/* What is there already: refused, answered, or the ground of the new one. */
static bool accept_old(struct work *work, struct subject *s)
{
    const struct resource *r = s->resource;

    if (s->row && r->existing)
        refuse(work, s, r->existing);
    else if (s->row && (r->flags & ROW_IDEMPOTENT))
        resource_answer(work, s, s->row);
    else if (!s->row || (r->replaced_in & field_api(work->api)) ||
             merge(work, s, row_document(s->row)))
        return true;
    return false;
}

void resource_keep(struct work *work, struct subject *s)
{
    if (s->resource->settle)
        s->resource->settle(work, s);
    resource_answer(work, s, work_put(work, &s->key, s->row, s->document, s->blob));
}

void resource_put(struct work *work)
{
    struct subject s = subject_of(work);

    if (read(work, &s, true) && merge(work, &s, cJSON_CreateObject()) &&
        step(s.resource->check, work, &s) && locate(work, &s) && accept_old(work, &s) &&
        step(s.resource->allow, work, &s) && (s.row ? may_change(work, &s) : has_room(work, &s)))
        resource_keep(work, &s);
    subject_done(&s);
}

void resource_update(struct work *work)
{
    struct subject s = subject_of(work);

    if (read(work, &s, false) && resource_find(work, &s) && merge(work, &s, row_document(s.row)) &&
        step(s.resource->check, work, &s) && step(s.resource->allow, work, &s) &&
        may_change(work, &s))
        resource_keep(work, &s);
    subject_done(&s);
}

void resource_delete(struct work *work)
{
    struct subject s = subject_of(work);
    bool forgiven = s.resource->forgiven_in & field_api(work->api);

    if (forgiven ? !locate(work, &s) : !resource_find(work, &s))
        return;
    if ((s.resource->flags & ROW_MATCHED) && s.row && !work_match(work, str_of(s.row->etag)))
        return;
    if (!step(s.resource->remove, work, &s))
        return;
    store_remove(work_batch(work), &s.key);
    answer_done(work);
}

/* ---- listings ---- */

/* NULL when it is left out. */
static cJSON *show_listed(struct work *work, const struct store_row *row, void *arg)
{
    const struct subject *s = (const struct subject *)arg;
    OWN(json_free) cJSON *document = row_document(row);
    OWN(json_free) cJSON *view = NULL;

    view = show(work, s, row, document);
    return s->resource->listed && !s->resource->listed(work, row, document, view) ? NULL
                                                                                  : GIVE(view);
}

void resource_list(struct work *work)
{
    struct subject s = subject_of(work);
    struct page page = {.prefix = STR(""), .start = STR(""), .limit = SIZE_MAX};
    struct page_items sorted = {0};
    const struct resource *r = s.resource;

    s.key = work_key(work, r->kind, STR(""), STR(""), STR(""));
    if (!(r->flags & ROW_WHOLE) && !page_read(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page))
        return;
    if (!(r->flags & ROW_EVERYWHERE) && !step(r->owner, work, &s))
        return;
    struct store_list rows = store_list(work->store, &s.key);
    cJSON *answer = cJSON_CreateObject();

    for (size_t i = 0; r->sorted_by && i < rows.count; i++)
        page_gather(&sorted, r->sorted_by(work, rows.rows[i]), show_listed(work, rows.rows[i], &s));
    if (r->sorted_by)
        page_items(&page, &sorted, answer, r->array);
    else
        page_rows(work, &page, rows, show_listed, &s, answer, r->array);
    answer_json(work, answer);
}
