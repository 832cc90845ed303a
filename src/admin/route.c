/* Method and path to a row of the route table. */
#include "admin/route.h"

#include "admin/events.h"
#include "admin/metrics.h"
#include "admin/steps.h"

/* clang-format off */
/* method, path, begin, work, finish, flags, takes, gives, summary */
static const struct admin_route routes[] = {
    {"GET",    "",                             step_index,              NULL,                     NULL,                       0,          NULL,           "Index",        "The paths that there are"},
    {"GET",    "/async",                       step_async_get,          NULL,                     NULL,                       0,          NULL,           "AsyncCalls",   "Asynchronous calls, those accepted first in front; ?function=, status=, account=, region="},
    {"GET",    "/async/{id}",                  step_async_show,         NULL,                     NULL,                       0,          NULL,           "AsyncCall",    "One of them with its event, its result and what happened to it"},
    {"POST",   "/async/drain",                 step_async_drain,        NULL,                     NULL,                       0,          "AsyncDrain",   "AsyncDrained", "What waits for its next attempt runs at once; answers when nothing is left, or with 504 after within"},
    {"POST",   "/async/{id}/retry",            step_async_again,         NULL,                     NULL,                       0,          NULL,           "AsyncAgain", "What waits for its next attempt runs now; what is over runs as a new call with the same event: 202 and its request id"},
    {"POST",   "/async/{id}/stop",             step_async_stop,          NULL,                     NULL,                       0,          NULL,           "Done", "End it, whether it waits or runs; 409 when it is over"},
    {"GET",    "/ca.pem",                      step_authority,          NULL,                     NULL,                       ADMIN_OPEN, NULL,           "Certificate",  "The certificate of the local authority, for clients to trust"},
    {"GET",    "/clients",                     NULL,                    step_clients_work,        NULL,                       0,          NULL,           "Reactions",    "How each kind of client reacted to each failure"},
    {"GET",    "/clock",                       step_clock_get,          NULL,                     NULL,                       0,          NULL,           "Clock",        "The virtual clock"},
    {"PUT",    "/clock",                       step_clock_put,          NULL,                     NULL,                       ADMIN_BODY, "ClockChange",  "Clock",        "Advance the virtual clock, freeze it, or let it run on"},
    {"DELETE", "/clock",                       step_clock_delete,       NULL,                     NULL,                       0,          NULL,           "Clock",        "Real time again"},
    {"GET",    "/coverage",                    step_coverage_begin,     NULL,                     NULL,                       0,          NULL,           "Coverage",     "Which errors were tried on which operations"},
    {"GET",    "/deliveries",                  step_deliveries_get,     NULL,                     NULL,                       0,          NULL,           "Deliveries",   "What queues, topics and buses would have got from asynchronous calls, oldest first; ?destination, function, account and region are globs, after=NUMBER"},
    {"DELETE", "/deliveries",                  step_deliveries_delete,  NULL,                     NULL,                       0,          NULL,           "Forgotten",    "Forget them, of all accounts or of one: ?account="},
    {"GET",    "/drills",                      step_drills_get,         NULL,                     NULL,                       0,          NULL,           "Drills",       "Definitions of drills in the rule files"},
    {"GET",    "/drills/{id}",                 step_drill_get,          NULL,                     NULL,                       0,          NULL,           "Drill",        "One definition"},
    {"POST",   "/drills/{id}/runs",            step_drill_run,          NULL,                     NULL,                       0,          "DrillStart",   "DrillRun",     "Start a drill: 202, a run to follow by its address or by events; 409 while another runs"},
    {"GET",    "/drills/report.schema.json",   step_report_schema,      NULL,                     NULL,                       0,          NULL,           "Schema",       "JSON Schema of a report"},
    {"GET",    "/drills/runs",                 step_runs_get,           NULL,                     NULL,                       0,          NULL,           "DrillRuns",    "The run under way and those that ended, oldest first"},
    {"GET",    "/drills/runs/{run}",           step_run_get,            NULL,                     NULL,                       0,          NULL,           "DrillRun",     "How far a run is, and its verdict once it is over"},
    {"DELETE", "/drills/runs/{run}",           step_run_delete,         NULL,                     NULL,                       0,          NULL,           "DrillRun",     "Stop a run: rules are as before it, the verdict is interrupted"},
    {"GET",    "/drills/runs/{run}/diff",      step_run_diff,            NULL,                     NULL,                       0,          NULL,           "Differences", "What differs between two reports that are kept, from that of ?from=RUN"},
    {"GET",    "/drills/runs/{run}/report",    step_run_report,         NULL,                     NULL,                       0,          NULL,           "DrillReport",  "The report; ?format=text, json, junit, markdown or html; ?wait=true until it is there; &attached=true: the run ends when this client leaves"},
    {"POST",   "/drills/runs/{run}/workload",  step_run_workload,       NULL,                     NULL,                       ADMIN_BODY, "WorkloadEnd",  "DrillRun",     "The workload has ended, and so the run"},
    {"GET",    "/events",                      step_events,             NULL,                     NULL,                       0,          NULL,           "Events",       "Server-sent events: call, fired, capped, expired, spent, stopped, reloaded, reload_refused; ?after=ID takes a stream up again"},
    {"GET",    "/faults",                      step_faults_get,         NULL,                     NULL,                       0,          NULL,           "Faults",       "The effective rules with their counters; ?format=yaml gives a loadable file"},
    {"PUT",    "/faults",                      step_faults_put_begin,   step_faults_change_work,  step_faults_change_finish,  ADMIN_BODY, "RuleDocument", "Changed",      "Replace the API layer, whole or not at all"},
    {"DELETE", "/faults",                      step_faults_delete_begin, step_faults_change_work, step_faults_change_finish,  0,          NULL,           "Changed",      "Drop the API layer"},
    {"GET",    "/faults/active",               step_active_get,         NULL,                     NULL,                       0,          NULL,           "Active",       "Held calls with age and rule"},
    {"DELETE", "/faults/active/{number}",      step_active_delete,      NULL,                     NULL,                       0,          NULL,           "Released",     "Release one held call"},
    {"GET",    "/faults/catalog",              NULL,                    step_catalog,             NULL,                       0,          NULL,           "Catalog",      "Codes, operations and outcomes, and which apply where"},
    {"POST",   "/faults/check",                step_faults_check_begin, step_faults_check_work,   NULL,                       ADMIN_RAW,  "RuleDocument", "Changed",      "Validate a document; ?alone=true without the rule files"},
    {"POST",   "/faults/dry-run",              step_dry_run_begin,      step_dry_run_work,        NULL,                       ADMIN_RAW,  "RuleDocument", "DryRun",       "What a document would have done to the last calls; ?last=500&over=files"},
    {"POST",   "/faults/enable",               step_faults_enable,      NULL,                     NULL,                       0,          "SwitchFor",    "Enabled",      "Bring everything back that a stop or /disable took"},
    {"POST",   "/faults/explain",              step_explain_begin,      NULL,                     NULL,                       ADMIN_BODY, "Explain",      "Explanation",  "Gate by gate, why each rule struck a call or did not"},
    {"GET",    "/faults/groups/{name}",        step_group_get,          NULL,                     NULL,                       0,          NULL,           "Switch",       "Is a group on"},
    {"PUT",    "/faults/groups/{name}",        step_group_put,          NULL,                     NULL,                       ADMIN_BODY, "SwitchInput",  "Switch",       "Switch a group; for: back again so long afterwards"},
    {"POST",   "/faults/reload",               step_reload,             NULL,                     NULL,                       0,          NULL,           "Reloaded",     "Read the rule files again, as on SIGHUP; answers when that is done"},
    {"POST",   "/faults/rules",                step_rule_add_begin,     step_faults_change_work,  step_faults_change_finish,  ADMIN_BODY, "RuleInput",    "Changed",      "Add a rule to the API layer; ?place=first, last or before:ID"},
    {"GET",    "/faults/rules/{id}",           step_rule_get,           NULL,                     NULL,                       0,          NULL,           "Rule",         "One rule with its counters and its source; ?format=yaml gives a loadable file"},
    {"PUT",    "/faults/rules/{id}",           step_rule_put_begin,     step_faults_change_work,  step_faults_change_finish,  ADMIN_BODY, "RuleInput",    "Changed",      "Replace a rule of the API layer"},
    {"PATCH",  "/faults/rules/{id}",           step_rule_patch_begin,   step_faults_change_work,  step_faults_change_finish,  ADMIN_BODY, "RuleInput",    "Changed",      "Change a rule of the API layer by JSON merge patch"},
    {"DELETE", "/faults/rules/{id}",           step_rule_delete_begin,  step_faults_change_work,  step_faults_change_finish,  0,          NULL,           "Changed",      "Remove a rule of the API layer"},
    {"POST",   "/faults/rules/{id}/arm",       step_rule_arm,           NULL,                     NULL,                       0,          NULL,           "Rule",         "Restart window, ramp, TTL and limit"},
    {"POST",   "/faults/rules/{id}/disable",   step_rule_disable,       NULL,                     NULL,                       0,          "SwitchFor",    "Rule",         "Switch a rule off; for: back again so long afterwards"},
    {"POST",   "/faults/rules/{id}/enable",    step_rule_enable,        NULL,                     NULL,                       0,          "SwitchFor",    "Rule",         "Switch a rule on and arm it; for: back again so long afterwards"},
    {"POST",   "/faults/rules/{id}/reset",     step_rule_reset,         NULL,                     NULL,                       0,          NULL,           "Rule",         "Zero counters and bursts of a rule"},
    {"GET",    "/faults/schema.json",          NULL,                    step_schema,              NULL,                       0,          NULL,           "Schema",       "JSON Schema of a rule file"},
    {"GET",    "/faults/seed",                 step_seed_get,           NULL,                     NULL,                       0,          NULL,           "Seed",         "The seed of all draws"},
    {"PUT",    "/faults/seed",                 step_seed_put,           NULL,                     NULL,                       ADMIN_BODY, "SeedInput",    "Seed",         "Set the seed; all rules start again"},
    {"POST",   "/faults/stop",                 step_stop,               NULL,                     NULL,                       0,          NULL,           "Stopped",      "Stop all: disable every rule, release every held call"},
    {"GET",    "/faults/tape",                 step_tape_get,           NULL,                     NULL,                       0,          NULL,           "Tape",         "The decisions of this run as NDJSON"},
    {"PUT",    "/faults/tape",                 step_tape_put,           NULL,                     NULL,                       ADMIN_RAW,  "Tape",         "Playing",      "Decide by a tape from now on"},
    {"DELETE", "/faults/tape",                 step_tape_delete,        NULL,                     NULL,                       0,          NULL,           "Playing",      "Decide by the rules again"},
    {"GET",    "/functions",                   step_functions_get,      NULL,                     NULL,                       0,          NULL,           "Functions",    "The functions of all accounts, regions and services; ?function=, account=, region="},
    {"POST",   "/functions/{name}/debug",      step_debug_start,        NULL,                     NULL,                       0,          "DebugInput",   "Debugged",     "Start the function under the debugger of its language, without time limits; port: N, wait: true until somebody has attached"},
    {"DELETE", "/functions/{name}/debug",      step_debug_stop,         NULL,                     NULL,                       0,          NULL,           "Debugged",     "No more of that; ?account=, region="},
    {"GET",    "/health",                      step_health,             NULL,                     NULL,                       0,          NULL,           "Health",       "State in full; 503 while it may not be used"},
    {"GET",    "/instances",                   step_instances_get,       NULL,                     NULL,                       0,          NULL,           "Instances", "The instances that run, with their state: starting, idle, busy, draining; ?function=, account=, region="},
    {"POST",   "/keys",                        step_key_make,           NULL,                     NULL,                       0,          "KeyInput",     "Key",          "What calls of the API need: host, and a temporary key for an hour where they are signed, or always"},
    {"GET",    "/livez",                       step_livez,              NULL,                     NULL,                       ADMIN_OPEN, NULL,           "Word",         "Is the daemon alive"},
    {"GET",    "/logs",                        step_logs,               NULL,                     NULL,                       0,          NULL,           "Logs",         "What functions print, oldest first; ?function, service, region, account, request_id, since, until, after; tail=N keeps the newest; follow=true streams"},
    {"POST",   "/mcp",                         step_mcp,                NULL,                     NULL,                       ADMIN_BODY, "RpcMessage",   "RpcMessage",   "The Model Context Protocol for coding assistants"},
    {"GET",    "/metrics",                     step_metrics,            NULL,                     NULL,                       0,          NULL,           "Metrics",      "Numbers for Prometheus"},
    {"GET",    "/observations",                NULL,                    step_observations_work,   NULL,                       0,          NULL,           "Observations", "What clients saw, beside what was sent"},
    {"POST",   "/observations",                step_observation_add,    NULL,                     NULL,                       ADMIN_BODY, "ObservationInput", "Observation",  "Tell what the client saw of a call"},
    {"GET",    "/openapi.json",                step_openapi,            NULL,                     NULL,                       0,          NULL,           "Description",     "This description"},
    {"GET",    "/readyz",                      step_readyz,             NULL,                     NULL,                       ADMIN_OPEN, NULL,           "Word",         "May the daemon be used"},
    {"GET",    "/requests",                    step_requests_begin,     step_requests_work,       NULL,                       0,          NULL,           "Requests",     "The journal, oldest first; ?format=ndjson or har exports it"},
    {"POST",   "/requests/verify",             step_verify_begin,       step_verify_work,         step_verify_finish,         ADMIN_BODY, "Verify",       "Verdict",      "Judge assertions: 200 pass, 409 fail, 424 vacuous or inconclusive"},
    {"GET",    "/requests/{id}",               NULL,                    step_request_work,        NULL,                       0,          NULL,           "Request",      "One call in full, by its request id"},
    {"POST",   "/requests/{id}/replay",        step_replay_begin,       NULL,                     NULL,                       0,          NULL,           "Replayed",     "Send a request of the journal again"},
    {"POST",   "/reset",                       step_reset,              NULL,                     NULL,                       0,          "Reset",        "WasReset",     "Forget counters, bursts, scenarios, journal, coverage, api_layer, clock"},
    {"GET",    "/resources",                   step_resources,          NULL,                     NULL,                       0,          NULL,           "Resources",    "What the emulated service keeps, everywhere; ?kind=, account=, region=, limit=1000"},
    {"GET",    "/retries",                     NULL,                    step_retries_work,        NULL,                       0,          NULL,           "Retries",      "Retry chains: gaps, growth, jitter, amplification"},
    {"GET",    "/retries/{chain}",             NULL,                    step_retry_work,          NULL,                       0,          NULL,           "Chain",        "One chain with its attempts"},
    {"GET",    "/scenarios/{name}",            step_scenario_get,       NULL,                     NULL,                       0,          NULL,           "Scenario",     "The state of a scenario"},
    {"PUT",    "/scenarios/{name}",            step_scenario_put,       NULL,                     NULL,                       ADMIN_BODY, "ScenarioInput", "Scenario",     "Set it"},
    {"GET",    "/settings",                    step_settings_get,        NULL,                     NULL,                       0,          NULL,           "Settings", "The settings in force and where each came from: default, file, environment, flag; ?key=GLOB; secrets are hidden"},
    {"POST",   "/sign",                        step_sign,               NULL,                     NULL,                       ADMIN_BODY, "SignInput",    "Signed",       "The headers that a call of the API needs where calls are signed, made with a temporary key; none elsewhere"},
    {"POST",   "/snapshots/diff",              step_snapshot_diff,       NULL,                     NULL,                       ADMIN_BODY, "Folder",           "Differences", "What leads from a snapshot to what there is now"},
    {"POST",   "/snapshots/load",              step_snapshot_load,      NULL,                     NULL,                       ADMIN_BODY, "Folder",       "Done",         "Replace the emulated resources by a snapshot, whole or not at all"},
    {"POST",   "/snapshots/save",              step_snapshot_save,      NULL,                     NULL,                       ADMIN_BODY, "Folder",       "Done",         "Write the emulated resources to a new folder"},
    {"POST",   "/state/reset",                 step_state_reset_begin,  step_state_reset_work,    step_state_reset_finish,    0,          "StateReset",   "Done",         "Forget the emulated resources; seed: true applies the seed files in the same step; account: A resets all of that account alone"},
    {"GET",    "/triggers",                    step_triggers_get,       NULL,                     NULL,                       0,          NULL,           "Triggers",     "The triggers of all functions; ?function=, trigger=, type=, account=, region="},
    {"POST",   "/triggers/emit",               step_trigger_emit,       NULL,                     NULL,                       ADMIN_BODY, "TriggerEmit",  "TriggersFired", "Something happens at a source: every trigger that hears of it calls its function"},
    {"GET",    "/triggers/events",             step_samples_get,        NULL,                     NULL,                       0,          NULL,           "EventSamples", "The types whose payload is documented"},
    {"GET",    "/triggers/events/{type}",      step_sample_get,         NULL,                     NULL,                       0,          NULL,           "EventSample",  "The payload of a type"},
    {"POST",   "/triggers/fire",               step_trigger_fire,       NULL,                     NULL,                       ADMIN_BODY, "TriggerFire",  "TriggerFired", "Fire one trigger now, with the payload of its type, changed by merge, or with event in its place: 202 and the request id of the asynchronous call"},
    {"GET",    "/ui",                          step_page_moved,         NULL,                     NULL,                       ADMIN_OPEN, NULL,           NULL,           "To the page"},
    {"GET",    "/ui/",                         step_page,               NULL,                     NULL,                       ADMIN_OPEN, NULL,           "Page",         "The page for people: calls, faults, functions, drills, state"},
    {"GET",    "/ui/{file}",                   step_page_file,          NULL,                     NULL,                       ADMIN_OPEN, NULL,           "Page",         "A file of the page"},
};
/* clang-format on */

