/*
 * Records of asynchronous calls: stateful invocations of the older versions, async tasks of
 * 2023-03-30. What runs the calls writes them; here they are read and stopped.
 *
 * Source: spec pages api-2016-08-15 §6.13, api-2021-04-06 §6.3, api-2023-03-30 §6.6 and §7.10.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "product/service/resource/async_queue.h"
#include "product/service/resource/async_record.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"

/* The members of a record and what either generation calls them. */
static const struct member {
    const char *name;
    const char *classic;
    const char *current;
    bool payload; /* shown on request in listings */
} members[] = {
    {"id",                  "invocationId",           "taskId",              false},
    {"qualifier",           "qualifier",              "qualifier",           false},
    {"status",              "status",                 "status",              false},
    {"startedTime",         "startedTime",            "startedTime",         false},
    {"endTime",             "endTime",                "endTime",             false},
    {"durationMs",          "durationMs",             "durationMs",          false},
    {"destinationStatus",   "destinationStatus",      "destinationStatus",   false},
    {"errorMessage",        "invocationErrorMessage", "taskErrorMessage",    false},
    {"payload",             "invocationPayload",      "taskPayload",         true },
    {"returnPayload",       "returnPayload",          "returnPayload",       true },
    {"requestId",           "requestId",              "requestId",           false},
    {"alreadyRetriedTimes", "alreadyRetriedTimes",    "alreadyRetriedTimes", false},
    {"instanceId",          "instanceId",             "instanceId",          false},
    {"events",              "events",                 "events",              false},
};

static cJSON *show(struct work *work, const struct address *at, const cJSON *record, bool payload)
{
    cJSON *view = cJSON_CreateObject();

    for (size_t i = 0; i < N_ELEMENTS(members); i++) {
        const cJSON *value = json_get(record, members[i].name);

        if (value && (payload || !members[i].payload))
            cJSON_AddItemToObject(view,
                                  work->api == API_2023 ? members[i].current : members[i].classic,
                                  cJSON_Duplicate(value, true));
    }
    if (work->api == API_2023) {
        json_add_str(view, "functionArn", address_arn(work, at, STR("")));
    } else {
        json_add_str(view, "serviceName", at->service);
        json_add_str(view, "functionName", at->function);
    }
    return view;
}

static bool is_hidden(const struct store_row *row)
{
    OWN(json_free) cJSON *record = row_document(row);

    return async_is_hidden(record);
}

static const struct store_row *find_task(struct work *work, struct address *at,
                                         struct store_key *key)
{
    const struct store_row *row;

    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, at))
        return NULL;
    *key = work_key(work, STORE_KIND_TASK, at->path, STR(""), work_param(work, "task"));
    row = store_find(work->store, key);
    if (row && is_hidden(row))
        row = NULL;
    if (!row)
        answer_refuse(
            work, work->api == API_2023 ? "AsyncTaskNotFound" : "StatefulAsyncInvocationNotFound",
            key->name);
    return row;
}

void async_task_get(struct work *work)
{
    struct address at;
    struct store_key key;
    const struct store_row *row = find_task(work, &at, &key);
    OWN(json_free) cJSON *record = row ? row_document(row) : NULL;

    if (record)
        answer_json(work, show(work, &at, record, true));
}

static bool may_stop(struct str status)
{
    static const struct str running[] = {STR_INIT("Enqueued"), STR_INIT("Dequeued"),
                                         STR_INIT("Running"), STR_INIT("Retrying")};

    for (size_t i = 0; i < N_ELEMENTS(running); i++) {
        if (str_eq(status, running[i]))
            return true;
    }
    return false;
}

void async_task_stop(struct work *work)
{
    struct address at;
    struct store_key key;
    const struct store_row *row = find_task(work, &at, &key);
    OWN(json_free) cJSON *record = row ? row_document(row) : NULL;

    if (!record)
        return;
    if (!may_stop(json_get_str(record, "status"))) {
        answer_invalid(work, "invocation '" STR_FMT "' is in the final state '" STR_FMT "'",
                       STR_ARG(key.name), STR_ARG(json_get_str(record, "status")));
        return;
    }
    async_record_stop(record, work_now_ms(work));
    work_put(work, &key, row, record, STR_NONE);
    async_queue_stop(work->service->async, &key);
    answer_none(work);
}

/* ---- listings ---- */

struct filter {
    struct str prefix, status, qualifier;
    int64_t from_ms, to_ms;
    bool descending, payload;
};

static bool read_time(struct work *work, const char *name, const char *title, int64_t preset,
                      int64_t *out)
{
    struct str text = work_query(work, name);

    *out = preset;
    if (text.len == 0 || str_to_int(text, 0, INT64_MAX, out) == NUMBER_OK)
        return true;
    return answer_wrong(work, title, "integer", text);
}

