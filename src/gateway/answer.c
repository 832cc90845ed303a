/*
 * Error bodies in the spelling each generation's clients read (official reference 2020-08-27 and
 * the SDKs' code; see docs/differences.md). The text is put together by hand: no JSON library on
 * the way of a fault.
 */
#include "base/buf.h"
#include "crypto/digest.h"
#include "gateway/exchange.h"
#include "gateway/internal.h"

enum { SPELLINGS_MAX = 3 };

/* As they stand in the body. */
struct spelling {
    struct str code;
    struct str message;
    bool plain;
};

/* Which keys an error body has, by generation and by `error_keys`, in this order. */
static size_t spellings(enum api_version api, enum fault_keys keys,
                        struct spelling out[SPELLINGS_MAX])
{
    static const struct spelling sdk = {STR_INIT("\"ErrorCode\":"), STR_INIT("\"ErrorMessage\":"),
                                        false};
    static const struct spelling documented = {STR_INIT("\"errorCode\":"),
                                               STR_INIT("\"errorMessage\":"), false};
    static const struct spelling plain = {STR_INIT("\"Code\":"), STR_INIT("\"Message\":"), true};
    size_t n = 0;

    if (api == API_2023) {
        out[n++] = plain;
        return n;
    }
    if (keys != KEYS_DOCUMENTED)
        out[n++] = sdk;
    if (keys != KEYS_SDK)
        out[n++] = documented;
    /* Clients of 2021-04-06 on the plain Tea core read only these (seen in client code). */
    if (api == API_2021 && keys != KEYS_DOCUMENTED)
        out[n++] = plain;
    return n;
}

static void add_key(struct buf *b, struct str key)
{
    buf_add_char(b, b->len == 0 ? '{' : ',');
    buf_add(b, key);
}

/* A value that stands in the text already: at @from, @len bytes with its quotes. */
static void repeat_member(struct buf *b, struct str key, size_t from, size_t len)
{
    add_key(b, key);
    buf_reserve(b, len);
    buf_add(b, (struct str){b->ptr + from, len});
}

/* Both members under each pair of keys; their values are made fit for JSON once. */
static void add_spellings(struct buf *b, const struct spelling *keys, size_t n, struct str code,
                          struct str message)
{
    size_t code_at;
    size_t code_len;
    size_t message_at;
    size_t message_len;

    add_key(b, keys[0].code);
    code_at = b->len;
    buf_json_string(b, code);
    code_len = b->len - code_at;
    add_key(b, keys[0].message);
    message_at = b->len;
    buf_json_string(b, message);
    message_len = b->len - message_at;
    for (size_t i = 1; i < n; i++) {
        repeat_member(b, keys[i].code, code_at, code_len);
        repeat_member(b, keys[i].message, message_at, message_len);
    }
}

void error_body(struct buf *b, enum api_version api, enum fault_keys keys, struct str request_id,
                struct str code, struct str message)
{
    struct spelling keys_of[SPELLINGS_MAX];
    size_t n = spellings(api, keys, keys_of);

    buf_reserve(b, 2 * n * (code.len + message.len + 32) + 96);
    add_spellings(b, keys_of, n, code, message);
    if (keys_of[n - 1].plain) {
        add_key(b, STR("\"RequestId\":"));
        buf_json_string(b, request_id);
    }
    buf_add_char(b, '}');
}

static enum fault_keys effective_keys(const struct exchange *x, enum fault_keys keys)
{
    const struct fault_ruleset *set = fault_engine_ruleset(x->gateway->parts.faults);

    if (keys != KEYS_DEFAULT)
        return keys;
    if (set && set->keys != KEYS_DEFAULT)
        return set->keys;
    return x->gateway->settings.error_keys != KEYS_DEFAULT ? x->gateway->settings.error_keys
                                                           : KEYS_BOTH;
}

static bool at_own_host(const struct exchange *x)
{
    return x->place.kind == PLACE_TRIGGER && str_eq(x->place.zone, STR("fcapp.run"));
}

/* Traffic for HTTP triggers is answered as 2016-08-15 does, but at hosts of fcapp.run (captures)
 * and for functions of 2023-03-30 in the keys of that. */
static enum api_version dialect_of(const struct exchange *x)
{
    bool later = x->facts.api == API_TRIGGER && (at_own_host(x) || exchange_is_of_2023(x));

