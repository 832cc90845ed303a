/* The tools of the Model Context Protocol endpoint, and how their arguments become a request. */
#include "admin/mcp_tools.h"

#include "base/distance.h"
#include "base/query.h"

#define ROOT "/_fcemu"
#define FILTERS                                                                                    \
    {"operation", "string", MCP_QUERY, false,                                                      \
     "operation: InvokeFunction, a glob, or @invoke, @read, @write"},                              \
        {"function", "string", MCP_QUERY, false, "function's name, or a glob"},                    \
        {"status", "string", MCP_QUERY, false, "status: 503, 5xx, >=500, !200"},                   \
        {"code", "string", MCP_QUERY, false, "error code"},                                        \
        {"rule", "string", MCP_QUERY, false, "id of the rule that struck"},                        \
        {"region", "string", MCP_QUERY, false, "region"},                                          \
        {"since", "string", MCP_QUERY, false, "time, or age such as 5m"},                          \
    {                                                                                              \
        "limit", "integer", MCP_QUERY, false, "the newest so many; 20 is plenty"                   \
    }
#define RULE_ID                                                                                    \
    {                                                                                              \
        "id", "string", MCP_PATH, true, "the rule's id"                                            \
    }
#define RULES_YAML                                                                                 \
    {                                                                                              \
        "rules", "string", MCP_YAML, true,                                                         \
            "a rule file in YAML: version: 1, rules: [{id, match, when, do, ttl}]"                 \
    }

