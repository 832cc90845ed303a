/* What is on: rules, groups, and everything again after a stop; each for good or for a time. */

#include "admin/steps.h"
#include "base/distance.h"
#include "conf/scalar.h"

/* ---- the body of a switch ---- */

/* "for" is a duration above 0, or not there; what else may be said, body.h knows. */
static bool take_for(struct admin_call *call, uint64_t *out_ns)
{
    const cJSON *time = cJSON_GetObjectItemCaseSensitive(call->document, "for");
    struct str text = json_get_str(call->document, "for");

    *out_ns = 0;
    if (time && (scalar_duration(text, out_ns) != SCALAR_OK || *out_ns == 0)) {
        OWN(buf_done) struct buf value = {0};

        json_print(time, false, &value);
        admin_problem(call, 422, "for: %s is not a duration above 0, such as \"10m\" or \"90s\"",
                      buf_text(&value));
        return false;
    }
    return true;
}

/* ---- one rule ---- */

static void switch_rule(struct admin_call *call, bool on)
{
    uint64_t for_ns;

    if (take_for(call, &for_ns))
        admin_answer_rule(call, fault_engine_enable_rule(call->admin->context.engine,
                                                         call->params[0], on, for_ns));
}

void step_rule_enable(struct admin_call *call)
{
    switch_rule(call, true);
}

void step_rule_disable(struct admin_call *call)
{
    switch_rule(call, false);
}

/* ---- a group ---- */

static int group_index(const struct admin *admin, struct str name)
{
    const struct fault_ruleset *set = fault_engine_ruleset(admin->context.engine);

    for (size_t i = 0; set && i < set->group_count; i++) {
        if (str_eq(set->groups[i].name, name))
            return (int)i;
    }
    return -1;
}

static void no_such_group(struct admin_call *call)
{
    const struct fault_ruleset *set = fault_engine_ruleset(call->admin->context.engine);
    struct nearest nearest = {.wanted = call->params[0]};

    for (size_t i = 0; set && i < set->group_count; i++)
        nearest_offer(&nearest, set->groups[i].name);
    admin_not_found(call, "group", &nearest);
}

void step_group_get(struct admin_call *call)
{
    int index = group_index(call->admin, call->params[0]);
    struct buf body = {0};

    if (index < 0) {
        no_such_group(call);
        return;
    }
    buf_printf(&body, "{\"enabled\":%s}",
               fault_engine_group_enabled(call->admin->context.engine, (size_t)index) ? "true"
                                                                                      : "false");
    admin_json(call, 200, &body);
    admin_etag(call);
}

void step_group_put(struct admin_call *call)
{
    const cJSON *enabled = cJSON_GetObjectItemCaseSensitive(call->document, "enabled");
    uint64_t for_ns;

    if (!admin_if_match(call) || !take_for(call, &for_ns))
        return;
    if (!cJSON_IsBool(enabled)) {
        admin_problem(call, 422, "send {\"enabled\": true} or {\"enabled\": false}");
        return;
    }
    if (fault_engine_enable_group(call->admin->context.engine, call->params[0],
                                  cJSON_IsTrue(enabled), for_ns) == 0)
        admin_touch(call->admin);
    step_group_get(call);
}

/* ---- everything ---- */

void step_faults_enable(struct admin_call *call)
{
    struct fault_engine *engine = call->admin->context.engine;
    struct buf body = {0};
    uint64_t for_ns;

    if (!admin_if_match(call) || !take_for(call, &for_ns))
        return;
    fault_engine_enable_all(engine, for_ns);
    admin_touch(call->admin);
    buf_printf(&body, "{\"stopped\":%s,\"rules\":%zu}",
               fault_engine_stopped(engine) ? "true" : "false",
               fault_engine_ruleset(engine) ? fault_engine_ruleset(engine)->rule_count : 0);
    admin_json(call, 200, &body);
    admin_etag(call);
}
