/* Parameters and answers of the RPC style: flat parameters, JSON or XML back. */
#include "product/neighbours/internal.h"

enum { STATUS_OK = 200, STATUS_BAD_REQUEST = 400 };

struct str pop_param(const struct neighbours_pending *p, const char *name)
{
    struct str value = query_get(&p->query, str_of(name));

    if (!str_is_set(value))
        value = query_get(&p->form, str_of(name));
    return str_is_set(value) ? value : STR("");
}

bool pop_need(struct neighbours_pending *p, const char *name, struct str *out)
{
    *out = pop_param(p, name);
    if (out->len)
        return true;
    pending_refuse(p, STATUS_BAD_REQUEST, arena_printf(p->arena, "Missing%s", name),
                   "%s is mandatory for this action.", name);
    return false;
}

struct str pop_action(const struct neighbours_pending *p)
{
    struct str action = pending_request_header(p, "x-acs-action");

    return action.len ? action : pop_param(p, "Action");
}

/* XML is the default of the old signature, JSON that of the one with an action header. */
static bool wants_json(const struct neighbours_pending *p)
{
    struct str format = pop_param(p, "Format");

    return format.len ? str_eq_nocase(format, STR("JSON"))
                      : pending_request_header(p, "x-acs-action").len > 0;
}

static void answer(struct neighbours_pending *p, int status, const char *root, cJSON *tree)
{
    if (wants_json(p))
        pending_json(p, status, tree);
    else
        pending_xml(p, status, root, tree);
}

void pop_answer(struct neighbours_pending *p, cJSON *tree)
{
    struct str action = pop_action(p);

    json_add_str(tree, "RequestId", p->call.request_id);
    answer(p, STATUS_OK, arena_printf(p->arena, STR_FMT "Response", STR_ARG(action)), tree);
}

void pop_refuse(struct neighbours_pending *p, struct str message)
{
    cJSON *tree = cJSON_CreateObject();

    json_add_str(tree, "RequestId", p->call.request_id);
    json_add_str(tree, "HostId", p->call.request->host);
    json_add_str(tree, "Code", p->answer.code);
    json_add_str(tree, "Message", message);
    answer(p, p->answer.status, "Error", tree);
}
