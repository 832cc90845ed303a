/* What a tool needs to call the emulated API: where its host is, and a key where calls are signed.
 */
#include "admin/steps.h"

static struct str text_or_digits(const struct admin_call *call, const char *name)
{
    const cJSON *value = json_get(call->document, name);
    struct str text = json_get_str(call->document, name);

    if (cJSON_IsNumber(value))
        return arena_strf(call->arena, "%.0f", value->valuedouble);
    return text.len ? text : STR_NONE;
}

void step_key_make(struct admin_call *call)
{
    const struct admin_context *context = &call->admin->context;
    const struct admin_caller_request request = {
        .account = text_or_digits(call, "account"),
        .region = text_or_digits(call, "region"),
        .always = cJSON_IsTrue(json_get(call->document, "always")),
    };
    struct admin_caller caller;
    cJSON *answer;

    if (!context->caller) {
        admin_problem(call, 501, "there are no keys here");
        return;
    }
    context->caller(context->owner, &request, call->arena, &caller);
    answer = cJSON_CreateObject();
    json_add_str(answer, "account", caller.account);
    json_add_str(answer, "region", caller.region);
    json_add_str(answer, "host",
                 arena_strf(call->arena, STR_FMT "." STR_FMT ".fc.aliyuncs.com",
                            STR_ARG(caller.account), STR_ARG(caller.region)));
    json_add_str(answer, "auth", str_of(caller.mode));
    json_add_str(answer, "access_key_id", caller.id);
    json_add_str(answer, "access_key_secret", caller.secret);
    json_add_str(answer, "security_token", caller.token);
    admin_tree(call, 200, answer);
}
