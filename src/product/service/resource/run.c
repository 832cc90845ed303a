/*
 * Calls of functions: run, and answered as the service documents each way it can end.
 *
 * Source: spec page invocation §2 and §4.
 */
#include "product/service/resource/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "catalog/runtime.h"
#include "crypto/encode.h"
#include "product/service/resource/async_queue.h"
#include "product/service/resource/cors.h"
#include "product/service/resource/function_model.h"

enum {
    STATUS_OK = 200,
    STATUS_BAD_GATEWAY = 502,
    STATUS_MIN = 200,
    STATUS_MAX = 599,
    STATUS_REDIRECT = 300,
    STATUS_REDIRECT_END = 400
};

#define EXPOSED                                                                                    \
    "Date,x-fc-request-id,x-fc-error-type,x-fc-code-checksum,x-fc-invocation-duration,"            \
    "x-fc-max-memory-usage,x-fc-log-result,x-fc-invocation-code-version"

/* A run of code that a call waits for. */
struct run {
    struct work *work;
    struct invoke_http http;
    bool by_http;
    bool as_event; /* HTTP in the form of an event */
    bool of_2023;
    bool wants_log;
    struct address at; /* its names; rows may be others by the time of the answer */
    struct session_use session;
    bool drop;           /* the service answers in place of a function that still writes */
    const cJSON *cors;   /* what is configured; NULL: nothing */
    struct str version;  /* that ran */
    struct str checksum; /* of its code */
};

#define CANNED "; 'fixtures' names files of canned answers"

static bool is_possible(struct work *work, const struct address *at, const char *what)
{
    if (work->service->invoke && function_has_code(at->function_row))
        return true;
    return answer_invalid(work, "%s is not emulated for function '" STR_FMT "': %s", what,
                          STR_ARG(at->function),
                          function_has_code(at->function_row)
                              ? "invoke.enabled is false, and no fixture or rule answers it" CANNED
                              : "it has no code, and no fixture or rule answers it" CANNED);
}

/* ---- headers ---- */

static void add(struct work *work, const char *name, struct str value)
{
    http_headers_add(&work->answer.headers, work->arena, str_of(name), value);
}

static bool is_set(struct work *work, const char *name)
{
    return str_is_set(http_headers_get(&work->answer.headers, str_of(name)));
}

const char *run_error_type(const struct invoke_result *result)
{
    static const char *const types[] = {
        [INVOKE_HANDLED] = "HandledInvocationError",
        [INVOKE_UNHANDLED] = "UnhandledInvocationError",
        [INVOKE_INIT_FAILED] = "InitializationError",
        [INVOKE_TIMED_OUT] = "UnhandledInvocationError",
        [INVOKE_EXITED] = "UnhandledInvocationError",
    };

    return result->outcome < N_ELEMENTS(types) ? types[result->outcome] : NULL;
}

/* What is known before it has ended. */
static void add_whereabouts(const struct run *run, const struct invoke_result *result)
{
    struct work *work = run->work;

    add(work, "X-Fc-Code-Checksum", run->checksum);
    add(work, "X-Fc-Instance-Id", arena_str(work->arena, result->instance_id));
    add(work, "X-Fc-Invocation-Service-Version", run->version);
}

static void add_measures(const struct run *run, const struct invoke_result *result)
{
    enum { KIB = 1024, CENTS = 100 };
    struct work *work = run->work;
    uint64_t cents = result->memory_bytes * CENTS / ((uint64_t)KIB * KIB);

    add_whereabouts(run, result);
    add(work, "X-Fc-Invocation-Duration", arena_strf(work->arena, "%" PRIu64, result->billed_ms));
    add(work, "X-Fc-Max-Memory-Usage",
        arena_strf(work->arena, "%" PRIu64 ".%02" PRIu64, cents / CENTS, cents % CENTS));
    if (run_error_type(result))
        add(work, "X-Fc-Error-Type", str_of(run_error_type(result)));
    if (run->wants_log && str_is_set(result->log))
        add(work, "X-Fc-Log-Result", base64_text(result->log, work->arena));
}

/* ---- answers ---- */

static void refuse(const struct run *run, const struct invoke_result *result)
{
    answer_refuse_text(run->work, result->code, STR_FMT, STR_ARG(result->message));
}

