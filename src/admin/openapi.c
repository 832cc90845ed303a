/* The OpenAPI 3.1 document, made from the route table, the table of bodies and the schemas below.
 */

#include <ctype.h>
#include <stdio.h>

#include "admin/body.h"
#include "admin/events.h"
#include "admin/metrics.h"
#include "admin/parameter.h"
#include "admin/steps.h"
#include "journal/query.h"

/* Media types other than JSON. */
static const struct {
    const char *schema, *type;
} media_types[] = {
    {"Events",      "text/event-stream"      },
    {"Metrics",     "text/plain"             },
    {"Certificate", "application/x-pem-file" },
    {"Page",        "text/html"              },
    {"Schema",      "application/schema+json"},
    {"Tape",        "application/x-ndjson"   },
    {"Word",        "text/plain"             },
};

#define OBJECT(properties) "{\"type\":\"object\",\"properties\":{" properties "}}"
#define TEXT(name) "\"" name "\":{\"type\":[\"string\",\"null\"]}"
#define COUNT(name) "\"" name "\":{\"type\":\"integer\",\"minimum\":0}"
#define NUMBER(name) "\"" name "\":{\"type\":\"number\"}"
#define FLAG(name) "\"" name "\":{\"type\":\"boolean\"}"
#define LIST(name, schema)                                                                         \
    "\"" name "\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/" schema "\"}}"
#define TEXTS(name) "\"" name "\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"

#define FACT_TEXT(name) TEXT(name)
#define FACT_FLAG(name) FLAG(name)
#define FACT_U16(name) COUNT(name)
#define FACT_U32(name) COUNT(name)
#define FACT_U64(name) COUNT(name)
#define FACT(name, TYPE, SHOWN, ...) "," FACT_##TYPE(#name)

