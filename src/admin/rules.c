/* One rule: of the API layer to change, of any layer to look at and to switch. */

#include "admin/compile.h"
#include "admin/merge.h"
#include "admin/rule_json.h"
#include "admin/steps.h"
#include "admin/unwrap.h"
#include "base/distance.h"
#include "conf/document.h"

static void no_such_rule(struct admin_call *call)
{
    const struct fault_ruleset *set = fault_engine_ruleset(call->admin->context.engine);
    struct nearest nearest = {.wanted = call->params[0]};

    for (size_t i = 0; set && i < set->rule_count; i++)
        nearest_offer(&nearest, set->rules[i].id);
    for (size_t i = 0; set && i < set->group_count; i++)
        if (str_eq(set->groups[i].name, nearest.wanted))
            nearest.best = arena_strf(call->arena, "group:" STR_FMT, STR_ARG(nearest.wanted));
    admin_not_found(call, "rule", &nearest);
}

void step_rule_get(struct admin_call *call)
{
    struct fault_rule_stats stats;
    struct buf body = {0};
    bool yaml;

    if (!admin_wants_yaml(call, &yaml))
        return;
    if (!rule_stats_find(call->admin, call->params[0], &stats)) {
        no_such_rule(call);
        return;
    }
    if (yaml) {
        fault_rule_print(fault_engine_ruleset(call->admin->context.engine), stats.rule, &body);
        admin_answer(call, 200, "application/yaml", &body);
    } else {
        rule_json(call->admin, &stats, true, &body);
        admin_json(call, 200, &body);
    }
    admin_etag(call);
}

/* ---- changing ---- */

/* A change is compiled over a copy of the layer; nothing else sees it until it is taken. */
static struct compile *start_change(struct admin_call *call)
{
    if (!admin_if_match(call))
        return NULL;
    struct compile *compile = compile_new(call->admin, call->arena);

    compile->layer = layer_copy(call->admin->layer);
    call->state = compile;
    return compile;
}

static bool parse_place(struct admin_call *call, enum layer_place *out, struct str *out_before)
{
    struct str place = admin_query(call, "place");
    struct str before = STR("before:");

    *out = LAYER_LAST;
    *out_before = STR_NONE;
    if (str_starts(place, before)) {
        *out = LAYER_BEFORE;
        *out_before = str_slice(place, before.len, place.len);
    } else if (str_eq(place, STR("first"))) {
        *out = LAYER_FIRST;
    } else if (place.ptr && !str_eq(place, STR("last"))) {
        admin_problem(call, 400, "place '" STR_FMT "' is not one of first, last, before:ID",
                      STR_ARG(place));
        return false;
    }
    return true;
}

/* The sender's own text is compiled where it can be, so that messages point into it. */
static void point_into_body(struct admin_call *call, struct compile *compile)
{
    if (cJSON_GetObjectItemCaseSensitive(call->document, "rules"))
        return; /* a rule file around it */
    compile->own = arena_str(call->arena, json_get_str(call->document, "id"));
    compile->own_text = call->request.body;
}

static bool is_new(struct admin_call *call, struct str id)
{
    struct fault_rule_stats stats;

    if (!rule_stats_find(call->admin, id, &stats))
        return true;
    admin_problem(call, 409, "there is a rule '" STR_FMT "' already", STR_ARG(id));
    return false;
}

void step_rule_add_begin(struct admin_call *call)
{
    enum layer_place place;
    struct str before;
    struct compile *compile;
    cJSON *rule;

    if (!parse_place(call, &place, &before) || !(compile = start_change(call)) ||
        !(rule = rule_unwrap(call, compile->layer, &compile->left_out)))
        return;
    struct str id = arena_str(call->arena, json_get_str(rule, "id"));

    if (!is_new(call, id)) {
        json_free(rule);
        return;
    }
    if (layer_add(compile->layer, rule, place, before) == LAYER_NOT_FOUND) {
        admin_problem(call, 409,
                      "no rule '" STR_FMT "' in the API layer to be placed before; use "
                      "'priority' to be asked before a rule of a file",
                      STR_ARG(before));
        return;
    }
    point_into_body(call, compile);
    admin_header(call, "Location",
                 arena_strf(call->arena, "/_fcemu/faults/rules/" STR_FMT, STR_ARG(id)));
}

static bool is_ours_to_change(struct admin_call *call)
{
    struct str id = call->params[0];
    struct fault_rule_stats stats;

    if (layer_rule(call->admin->layer, id))
        return true;
    if (rule_stats_find(call->admin, id, &stats))
        admin_problem(call, 409,
                      "rule '" STR_FMT "' stands in %s; change it there, or switch it "
                      "with /enable and /disable",
                      STR_ARG(id), stats.rule->at.file ? stats.rule->at.file : "a file");
    else
        no_such_rule(call);
    return false;
}

static bool keeps_id(struct admin_call *call, const cJSON *rule)
{
    if (str_eq(json_get_str(rule, "id"), call->params[0]))
        return true;
    admin_problem(call, 422, "the rule's id must stay '" STR_FMT "'", STR_ARG(call->params[0]));
    return false;
}

void step_rule_put_begin(struct admin_call *call)
{
    struct compile *compile;
    cJSON *rule;

    if (!is_ours_to_change(call) || !(compile = start_change(call)) ||
        !(rule = rule_unwrap(call, compile->layer, &compile->left_out)))
        return;
    if (!keeps_id(call, rule)) {
        json_free(rule);
        return;
    }
    layer_replace(compile->layer, call->params[0], rule);
    point_into_body(call, compile);
}

void step_rule_patch_begin(struct admin_call *call)
{
    struct compile *compile;

    if (!is_ours_to_change(call) || !(compile = start_change(call)))
        return;
    cJSON *patched = merge_patch(layer_rule(compile->layer, call->params[0]), call->document);

    if (!keeps_id(call, patched)) {
        json_free(patched);
        return;
    }
    layer_replace(compile->layer, call->params[0], patched);
}

void step_rule_delete_begin(struct admin_call *call)
{
    struct compile *compile;

    if (is_ours_to_change(call) && (compile = start_change(call)))
        layer_remove(compile->layer, call->params[0]);
}

/* ---- arming, counting anew ---- */

void admin_answer_rule(struct admin_call *call, int result)
{
    if (result == FAULT_NOT_FOUND) {
        no_such_rule(call);
        return;
    }
    admin_touch(call->admin);
    step_rule_get(call);
}

void step_rule_arm(struct admin_call *call)
{
    admin_answer_rule(call, fault_engine_arm(call->admin->context.engine, call->params[0]));
}

void step_rule_reset(struct admin_call *call)
{
    admin_answer_rule(call, fault_engine_reset(call->admin->context.engine, call->params[0]));
}