static void answer_event(const struct run *run, const struct invoke_result *result)
{
    struct work *work = run->work;
    bool failed = run_error_type(result) != NULL;

    work->answer.status = STATUS_OK;
    work->answer.body = result->body.len ? arena_str(work->arena, result->body) : STR("");
    add(work, "Content-Type", failed ? STR("application/json") : STR("application/octet-stream"));
    add(work, "Access-Control-Expose-Headers", STR(EXPOSED));
    add_measures(run, result);
}

/* What code cannot set. */
static bool is_kept_back(const struct http_header *header)
{
    static const struct str names[] = {
        STR_INIT("connection"),        STR_INIT("content-length"), STR_INIT("date"),
        STR_INIT("keep-alive"),        STR_INIT("server"),         STR_INIT("upgrade"),
        STR_INIT("transfer-encoding"),
    };

    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        if (str_eq_nocase(header->name, names[i]))
            return true;
    }
    return str_starts_nocase(header->name, STR("x-fc-")) ||
           (str_eq_nocase(header->name, STR("content-disposition")) &&
            str_starts_nocase(header->value, STR("attachment")));
}

static void answer_http_error(const struct run *run, const struct invoke_result *result)
{
    struct work *work = run->work;

    work->answer.status = STATUS_BAD_GATEWAY;
    work->answer.body = result->body.len ? arena_str(work->arena, result->body) : STR("");
    add(work, "Content-Type", STR("application/json"));
}

static void take_headers(struct work *work, const struct invoke_result *result)
{
    for (size_t i = 0; i < result->headers.count; i++) {
        if (!is_kept_back(&result->headers.items[i]))
            http_headers_add(&work->answer.headers, work->arena,
                             arena_str(work->arena, result->headers.items[i].name),
                             arena_str(work->arena, result->headers.items[i].value));
    }
}

/* What a function's own host does not carry for it; custom domains do. */
static const char *barred(const struct run *run, const struct invoke_result *result)
{
    struct str type = http_headers_get(&result->headers, STR("Content-Type"));

    if (!run->of_2023 || !str_ends(run->work->call.request->host, STR(".fcapp.run")))
        return NULL;
    if (result->status >= STATUS_REDIRECT && result->status < STATUS_REDIRECT_END)
        return "ExternalRedirectForbidden";
    return str_starts_nocase(type, STR("application/vnd.android.package-archive"))
               ? "ApkDownloadForbidden"
               : NULL;
}

static void answer_http(const struct run *run, struct invoke_result *result)
{
    struct work *work = run->work;
    bool failed = run_error_type(result) != NULL && !result->is_http;

    if (!failed && run->as_event)
        http_event_answer(work, result);
    if (!failed && result->is_http && barred(run, result)) {
        answer_refuse_args(work, barred(run, result), &(const struct str){0});
        return;
    }
    if (failed || !result->is_http || result->status < STATUS_MIN || result->status > STATUS_MAX) {
        answer_http_error(run, result);
    } else {
        work->answer.status = result->status;
        work->answer.body = result->body.len ? arena_str(work->arena, result->body) : STR("");
        take_headers(work, result);
        if (!is_set(work, "Content-Type"))
            add(work, "Content-Type", STR("application/octet-stream"));
    }
    if (!work->call.by_domain)
        add(work, "Content-Disposition", STR("attachment"));
    cors_add(work, run->cors, run->of_2023 ? STR("Date,x-fc-request-id") : STR(EXPOSED));
    if (work->answer.streamed)
        add_whereabouts(run, result);
    else
        add_measures(run, result);
}

/* ---- answers as they come ---- */

static void note_runner(struct work *work, const struct invoke_result *result)
{
    work->answer.ran = arena_str(work->arena, result->ran);
    work->answer.instance = arena_str(work->arena, result->instance_id);
}

/* Of a stream that is a session, the events tell. */
static void note_session(struct run *run, const struct invoke_result *result)
{
    if (run->session.facts && !run->session.of_stream)
        session_used(run->work, &run->at, &run->session, result);
}

static void on_head(void *arg, const struct invoke_result *head)
{
    struct run *run = arg;
    struct work *work = run->work;
    struct invoke_result own = *head;

    note_runner(work, head);
    work->answer.streamed = true;
    answer_http(run, &own);
    note_session(run, head);
    run->drop = work->answer.error != NULL;
    work->call.stream->head(work->arg, &work->answer);
}