    return later ? API_2023 : x->facts.api;
}

/* A bad answer is the function's error, every other one the service's. Documents and captures of
 * fcapp.run spell that differently. */
static struct str error_type(const struct exchange *x, struct str code)
{
    if (str_eq(code, STR("BadResponse")))
        return STR("UnhandledInvocationError");
    return at_own_host(x) ? STR("FCCommonError") : STR("FcCommonError");
}

void reply_common_headers(struct exchange *x, struct reply *reply)
{
    struct http_headers *headers = &reply->http.headers;

    if (!str_is_set(http_headers_get(headers, STR("X-Fc-Request-Id"))))
        http_headers_add(headers, x->arena, STR("X-Fc-Request-Id"), x->request_id);
    if (x->facts.api == API_2021 || x->facts.api == API_2023)
        http_headers_add(headers, x->arena, STR("X-Acs-Request-Id"), x->request_id);
}

static bool holds_request_id(const struct body_key *key)
{
    struct spelling keys_of[SPELLINGS_MAX];
    size_t n = spellings(key->dialect, key->keys, keys_of);

    return keys_of[n - 1].plain;
}

static struct str make_body(struct exchange *x, const struct body_key *key, struct str message)
{
    struct buf *body = &x->gateway->body_scratch;

    buf_clear(body);
    error_body(body, key->dialect, key->keys, x->request_id, x->reply.code, message);
    return buf_str(body);
}

/* An argument may hold what somebody sent, a host or a path: it is put in when the message has been
 * expanded, so that nothing of it is taken for a template. No message has control bytes. */
static const struct str arg_marks[FC_ERROR_ARGS_MAX] = {STR_INIT("\1"), STR_INIT("\2"),
                                                        STR_INIT("\3"), STR_INIT("\4")};

static struct str fill_in(const struct buf *message, struct buf *out, const struct str *args)
{
    struct str text = buf_str(message);

    buf_clear(out);
    for (size_t i = 0; i < text.len; i++) {
        size_t mark = (unsigned char)text.ptr[i];

        if (mark >= 1 && mark <= FC_ERROR_ARGS_MAX)
            buf_add(out, args[mark - 1]);
        else
            buf_add_char(out, text.ptr[i]);
    }
    return buf_str(out);
}

/* With the catalogue's own message. */
static struct str catalogue_body(struct exchange *x, const struct body_key *key,
                                 const struct str *args, size_t arg_count)
{
    struct buf *text = &x->gateway->scratch;
    struct buf *expanded = &x->gateway->expanded_scratch;
    struct str body = arg_count ? STR_NONE : bodies_find(&x->gateway->bodies, key);

    if (str_is_set(body))
        return body;
    buf_clear(text);
    fc_error_message(key->error, key->api, arg_marks, arg_count, text);
    buf_clear(expanded);
    bool filled = fault_expand_into(buf_str(text), &x->facts, x->wall_ms, expanded);

    body = make_body(x, key, fill_in(filled ? expanded : text, filled ? text : expanded, args));
    if (arg_count == 0 && !holds_request_id(key) && bodies_depend_on_region_only(buf_str(text)))
        bodies_keep(&x->gateway->bodies, key, body);
    return body;
}

void reply_error(struct exchange *x, const struct fc_error *error, const struct str *args,
                 size_t arg_count, struct str message, int status, enum fault_keys keys)
{
    struct reply *reply = &x->reply;
    struct body_key key = {
        .error = error,
        .api = x->facts.api,
        .dialect = dialect_of(x),
        .keys = effective_keys(x, keys),
        .region = x->facts.region,
    };

    *reply = (struct reply){.code = str_of(error->code)};
    reply->http.status = status ? status : fc_error_status(error, x->facts.api);
    reply->http.body =
        arena_str(x->arena, str_is_set(message) ? make_body(x, &key, message)
                                                : catalogue_body(x, &key, args, arg_count));
    reply->http.body_from_arena = true;
    http_headers_add(&reply->http.headers, x->arena, STR("Content-Type"), STR("application/json"));
    reply_common_headers(x, reply);
    if (x->facts.api == API_TRIGGER)
        http_headers_add(&reply->http.headers, x->arena, STR("X-Fc-Error-Type"),
                         error_type(x, reply->code));
    x->answered = true;
}