const struct admin_route *admin_route_table(size_t *out_count)
{
    *out_count = N_ELEMENTS(routes);
    return routes;
}

/* Does the path fit the template? Parameters take one segment that is not empty. */
static bool path_fits(const char *pattern, struct str path, struct arena *arena,
                      struct route_match *out)
{
    struct str want_rest = str_of(pattern), got_rest = path;

    out->param_count = 0;
    while (want_rest.ptr && got_rest.ptr) {
        struct str want, got;

        if (!str_cut(want_rest, '/', &want, &want_rest))
            want_rest = STR_NONE;
        if (!str_cut(got_rest, '/', &got, &got_rest))
            got_rest = STR_NONE;
        if (want.len && want.ptr[0] == '{') {
            if (!got.len || !percent_decode(got, false, arena, &out->params[out->param_count++]))
                return false;
        } else if (!str_eq(want, got)) {
            return false;
        }
    }
    return !want_rest.ptr && !got_rest.ptr;
}

static bool method_fits(const char *method, struct str asked)
{
    return str_eq(str_of(method), str_eq(asked, STR("HEAD")) ? STR("GET") : asked);
}

static bool is_fixed(const char *pattern)
{
    return strchr(pattern, '{') == NULL;
}

static void add_allowed(struct route_match *out, const char *method, struct arena *arena)
{
    out->allowed = out->allowed.ptr
                       ? arena_strf(arena, STR_FMT ", %s", STR_ARG(out->allowed), method)
                       : arena_str(arena, str_of(method));
}

enum route_result route_find(struct str method, struct str path, struct arena *arena,
                             struct route_match *out)
{
    struct route_match match = {0};

    *out = (struct route_match){0};
    if (str_eq(path, STR("/")))
        path = STR("");
    /* Fixed paths first: /requests/verify is no request id. */
    for (int fixed = 1; fixed >= 0; fixed--) {
        for (size_t i = 0; i < N_ELEMENTS(routes); i++) {
            if (is_fixed(routes[i].path) != fixed ||
                !path_fits(routes[i].path, path, arena, &match))
                continue;
            if (method_fits(routes[i].method, method)) {
                match.route = &routes[i];
                *out = match;
                return ROUTE_FOUND;
            }
            add_allowed(out, routes[i].method, arena);
        }
        if (out->allowed.ptr)
            return ROUTE_WRONG_METHOD;
    }
    return ROUTE_UNKNOWN;
}
