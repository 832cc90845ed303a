/* The decision tape: kept beside the engine, saved and played back here. */

#include "tape/tape.h"
#include "admin/steps.h"

void step_tape_get(struct admin_call *call)
{
    struct buf body = {0};

    tape_save(call->admin->context.tape, &body);
    admin_answer(call, 200, "application/x-ndjson", &body);
}

static void answer_state(struct admin_call *call)
{
    struct buf body = {0};

    admin_touch(call->admin);
    buf_printf(&body, "{\"playing\":%s,\"calls\":%zu}",
               tape_is_playing(call->admin->context.tape) ? "true" : "false",
               tape_playing_calls(call->admin->context.tape));
    admin_json(call, 200, &body);
    admin_etag(call);
}

void step_tape_put(struct admin_call *call)
{
    struct error err;
    struct str tape = call->request.body.ptr ? call->request.body : STR("");

    if (!admin_if_match(call))
        return;
    if (tape_play(call->admin->context.tape, tape, &err) < 0)
        admin_problem(call, 422, "%s", err.text);
    else
        answer_state(call);
}

/* Decide by the rules again, and record anew. */
void step_tape_delete(struct admin_call *call)
{
    struct error err;

    if (!admin_if_match(call))
        return;
    if (tape_play(call->admin->context.tape, STR_NONE, &err) < 0)
        admin_problem(call, 422, "%s", err.text);
    else
        answer_state(call);
}