/* clang-format off */
static const struct {
    const char *name, *schema;
} schemas[] = {
    {"Active",       OBJECT(LIST("active", "HeldCall"))},
    {"AsyncAgain",   OBJECT(TEXT("request_id"))},
    {"AsyncCall",    OBJECT(TEXT("id") "," TEXT("account") "," TEXT("region") "," TEXT("function") "," TEXT("qualifier") "," TEXT("status") "," TEXT("request_id") "," COUNT("attempts") "," TEXT("accepted") "," TEXT("next") "," TEXT("ended") "," TEXT("error") "," TEXT("destination") "," TEXT("event") "," TEXT("result") ",\"steps\":{\"type\":\"array\"}")},
    {"AsyncCalls",   OBJECT(LIST("calls", "AsyncCall"))},
    {"AsyncDrained", OBJECT(COUNT("left"))},
    {"CannedAnswer", OBJECT(TEXT("id") "," TEXT("description") ",\"priority\":{\"type\":\"integer\"}," COUNT("matched") "," COUNT("answered") "," TEXT("file") "," COUNT("line"))},
    {"Catalog",      OBJECT("\"errors\":{\"type\":\"array\"},\"operations\":{\"type\":\"array\"}," TEXTS("outcomes") "," TEXTS("shapers"))},
    {"Chain",        OBJECT(COUNT("chain") "," COUNT("attempts") "," COUNT("retries") "," COUNT("transport_repeats") "," TEXT("confidence") "," TEXT("operation") ",\"gaps_ms\":{\"type\":\"array\",\"items\":{\"type\":\"number\"}}," FLAG("succeeded") "," FLAG("gave_up"))},
    {"Changed",      OBJECT(COUNT("rules") "," LIST("warnings", "Issue") "," TEXTS("left_out") "," FLAG("stopped"))},
    {"Clock",        OBJECT(TEXT("now") "," TEXT("real") "," FLAG("frozen") "," FLAG("is_real"))},
    {"Coverage",     OBJECT(COUNT("applicable") "," COUNT("injected") "," COUNT("reached") "," COUNT("reacted") "," NUMBER("share") "," LIST("cells", "CoverageCell") "," LIST("missing", "CoverageCell"))},
    {"CoverageCell", OBJECT(TEXT("error") "," TEXT("operation") "," TEXT("state"))},
    {"Deliveries",   OBJECT(LIST("deliveries", "Delivery"))},
    {"Delivery",     OBJECT(COUNT("number") "," TEXT("account") "," TEXT("region") "," TEXT("time") "," TEXT("destination") ",\"when\":{\"enum\":[\"onSuccess\",\"onFailure\"]}," TEXT("service") "," TEXT("function") "," TEXT("qualifier") "," TEXT("request_id") "," TEXT("payload"))},
    {"Differences",  OBJECT(TEXTS("differences"))},
    {"Done",         OBJECT(FLAG("done"))},
    {"Description",  "{\"type\":\"object\",\"description\":\"OpenAPI 3.1\"}"},
    {"Debugged",     OBJECT(TEXT("account") "," TEXT("region") "," TEXT("function") "," TEXT("debugger") "," TEXT("attach") "," COUNT("port"))},
    {"Drill",        "{\"type\":\"object\"}"},
    {"DrillReport",  "{\"type\":\"object\",\"description\":\"see /_fcemu/drills/report.schema.json\"}"},
    {"DrillRun",     OBJECT(COUNT("run") "," TEXT("drill") ",\"state\":{\"enum\":[\"running\",\"judging\",\"over\"]}," TEXT("seed") "," COUNT("steps") "," COUNT("step") "," COUNT("calls") "," COUNT("since_ms") "," COUNT("left_ms") "," TEXT("why") "," TEXT("verdict") "," COUNT("exit"))},
    {"DrillRuns",    OBJECT(LIST("runs", "DrillRun"))},
    {"Drills",       OBJECT(LIST("drills", "Drill"))},
    {"DryRun",       OBJECT(COUNT("calls") "," COUNT("struck") "," LIST("rules", "Rule") ",\"changed\":{\"type\":\"array\"}," LIST("warnings", "Issue"))},
    {"Enabled",      OBJECT(FLAG("stopped") "," COUNT("rules"))},
    {"EventSample",  "{\"type\":\"object\"}"},
    {"EventSamples", OBJECT(TEXTS("events"))},
    {"Events",       "{\"type\":\"string\",\"description\":\"server-sent events, one JSON object each; `lost` tells how many since `after` are not kept any more\"}"},
    {"Explanation",  OBJECT(TEXT("request_id") ",\"outcome\":{\"type\":\"object\"}," LIST("rules", "GateOfRule"))},
    {"Faults",       OBJECT(COUNT("seed") "," FLAG("stopped") "," FLAG("playing") "," TEXT("halted_by") "," COUNT("active") ",\"reload\":{\"$ref\":\"#/components/schemas/Reload\"}," LIST("groups", "Group") "," LIST("scenarios", "Scenario") "," LIST("rules", "Rule") "," LIST("canned", "CannedAnswer"))},
    {"Function",     OBJECT(TEXT("account") "," TEXT("region") "," TEXT("function") "," TEXT("runtime") "," TEXT("handler") "," FLAG("has_code"))},
    {"Functions",    OBJECT(LIST("functions", "Function"))},
    {"GateOfRule",   OBJECT(TEXT("rule") "," TEXT("gate") "," TEXT("key") "," COUNT("n") "," NUMBER("draw") "," NUMBER("threshold") "," NUMBER("recomputed") "," FLAG("agrees") "," TEXT("text"))},
    {"Forgotten",    OBJECT(COUNT("forgotten"))},
    {"Group",        OBJECT(TEXT("name") "," TEXT("description") "," FLAG("enabled"))},
    {"Health",       OBJECT("\"status\":{\"enum\":[\"ok\",\"degraded\",\"unavailable\"]}," TEXT("version") "," TEXT("started_at") "," COUNT("seed") ",\"faults\":{\"type\":\"object\"},\"journal\":{\"type\":\"object\"}")},
    {"HeldCall",     OBJECT(COUNT("number") "," TEXT("request_id") "," TEXT("rule") "," TEXT("kind") "," TEXT("method") "," TEXT("path") "," TEXT("since") "," COUNT("age_ms") ",\"left_ms\":{\"type\":[\"integer\",\"null\"]}")},
    {"Index",        OBJECT("\"paths\":{\"type\":\"array\"}")},
    {"Instance",     OBJECT(TEXT("id") "," TEXT("account") "," TEXT("region") "," TEXT("function") "," TEXT("qualifier") ",\"state\":{\"enum\":[\"starting\",\"idle\",\"busy\",\"draining\"]}," FLAG("provisioned") "," COUNT("calls") "," COUNT("served") "," TEXT("ran") "," TEXT("created"))},
    {"Instances",    OBJECT(LIST("instances", "Instance"))},
    {"Issue",        OBJECT(TEXT("code") "," TEXT("file") "," COUNT("line") "," COUNT("column") "," TEXT("path") "," TEXT("message") "," TEXT("hint"))},
    {"Key",          OBJECT(TEXT("account") "," TEXT("region") "," TEXT("host") ",\"auth\":{\"enum\":[\"off\",\"lenient\",\"strict\"]}," TEXT("access_key_id") "," TEXT("access_key_secret") "," TEXT("security_token"))},
    {"LogLine",      OBJECT(COUNT("number") "," TEXT("time") ",\"kind\":{\"enum\":[\"line\",\"start\",\"end\",\"error\"]}," TEXT("account") "," TEXT("region") "," TEXT("service") "," TEXT("function") "," TEXT("version") "," TEXT("instance") "," TEXT("request_id") "," TEXT("text"))},
    {"LogOwner",     OBJECT(TEXT("service") "," TEXT("function") "," TEXT("account") "," TEXT("region") "," COUNT("lines") "," COUNT("bytes") "," COUNT("lost_lines") "," COUNT("lost_bytes"))},
    {"Logs",         OBJECT(COUNT("number") "," LIST("functions", "LogOwner") "," LIST("lines", "LogLine"))},
    {"Metrics",      "{\"type\":\"string\",\"description\":\"Prometheus text exposition format 0.0.4\"}"},
    {"Observation",  OBJECT(TEXT("request_id") "," TEXT("outcome") "," TEXT("exception") "," TEXT("code") "," TEXT("message") "," COUNT("attempts") "," TEXT("verdict"))},
    {"Observations", OBJECT(LIST("observations", "Observation"))},
    {"Playing",      OBJECT(FLAG("playing") "," COUNT("calls"))},
    {"Problem",      OBJECT(TEXT("type") "," TEXT("title") "," COUNT("status") "," TEXT("detail") "," LIST("errors", "Issue"))},
    {"Reaction",     OBJECT(TEXT("sdk") "," TEXT("operation") "," TEXT("failure") "," COUNT("calls") "," COUNT("attempts_least") "," COUNT("attempts_most") "," COUNT("transport_repeats") ",\"gaps_ms\":{\"type\":\"array\",\"items\":{\"type\":\"number\"}}")},
    {"Reactions",    OBJECT(LIST("rows", "Reaction"))},
    {"Released",     OBJECT(COUNT("released"))},
    {"Reload",       OBJECT(FLAG("accepted") "," TEXT("at") "," LIST("errors", "Issue") "," LIST("warnings", "Issue") "," TEXT("text"))},
    {"Reloaded",     OBJECT(FLAG("accepted") "," COUNT("rules") "," LIST("warnings", "Issue"))},
    {"Replayed",     OBJECT(COUNT("status") "," TEXT("request_id") "," TEXT("fault") "," TEXT("body"))},
    {"Request",      OBJECT(COUNT("number") "," TEXT("request_id") "," TEXT("time") "," NUMBER("duration_ms") "," COUNT("status") "," TEXT("code") "," TEXT("operation") "," TEXT("api") CALL_FACTS(FACT) "," COUNT("operation_status") "," TEXT("operation_code") "," TEXT("operation_body") "," TEXT("late") "," COUNT("late_status") "," TEXT("late_code") "," TEXT("rule") "," TEXT("kind") "," TEXT("fault") "," TEXT("outcome") "," COUNT("chain") "," COUNT("attempt") "," TEXT("repeated_by") "," TEXT("defaulted") "," TEXT("near_miss") "," TEXT("auth_note") "," TEXT("request_body_base64") "," TEXT("response_body_base64") "," TEXT("operation_body_base64") ",\"signature\":{\"$ref\":\"#/components/schemas/Signature\"}," LIST("rules", "GateOfRule"))},
    {"Requests",     OBJECT(COUNT("matched") "," COUNT("kept") "," COUNT("lost") "," LIST("requests", "Request"))},
    {"Retries",      OBJECT(COUNT("calls") "," COUNT("attempts") "," NUMBER("amplification") "," COUNT("transport_repeats") "," COUNT("duplicate_effects") "," COUNT("give_ups") "," LIST("chains", "Chain") ",\"profile\":{\"type\":\"object\"}")},
    {"Rule",         OBJECT(TEXT("id") ",\"state\":{\"enum\":[\"armed\",\"off\",\"stopped\",\"expired\",\"spent\"]}," FLAG("enabled") "," TEXT("description") "," TEXT("group") "," TEXTS("tags") "," TEXT("mode") ",\"priority\":{\"type\":\"integer\"}," TEXT("layer") "," COUNT("matched") "," COUNT("reached") "," COUNT("fired") "," COUNT("capped") "," TEXT("expires_at") "," TEXT("goes_back_at") "," TEXT("last_fired_at") "," TEXT("note") "," TEXT("source"))},
    {"RuleDocument", "{\"type\":\"object\",\"description\":\"a rule file; see /_fcemu/faults/schema.json\"}"},
    {"RuleInput",    "{\"type\":\"object\",\"description\":\"one rule of a rule file; see /_fcemu/faults/schema.json\",\"required\":[\"id\"]}"},
    {"Scenario",     OBJECT(TEXT("state"))},
    {"Schema",       "{\"type\":\"object\"}"},
    {"Seed",         OBJECT("\"seed\":{\"type\":[\"integer\",\"string\"]}")},
    {"Setting",      OBJECT(TEXT("key") ",\"value\":{}," TEXT("in_force") ",\"origin\":{\"enum\":[\"default\",\"file\",\"environment\",\"flag\"]}," TEXT("file") "," COUNT("line") "," COUNT("column") "," TEXT("flag") "," TEXT("variable") "," TEXT("default") "," TEXT("help"))},
    {"Settings",     OBJECT(TEXT("file") "," LIST("settings", "Setting"))},
    {"Signature",    OBJECT(TEXT("what") "," TEXT("expected") "," TEXT("seen") "," COUNT("differ_at") "," TEXT("hint"))},
    {"Signed",       OBJECT("\"auth\":{\"enum\":[\"off\",\"lenient\",\"strict\"]},\"headers\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}")},
    {"Stopped",      OBJECT(FLAG("stopped") "," COUNT("released"))},
    {"Switch",       OBJECT(FLAG("enabled") "," TEXT("for"))},
    {"Tape",         "{\"type\":\"string\",\"description\":\"one decision a line\"}"},
    {"Trigger",      OBJECT(TEXT("account") "," TEXT("region") "," TEXT("function") "," TEXT("trigger") "," TEXT("type") "," TEXT("qualifier") "," TEXT("source") "," FLAG("enabled") "," TEXT("next"))},
    {"TriggerFired", OBJECT(TEXT("account") "," TEXT("region") "," TEXT("function") "," TEXT("trigger") "," TEXT("type") "," TEXT("qualifier") "," TEXT("source") "," FLAG("enabled") "," TEXT("request_id") ",\"event\":{}")},
    {"Triggers",     OBJECT(LIST("triggers", "Trigger"))},
    {"TriggersFired", OBJECT(LIST("fired", "TriggerFired"))},
    {"Verdict",      OBJECT("\"verdict\":{\"enum\":[\"pass\",\"fail\",\"vacuous\",\"inconclusive\"]},\"results\":{\"type\":\"array\"}")},
    {"WasReset",     OBJECT(TEXTS("reset"))},
    {"Word",         "{\"type\":\"string\"}"},
    {"RpcMessage",   OBJECT(TEXT("jsonrpc") "," TEXT("method") "," "\"id\":{},\"params\":{\"type\":\"object\"}")},
    {"Page",         "{\"type\":\"string\"}"},
    {"Certificate",  "{\"type\":\"string\"}"},
    {"Resources",    OBJECT(FLAG("more") "," LIST("resources", "Resource"))},
    {"Resource",     OBJECT(TEXT("kind") "," TEXT("account") "," TEXT("region") "," TEXT("parent") "," TEXT("version") "," TEXT("name") "," FLAG("has_code") "," TEXT("modified_at") "," "\"document\":{\"type\":\"object\"}")},
};
/* clang-format on */

