/*
 * The emulated state as a whole: forget it, sow the seeds again, save it to a folder, load it.
 *
 * What does it sits below and beside; the daemon hands it in as a callback.
 */
#include "admin/internal.h"
#include "admin/steps.h"
#include "base/mem.h"

struct state_change {
    struct admin_call *call; /* NULL: the admin has ended, nobody waits any more */
};

static void abandon(struct admin_call *call)
{
    struct state_change *change = call->state;

    change->call = NULL;
    admin_problem(call, 503, "the daemon is stopping");
}

static void changed(void *arg, const char *problem)
{
    struct state_change *change = arg;
    struct admin_call *call = change->call;
    struct buf body = {0};

    mem_free(GIVE(change));
    if (!call)
        return;
    if (problem) {
        admin_problem(call, 422, "%s", problem);
    } else {
        buf_puts(&body, "{\"done\":true}");
        admin_json(call, 200, &body);
    }
    if (call->parked)
        admin_call_resume(call);
}

static void change_state(struct admin_call *call, struct admin_state_request request)
{
    const struct admin_context *context = &call->admin->context;
    struct state_change *change;

    if (!context->state) {
        admin_problem(call, 501, "there is no state here");
        return;
    }
    change = mem_alloc(sizeof(*change));
    change->call = call;
    call->state = change;
    context->state(context->owner, &request, changed, change);
    if (!call->response.status)
        admin_call_park(call, abandon);
}

/* The folder of the body: absolute, because who asks may stand somewhere else than the daemon. */
static const char *folder_of(struct admin_call *call)
{
    struct str folder = json_get_str(call->document, "folder");

    if (str_starts(folder, STR("/")))
        return arena_dup(call->arena, folder);
    admin_problem(call, 422, "folder: expected an absolute path, such as /tmp/snapshot");
    return NULL;
}

void step_state_reset(struct admin_call *call)
{
    change_state(call,
                 (struct admin_state_request){
                     ADMIN_STATE_RESET,
                     .seed = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(call->document, "seed")),
                     .account = json_get_str(call->document, "account"),
                 });
}

void step_snapshot_save(struct admin_call *call)
{
    const char *folder = folder_of(call);

    if (folder)
        change_state(call, (struct admin_state_request){ADMIN_STATE_SAVE, .folder = folder});
}

void step_snapshot_load(struct admin_call *call)
{
    const char *folder = folder_of(call);

    if (folder)
        change_state(call, (struct admin_state_request){ADMIN_STATE_LOAD, .folder = folder});
}
