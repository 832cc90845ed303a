/* Asynchronous calls: which there are, one of them, and all of them run. */
#include "admin/function_key.h"
#include "admin/steps.h"
#include "base/units.h"
#include "conf/scalar.h"
#include "product/service/service.h"

enum { LOOK_AGAIN_MS = 20, STATUS_TIMEOUT = 504 };

#define TIME_MAX_MS UINT64_C(253402300799999) /* of four digits: the year 9999 */
#define WITHIN_DEFAULT_NS (30 * DURATION_S)

/* ---- shown ---- */

static void add_time(const cJSON *of, const char *member, const char *name, cJSON *out)
{
    uint64_t value = json_get_uint(of, member, TIME_MAX_MS, 0);
    char time[CLOCK_ISO_BYTES];

    if (!value)
        return;
    clock_format_iso(value, time);
    cJSON_AddStringToObject(out, name, time);
}

static void add_text(const cJSON *record, const char *member, const char *name, cJSON *out)
{
    struct str text = json_get_str(record, member);

    if (text.len)
        json_add_str(out, name, text);
}

static cJSON *describe(struct admin_call *call, const struct service_async_call *found)
{
    const struct function_key key = {found->account, found->region, found->service,
                                     found->function};
    const cJSON *queue = json_get(found->record, "queue");
    cJSON *out = cJSON_CreateObject();

    json_add_str(out, "id", found->id);
    function_describe(&key, call->arena, out);
    add_text(found->record, "qualifier", "qualifier", out);
    add_text(found->record, "status", "status", out);
    add_text(found->record, "requestId", "request_id", out);
    json_add_uint(out, "attempts",
                  queue ? json_get_uint(queue, "attempts", UINT32_MAX, 0)
                        : json_get_uint(found->record, "alreadyRetriedTimes", UINT32_MAX, 0) + 1);
    add_time(found->record, "startedTime", "accepted", out);
    add_time(queue, "due", "next", out);
    add_time(found->record, "endTime", "ended", out);
    add_text(found->record, "errorMessage", "error", out);
    add_text(found->record, "destinationStatus", "destination", out);
    return out;
}

static void add_steps(const cJSON *record, cJSON *out)
{
    cJSON *list = cJSON_AddArrayToObject(out, "steps");
    const cJSON *event;

    cJSON_ArrayForEach (event, json_get(record, "events")) {
        cJSON *step = cJSON_CreateObject();

        add_time(event, "timestamp", "time", step);
        add_text(event, "status", "status", step);
        cJSON_AddItemToArray(list, step);
    }
}

static bool is_wanted(const struct admin_call *call, const struct service_async_call *found)
{
    const struct function_key key = {found->account, found->region, found->service,
                                     found->function};
    struct str status = admin_query(call, "status");

    return function_wanted(call, &key) &&
           (status.len == 0 || str_eq_nocase(status, json_get_str(found->record, "status")));
}

void step_async_get(struct admin_call *call)
{
    struct service_async_call *found;
    size_t count;

    if (!admin_needs_service(call))
        return;
    count = service_async_calls(call->admin->context.service, call->arena, &found);
    cJSON *answer = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(answer, "calls");

    for (size_t i = 0; i < count; i++) {
        if (is_wanted(call, &found[i]))
            cJSON_AddItemToArray(list, describe(call, &found[i]));
    }
    admin_tree_of(call, answer, list);
}

/* By the id of the call, or that of the request it came with. */
static bool is_called(const struct service_async_call *found, struct str id)
{
    return str_eq(found->id, id) || str_eq(json_get_str(found->record, "requestId"), id);
}

static const struct service_async_call *find_call(struct admin_call *call)
{
    struct service_async_call *found;
    size_t count;

    if (!admin_needs_service(call))
        return NULL;
    count = service_async_calls(call->admin->context.service, call->arena, &found);
    for (size_t i = 0; i < count; i++)
        if (is_called(&found[i], call->params[0]))
            return &found[i];
    admin_problem(call, 404,
                  "no asynchronous call '" STR_FMT
                  "'; those that are over are kept where statefulInvocation or asyncTask is on",
                  STR_ARG(call->params[0]));
    return NULL;
}

void step_async_show(struct admin_call *call)
{
    const struct service_async_call *found = find_call(call);
    cJSON *answer;

    if (!found)
        return;
    answer = describe(call, found);
    add_text(found->record, "payload", "event", answer);
    add_text(found->record, "returnPayload", "result", answer);
    add_steps(found->record, answer);
    admin_tree(call, 200, answer);
}

/* ---- stopped, run again ---- */

void step_async_stop(struct admin_call *call)
{
    const struct service_async_call *found = find_call(call);
    struct buf body = {0};

    if (!found)
        return;
    if (!service_async_stop(call->admin->context.service, found, call->arena)) {
        admin_problem(call, 409, "asynchronous call '" STR_FMT "' is over: " STR_FMT,
                      STR_ARG(found->id), STR_ARG(json_get_str(found->record, "status")));
        return;
    }
    buf_puts(&body, "{\"done\":true}");
    admin_json(call, 200, &body);
}

void step_async_again(struct admin_call *call)
{
    const struct service_async_call *found = find_call(call);
    struct str id;
    const char *problem;
    cJSON *answer;

    if (!found)
        return;
    problem = service_async_again(call->admin->context.service, found, call->arena, &id);
    if (problem) {
        admin_problem(call, 409, "asynchronous call '" STR_FMT "': %s", STR_ARG(found->id),
                      problem);
        return;
    }
    answer = cJSON_CreateObject();
    json_add_str(answer, "request_id", id);
    admin_tree(call, 202, answer);
}

/* ---- drained ---- */

struct draining {
    uint64_t until_ns;
};

static struct draining *begin(struct admin_call *call)
{
    struct str text = json_get_str(call->document, "within");
    struct draining *draining = ARENA_NEW(call->arena, struct draining);
    uint64_t within_ns = WITHIN_DEFAULT_NS;

    if (str_is_set(text) && scalar_duration(text, &within_ns) != SCALAR_OK) {
        admin_problem(call, 422, "within: '" STR_FMT "' is not a duration such as 30s",
                      STR_ARG(text));
        return NULL;
    }
    draining->until_ns = clock_monotonic_ns() + within_ns;
    return draining;
}

void step_async_drain(struct admin_call *call)
{
    struct draining *draining;
    struct buf body = {0};
    size_t left;

    if (!admin_needs_service(call))
        return;
    if (!call->state)
        call->state = begin(call);
    draining = call->state;
    if (!draining)
        return;
    left = service_async_hasten(call->admin->context.service);
    if (left && clock_monotonic_ns() < draining->until_ns) {
        admin_call_wait(call, LOOK_AGAIN_MS);
        return;
    }
    buf_printf(&body, "{\"left\":%zu}", left);
    admin_json(call, left ? STATUS_TIMEOUT : 200, &body);
}