/* ---- operations ---- */

static const char *media_type(const char *schema)
{
    for (size_t i = 0; i < N_ELEMENTS(media_types); i++) {
        if (strcmp(media_types[i].schema, schema) == 0)
            return media_types[i].type;
    }
    return "application/json";
}

static void add_content(const char *type, const char *schema, struct buf *out)
{
    buf_printf(out, "\"%s\":{\"schema\":{\"$ref\":\"#/components/schemas/%s\"}}", type, schema);
}

/* Queries of paths other than /requests, whose filters are the journal's. */
static void add_words(const char *words, struct buf *out)
{
    const char *comma = "";
    struct str word, tail, rest = str_of(words);

    buf_puts(out, ",\"enum\":[");
    while (rest.ptr) {
        if (!str_cut(rest, ' ', &word, &tail))
            tail = STR_NONE;
        buf_printf(out, "%s\"" STR_FMT "\"", comma, STR_ARG(word));
        comma = ",";
        rest = tail;
    }
    buf_add_char(out, ']');
}

static void add_parameter(const char *name, const char *in, const char *words, const char **comma,
                          struct buf *out)
{
    buf_printf(out, "%s{\"name\":\"%s\",\"in\":\"%s\",\"schema\":{\"type\":\"string\"", *comma,
               name, in);
    if (words)
        add_words(words, out);
    buf_puts(out, "}}");
    *comma = ",";
}