static const struct mcp_tool tools[] = {
    {.name = "list_calls",
     .method = "GET",
     .path = ROOT "/requests",
     .marks = MCP_READ_ONLY,
     .help = "The calls that clients made, oldest first: status, error code, the rule that struck, "
             "retry chain and attempt.",                                                                                                                                          .params = {FILTERS}},
    {.name = "show_call",
     .method = "GET",
     .path = ROOT "/requests/{request_id}",
     .marks = MCP_READ_ONLY,
     .help = "One call in full: headers and bodies of both directions.",
     .params = {{"request_id", "string", MCP_PATH, true, "from list_calls"}}},
    {.name = "explain_call",
     .method = "POST",
     .path = ROOT "/faults/explain",
     .marks = MCP_READ_ONLY,
     .help = "Why each rule struck a call or did not, gate by gate.",
     .params = {{"request_id", "string", MCP_JSON, true, "from list_calls"}}},
    {.name = "list_retries",
     .method = "GET",
     .path = ROOT "/retries",
     .marks = MCP_READ_ONLY,
     .help = "Retry chains: attempts, gaps, amplification, and whether the client gave up."                                                                                                                                                            },
    {.name = "client_reactions",
     .method = "GET",
     .path = ROOT "/clients",
     .marks = MCP_READ_ONLY,
     .help = "How each kind of client took each failure."                                                                                                                                                            },
    {.name = "list_rules",
     .method = "GET",
     .path = ROOT "/faults",
     .marks = MCP_READ_ONLY,
     .help = "The fault rules in force, with what each matched and struck."                                                                                                                                                            },
    {.name = "show_rule",
     .method = "GET",
     .path = ROOT "/faults/rules/{id}",
     .marks = MCP_READ_ONLY,
     .help = "One rule with its YAML.",
     .params = {RULE_ID}},
    {.name = "check_rules",
     .method = "POST",
     .path = ROOT "/faults/check",
     .marks = MCP_READ_ONLY,
     .help = "Whether rules are right; mistakes come with line, column and the nearest right word.",
     .params = {RULES_YAML}},
    {.name = "try_rules",
     .method = "POST",
     .path = ROOT "/faults/dry-run",
     .marks = MCP_READ_ONLY,
     .help = "What rules would have done to the last calls.",
     .params = {RULES_YAML, {"last", "integer", MCP_QUERY, false, "so many calls; default 500"}}},
    {.name = "set_rules",
     .method = "PUT",
     .path = ROOT "/faults",
     .marks = MCP_DESTRUCTIVE | MCP_IDEMPOTENT,
     .help = "Put rules in force, in place of those that were added before; rules of files stay.",
     .params = {RULES_YAML}},
    {.name = "add_rule",
     .method = "POST",
     .path = ROOT "/faults/rules",
     .help = "Add one rule to those in force.",
     .params = {{"rule", "string", MCP_YAML, true, "one rule in YAML: {id, match, when, do, ttl}"},
                {"place", "string", MCP_QUERY, false, "first, last or before:ID"}}                                                                               },
    {.name = "remove_rule",
     .method = "DELETE",
     .path = ROOT "/faults/rules/{id}",
     .marks = MCP_DESTRUCTIVE,
     .help = "Remove a rule that was added.",
     .params = {RULE_ID}},
    {.name = "enable_rule",
     .method = "POST",
     .path = ROOT "/faults/rules/{id}/enable",
     .marks = MCP_IDEMPOTENT,
     .help = "Switch a rule on.",
     .params = {RULE_ID, {"for", "string", MCP_JSON, false, "back again so long afterwards: 5m"}}},
    {.name = "disable_rule",
     .method = "POST",
     .path = ROOT "/faults/rules/{id}/disable",
     .marks = MCP_IDEMPOTENT,
     .help = "Switch a rule off.",
     .params = {RULE_ID, {"for", "string", MCP_JSON, false, "back again so long afterwards: 5m"}}},
    {.name = "stop_all_faults",
     .method = "POST",
     .path = ROOT "/faults/stop",
     .marks = MCP_DESTRUCTIVE | MCP_IDEMPOTENT,
     .help = "Disable every rule and release every held call."                                                                                                                                                           },
    {.name = "bring_faults_back",
     .method = "POST",
     .path = ROOT "/faults/enable",
     .marks = MCP_IDEMPOTENT,
     .help = "Undo stop_all_faults."                                                   },
    {.name = "verify",
     .method = "POST",
     .path = ROOT "/requests/verify",
     .marks = MCP_READ_ONLY,
     .help =
         "Judge assertions about the calls: pass, fail, vacuous or inconclusive, with evidence.",.params = {{"assert", "array", MCP_JSON, true,
                 "assertions: [{\"retries\": {\"match\": {\"function\": \"pay\"}, \"lte\": 3}}]"},
                {"since", "string", MCP_JSON, false, "only calls since: 5m"}}},
    {.name = "coverage",
     .method = "GET",
     .path = ROOT "/coverage",
     .marks = MCP_READ_ONLY,
     .help = "Which documented errors were tried on which operations, and which were not."                                                                      },
    {.name = "list_drills",
     .method = "GET",
     .path = ROOT "/drills",
     .marks = MCP_READ_ONLY,
     .help = "The drills of the rule files."},
    {.name = "run_drill",
     .method = "POST",
     .path = ROOT "/drills/{id}/runs",
     .help = "Start a drill; drill_run tells when it is over.",
     .params = {{"id", "string", MCP_PATH, true, "the drill's id"},
                {"seed", "integer", MCP_JSON, false, "what chance depends on"},
                {"timeout", "string", MCP_JSON, false, "end it after so long: 1m"}}              },
    {.name = "drill_run",
     .method = "GET",
     .path = ROOT "/drills/runs/{run}",
     .marks = MCP_READ_ONLY,
     .help = "How far a run is, and its verdict.",
     .params = {{"run", "integer", MCP_PATH, true, "its number, from run_drill"}}},
    {.name = "drill_report",
     .method = "GET",
     .path = ROOT "/drills/runs/{run}/report",
     .marks = MCP_READ_ONLY,
     .help = "The report of a run that is over.",
     .params = {{"run", "integer", MCP_PATH, true, "its number, from run_drill"},
                {"format", "string", MCP_QUERY, false, "text, markdown, json or junit"}}},
    {.name = "list_resources",
     .method = "GET",
     .path = ROOT "/resources",
     .marks = MCP_READ_ONLY,
     .help = "What is deployed, in all accounts and regions.",
     .params = {{"kind", "string", MCP_QUERY, false, "service, function, trigger, alias, domain …"},
                {"account", "string", MCP_QUERY, false, "account"},
                {"region", "string", MCP_QUERY, false, "region"},
                {"limit", "integer", MCP_QUERY, false, "at most so many"}}},
    {.name = "invoke",
     .method = "POST",
     .path = "/2016-08-15/services/{service}/functions/{function}/invocations",
     .brief = "/2023-03-30/functions/{function}/invocations",
     .help = "Call a function and wait for what it returns.",
     .params = {{"service", "string", MCP_PATH, false, "its service; none in 2023-03-30"},
                {"function", "string", MCP_PATH, true, "its name"},
                {"event", "string", MCP_BODY, false, "what it gets"},
                {"region", "string", MCP_PLACE, false, "where; default: the settings'"},
                {"account", "string", MCP_PLACE, false,
                 "whose, with region; default: the settings'"}}},
    {.name = "read_logs",
     .method = "GET",
     .path = ROOT "/logs",
     .marks = MCP_READ_ONLY,
     .help = "What functions printed, oldest first.",
     .params = {{"function", "string", MCP_QUERY, false, "of this one"},
                {"request_id", "string", MCP_QUERY, false, "of this call"},
                {"tail", "integer", MCP_QUERY, false, "the newest so many lines"}}},
    {.name = "fire_trigger",
     .method = "POST",
     .path = ROOT "/triggers/fire",
     .help = "Fire a trigger now, with the documented payload of its type.",
     .params = {{"function", "string", MCP_JSON, true, "demo/hello, or hello in 2023-03-30"},
                {"trigger", "string", MCP_JSON, false, "its name, where there are several"}}                                                                                                  },
    {.name = "advance_clock",
     .method = "PUT",
     .path = ROOT "/clock",
     .help = "Move the virtual clock that windows, back-off and schedules follow.",
     .params = {{"advance", "string", MCP_JSON, true, "by so much: 5h"}}                                                                                                                                                            },
    {.name = "health",
     .method = "GET",
     .path = ROOT "/health",
     .marks = MCP_READ_ONLY,
     .help = "Version, addresses, rules, journal, isolation of functions."                                                                     },
};