static bool on_part(void *arg, struct str bytes)
{
    struct run *run = arg;

    if (run->session.streams)
        session_heard(run->work, &run->at, &run->session, bytes, run->work->answer.instance);
    return run->drop || run->work->call.stream->part(run->work->arg, bytes);
}

/* What the function answered goes as it is, with what makes it an answer of this connection. */
static void on_pipe(void *arg, const struct invoke_result *head, int fd, struct str unread)
{
    struct run *run = arg;
    struct work *work = run->work;

    note_runner(work, head);
    work->answer.streamed = true;
    work->answer.status = head->status;
    take_headers(work, head);
    add(work, "Connection", STR("Upgrade"));
    add(work, "Upgrade", arena_str(work->arena, http_headers_get(&head->headers, STR("Upgrade"))));
    note_session(run, head);
    work->call.stream->pipe(work->arg, &work->answer, fd, unread);
}

static const struct invoke_stream run_stream = {on_head, on_part, on_pipe};

/* ---- answers that are too large ---- */

static bool is_beyond(struct work *work, enum limit_id limit, size_t bytes)
{
    int64_t most = work_limit(work, limit);

    return most != LIMIT_NONE && bytes > (uint64_t)most;
}

static size_t header_bytes(const struct http_headers *headers)
{
    size_t bytes = 0;

    for (size_t i = 0; i < headers->count; i++)
        bytes += headers->items[i].name.len + headers->items[i].value.len;
    return bytes;
}

/* True when it was refused: it holds more than the service carries. */
static bool is_too_large(const struct run *run, struct invoke_result *result)
{
    struct work *work = run->work;
    size_t head = header_bytes(&result->headers);

    if (run->by_http && is_beyond(work, LIMIT_TRIGGER_HEADER_BYTES, head)) {
        answer_refuse_text(work, "BadResponse",
                           "Response headers exceed the maximum allowed length (max: %" PRId64
                           ", actual: '%zu')",
                           work_limit(work, LIMIT_TRIGGER_HEADER_BYTES), head);
        return true;
    }
    if (!is_beyond(work, LIMIT_SYNC_RESPONSE_BYTES, result->body.len))
        return false;
    struct str text = arena_strf(
        work->arena, "response payload size exceeds the maximum allowed size (%" PRId64 " bytes)",
        work_limit(work, LIMIT_SYNC_RESPONSE_BYTES));

    if (run->by_http) {
        answer_refuse(work, "BadResponse", text);
        return true;
    }
    result->outcome = INVOKE_UNHANDLED;
    result->body = ARENA_CONCAT(work->arena, STR("{\"errorMessage\":\""), text, STR("\"}"));
    return false;
}

static void on_result(void *arg, const struct invoke_result *result)
{
    struct run *run = arg;
    struct invoke_result own = *result;

    run->work->run = NULL;
    note_runner(run->work, result);
    if (result->streamed)
        run->work->answer.cut = result->outcome != INVOKE_ANSWERED;
    else if (result->outcome == INVOKE_REFUSED)
        refuse(run, result);
    else if (!is_too_large(run, &own) && run->by_http)
        answer_http(run, &own);
    else if (!run->by_http)
        answer_event(run, &own);
    if (result->outcome != INVOKE_REFUSED)
        note_session(run, result);
    if (run->session.facts)
        session_over(run->work, &run->at, &run->session);
    work_finish(run->work);
}

static void on_left(void *arg)
{
    struct run *run = arg;

    if (run->session.facts)
        session_over(run->work, &run->at, &run->session);
}

/* ---- requests ---- */

void run_tracing(struct work *work, struct invoke_request *request)
{
    static const struct str prefix = STR_INIT("X-Fc-Tracing-Opentracing-Span-Context-Baggage-");
    const struct http_headers *headers = &work->call.request->headers;
    struct invoke_pair *pairs = ARENA_ARRAY(work->arena, headers->count + 1, struct invoke_pair);

    request->trace_id = work_header(work, "X-Fc-Trace-Id");
    request->span_context = work_header(work, "X-Fc-Tracing-Opentracing-Span-Context");
    for (size_t i = 0; i < headers->count; i++) {
        struct str name = headers->items[i].name;

        if (str_starts_nocase(name, prefix) && name.len > prefix.len)
            pairs[request->baggage_count++] = (struct invoke_pair){
                str_slice(name, prefix.len, name.len), headers->items[i].value};
    }
    request->baggage = pairs;
}