static bool has_filters_of_journal(const struct admin_route *route)
{
    static const char *const paths[] = {"/clients", "/requests", "/retries"};

    for (size_t i = 0; i < N_ELEMENTS(paths); i++) {
        if (strcmp(route->path, paths[i]) == 0)
            return true;
    }
    return false;
}

static void add_parameters(const struct admin_route *route, struct buf *out)
{
    const char *comma = "";
    const struct admin_parameter *own;
    const char *name;

    buf_puts(out, ",\"parameters\":[");
    for (const char *p = strchr(route->path, '{'); p; p = strchr(p + 1, '{')) {
        buf_printf(out,
                   "%s{\"name\":\"%.*s\",\"in\":\"path\",\"required\":true,"
                   "\"schema\":{\"type\":\"string\"}}",
                   comma, (int)strcspn(p + 1, "}"), p + 1);
        comma = ",";
    }
    for (size_t i = 0; has_filters_of_journal(route) && (name = journal_query_name(i)); i++)
        add_parameter(name, "query", NULL, &comma, out);
    for (size_t i = 0; strcmp(route->path, "/logs") == 0 && (name = logs_query_name(i)); i++)
        add_parameter(name, "query", NULL, &comma, out);
    for (size_t i = 0; (own = admin_parameter_of(route, i)); i++)
        add_parameter(own->name, own->in, own->words, &comma, out);
    buf_add_char(out, ']');
}

