/* What a tool needs to call the emulated API: where its host is, a key where calls are signed, or
 * the signature itself for a tool that cannot make one, such as a page in a browser.
 */
#include "admin/steps.h"
#include "auth/auth.h"

static struct str text_or_digits(const struct admin_call *call, const char *name)
{
    const cJSON *value = json_get(call->document, name);
    struct str text = json_get_str(call->document, name);

    if (cJSON_IsNumber(value))
        return arena_strf(call->arena, "%.0f", value->valuedouble);
    return text.len ? text : STR_NONE;
}

/* False, and answered, where there are none. */
static bool find_caller(struct admin_call *call, bool always, struct admin_caller *out)
{
    const struct admin_context *context = &call->admin->context;
    const struct admin_caller_request request = {
        .account = text_or_digits(call, "account"),
        .region = text_or_digits(call, "region"),
        .always = always,
    };

    if (!context->caller) {
        admin_problem(call, 501, "there are no keys here");
        return false;
    }
    context->caller(context->owner, &request, call->arena, out);
    return true;
}

void step_key_make(struct admin_call *call)
{
    struct admin_caller caller;
    cJSON *answer;

    if (!find_caller(call, cJSON_IsTrue(json_get(call->document, "always")), &caller))
        return;
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

/* ---- a signature ---- */

enum { SIGNED_HEADERS_MAX = 32 };

/* False, and answered, when a header is none, or there are too many. */
static bool read_request(struct admin_call *call, struct http_request *out)
{
    const cJSON *item;

    out->method = json_get_str(call->document, "method");
    str_cut(json_get_str(call->document, "path"), '?', &out->path, &out->query);
    cJSON_ArrayForEach (item, json_get(call->document, "headers")) {
        if (!cJSON_IsString(item)) {
            admin_problem(call, 422, "headers.%s: must be a text", item->string);
            return false;
        }
        if (out->headers.count == SIGNED_HEADERS_MAX) {
            admin_problem(call, 422, "headers: no more than %d are signed", SIGNED_HEADERS_MAX);
            return false;
        }
        http_headers_add(&out->headers, call->arena, str_of(item->string),
                         str_of(item->valuestring));
    }
    return true;
}

/* Dated by X-Fc-Date, for browsers let no page set Date. */
static bool add_signature(struct admin_call *call, const struct admin_caller *caller, cJSON *out)
{
    char text[CLOCK_RFC1123_BYTES];
    struct http_request request = {0};
    struct str date;

    clock_format_rfc1123(clock_wall_ms(), text);
    date = str_of(text);
    if (!read_request(call, &request))
        return false;
    http_headers_add(&request.headers, call->arena, STR("X-Fc-Date"), date);
    http_headers_add(&request.headers, call->arena, STR("X-Fc-Security-Token"), caller->token);
    json_add_str(out, "X-Fc-Date", date);
    json_add_str(out, "X-Fc-Security-Token", caller->token);
    json_add_str(out, "Authorization",
                 auth_sign_fc(&request, date, caller->id, caller->secret, call->arena));
    return true;
}

void step_sign(struct admin_call *call)
{
    struct admin_caller caller;

    if (!json_get_str(call->document, "method").len ||
        !str_starts(json_get_str(call->document, "path"), STR("/"))) {
        admin_problem(call, 422,
                      "method and path: say what is signed, such as "
                      "\"GET\" and \"/2016-08-15/services\"");
        return;
    }
    if (!find_caller(call, false, &caller))
        return;
    OWN(json_free) cJSON *answer = cJSON_CreateObject();
    cJSON *headers = cJSON_AddObjectToObject(answer, "headers");

    json_add_str(answer, "auth", str_of(caller.mode));
    if (!str_is_set(caller.id) || add_signature(call, &caller, headers))
        admin_tree(call, 200, GIVE(answer));
}