const struct mcp_tool *mcp_tools(size_t *out_count)
{
    *out_count = N_ELEMENTS(tools);
    return tools;
}

const struct mcp_tool *mcp_tool_find(struct str name)
{
    for (size_t i = 0; i < N_ELEMENTS(tools); i++)
        if (str_eq(name, str_of(tools[i].name)))
            return &tools[i];
    return NULL;
}

/* ---- as tools/list shows one ---- */

static cJSON *schema_of(const struct mcp_param *param)
{
    cJSON *schema = cJSON_CreateObject();

    json_add_str(schema, "type", str_of(param->type));
    json_add_str(schema, "description", str_of(param->help));
    if (strcmp(param->type, "array") == 0)
        cJSON_AddItemToObject(schema, "items", cJSON_CreateObject());
    return schema;
}

cJSON *mcp_tool_json(const struct mcp_tool *tool)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *schema, *properties, *required, *marks;

    json_add_str(json, "name", str_of(tool->name));
    json_add_str(json, "description", str_of(tool->help));
    schema = cJSON_AddObjectToObject(json, "inputSchema");
    json_add_str(schema, "type", STR("object"));
    properties = cJSON_AddObjectToObject(schema, "properties");
    required = cJSON_AddArrayToObject(schema, "required");
    for (const struct mcp_param *param = tool->params; param->name; param++) {
        cJSON_AddItemToObject(properties, param->name, schema_of(param));
        if (param->required)
            cJSON_AddItemToArray(required, json_string(str_of(param->name)));
    }
    cJSON_AddFalseToObject(schema, "additionalProperties");
    marks = cJSON_AddObjectToObject(json, "annotations");
    cJSON_AddBoolToObject(marks, "readOnlyHint", tool->marks & MCP_READ_ONLY);
    cJSON_AddBoolToObject(marks, "destructiveHint", (tool->marks & MCP_DESTRUCTIVE) != 0);
    cJSON_AddBoolToObject(marks, "idempotentHint",
                          (tool->marks & (MCP_IDEMPOTENT | MCP_READ_ONLY)) != 0);
    cJSON_AddBoolToObject(marks, "openWorldHint", false);
    return json;
}

/* ---- arguments ---- */

static const struct mcp_param *param_of(const struct mcp_tool *tool, const char *name)
{
    for (const struct mcp_param *param = tool->params; param->name; param++)
        if (strcmp(param->name, name) == 0)
            return param;
    return NULL;
}

static bool is_of_type(const cJSON *value, const char *type)
{
    switch (type[0]) {
    case 's':
        return cJSON_IsString(value);
    case 'i':
        return cJSON_IsNumber(value) && value->valuedouble >= 0 && value->valuedouble < 1e15 &&
               value->valuedouble == (double)(int64_t)value->valuedouble;
    case 'b':
        return cJSON_IsBool(value);
    default:
        return cJSON_IsArray(value);
    }
}

static struct str unknown(const struct mcp_tool *tool, const char *name, struct arena *arena)
{
    struct nearest nearest = {.wanted = str_of(name)};

    for (const struct mcp_param *param = tool->params; param->name; param++)
        nearest_offer(&nearest, str_of(param->name));
    return nearest.best.ptr ? arena_strf(arena, "%s takes no '%s'; did you mean '" STR_FMT "'?",
                                         tool->name, name, STR_ARG(nearest.best))
                            : arena_strf(arena, "%s takes no '%s'", tool->name, name);
}

static bool has_place(const struct mcp_tool *tool)
{
    for (const struct mcp_param *param = tool->params; param->name; param++)
        if (param->where == MCP_PLACE)
            return true;
    return false;
}

