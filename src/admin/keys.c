/* What a tool needs to call the emulated API: where its host is, a key where calls are signed, or
 * the signature itself for a tool that cannot make one, such as a page in a browser.
 */
#include <stdlib.h>

#include "admin/steps.h"
#include "crypto/digest.h"
#include "crypto/encode.h"

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

enum { FC_HEADERS_MAX = 32 };

/* Headers that are signed, by their names in lower case. */
struct fc_headers {
    struct str lines[FC_HEADERS_MAX]; /* "x-fc-date:…" */
    size_t count;
};

static bool is_fc_header(struct str name)
{
    return name.len > strlen("x-fc-") &&
           str_eq_nocase(str_slice(name, 0, strlen("x-fc-")), STR("x-fc-"));
}

static bool add_fc_header(struct admin_call *call, struct str name, struct str value,
                          struct fc_headers *out)
{
    struct str line = arena_strf(call->arena, STR_FMT ":" STR_FMT, STR_ARG(name), STR_ARG(value));
    char *text = (char *)(uintptr_t)line.ptr;

    if (out->count == FC_HEADERS_MAX) {
        admin_problem(call, 422, "headers: no more than %d are signed", FC_HEADERS_MAX);
        return false;
    }
    for (size_t i = 0; i < name.len; i++) /* a name of ASCII letters, or it is no header */
        text[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + ('a' - 'A') : text[i]);
    out->lines[out->count++] = line;
    return true;
}

static struct str name_of(struct str line)
{
    struct str name;

    str_cut(line, ':', &name, &(struct str){0});
    return name;
}

static int by_name(const void *a, const void *b)
{
    return str_compare(name_of(*(const struct str *)a), name_of(*(const struct str *)b));
}

/* False, and answered, when a header is none. @out_type: of the body, "" when it has none. */
static bool read_headers(struct admin_call *call, struct fc_headers *out, struct str *out_type)
{
    const cJSON *item;

    cJSON_ArrayForEach (item, json_get(call->document, "headers")) {
        struct str name = str_of(item->string);

        if (!cJSON_IsString(item)) {
            admin_problem(call, 422, "headers." STR_FMT ": must be a text", STR_ARG(name));
            return false;
        }
        if (str_eq_nocase(name, STR("Content-Type")))
            *out_type = str_of(item->valuestring);
        else if (is_fc_header(name) && !add_fc_header(call, name, str_of(item->valuestring), out))
            return false;
    }
    return true;
}

/* The scheme FC, dated by X-Fc-Date, for browsers let no page set Date. */
static struct str sign(struct admin_call *call, const struct admin_caller *caller,
                       struct fc_headers *headers, struct str type, struct str date)
{
    struct str method = json_get_str(call->document, "method");
    struct str path;
    OWN(buf_done) struct buf text = {0};
    uint8_t digest[DIGEST_SHA256_BYTES];

    str_cut(json_get_str(call->document, "path"), '?', &path, &(struct str){0});
    buf_printf(&text, STR_FMT "\n\n" STR_FMT "\n" STR_FMT "\n", STR_ARG(method), STR_ARG(type),
               STR_ARG(date));
    qsort(headers->lines, headers->count, sizeof(*headers->lines), by_name);
    for (size_t i = 0; i < headers->count; i++) {
        buf_add(&text, headers->lines[i]);
        buf_add_char(&text, '\n');
    }
    buf_add(&text, path);
    hmac_of(DIGEST_SHA256, caller->secret, buf_str(&text), digest);
    return arena_strf(
        call->arena, "FC " STR_FMT ":" STR_FMT, STR_ARG(caller->id),
        STR_ARG(base64_text((struct str){(const char *)digest, sizeof(digest)}, call->arena)));
}

static bool add_signature(struct admin_call *call, const struct admin_caller *caller, cJSON *out)
{
    char text[CLOCK_RFC1123_BYTES];
    struct fc_headers headers = {0};
    struct str type = STR("");
    struct str date;

    clock_format_rfc1123(clock_wall_ms(), text);
    date = str_of(text);
    if (!read_headers(call, &headers, &type) ||
        !add_fc_header(call, STR("x-fc-date"), date, &headers) ||
        !add_fc_header(call, STR("x-fc-security-token"), caller->token, &headers))
        return false;
    json_add_str(out, "X-Fc-Date", date);
    json_add_str(out, "X-Fc-Security-Token", caller->token);
    json_add_str(out, "Authorization", sign(call, caller, &headers, type, date));
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
