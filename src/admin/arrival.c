/* A control call arrives: its row is found, whoever sends it is looked at, its body is read. */

#include <inttypes.h>

#include "admin/body.h"
#include "admin/compile.h"
#include "admin/internal.h"
#include "admin/route.h"
#include "admin/security.h"
#include "conf/document.h"
#include "conf/report.h"
#include "route/place.h"

enum { STATUS_NO_CONTENT = 204 };
static const struct str ROOT = STR_INIT("/_fcemu");

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

static bool is_of_function(const struct admin_call *call)
{
    const struct admin_context *context = &call->admin->context;

    return context->of_function && context->of_function(context->owner, call->http);
}

static bool may_pass(struct admin_call *call)
{
    struct security_policy policy = policy_of(call->admin);
    bool open = call->route && call->route->flags & ADMIN_OPEN;
    struct security_verdict verdict = security_check(&policy, &call->request, open, call->arena);

    if (!verdict.status)
        verdict = security_check_user(&policy, call->http, open, call->arena);
    if (!verdict.status && !open && is_of_function(call))
        verdict = security_ask_function(&policy, &call->request);
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
        admin_call_deliver(call);
        return;
    }
    /* A stranger learns nothing, not even which paths there are. */
    if (!may_pass(call) || !found || !read_body(call) || !body_check(call))
        admin_call_deliver(call);
    else
        admin_call_run(call);
}

void admin_too_large(struct admin *admin, struct http_call *http, uint64_t limit)
{
    struct admin_call *call = call_new(admin, http);

    admin_problem(call, 413, "the body is larger than %" PRIu64 " bytes", limit);
    admin_call_deliver(call);
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