static struct run *make_run(struct work *work, const struct address *at)
{
    struct run *run = ARENA_NEW(work->arena, struct run);

    run->work = work;
    run->of_2023 = str_eq(at->service, STR(SERVICE_OF_2023));
    run->wants_log = str_eq(work_header(work, "X-Fc-Log-Type"), STR("Tail"));
    run->version = arena_str(work->arena, at->version.len ? at->version : STR(QUALIFIER_LATEST));
    run->checksum = function_facts(work, at)->checksum;
    return run;
}

static void begin(struct run *run, const struct address *at, struct invoke_request *request)
{
    struct work *work = run->work;
    struct invoke_function spec;

    run->at = *at;
    if (run->of_2023 && !session_take(work, at, run->by_http ? &run->http : NULL, &run->session))
        return;
    if (run->session.session.id.len)
        request->session = &run->session.session;
    function_spec(work, at, &spec);
    request->request_id = work->call.request_id;
    request->stream = work->call.stream ? &run_stream : NULL;
    request->fault = work->call.fault;
    request->wants_log = run->wants_log;
    run_tracing(work, request);
    work->base.parked = true;
    work->run = invoke_begin(work->service->invoke, &spec, request, on_result, run);
    work->left = on_left;
    work->left_arg = run;
}

static struct str body_of(const struct work *work)
{
    return str_is_set(work->call.request->body) ? work->call.request->body : STR("");
}

void run_event(struct work *work, const struct address *at, bool async)
{
    struct address routed = *at;

    if (!is_possible(work, at, "InvokeFunction"))
        return;
    if (async) {
        async_queue_accept(
            work, at,
            &(struct async_asked){.event = body_of(work), .of_2023 = work->api == API_2023});
        return;
    }
    if (!alias_route(work, &routed))
        return;
    struct run *run = make_run(work, &routed);
    struct invoke_request request = {.event = body_of(work)};

    begin(run, &routed, &request);
}

static bool is_custom(struct work *work, const struct address *at)
{
    const struct runtime_name *name = runtime_name_find(function_facts(work, at)->spec.runtime);

    return function_facts(work, at)->spec.image.len || (name && name->language == LANGUAGE_CUSTOM);
}

/* Through /proxy/ programs of custom runtimes see the whole path, and are told what to take off. */
static void read_request(struct run *run, bool custom)
{
    struct work *work = run->work;
    const struct http_request *request = work->call.request;
    struct str rest = work->call.target->rest;
    bool below = str_is_set(rest) && rest.len < request->path.len;

    run->http = (struct invoke_http){
        .method = request->method,
        .path = custom || !str_is_set(rest) ? request->path : rest,
        .query = str_is_set(request->query) ? request->query : STR(""),
        .uri = ARENA_CONCAT(work->arena, request->path,
                            str_is_set(request->query) ? STR("?") : STR(""),
                            str_is_set(request->query) ? request->query : STR("")),
        .host = request->authority,
        .client = request->client,
        .base_path = below ? ARENA_CONCAT(work->arena,
                                          str_slice(request->path, 0, request->path.len - rest.len),
                                          STR("/"))
                           : request->path,
        .headers = &request->headers,
    };
}

static bool is_async(struct work *work)
{
    return str_eq_nocase(work_header(work, "X-Fc-Invocation-Type"), STR("Async"));
}

void run_http(struct work *work, const struct address *at, struct str trigger_id, const cJSON *cors)
{
    struct address routed = *at;

    if (!is_possible(work, at, "running code") || !alias_route(work, &routed))
        return;
    struct run *run = make_run(work, &routed);
    struct invoke_request request = {.event = body_of(work)};
    bool custom = is_custom(work, &routed);

    run->by_http = true;
    run->cors = cors;
    run->as_event = run->of_2023 && !custom;
    read_request(run, custom);
    if (run->as_event)
        request.event = http_event(work, &run->http, trigger_id);
    else
        request.http = &run->http;
    if (is_async(work))
        async_queue_accept(work, at,
                           &(struct async_asked){.event = request.event,
                                                 .http = request.http,
                                                 .of_2023 = run->of_2023});
    else
        begin(run, &routed, &request);
}
