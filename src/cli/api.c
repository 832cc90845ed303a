/* Calls of the emulated API, signed where they have to be. */
#include "cli/api.h"

#include <stdio.h>

#include "auth/auth.h"
#include "base/clock.h"
#include "base/distance.h"
#include "base/mem.h"
#include "base/query.h"
#include "cli/function_name.h"
#include "crypto/digest.h"
#include "crypto/encode.h"

/* ---- who calls ---- */

static void add_member(struct buf *out, const char *name, const char *value)
{
    if (!value)
        return;
    buf_printf(out, "%s\"%s\":", out->len > 1 ? "," : "", name);
    buf_json_string(out, str_of(value));
}

static struct str member(struct api *api, const cJSON *answer, const char *name)
{
    return arena_str(api->arena, json_get_str(answer, name));
}

int api_open(const struct cli_args *args, struct api *out)
{
    OWN(buf_done) struct buf body = {0};
    OWN(json_free) cJSON *answer = NULL;
    int r;

    *out = (struct api){.args = args};
    buf_add_char(&body, '{');
    add_member(&body, "account", cli_value(args, "account"));
    add_member(&body, "region", cli_value(args, "region"));
    buf_add_char(&body, '}');
    r = client_ask_json(args, "POST", "/_fcemu/keys", buf_str(&body), &answer);
    if (r != 0)
        return r;
    out->arena = arena_new();
    out->account = member(out, answer, "account");
    out->region = member(out, answer, "region");
    out->host = arena_dup(out->arena, json_get_str(answer, "host"));
    out->id = member(out, answer, "access_key_id");
    out->secret = member(out, answer, "access_key_secret");
    out->token = member(out, answer, "security_token");
    return 0;
}

void api_close(struct api *api)
{
    if (api && api->arena)
        arena_free(GIVE(api->arena));
}

/* ---- the scheme FC ---- */

static void add_header(const struct api *api, struct http_request *sent, const char *name,
                       struct str value)
{
    http_headers_add(&sent->headers, api->arena, str_of(name), value);
}

static void add_headers(struct api *api, const struct api_request *request, struct buf *out)
{
    char date[CLOCK_RFC1123_BYTES];
    struct http_request sent = {.method = str_of(request->method)};

    clock_format_rfc1123(clock_wall_ms(), date);
    str_cut(str_of(request->path), '?', &sent.path, &sent.query);
    add_header(api, &sent, "Date", str_of(date));
    if (request->content_type)
        add_header(api, &sent, "Content-Type", str_of(request->content_type));
    for (const struct api_header *h = request->headers; h && h->name; h++)
        add_header(api, &sent, h->name, str_of(h->value));
    if (str_is_set(api->token))
        add_header(api, &sent, "X-Fc-Security-Token", api->token);
    if (str_is_set(api->id))
        add_header(api, &sent, "Authorization",
                   auth_sign_fc(&sent, str_of(date), api->id, api->secret, api->arena));
    for (size_t i = 0; i < sent.headers.count; i++)
        buf_printf(out, STR_FMT ": " STR_FMT "\r\n", STR_ARG(sent.headers.items[i].name),
                   STR_ARG(sent.headers.items[i].value));
}

int api_call(struct api *api, const struct api_request *request, struct client_answer *out)
{
    OWN(buf_done) struct buf headers = {0};

    add_headers(api, request, &headers);
    return client_send(api->args,
                       &(struct client_request){.method = request->method,
                                                .path = request->path,
                                                .host = request->host ? request->host : api->host,
                                                .headers = buf_text(&headers),
                                                .body = request->body},
                       out);
}

const char *api_host(struct api *api, struct str region)
{
    return arena_printf(api->arena, STR_FMT "." STR_FMT ".fc.aliyuncs.com", STR_ARG(api->account),
                        STR_ARG(region));
}

/* ---- Log Service ---- */