static void add_request_body(const struct admin_route *route, struct buf *out)
{
    if (!route->takes)
        return;
    buf_printf(out, ",\"requestBody\":{\"required\":%s,\"content\":{",
               route->flags & (ADMIN_BODY | ADMIN_RAW) ? "true" : "false");
    bool merges = strcmp(route->method, "PATCH") == 0;

    add_content(merges ? "application/merge-patch+json" : media_type(route->takes), route->takes,
                out);
    if (!merges && strcmp(media_type(route->takes), "application/json") == 0) {
        buf_add_char(out, ',');
        add_content("application/yaml", route->takes, out);
    }
    buf_puts(out, "}}");
}

/* "getFaultsRulesById" for GET /faults/rules/{id}. */
static void add_operation_id(const struct admin_route *route, struct buf *out)
{
    bool begins = true; /* a word */

    for (const char *p = route->method; *p; p++)
        buf_add_char(out, (char)tolower((unsigned char)*p));
    for (const char *p = route->path; *p; p++) {
        if (*p == '{')
            buf_puts(out, "By");
        if (isalnum((unsigned char)*p))
            buf_add_char(out, begins ? (char)toupper((unsigned char)*p) : *p);
        begins = !isalnum((unsigned char)*p);
    }
    if (!route->path[0] || str_ends(str_of(route->path), STR("/")))
        buf_puts(out, "Index");
}

