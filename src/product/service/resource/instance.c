/*
 * Instances that run, and what belongs to hardware: nothing can be leased.
 *
 * Source: spec pages api-2016-08-15 §6.9 and §6.15, api-2021-04-06 §7.3, api-2023-03-30 §7.11.
 */
#include "base/mem.h"
#include "base/units.h"
#include "invoke/exec.h"
#include "invoke/invoke.h"
#include "invoke/websocket.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"

/* What is asked must make sense, though only ids and states are filters. */
/* clang-format off */
FIELD_TABLE(instance_filters,
    {.name = "limit", .type = BODY_INT, .flags = IN_ALL, .max = LIMIT(PAGE_INSTANCES_MAX)},
    {.name = "startTimeMs", .type = BODY_INT, .flags = IN_2023},
    {.name = "endTimeMs", .type = BODY_INT, .flags = IN_2023},
    {.name = "withAllActive", .type = BODY_BOOL, .flags = IN_2023},
);
/* clang-format on */

struct listing {
    struct work *work;
    const struct address *at;
    cJSON *list;
};

/* `versionId` is a number for the clients of the older generations; the working copy is 0. */
static void add_version(const struct work *work, struct str version, cJSON *view)
{
    int64_t number = 0;

    if (!is_latest(version))
        str_to_int(version, 0, INT32_MAX, &number);
    if (work->api == API_2023)
        json_add_str(view, "versionId", is_latest(version) ? STR("0") : version);
    else
        cJSON_AddNumberToObject(view, "versionId", (double)number);
}

/* A list comes as JSON, with commas, as a repeated key, or as key.1, key.2, by client. */
static bool is_asked_for(const struct work *work, struct str key, struct str value)
{
    const struct query *query = work->call.query;
    bool any = false;

    for (size_t i = 0; i < query->count; i++) {
        struct str name = query->pairs[i].key;

        if (!str_starts(name, key) || (name.len > key.len && name.ptr[key.len] != '.'))
            continue;
        any = true;
        if (str_find(query->pairs[i].value, value, NULL))
            return true;
    }
    return !any;
}

static void show(void *arg, const struct invoke_instance *seen)
{
    const struct listing *listing = arg;
    const struct address *at = listing->at;
    struct str service = str_eq(at->service, STR(SERVICE_OF_2023)) ? STR("") : at->service;
    struct str status = seen->draining ? STR("Destroying") : STR("Running");
    cJSON *view;

    if (!is_asked_for(listing->work, STR("instanceIds"), seen->id) ||
        !is_asked_for(listing->work, STR("instanceStatus"), status))
        return;
    if (!str_eq(seen->account, listing->work->account) ||
        !str_eq(seen->region, listing->work->region) || !str_eq(seen->service, service) ||
        !str_eq(seen->function, at->function) ||
        !(is_latest(at->version) ? is_latest(seen->version) : str_eq(seen->version, at->version)))
        return;
    view = cJSON_CreateObject();
    json_add_str(view, "instanceId", seen->id);
    add_version(listing->work, seen->version, view);
    if (listing->work->api == API_2023) {
        json_add_uint(view, "createdTimeMs", seen->created_wall_ms);
        json_add_str(view, "qualifier", seen->qualifier);
        json_add_str(view, "status", status);
    }
    cJSON_AddItemToArray(listing->list, view);
}

void instance_list(struct work *work)
{
    OWN(json_free) cJSON *asked = work_read_query(work, &instance_filters);
    struct address at;
    cJSON *answer;

    if (!asked || !address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, &at))
        return;
    answer = cJSON_CreateObject();
    if (work->service->invoke)
        invoke_each(work->service->invoke, show,
                    &(struct listing){work, &at, cJSON_AddArrayToObject(answer, "instances")});
    else
        cJSON_AddArrayToObject(answer, "instances");
    if (work->api == API_2023)
        json_add_str(answer, "requestId", work->call.request_id);
    answer_json(work, answer);
}

/* ---- a program in one ---- */

enum { EXEC_IDLE_S = 120, EXEC_IDLE_MAX_S = 86400 };

/* Clients of Python write True. */
static bool read_flag(struct work *work, const char *name, bool *out)
{
    struct str text = work_query(work, name);

    *out = str_eq_nocase(text, STR("true"));
    if (text.len == 0 || *out || str_eq_nocase(text, STR("false")))
        return true;
    return answer_wrong(work, name, "true | false", text);
}