static bool read_filter(struct work *work, struct filter *out)
{
    struct str order = work_query(work, "sortOrderByTime");

    *out = (struct filter){
        .prefix = work_query(work, work->api == API_2023 ? "prefix" : "invocationIdPrefix"),
        .status = work_query(work, "status"),
        .descending = str_eq(order, STR("desc")),
        .payload = str_eq_nocase(work_query(work, "includePayload"), STR("true")),
    };
    return answer_choice(work, "SortOrderByTime", "asc | desc", order) &&
           answer_choice(
               work, "Status",
               "Enqueued | Dequeued | Running | Succeeded | Failed | Stopped | Stopping | "
               "Expired | Invalid | Retrying",
               out->status) &&
           read_time(work, "startedTimeBegin", "StartedTimeBegin", 0, &out->from_ms) &&
           read_time(work, "startedTimeEnd", "StartedTimeEnd", INT64_MAX, &out->to_ms);
}

struct listed {
    double started;
    struct str id;
    cJSON *record;
};

static bool passes(const struct filter *filter, const struct listed *task)
{
    struct str qualifier = json_get_str(task->record, "qualifier");

    return str_starts(task->id, filter->prefix) &&
           (filter->status.len == 0 ||
            str_eq(json_get_str(task->record, "status"), filter->status)) &&
           (filter->qualifier.len == 0 || str_eq(qualifier, filter->qualifier)) &&
           task->started >= (double)filter->from_ms && task->started <= (double)filter->to_ms;
}

static int compare_listed(const void *a, const void *b)
{
    const struct listed *x = (const struct listed *)a;
    const struct listed *y = (const struct listed *)b;

    if (x->started != y->started)
        return x->started < y->started ? -1 : 1;
    return str_compare(x->id, y->id);
}

static size_t collect(struct work *work, const struct address *at, const struct filter *filter,
                      struct listed **out)
{
    struct store_key key = work_key(work, STORE_KIND_TASK, at->path, STR(""), STR(""));
    struct store_list list = store_list(work->store, &key);
    size_t count = 0;

    *out = ARENA_ARRAY(work->arena, list.count + 1, struct listed);
    for (size_t i = 0; i < list.count; i++) {
        struct listed task = {.id = list.rows[i]->key.name, .record = row_document(list.rows[i])};
        const cJSON *started = json_get(task.record, "startedTime");

        task.started = started ? started->valuedouble : 0;
        if (!async_is_hidden(task.record) && passes(filter, &task))
            (*out)[count++] = task;
        else
            cJSON_Delete(task.record);
    }
    qsort(*out, count, sizeof(**out), compare_listed);
    return count;
}

/* The token is the id of the first task that is not shown. */
static void add_page(struct work *work, const struct address *at, const struct filter *filter,
                     const struct page *page, struct listed *tasks, size_t count, cJSON *answer)
{
    cJSON *list = cJSON_CreateArray();
    bool started = page->start.len == 0;
    size_t shown = 0;

    for (size_t i = 0; i < count; i++) {
        const struct listed *task = &tasks[filter->descending ? count - 1 - i : i];

        started = started || str_eq(task->id, page->start);
        if (started && shown < page->limit)
            cJSON_AddItemToArray(list, show(work, at, task->record, filter->payload));
        else if (started && shown == page->limit)
            page_goes_on(page, task->id, answer);
        shown += started;
    }
    /* The oldest clients take an empty listing for null. */
    if (work->api == API_2016 && !list->child) {
        cJSON_Delete(list);
        list = cJSON_CreateNull();
    }
    cJSON_AddItemToObject(answer, work->api == API_2023 ? "tasks" : "invocations", list);
}

void async_task_list(struct work *work)
{
    enum limit_id preset = work->api == API_2023 ? LIMIT_PAGE_DEFAULT : LIMIT_PAGE_TASKS_DEFAULT;
    struct address at;
    struct page page;
    struct filter filter;
    struct listed *tasks;

    if (!page_read(work, preset, LIMIT_PAGE_TASKS_MAX, &page) || !read_filter(work, &filter) ||
        !address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, &at))
        return;
    filter.qualifier = is_latest(at.qualifier) ? STR("") : at.qualifier;
    size_t count = collect(work, &at, &filter, &tasks);
    cJSON *answer = cJSON_CreateObject();

    add_page(work, &at, &filter, &page, tasks, count, answer);
    for (size_t i = 0; i < count; i++)
        cJSON_Delete(tasks[i].record);
    answer_json(work, answer);
}

/* Functions whose config keeps records. */
static cJSON *show_function(struct work *work, const struct store_row *row, void *arg)
{
    OWN(json_free) cJSON *config = row_document(row);
    struct str service;
    struct str function;
    struct str qualifier;
    cJSON *view;

    (void)work;
    (void)arg;
    if (!cJSON_IsTrue(json_get(config, "statefulInvocation")) ||
        !str_cut(row->key.name, '/', &service, &function))
        return NULL;
    str_cut(function, '/', &function, &qualifier);
    view = cJSON_CreateObject();
    json_add_str(view, "serviceName", service);
    json_add_str(view, "functionName", function);
    json_add_str(view, "qualifier", qualifier);
    return view;
}

void async_task_functions(struct work *work)
{
    struct page page;

    if (!page_read(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page))
        return;
    cJSON *answer = cJSON_CreateObject();

    page_rows(work, &page, work_rows(work, "async-config", STR("")), show_function, NULL, answer,
              "data");
    answer_json(work, answer);
}
