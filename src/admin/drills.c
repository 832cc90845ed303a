/* Definitions of drills, as they stand in the rule files. */

#include "admin/steps.h"

/* A list, for json_free(). */
static cJSON *definitions(const struct admin *admin)
{
    struct error err;
    cJSON *drills = json_parse(str_of(admin->drills ? admin->drills : "[]"), &err);

    return drills ? drills : cJSON_CreateArray();
}

void step_drills_get(struct admin_call *call)
{
    cJSON *answer = cJSON_CreateObject();

    cJSON_AddItemToObject(answer, "drills", definitions(call->admin));
    admin_tree(call, 200, answer);
}

static cJSON *find_drill(cJSON *drills, struct str id)
{
    for (cJSON *drill = drills->child; drill; drill = drill->next) {
        if (str_eq(json_get_str(drill, "id"), id))
            return drill;
    }
    return NULL;
}

void step_drill_get(struct admin_call *call)
{
    OWN(json_free) cJSON *drills = definitions(call->admin);
    cJSON *drill = find_drill(drills, call->params[0]);

    if (drill)
        admin_tree(call, 200, cJSON_DetachItemViaPointer(drills, drill));
    else
        admin_problem(call, 404, "no drill '" STR_FMT "'", STR_ARG(call->params[0]));
}

void step_drill_run(struct admin_call *call)
{
    admin_problem(call, 501,
                  "this build does not run drills; drive the rules with "
                  "/_fcemu/faults and judge with /_fcemu/requests/verify");
}
