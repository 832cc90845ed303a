/*
 * Reading the rule files again because somebody asks for it: the answer waits until that is done.
 */
#include "admin/internal.h"
#include "admin/steps.h"
#include "fault/rule.h"

struct waiting {
    uint64_t number; /* of the attempt; a later one will do, too */
};

static void abandon(struct admin_call *call)
{
    admin_problem(call, 503, "the daemon is stopping");
}

void step_reload(struct admin_call *call)
{
    const struct admin_context *context = &call->admin->context;
    struct waiting *waiting = ARENA_NEW(call->arena, struct waiting);

    if (!context->reload) {
        admin_problem(call, 501, "there are no rule files here");
        return;
    }
    context->reload(context->owner);
    waiting->number = call->admin->reload.begun;
    call->state = waiting;
    admin_call_park(call, abandon);
}

static void answer(struct admin_call *call, const struct fault_ruleset *set)
{
    const struct reload_state *state = &call->admin->reload;
    struct buf body = {0};

    if (!state->accepted) {
        admin_problem_issues(call, 422, "the files are refused; the rules before them stay",
                             str_of(state->errors));
        return;
    }
    buf_printf(&body, "{\"accepted\":true,\"rules\":%zu,\"warnings\":%s}",
               set ? set->rule_count : 0, state->warnings);
    admin_json(call, 200, &body);
}

void reload_over(struct admin *admin, uint64_t number, const struct fault_ruleset *set)
{
    struct admin_call *next;

    for (struct admin_call *call = admin->parked; call; call = next) {
        const struct waiting *waiting = call->state;

        next = call->next_parked;
        if (call->route->begin != step_reload || waiting->number > number)
            continue;
        answer(call, set);
        admin_call_resume(call);
    }
}
