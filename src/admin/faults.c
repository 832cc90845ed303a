/* GET, PUT and DELETE of the rules as a whole, and checking a document. */

#include <inttypes.h>

#include "admin/compile.h"
#include "admin/rule_json.h"
#include "admin/steps.h"
#include "base/mem.h"
#include "tape/tape.h"

/* ---- reading ---- */

static void add_groups(const struct admin *admin, struct buf *out)
{
    const struct fault_ruleset *set = fault_engine_ruleset(admin->context.engine);

    buf_puts(out, ",\"groups\":[");
    for (size_t i = 0; set && i < set->group_count; i++) {
        buf_puts(out, i ? ",{\"name\":" : "{\"name\":");
        buf_json_string(out, set->groups[i].name);
        buf_puts(out, ",\"description\":");
        buf_json_string(out,
                        set->groups[i].description.len ? set->groups[i].description : STR_NONE);
        buf_printf(out, ",\"enabled\":%s}",
                   fault_engine_group_enabled(admin->context.engine, i) ? "true" : "false");
    }
    buf_add_char(out, ']');
}

static void add_scenarios(const struct admin *admin, struct buf *out)
{
    const struct fault_ruleset *set = fault_engine_ruleset(admin->context.engine);

    buf_puts(out, ",\"scenarios\":[");
    for (size_t i = 0; set && i < set->scenario_count; i++) {
        struct str value = STR_NONE;

        fault_engine_scenario(admin->context.engine, set->scenarios[i].name, &value);
        buf_puts(out, i ? ",{\"name\":" : "{\"name\":");
        buf_json_string(out, set->scenarios[i].name);
        buf_puts(out, ",\"state\":");
        buf_json_string(out, value.len ? value : STR_NONE);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

static void add_reload(const struct admin *admin, struct buf *out)
{
    char time[CLOCK_ISO_BYTES];

    clock_format_iso(admin->reload.wall_ms, time);
    buf_printf(out, ",\"reload\":{\"accepted\":%s,\"at\":\"%s\",\"errors\":%s,\"warnings\":%s",
               admin->reload.accepted ? "true" : "false", time,
               admin->reload.errors ? admin->reload.errors : "[]",
               admin->reload.warnings ? admin->reload.warnings : "[]");
    buf_puts(out, ",\"text\":");
    buf_json_string(out, str_of(admin->reload.text ? admin->reload.text : ""));
    buf_add_char(out, '}');
}

/* Answers are no faults: they have nothing that could be off, stopped or capped. */
static void add_canned(const struct admin *admin, struct buf *out)
{
    size_t count;
    struct fault_rule_stats *stats = rule_stats_all(admin->context.canned, &count);

    for (size_t i = 0; i < count; i++) {
        buf_puts(out, i ? ",{\"id\":" : "{\"id\":");
        buf_json_string(out, stats[i].rule->id);
        buf_puts(out, ",\"description\":");
        buf_json_string(out,
                        stats[i].rule->description.len ? stats[i].rule->description : STR_NONE);
        buf_printf(out,
                   ",\"priority\":%d,\"matched\":%" PRIu64 ",\"answered\":%" PRIu64 ",\"file\":",
                   stats[i].rule->priority, stats[i].matched, stats[i].fired);
        buf_json_string(out, str_of(stats[i].rule->at.file));
        buf_printf(out, ",\"line\":%" PRIu32 "}", stats[i].rule->at.line);
    }
    mem_free(stats);
}

static void answer_json(struct admin_call *call)
{
    const struct admin *admin = call->admin;
    const struct fault_engine *engine = admin->context.engine;
    const struct fault_condition *halted = fault_engine_halted(engine);
    size_t count;
    struct fault_rule_stats *stats = rule_stats_all(admin->context.engine, &count);
    struct buf body = {0};

    buf_printf(&body, "{\"seed\":%" PRIu64 ",\"stopped\":%s,\"playing\":%s,\"halted_by\":",
               fault_engine_seed(engine), fault_engine_stopped(engine) ? "true" : "false",
               tape_is_playing(admin->context.tape) ? "true" : "false");
    buf_json_string(&body, halted ? str_of(fault_condition_name(halted->kind)) : STR_NONE);
    buf_printf(&body, ",\"active\":%" PRIu32, fault_engine_active(engine));
    add_reload(admin, &body);
    add_groups(admin, &body);
    add_scenarios(admin, &body);
    buf_puts(&body, ",\"rules\":[");
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_char(&body, ',');
        rule_json(admin, &stats[i], false, &body);
    }
    buf_puts(&body, "],\"canned\":[");
    add_canned(admin, &body);
    buf_puts(&body, "]}");
    mem_free(stats);
    admin_json(call, 200, &body);
}

static void answer_yaml(struct admin_call *call)
{
    const struct fault_ruleset *set = fault_engine_ruleset(call->admin->context.engine);
    struct buf body = {0};

    if (set)
        fault_ruleset_print(set, &body);
    else
        buf_puts(&body, "version: 1\nrules: []\n");
    admin_answer(call, 200, "application/yaml", &body);
}

void step_faults_get(struct admin_call *call)
{
    bool yaml;

    if (!admin_wants_yaml(call, &yaml))
        return;
    if (yaml)
        answer_yaml(call);
    else
        answer_json(call);
    admin_etag(call);
}

/* ---- changing the layer ---- */

void step_faults_put_begin(struct admin_call *call)
{
    struct compile *compile;

    if (!admin_if_match(call))
        return;
    if (!cJSON_IsObject(call->document)) {
        admin_problem(call, 422, "a rule document is a mapping with version and rules");
        return;
    }
    compile = compile_new(call->admin, call->arena);
    compile->layer = layer_new();
    layer_put(compile->layer, cJSON_Duplicate(call->document, true));
    compile->whole = call->request.body;
    call->state = compile;
}

void step_faults_delete_begin(struct admin_call *call)
{
    struct compile *compile;

    if (!admin_if_match(call))
        return;
    compile = compile_new(call->admin, call->arena);
    compile->layer = layer_new();
    call->state = compile;
}

void step_faults_change_work(struct admin_call *call)
{
    compile_run(call->state);
}

void step_faults_change_finish(struct admin_call *call)
{
    struct compile *compile = call->state;

    if (call->generation != call->admin->generation) {
        admin_call_again(call); /* somebody else was faster; If-Match decides anew */
        return;
    }
    if (!compile->set) {
        http_headers_remove(&call->response.headers, STR("Location"));
        admin_problem_issues(call, 422, "nothing was changed: the rules have mistakes",
                             str_of(compile->errors));
        return;
    }
    struct buf body = {0};

    buf_printf(&body, "{\"rules\":%zu,\"warnings\":%s", compile->set->rule_count,
               compile->warnings);
    if (compile->left_out)
        buf_printf(&body, ",\"left_out\":%s", compile->left_out);
    buf_puts(&body, fault_engine_stopped(call->admin->context.engine) ? ",\"stopped\":true}" : "}");
    compile_take(call->admin, compile);
    admin_json(call, str_eq(call->request.method, STR("POST")) ? 201 : 200, &body);
    admin_etag(call);
}

/* ---- checking ---- */

void step_faults_check_begin(struct admin_call *call)
{
    struct compile *compile = compile_new(call->admin, call->arena);
    struct str alone = admin_query(call, "alone");

    /* By default the document is looked at as the one to be PUT: over the files. */
    if (str_eq_nocase(alone, STR("true")))
        compile->file_count = 0;
    compile->layer = layer_new();
    compile->whole = call->request.body.ptr ? call->request.body : STR("");
    call->state = compile;
}

void step_faults_check_work(struct admin_call *call)
{
    struct compile *compile = call->state;
    struct buf body = {0};

    compile_run(compile);
    if (!compile->set) {
        admin_problem_issues(call, 422, "the rules have mistakes", str_of(compile->errors));
        return;
    }
    buf_printf(&body, "{\"rules\":%zu,\"warnings\":%s}", compile->set->rule_count,
               compile->warnings);
    admin_json(call, 200, &body);
}
