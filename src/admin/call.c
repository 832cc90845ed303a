/* The life of a control call: copied, checked, run step by step, answered. A call whose client has
 * left runs to its end without one. */

#include <inttypes.h>

#include "admin/body.h"
#include "admin/compile.h"
#include "admin/internal.h"
#include "admin/route.h"
#include "admin/security.h"
#include "base/mem.h"
#include "conf/document.h"
#include "conf/report.h"
#include "route/place.h"

#define NS_PER_MS 1000000ull
enum { STATUS_NO_CONTENT = 204 };
static const struct str ROOT = STR_INIT("/_fcemu");

/* ---- steps ---- */

static void call_free(struct admin_call *call)
{
    struct arena *arena = call->arena;

    json_free(call->document);
    arena_free(arena); /* the call lives in it */
}

void unread_unref(struct unread *unread)
{
    if (--unread->refs == 0)
        mem_free(unread);
}

/* The client has the answer, or has left; the admin may be gone. */
static void answer_is_over(void *arg)
{
    struct admin_call *call = arg;

    call->unread->bytes -= call->unread_bytes;
    unread_unref(call->unread);
    arena_free(call->arena);
}

/* Clients that ask for a lot and do not read it shall not cost more memory than this. */
static void bound_unread(struct admin_call *call)
{
    struct unread *unread = call->admin->unread;

    if (call->response.body.len > ADMIN_SMALL_BYTES &&
        unread->bytes + call->response.body.len > ADMIN_UNREAD_BYTES_MAX) {
        admin_problem(call, 503, "%zu MiB of answers wait for clients to read them; try again",
                      unread->bytes >> 20);
        admin_header(call, "Retry-After", STR("1"));
    }
    call->unread = unread;
    call->unread_bytes = call->response.body.len;
    unread->bytes += call->unread_bytes;
    unread->refs++;
}

/* The response lives in the call's own arena, which from here on ends with the server's. */
static void call_deliver(struct admin_call *call)
{
    struct http_call *http = call->http;
    static const struct delivery whole;

    if (!http) {
        call_free(call);
        return;
    }
    bound_unread(call);
    admin_header(call, "Cache-Control", STR("no-store"));
    admin_header(call, "X-Content-Type-Options", STR("nosniff"));
    visitor_welcome(call->admin->context.visitors, &call->request, call->arena,
                    &call->response.headers);
    json_free(call->document);
    http_call_set_owner(http, NULL);
    arena_on_end(http_call_arena(http), answer_is_over, call);
    http_call_deliver(http, &call->response, &whole);
}

static void call_conclude(struct admin_call *call)
{
    if (call->parked)
        return;
    if (!call->response.status)
        admin_problem(call, 500, "%s %s gave no answer", call->route->method, call->route->path);
    call_deliver(call);
}

static void call_run(struct admin_call *call);

static void work_on_worker(void *arg)
{
    struct admin_call *call = arg;
    uint64_t waited_ms = (clock_monotonic_ns() - call->queued_ns) / NS_PER_MS;

    if (call->bulk && waited_ms > ADMIN_BULK_WAIT_MS) {
        admin_problem(call, 503, "other long answers are being written; try again");
        admin_header(call, "Retry-After", STR("1"));
        return;
    }
    call->route->work(call);
}

static void work_is_done(void *arg)
{
    struct admin_call *call = arg;

    if (!call->response.status && !call->parked && call->route->finish)
        call->route->finish(call);
    if (call->again)
        call_run(call);
    else
        call_conclude(call);
}

static void call_run(struct admin_call *call)
{
    const struct admin_route *route = call->route;

    call->again = false;
    call->generation = call->admin->generation;
    if (route->begin)
        route->begin(call);
    if (call->streams) {
        call_free(call);
        return;
    }
    if (call->response.status || call->parked || !route->work) {
        call_conclude(call);
        return;
    }
    call->queued_ns = clock_monotonic_ns();
    worker_submit(call->bulk ? call->admin->bulk : call->admin->worker, work_on_worker,
                  work_is_done, call);
}

void admin_call_again(struct admin_call *call)
{
    call->again = true;
}

/* ---- parking ---- */

void admin_call_park(struct admin_call *call, void (*abandon)(struct admin_call *call))
{
    call->parked = true;
    call->abandon = abandon;
    call->next_parked = call->admin->parked;
    call->admin->parked = call;
}

static void unpark(struct admin_call *call)
{
    struct admin_call **at = &call->admin->parked;

    while (*at != call)
        at = &(*at)->next_parked;
    *at = call->next_parked;
    call->parked = false;
}

void admin_call_resume(struct admin_call *call)
{
    unpark(call);
    call_conclude(call);
}

void admin_calls_abandon(struct admin *admin)
{
    while (admin->parked) {
        struct admin_call *call = admin->parked;

        call->abandon(call);
        admin_problem(call, 503, "the daemon is stopping");
        admin_call_resume(call);
    }
}

struct wait {
    struct loop_timer timer;
    struct admin_call *call;
};

static void wait_is_over(struct loop_timer *timer)
{
    struct admin_call *call = CONTAINER_OF(timer, struct wait, timer)->call;

    unpark(call);
    call->wait = NULL;
    /* Nobody waits for the answer any more once the client has left. */
    if (call->http)
        call_run(call);
    else
        call_free(call);
}

static void wait_abandon(struct admin_call *call)
{
    loop_timer_cancel(call->admin->context.loop, &call->wait->timer);
}

void admin_call_wait(struct admin_call *call, uint64_t delay_ms)
{
    struct wait *wait = ARENA_NEW(call->arena, struct wait);

    wait->call = call;
    call->wait = wait;
    admin_call_park(call, wait_abandon);
    loop_timer_arm(call->admin->context.loop, &wait->timer, delay_ms * NS_PER_MS, wait_is_over);
}