static void add_log_lines(const struct api *api, size_t body_len, bool signs, struct buf *out)
{
    const char *format = signs ? "%s:%s\n" : "%s: %s\r\n";
    OWN(mem_free) char *len = mem_printf("%zu", body_len);

    if (str_is_set(api->token))
        buf_printf(out, format, "x-acs-security-token", api->token.ptr);
    buf_printf(out, format, "x-log-apiversion", "0.6.0");
    buf_printf(out, format, "x-log-bodyrawsize", len);
    buf_printf(out, format, "x-log-signaturemethod", "hmac-sha1");
}

static void md5_of(struct str body, char out[DIGEST_HEX_BYTES])
{
    digest_hex(DIGEST_MD5, body, out);
    for (char *c = out; *c; c++)
        *c = *c >= 'a' && *c <= 'f' ? (char)(*c - 'a' + 'A') : *c;
}

static void add_log_headers(struct api *api, const struct api_log_request *request, struct buf *out)
{
    OWN(buf_done) struct buf text = {0};
    char date[CLOCK_RFC1123_BYTES];
    char md5[DIGEST_HEX_BYTES] = "";
    uint8_t digest[DIGEST_SHA1_BYTES];
    const char *type = str_is_set(request->body) ? "application/json" : "";

    clock_format_rfc1123(clock_wall_ms(), date);
    if (str_is_set(request->body))
        md5_of(request->body, md5);
    buf_printf(out, "Date: %s\r\n", date);
    if (*type)
        buf_printf(out, "Content-Type: %s\r\nContent-MD5: %s\r\n", type, md5);
    add_log_lines(api, request->body.len, false, out);
    if (!str_is_set(api->id))
        return;
    buf_printf(&text, "%s\n%s\n%s\n%s\n", request->method, md5, type, date);
    add_log_lines(api, request->body.len, true, &text);
    buf_puts(&text, request->path);
    hmac_of(DIGEST_SHA1, api->secret, buf_str(&text), digest);
    buf_printf(
        out, "Authorization: LOG " STR_FMT ":" STR_FMT "\r\n", STR_ARG(api->id),
        STR_ARG(base64_text((struct str){(const char *)digest, sizeof(digest)}, api->arena)));
}

int api_call_log(struct api *api, const struct api_log_request *request, struct client_answer *out)
{
    OWN(buf_done) struct buf headers = {0};
    const char *host = arena_printf(api->arena, STR_FMT "%s" STR_FMT ".log.aliyuncs.com",
                                    STR_ARG(request->project), request->project.len ? "." : "",
                                    STR_ARG(request->region));

    add_log_headers(api, request, &headers);
    return client_send(api->args,
                       &(struct client_request){.method = request->method,
                                                .path = request->path,
                                                .host = host,
                                                .headers = buf_text(&headers),
                                                .body = request->body},
                       out);
}

/* ---- what is refused ---- */

static struct str either(const cJSON *error, const char *one, const char *other)
{
    struct str text = json_get_str(error, one);

    return str_is_set(text) ? text : json_get_str(error, other);
}

void api_error(struct api *api, const struct client_answer *answer, struct str *out_code,
               struct str *out_message)
{
    struct error err;
    OWN(json_free) cJSON *error = json_parse(buf_str(&answer->body), &err);

    *out_code = arena_str(api->arena, error ? either(error, "ErrorCode", "Code") : STR_NONE);
    *out_message =
        arena_str(api->arena, error ? either(error, "ErrorMessage", "Message") : STR_NONE);
}

void api_print_refusal(const struct api *api, const struct client_answer *answer)
{
    struct api own = *api;
    struct str code;
    struct str message;

    api_error(&own, answer, &code, &message);
    if (str_is_set(code))
        fprintf(stderr, "fcemu %s: " STR_FMT ": " STR_FMT " (%d)\n", api->args->verb->name,
                STR_ARG(code), STR_ARG(message), answer->status);
    else
        fprintf(stderr, "fcemu %s: the answer is %d: " STR_FMT "\n", api->args->verb->name,
                answer->status, STR_ARG(str_slice(buf_str(&answer->body), 0, 500)));
}

