/* Functions under a debugger. */
#include "admin/function_key.h"
#include "admin/steps.h"
#include "product/service/service.h"

static struct str wanted(const struct admin_call *call, const char *name)
{
    const cJSON *value = json_get(call->document, name);
    struct str text = json_get_str(call->document, name);

    if (cJSON_IsNumber(value))
        return arena_strf(call->arena, "%.0f", value->valuedouble);
    if (text.len)
        return text;
    text = admin_query(call, name);
    return text.len ? text : STR_NONE;
}

static bool fits(const struct admin_call *call, const struct service_function *function)
{
    struct str name = call->params[0];
    struct str account = wanted(call, "account");
    struct str region = wanted(call, "region");

    return (!str_is_set(account) || str_eq(account, function->account)) &&
           (!str_is_set(region) || str_eq(region, function->region)) &&
           (str_eq(name, function->name) ||
            str_eq(name, function_shown(function->service, function->name, call->arena)));
}

/* The one that is meant; NULL, and answered, when there is none, or more than one. */
static const struct service_function *find(struct admin_call *call)
{
    const struct service_function *found = NULL;
    struct service_function *all;
    OWN(buf_done) struct buf names = {0};
    size_t count = service_functions(call->admin->context.service, call->arena, &all);
    size_t fitting = 0;

    for (size_t i = 0; i < count; i++) {
        if (!fits(call, &all[i]))
            continue;
        found = &all[i];
        buf_printf(&names, "%s'" STR_FMT "' (" STR_FMT ", " STR_FMT ")", fitting++ ? ", " : "",
                   STR_ARG(function_shown(all[i].service, all[i].name, call->arena)),
                   STR_ARG(all[i].account), STR_ARG(all[i].region));
    }
    if (fitting == 1)
        return found;
    if (fitting == 0)
        admin_problem(call, 404, "no function '" STR_FMT "'; see /_fcemu/functions",
                      STR_ARG(call->params[0]));
    else
        admin_problem(call, 422, "say which by `account` and `region`: there is %s",
                      buf_text(&names));
    return NULL;
}

static void answer(struct admin_call *call, const struct service_function *function,
                   const struct admin_debugged *debugged)
{
    const struct function_key key = {function->account, function->region, function->service,
                                     function->name};
    cJSON *out = cJSON_CreateObject();

    function_describe(&key, call->arena, out);
    json_add_str(out, "debugger", str_of(debugged->debugger));
    json_add_str(out, "attach", str_of(debugged->attach));
    if (debugged->port)
        json_add_uint(out, "port", debugged->port);
    admin_tree(call, 200, out);
}

static void change(struct admin_call *call, bool on)
{
    const struct admin_context *context = &call->admin->context;
    const struct service_function *function;
    struct admin_debugged debugged = {0};
    struct error err;
    int r;

    if (!admin_needs_service(call) || !(function = find(call)))
        return;
    const struct admin_debug debug = {
        .account = function->account,
        .region = function->region,
        .service = function->service,
        .name = function->name,
        .runtime = function->runtime,
        .on = on,
        .port = (uint16_t)json_get_uint(call->document, "port", UINT16_MAX, 0),
        .wait = cJSON_IsTrue(json_get(call->document, "wait")),
    };

    r = context->debug(context->owner, &debug, call->arena, &debugged, &err);
    if (r < 0)
        admin_problem(call, 422, "%s", err.text);
    else if (r > 0)
        admin_problem(call, 404, "'" STR_FMT "' is under no debugger", STR_ARG(call->params[0]));
    else
        answer(call, function, &debugged);
}

static bool is_port(struct admin_call *call)
{
    const cJSON *port = json_get(call->document, "port");

    if (!port || (port->valuedouble >= 1 && port->valuedouble <= UINT16_MAX))
        return true;
    admin_problem(call, 422, "port: expected 1 to %u", UINT16_MAX);
    return false;
}

void step_debug_start(struct admin_call *call)
{
    if (is_port(call))
        change(call, true);
}

void step_debug_stop(struct admin_call *call)
{
    change(call, false);
}