/* Absent: they fit. */
static struct str misfit(const struct mcp_tool *tool, const cJSON *arguments, struct arena *arena)
{
    const cJSON *value;

    if (arguments && !cJSON_IsObject(arguments))
        return STR("arguments are an object");
    cJSON_ArrayForEach (value, arguments) {
        const struct mcp_param *param = param_of(tool, value->string);

        if (!param)
            return unknown(tool, value->string, arena);
        if (!is_of_type(value, param->type))
            return arena_strf(arena, "'%s' is of type %s: %s", param->name, param->type,
                              param->help);
    }
    for (const struct mcp_param *param = tool->params; param->name; param++)
        if (param->required && !json_get(arguments, param->name))
            return arena_strf(arena, "%s needs '%s': %s", tool->name, param->name, param->help);
    return json_get(arguments, "account") && !json_get(arguments, "region") && has_place(tool)
               ? STR("'account' goes with 'region'")
               : STR_NONE;
}

static struct str text_of(const cJSON *value, struct arena *arena)
{
    return cJSON_IsString(value) ? str_of(value->valuestring)
                                 : arena_strf(arena, "%.0f", value->valuedouble);
}

/* ---- the request ---- */

static void add_path(const char *path, const cJSON *arguments, struct arena *arena, struct buf *out)
{
    struct str before, name, rest = str_of(path);

    for (;;) {
        bool more = str_cut(rest, '{', &before, &rest);

        buf_add(out, before);
        if (!more)
            return;
        str_cut(rest, '}', &name, &rest);
        buf_add(out, percent_encode(text_of(json_get(arguments, arena_str(arena, name).ptr), arena),
                                    false, arena));
    }
}

static void add_place(const struct mcp_tool *tool, const cJSON *arguments, struct arena *arena,
                      struct buf *out)
{
    const char *sign = "/@";

    for (const struct mcp_param *param = tool->params; param->name; param++) {
        const cJSON *value = json_get(arguments, param->name);

        if (param->where != MCP_PLACE || !value)
            continue;
        buf_puts(out, sign);
        buf_add(out, percent_encode(text_of(value, arena), false, arena));
        sign = "/";
    }
}

static void add_query(const struct mcp_tool *tool, const cJSON *arguments, struct arena *arena,
                      struct buf *out)
{
    char sign = '?';

    for (const struct mcp_param *param = tool->params; param->name; param++) {
        const cJSON *value = json_get(arguments, param->name);

        if (param->where != MCP_QUERY || !value)
            continue;
        buf_printf(out, "%c%s=" STR_FMT, sign, param->name,
                   STR_ARG(percent_encode(text_of(value, arena), false, arena)));
        sign = '&';
    }
}

/* The type of the body that is made; NULL: none. */
static const char *add_body(const struct mcp_tool *tool, const cJSON *arguments, struct buf *out)
{
    OWN(json_free) cJSON *json = cJSON_CreateObject();
    const char *type = NULL;

    for (const struct mcp_param *param = tool->params; param->name; param++) {
        const cJSON *value = json_get(arguments, param->name);

        if (!value || param->where == MCP_PATH || param->where == MCP_QUERY ||
            param->where == MCP_PLACE)
            continue;
        if (param->where != MCP_JSON) {
            buf_puts(out, value->valuestring);
            return param->where == MCP_YAML ? "application/yaml" : "application/octet-stream";
        }
        cJSON_AddItemToObject(json, param->name, cJSON_Duplicate(value, true));
        type = "application/json";
    }
    if (type)
        json_print(json, false, out);
    return type;
}

bool mcp_tool_request(const struct mcp_tool *tool, const cJSON *arguments, struct str token,
                      struct arena *arena, struct buf *out, struct str *why)
{
    OWN(buf_done) struct buf body = {0};
    bool brief = tool->brief && !json_get(arguments, tool->params[0].name);
    const char *type;

    *why = misfit(tool, arguments, arena);
    if (why->ptr)
        return false;
    type = add_body(tool, arguments, &body);
    buf_printf(out, "%s ", tool->method);
    add_place(tool, arguments, arena, out);
    add_path(brief ? tool->brief : tool->path, arguments, arena, out);
    add_query(tool, arguments, arena, out);
    buf_puts(out, " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    if (token.len)
        buf_printf(out, "Authorization: Bearer " STR_FMT "\r\n", STR_ARG(token));
    if (type)
        buf_printf(out, "Content-Type: %s\r\n", type);
    buf_printf(out, "Content-Length: %zu\r\n\r\n", body.len);
    buf_add(out, buf_str(&body));
    return true;
}