/* ---- functions ---- */

static cJSON *ask_functions(struct api *api, const char *text)
{
    OWN(buf_done) struct buf path = {0};
    cJSON *answer = NULL;

    buf_puts(&path, "/_fcemu/functions?");
    if (text)
        function_name_query(&path, "function", str_of(text));
    function_name_query(&path, "account", api->account);
    if (cli_value(api->args, "region"))
        function_name_query(&path, "region", api->region);
    if (client_ask_json(api->args, "GET", buf_text(&path), STR_NONE, &answer) != 0)
        return NULL;
    return answer;
}

/* Of several the one in the region that is asked anyway, then the one that has no service. */
static int weight(const struct api *api, const char *text, const cJSON *item)
{
    return 2 * str_eq(json_get_str(item, "region"), api->region) +
           str_eq(json_get_str(item, "function"), str_of(text));
}

static void take(struct api *api, const cJSON *item, struct api_function *out)
{
    struct str shown = json_get_str(item, "function");
    struct str service;
    struct str name;

    out->service = str_cut(shown, '/', &service, &name) ? arena_str(api->arena, service) : STR_NONE;
    api->region = arena_str(api->arena, json_get_str(item, "region"));
    api->host = api_host(api, api->region);
}

static int choose(struct api *api, const char *text, const cJSON *list, struct api_function *out)
{
    OWN(buf_done) struct buf names = {0};
    const cJSON *best = NULL;
    const cJSON *item;
    int most = -1;
    size_t equals = 0;

    cJSON_ArrayForEach (item, list) {
        int own = weight(api, text, item);

        equals = own > most ? 1 : equals + (own == most);
        best = own > most ? item : best;
        most = own > most ? own : most;
        buf_printf(&names, "%s'" STR_FMT "' in " STR_FMT, names.len ? " and " : "",
                   STR_ARG(json_get_str(item, "function")), STR_ARG(json_get_str(item, "region")));
    }
    if (equals > 1)
        return cli_usage(api->args, "'%s' may be %s: say which, with --region where that is all",
                         text, buf_text(&names));
    if (best)
        take(api, best, out);
    return 0;
}

int api_find_function(struct api *api, const char *text, struct api_function *out)
{
    struct function_name named;
    int r = function_name_read(api->args, text, &named);

    if (r != 0)
        return r;
    *out = (struct api_function){.service = named.service, .name = named.name};
    OWN(json_free) cJSON *answer = ask_functions(api, text);

    if (!answer)
        return EXIT_CODE_UNREACHABLE;
    return choose(api, text, json_get(answer, "functions"), out);
}

struct str api_nearest_function(struct api *api, const char *text)
{
    OWN(json_free) cJSON *answer = ask_functions(api, NULL);
    struct nearest nearest = {.wanted = str_of(text)};
    const cJSON *list = answer ? json_get(answer, "functions") : NULL;
    const cJSON *item;

    cJSON_ArrayForEach (item, list)
        nearest_offer(&nearest, json_get_str(item, "function"));
    return arena_str(api->arena, nearest.best);
}

const char *api_function_path(struct api *api, const struct api_function *function,
                              const char *qualifier)
{
    struct arena *arena = api->arena;
    struct str safe = percent_encode(function->name, false, arena);

    if (!str_is_set(function->service))
        return arena_printf(arena, "/2023-03-30/functions/" STR_FMT, STR_ARG(safe));
    return arena_printf(arena, "/2016-08-15/services/" STR_FMT "%s%s/functions/" STR_FMT,
                        STR_ARG(percent_encode(function->service, false, arena)),
                        qualifier ? "." : "", qualifier ? qualifier : "", STR_ARG(safe));
}