enum { OF_ALL, OF_GUARDED, OF_NAMED, OF_BODIES, OF_FILTERS, OF_PAGE };

/* How a call can be refused, and which calls can be. */
static const struct {
    int status;
    int whose;
    const char *meaning;
} refusals[] = {
    {400, OF_BODIES,  "the body has a member that nothing takes"   },
    {400, OF_FILTERS, "a parameter is unknown or has no such value"},
    {401, OF_GUARDED, "the token is missing or wrong"              },
    {403, OF_ALL,     "a page of another origin, or another user"  },
    {406, OF_PAGE,    "the client takes no gzip"                   },
    {404, OF_NAMED,   "there is nothing of this name"              },
    {413, OF_BODIES,  "the body is too large"                      },
    {415, OF_BODIES,  "the body is of another type"                },
    {422, OF_BODIES,  "the body does not say what this takes"      },
};

static bool can_be_refused(const struct admin_route *route, int whose)
{
    switch (whose) {
    case OF_GUARDED:
        return !(route->flags & ADMIN_OPEN);
    case OF_NAMED:
        return strchr(route->path, '{') != NULL;
    case OF_PAGE:
        return route->gives && strcmp(route->gives, "Page") == 0;
    case OF_BODIES:
        return route->takes != NULL;
    case OF_FILTERS:
        return !route->takes && !(route->flags & ADMIN_OPEN);
    default:
        return true;
    }
}

/* Answers that are no refusal, and no 200 either. */
static const struct {
    const char *path, *status, *gives, *meaning;
} further[] = {
    {"/health",          "503", "Health",       "not ready"                           },
    {"/async/drain",     "504", "AsyncDrained", "something is left"                   },
    {"/readyz",          "503", "Word",         "not ready"                           },
    {"/ui",              "302", "Page",         "to /_fcemu/ui/"                      },
    {"/requests/verify", "409", "Verdict",      "an assertion failed"                 },
    {"/requests/verify", "424", "Verdict",      "nothing can be said: see the verdict"},
};

static void add_answer(const char *status, const char *meaning, const char *type,
                       const char *schema, struct buf *out)
{
    buf_printf(out, "\"%s\":{\"description\":\"%s\",\"content\":{", status, meaning);
    add_content(type, schema, out);
    buf_puts(out, "}},");
}