/* ---- arrival ---- */

static bool is_below_root(struct str path)
{
    return str_starts(path, ROOT) && (path.len == ROOT.len || path.ptr[ROOT.len] == '/');
}

bool admin_wants(const struct place_names *own, const struct http_request *request)
{
    if (request->reserved)
        return true;
    return is_below_root(request->path) && place_is_control_host(own, request->host);
}

static struct security_policy policy_of(const struct admin *admin)
{
    return (struct security_policy){.own = admin->context.own,
                                    .token_required = admin->context.wider_than_loopback,
                                    .visitors = admin->context.visitors};
}

/* A call whose client has left runs to its end without one. */
static void connection_is_over(struct admin_guest *guest)
{
    struct admin_call *call = CONTAINER_OF(guest, struct admin_call, guest);

    call->http = NULL;
    if (call->parked && call->left)
        call->left(call);
}

static struct admin_call *call_new(struct admin *admin, struct http_call *http)
{
    const struct http_request *request = http_call_request(http);
    struct arena *arena = arena_new();
    struct admin_call *call = ARENA_NEW(arena, struct admin_call);

    *call = (struct admin_call){
        .guest = {connection_is_over}, .admin = admin, .http = http, .arena = arena};
    http_request_copy(request, arena, &call->request);
    query_parse(call->request.query.ptr ? call->request.query : STR(""), arena, &call->query);
    http_call_set_owner(http, &call->guest);
    return call;
}

static bool find_route(struct admin_call *call)
{
    struct str path = str_slice(call->request.path, ROOT.len, call->request.path.len);
    struct route_match match = {0};

    if (is_below_root(call->request.path) &&
        route_find(call->request.method, path, call->arena, &match) == ROUTE_FOUND) {
        call->route = match.route;
        call->param_count = match.param_count;
        memcpy(call->params, match.params, sizeof(call->params));
        return true;
    }
    if (match.allowed.ptr) {
        admin_problem(call, 405, STR_FMT " takes " STR_FMT, STR_ARG(call->request.path),
                      STR_ARG(match.allowed));
        admin_header(call, "Allow", match.allowed);
    } else {
        admin_problem(call, 404, "nothing lives at " STR_FMT "; see /_fcemu/openapi.json",
                      STR_ARG(call->request.path));
    }
    return false;
}

static bool may_pass(struct admin_call *call)
{
    struct security_policy policy = policy_of(call->admin);
    bool open = call->route && call->route->flags & ADMIN_OPEN;
    struct security_verdict verdict = security_check(&policy, &call->request, open, call->arena);

    if (!verdict.status)
        verdict = security_check_user(&policy, call->http, open, call->arena);
    if (!verdict.status)
        return true;
    admin_problem(call, verdict.status, STR_FMT, STR_ARG(verdict.detail));
    if (verdict.status == 401)
        admin_header(call, "WWW-Authenticate", STR("Bearer realm=\"fcemu\""));
    return false;
}

static bool read_body(struct admin_call *call)
{
    enum security_type type = security_body_type(&call->request);
    bool changes =
        !str_eq(call->request.method, STR("GET")) && !str_eq(call->request.method, STR("HEAD"));

    if (changes && type == SECURITY_OTHER) {
        admin_problem(call, 415,
                      "send application/json or application/yaml (curl: -H "
                      "'Content-Type: application/json')");
        return false;
    }
    if (call->route->flags & ADMIN_RAW ||
        (!(call->route->flags & ADMIN_BODY) && !call->request.body.len))
        return true;
    call->yaml = type == SECURITY_YAML;
    OWN(conf_report_free) struct conf_report *report = conf_report_new();

    call->document = document_parse(call->request.body, "request body", report);
    if (call->document)
        return true;
    OWN(buf_done) struct buf issues = {0};

    compile_issues_json(report, CONF_ERROR, &issues);
    admin_problem_issues(call, 422,
                         call->request.body.len ? "the body could not be read"
                                                : "a JSON or YAML body is needed",
                         buf_str(&issues));
    return false;
}

void admin_head(struct admin *admin, struct http_call *http)
{
    uint64_t limit = admin->context.body_limit_bytes;

    http_call_limit_body(http, limit ? limit : ADMIN_BODY_BYTES_DEFAULT);
}

void admin_request(struct admin *admin, struct http_call *http)
{
    struct admin_call *call = call_new(admin, http);
    bool found = find_route(call);

    if (visitor_is_preflight(admin->context.visitors, &call->request)) {
        call->response.status = STATUS_NO_CONTENT;
        call_deliver(call);
        return;
    }
    /* A stranger learns nothing, not even which paths there are. */
    if (!may_pass(call) || !found || !read_body(call) || !body_check(call))
        call_deliver(call);
    else
        call_run(call);
}

void admin_too_large(struct admin *admin, struct http_call *http, uint64_t limit)
{
    struct admin_call *call = call_new(admin, http);

    admin_problem(call, 413, "the body is larger than %" PRIu64 " bytes", limit);
    call_deliver(call);
}

static void tell_guest(struct http_call *http)
{
    struct admin_guest *guest = http_call_owner(http);

    http_call_set_owner(http, NULL);
    if (guest)
        guest->over(guest);
}

void admin_gone(struct admin *admin, struct http_call *http)
{
    (void)admin;
    tell_guest(http);
}

/* The server says this of every call, also of one that it cut while nobody looked. */
void admin_finished(struct admin *admin, struct http_call *http)
{
    (void)admin;
    tell_guest(http);
}
