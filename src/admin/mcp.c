/*
 * The Model Context Protocol, so that a coding assistant can look at calls, explain one, set rules
 * and judge: JSON-RPC over one path, "streamable HTTP" without a stream. Source: the protocol's
 * specification of 2025-06-18. Tools go through our own front door as a client of the control API
 * would.
 */
#include "admin/loopback.h"
#include "admin/mcp_tools.h"
#include "admin/steps.h"

enum {
    RPC_INVALID_REQUEST = -32600,
    RPC_METHOD_NOT_FOUND = -32601,
    RPC_INVALID_PARAMS = -32602,
    TEXT_BYTES_MAX = 48 << 10, /* of an answer: a model reads all of it */
};

#define WAIT_NS 60000000000ull /* a function may take its time */

static const char *const versions[] = {"2025-06-18", "2025-03-26", "2024-11-05"};

/* ---- answers ---- */

static cJSON *reply_to(const struct admin_call *call)
{
    const cJSON *id = json_get(call->document, "id");
    cJSON *reply = cJSON_CreateObject();

    json_add_str(reply, "jsonrpc", STR("2.0"));
    cJSON_AddItemToObject(reply, "id", id ? cJSON_Duplicate(id, true) : cJSON_CreateNull());
    return reply;
}

/* Takes @result. */
static void rpc_result(struct admin_call *call, cJSON *result)
{
    cJSON *reply = reply_to(call);

    cJSON_AddItemToObject(reply, "result", result);
    admin_tree(call, 200, reply);
}

static void rpc_error(struct admin_call *call, int code, struct str message)
{
    cJSON *reply = reply_to(call);
    cJSON *error = cJSON_AddObjectToObject(reply, "error");

    cJSON_AddNumberToObject(error, "code", code);
    json_add_str(error, "message", message);
    admin_tree(call, code == RPC_INVALID_REQUEST ? 400 : 200, reply);
}

/* ---- methods ---- */

static const char *agreed_version(const cJSON *params)
{
    struct str asked = json_get_str(params, "protocolVersion");

    for (size_t i = 0; i < N_ELEMENTS(versions); i++)
        if (str_eq(asked, str_of(versions[i])))
            return versions[i];
    return versions[0];
}

static void initialize(struct admin_call *call, const cJSON *params)
{
    cJSON *result = cJSON_CreateObject();
    cJSON *info;

    json_add_str(result, "protocolVersion", str_of(agreed_version(params)));
    cJSON_AddObjectToObject(cJSON_AddObjectToObject(result, "capabilities"), "tools");
    info = cJSON_AddObjectToObject(result, "serverInfo");
    json_add_str(info, "name", STR("fcemu"));
    json_add_str(info, "version", str_of(call->admin->context.version));
    json_add_str(
        result, "instructions",
        STR("An emulator of Alibaba Cloud Function Compute that injects documented faults. "
            "list_calls shows what clients did, explain_call why; try_rules shows what a "
            "rule would do before set_rules does it; verify judges."));
    rpc_result(call, result);
}

static void ping(struct admin_call *call, const cJSON *params)
{
    (void)params;
    rpc_result(call, cJSON_CreateObject());
}

static void list_tools(struct admin_call *call, const cJSON *params)
{
    cJSON *result = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(result, "tools");
    size_t count;
    const struct mcp_tool *tools = mcp_tools(&count);

    (void)params;
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(list, mcp_tool_json(&tools[i]));
    rpc_result(call, result);
}

/* A text as the result of a tool; what is too long to be read is cut, with a word about it. */
static void tool_result(struct admin_call *call, struct str text, bool failed)
{
    cJSON *result = cJSON_CreateObject();
    cJSON *item = cJSON_CreateObject();
    OWN(buf_done) struct buf shown = {0};

    buf_add(&shown, str_slice(text, 0, text.len < TEXT_BYTES_MAX ? text.len : TEXT_BYTES_MAX));
    if (text.len > TEXT_BYTES_MAX)
        buf_printf(&shown, "\n… cut: %zu bytes more; ask for less, by limit or a filter",
                   text.len - TEXT_BYTES_MAX);
    json_add_str(item, "type", STR("text"));
    json_add_str(item, "text", buf_str(&shown));
    cJSON_AddItemToArray(cJSON_AddArrayToObject(result, "content"), item);
    cJSON_AddBoolToObject(result, "isError", failed);
    rpc_result(call, result);
}

static void tool_done(struct admin_call *call, const struct loopback_answer *answer)
{
    if (answer->problem)
        tool_result(call, answer->why, true);
    else
        tool_result(call, answer->body, answer->status < 200 || answer->status >= 400);
}

static void call_tool(struct admin_call *call, const cJSON *params)
{
    struct str name = json_get_str(params, "name");
    const struct mcp_tool *tool = mcp_tool_find(name);
    const struct visitor_policy *visitors = call->admin->context.visitors;
    struct buf request = {0};
    struct str why;

    if (!tool) {
        rpc_error(
            call, RPC_INVALID_PARAMS,
            arena_strf(call->arena, "no tool '" STR_FMT "'; tools/list has them", STR_ARG(name)));
        return;
    }
    if (!mcp_tool_request(tool, json_get(params, "arguments"),
                          visitors ? visitors->token : STR_NONE, call->arena, &request, &why)) {
        tool_result(call, why, true);
        return;
    }
    loopback_send(call, &request, WAIT_NS, tool_done);
}

static const struct {
    const char *name;
    void (*run)(struct admin_call *call, const cJSON *params);
} methods[] = {
    {"initialize", initialize},
    {"ping",       ping      },
    {"tools/list", list_tools},
    {"tools/call", call_tool },
};

void step_mcp(struct admin_call *call)
{
    struct str method = json_get_str(call->document, "method");

    if (!method.len || !str_eq(json_get_str(call->document, "jsonrpc"), STR("2.0"))) {
        rpc_error(
            call, RPC_INVALID_REQUEST,
            STR("one JSON-RPC 2.0 message: {\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": …}"));
        return;
    }
    if (!json_get(call->document, "id")) { /* a notification */
        call->response.status = 202;
        return;
    }
    for (size_t i = 0; i < N_ELEMENTS(methods); i++) {
        if (str_eq(method, str_of(methods[i].name))) {
            methods[i].run(call, json_get(call->document, "params"));
            return;
        }
    }
    rpc_error(call, RPC_METHOD_NOT_FOUND,
              arena_strf(call->arena, "no method '" STR_FMT "'", STR_ARG(method)));
}
