/*
 * The emulated state as a whole, or that of one account: forget it, sow the seeds again, save it to
 * a folder, load it.
 *
 * What does it sits below and beside; the daemon hands it in as a callback.
 */
#include "admin/compile.h"
#include "admin/internal.h"
#include "admin/layer.h"
#include "admin/steps.h"
#include "base/mem.h"

struct state_change {
    struct admin_call *call; /* NULL: the admin has ended, nobody waits any more */
    bool compares;
    struct buf lines;
};

static void abandon(struct admin_call *call)
{
    struct state_change *change = call->state;

    change->call = NULL;
    admin_problem(call, 503, "the daemon is stopping");
}

static void answer(struct admin_call *call, const struct state_change *change)
{
    cJSON *json = cJSON_CreateObject();

    if (change->compares)
        admin_add_lines(cJSON_AddArrayToObject(json, "differences"), buf_str(&change->lines));
    else
        cJSON_AddTrueToObject(json, "done");
    admin_tree(call, 200, json);
}

static void changed(void *arg, const char *problem)
{
    struct state_change *change = arg;
    struct admin_call *call = change->call;
    if (call && problem)
        admin_problem(call, 422, "%s", problem);
    else if (call)
        answer(call, change);
    buf_done(&change->lines);
    mem_free(change);
    if (call && call->parked)
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
    *change = (struct state_change){.call = call, .compares = request.what == ADMIN_STATE_DIFF};
    if (change->compares)
        request.lines = &change->lines;
    call->state = change;
    context->state(context->owner, &request, changed, change);
    if (!call->response.status)
        admin_call_park(call, abandon);
}

/* ---- reset ---- */

/* As text, or as the number that YAML makes of it. */
static struct str account_of(struct admin_call *call)
{
    const cJSON *account = cJSON_GetObjectItemCaseSensitive(call->document, "account");

    if (cJSON_IsNumber(account))
        return arena_strf(call->arena, "%.0f", account->valuedouble);
    return json_get_str(call->document, "account");
}

/* Rules that were added for this account alone go with it. NULL: there are none. */
static struct compile *without_rules_of(struct admin_call *call, struct str account)
{
    const struct admin *admin = call->admin;
    const struct fault_ruleset *set = fault_engine_ruleset(admin->context.engine);
    struct compile *compile = NULL;

    for (size_t i = 0; set && i < set->rule_count; i++) {
        const struct fault_rule *rule = &set->rules[i];

        if (!fault_rule_is_of_account(rule, account) || !layer_rule(admin->layer, rule->id))
            continue;
        if (!compile) {
            compile = compile_new(call->admin, call->arena);
            compile->layer = layer_copy(admin->layer);
        }
        layer_remove(compile->layer, rule->id);
    }
    return compile;
}

void step_state_reset_begin(struct admin_call *call)
{
    struct str account = account_of(call);

    if (str_is_set(account))
        call->state = without_rules_of(call, account);
}

void step_state_reset_work(struct admin_call *call)
{
    if (call->state)
        compile_run(call->state);
}

/* False when the call was answered, or starts over. */
static bool take_rules(struct admin_call *call, struct compile *compile)
{
    if (!compile)
        return true;
    if (call->generation != call->admin->generation) {
        admin_call_again(call); /* somebody else changed the rules meanwhile */
        return false;
    }
    if (!compile->set) {
        admin_problem_issues(call, 422,
                             "nothing was changed: the rules that are left have mistakes",
                             str_of(compile->errors));
        return false;
    }
    compile_take(call->admin, compile);
    return true;
}

static void forget_account(struct admin *admin, struct str account)
{
    fault_engine_reset_account(admin->context.engine, account);
    journal_forget_account(admin->context.journal, account);
    if (admin->context.chains)
        chain_tracker_forget_account(admin->context.chains, account);
}

void step_state_reset_finish(struct admin_call *call)
{
    struct str account = account_of(call);

    if (!take_rules(call, GIVE(call->state)))
        return;
    if (str_is_set(account))
        forget_account(call->admin, account);
    change_state(call,
                 (struct admin_state_request){
                     ADMIN_STATE_RESET,
                     .seed = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(call->document, "seed")),
                     .account = account,
                 });
}

/* ---- snapshots ---- */

/* The folder of the body: absolute, because who asks may stand somewhere else than the daemon. */
static const char *folder_of(struct admin_call *call)
{
    struct str folder = json_get_str(call->document, "folder");

    if (!str_starts(folder, STR("/")))
        admin_problem(call, 422, "folder: expected an absolute path, such as /tmp/snapshot");
    else if (str_has_control(folder))
        admin_problem(call, 422, "folder: a control character in a path; choose another name");
    else
        return arena_dup(call->arena, folder);
    return NULL;
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

void step_snapshot_diff(struct admin_call *call)
{
    const char *folder = folder_of(call);

    if (folder)
        change_state(call, (struct admin_state_request){ADMIN_STATE_DIFF, .folder = folder});
}