static bool read_idle(struct work *work, const char *name, uint64_t *out_ms)
{
    struct str text = work_query(work, name);
    int64_t seconds = EXEC_IDLE_S;

    if (text.len && str_to_int(text, 1, EXEC_IDLE_MAX_S, &seconds) != NUMBER_OK)
        return answer_wrong(work, name, "[1, 86400]", text);
    *out_ms = (uint64_t)seconds * MS_PER_S;
    return true;
}

/* An argument a repetition; the shell that every image has when there is none. */
static void read_command(struct work *work, struct invoke_exec_request *out)
{
    const struct query *query = work->call.query;
    struct str *command = ARENA_ARRAY(work->arena, query->count + 1, struct str);

    for (size_t i = 0; i < query->count; i++) {
        if (str_eq(query->pairs[i].key, STR("command")))
            command[out->count++] = query->pairs[i].value;
    }
    if (out->count == 0)
        command[out->count++] = STR("/bin/sh");
    out->command = command;
}

static bool read_exec(struct work *work, struct invoke_exec_request *out)
{
    read_command(work, out);
    return read_flag(work, "stdin", &out->in) && read_flag(work, "stdout", &out->out) &&
           read_flag(work, "stderr", &out->err) && read_flag(work, "tty", &out->tty) &&
           read_idle(work, out->old ? "idleTimeout" : "FC_INSTANCE_EXEC_TIMEOUT", &out->idle_ms);
}

static bool check_upgrade(struct work *work)
{
    struct str key = work_header(work, "Sec-WebSocket-Key");

    if (!str_eq_nocase(work_header(work, "Upgrade"), STR("websocket")) || key.len == 0)
        return answer_invalid(work, "InstanceExec speaks WebSocket: the request must ask for it "
                                    "(Upgrade: websocket, Sec-WebSocket-Key)");
    if (!str_eq(work_header(work, "Sec-WebSocket-Version"), STR("13")))
        return answer_invalid(work, "Sec-WebSocket-Version must be 13");
    if (!work->call.stream)
        return answer_invalid(work, "a rule that changes bodies strikes this call, and a WebSocket "
                                    "has none");
    return true;
}

static void on_exec_open(void *arg, int fd)
{
    struct work *work = arg;
    struct http_headers *headers = &work->answer.headers;

    work->answer.streamed = true;
    work->answer.status = 101;
    http_headers_add(headers, work->arena, STR("Connection"), STR("Upgrade"));
    http_headers_add(headers, work->arena, STR("Upgrade"), STR("websocket"));
    http_headers_add(headers, work->arena, STR("Sec-WebSocket-Accept"),
                     websocket_accept(work_header(work, "Sec-WebSocket-Key"), work->arena));
    work->call.stream->pipe(work->arg, &work->answer, fd, STR(""));
}

static void begin_exec(struct work *work, const struct invoke_exec_request *request)
{
    struct error err;
    int r = INVOKE_EXEC_NOT_FOUND;

    if (work->service->invoke)
        r = invoke_exec_begin(work->service->invoke, request, on_exec_open, work, &work->exec,
                              &err);
    if (r == INVOKE_EXEC_NOT_FOUND)
        answer_refuse(work, "InstanceNotFound", request->instance);
    else if (r < 0)
        answer_refuse_text(work, "InternalServerError", "the command cannot be started: %s",
                           err.text);
    else
        work->base.parked = true;
}

void instance_exec(struct work *work)
{
    struct invoke_exec_request request = {.old = work->api != API_2023};
    struct address at;

    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, &at) ||
        !check_upgrade(work) || !read_exec(work, &request))
        return;
    request.account = work->account;
    request.region = work->region;
    request.service = str_eq(at.service, STR(SERVICE_OF_2023)) ? STR("") : at.service;
    request.function = at.function;
    request.instance = work_param(work, "instance");
    begin_exec(work, &request);
}

void reserved_capacity_list(struct work *work)
{
    struct page page;
    cJSON *answer;

    if (!page_read(work, LIMIT_PAGE_DEFAULT, LIMIT_PAGE_MAX, &page))
        return;
    answer = cJSON_CreateObject();
    cJSON_AddArrayToObject(answer, "reservedCapacities");
    answer_json(work, answer);
}

void gpu_claim(struct work *work)
{
    answer_invalid(work, "operation 'ClaimGPUInstance' is not emulated: there is no GPU to lease");
}

void gpu_release(struct work *work)
{
    answer_invalid(work,
                   "operation 'ReleaseGPUInstance' is not emulated: there is no GPU to lease");
}