static void add_answers(const struct admin_route *route, struct buf *out)
{
    if (route->gives)
        add_answer("200", "done", media_type(route->gives), route->gives, out);
    for (size_t i = 0; i < N_ELEMENTS(further); i++)
        if (strcmp(further[i].path, route->path) == 0)
            add_answer(further[i].status, further[i].meaning, media_type(further[i].gives),
                       further[i].gives, out);
    for (size_t i = 0; i < N_ELEMENTS(refusals); i++) {
        char status[8];

        snprintf(status, sizeof(status), "%d", refusals[i].status);
        if (can_be_refused(route, refusals[i].whose))
            add_answer(status, refusals[i].meaning, "application/problem+json", "Problem", out);
    }
    buf_puts(out, "\"default\":{\"description\":\"a problem, RFC 9457\",\"content\":{");
    add_content("application/problem+json", "Problem", out);
    buf_puts(out, "}}");
}

static void add_operation(const struct admin_route *route, struct buf *out)
{
    buf_add_char(out, '"');
    for (const char *p = route->method; *p; p++)
        buf_add_char(out, (char)tolower((unsigned char)*p));
    buf_puts(out, "\":{\"operationId\":\"");
    add_operation_id(route, out);
    buf_puts(out, "\",\"summary\":");
    buf_json_string(out, str_of(route->summary));
    add_parameters(route, out);
    add_request_body(route, out);
    buf_puts(out, ",\"responses\":{");
    add_answers(route, out);
    buf_add_char(out, '}');
    if (route->flags & ADMIN_OPEN)
        buf_puts(out, ",\"security\":[]");
    buf_add_char(out, '}');
}

static void add_paths(struct buf *out)
{
    size_t count;
    const struct admin_route *routes = admin_route_table(&count);

    for (size_t i = 0; i < count; i++) {
        bool first = i == 0 || strcmp(routes[i].path, routes[i - 1].path) != 0;
        bool last = i + 1 == count || strcmp(routes[i].path, routes[i + 1].path) != 0;

        if (first)
            buf_printf(out, "%s\"/_fcemu%s\":{", i ? "," : "", routes[i].path);
        else
            buf_add_char(out, ',');
        add_operation(&routes[i], out);
        if (last)
            buf_add_char(out, '}');
    }
}

static void add_body_schema(void *arg, const char *name, struct str schema)
{
    buf_printf(arg, ",\"%s\":" STR_FMT, name, STR_ARG(schema));
}

void openapi_text(const char *version, struct buf *out)
{
    buf_puts(out, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"fcemu control API\",\"version\":");
    buf_json_string(out, str_of(version));
    buf_puts(out, "},\"security\":[{},{\"bearer\":[]},{\"token\":[]}],\"paths\":{");
    add_paths(out);
    buf_puts(out, "},\"components\":{\"securitySchemes\":{"
                  "\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
                  "\"token\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"X-Fcemu-Token\"}},"
                  "\"schemas\":{");
    for (size_t i = 0; i < N_ELEMENTS(schemas); i++)
        buf_printf(out, "%s\"%s\":%s", i ? "," : "", schemas[i].name, schemas[i].schema);
    body_schemas(add_body_schema, out);
    buf_puts(out, "}}}");
}

void step_openapi(struct admin_call *call)
{
    struct buf body = {0};

    openapi_text(call->admin->context.version, &body);
    admin_answer(call, 200, "application/json", &body);
}

void step_index(struct admin_call *call)
{
    size_t count;
    const struct admin_route *routes = admin_route_table(&count);
    struct buf body = {0};

    buf_puts(&body, "{\"paths\":[");
    for (size_t i = 0; i < count; i++) {
        buf_printf(&body, "%s{\"method\":\"%s\",\"path\":\"/_fcemu%s\",\"summary\":", i ? "," : "",
                   routes[i].method, routes[i].path);
        buf_json_string(&body, str_of(routes[i].summary));
        buf_add_char(&body, '}');
    }
    buf_puts(&body, "]}");
    admin_json(call, 200, &body);
}
