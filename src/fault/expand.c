/*
 * Templates in answers: {{name}}, {{now}} with an offset, and parts of the request's body. The time
 * is written as an HTTP date, because dates in headers are what drills change. What is not known
 * stays as it is, so that a body which happens to hold braces is sent unchanged.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "conf/scalar.h"
#include "fault/internal.h"

enum { VALUE_BYTES = 128 }; /* of what commonly stands in for the names */

static struct str operation_name(const struct fault_call *call)
{
    return call->op ? str_of(call->op->name) : STR_NONE;
}

#define CALL_FIELD(field)                                                                          \
    static struct str call_##field(const struct fault_call *call)                                  \
    {                                                                                              \
        return call->field;                                                                        \
    }
CALL_FIELD(path)
CALL_FIELD(method)
CALL_FIELD(function)
CALL_FIELD(service)
CALL_FIELD(account)
CALL_FIELD(region)
CALL_FIELD(request_id)

static const struct {
    struct str name;
    struct str (*value)(const struct fault_call *call);
} variables[] = {
    {STR_INIT("path"),       call_path      },
    {STR_INIT("method"),     call_method    },
    {STR_INIT("function"),   call_function  },
    {STR_INIT("service"),    call_service   },
    {STR_INIT("operation"),  operation_name },
    {STR_INIT("account"),    call_account   },
    {STR_INIT("region"),     call_region    },
    {STR_INIT("request_id"), call_request_id},
};

/* "+20m" or "-5s"; empty is 0. */
static bool offset_parse(struct str text, int64_t *out_ms)
{
    uint64_t ns;

    *out_ms = 0;
    if (text.len == 0)
        return true;
    if ((text.ptr[0] != '+' && text.ptr[0] != '-') ||
        scalar_duration(str_slice(text, 1, text.len), &ns) != SCALAR_OK)
        return false;
    *out_ms = (int64_t)(ns / DURATION_MS) * (text.ptr[0] == '-' ? -1 : 1);
    return true;
}

static bool put_now(struct str name, uint64_t wall_ms, struct buf *out)
{
    char date[CLOCK_RFC1123_BYTES];
    int64_t offset_ms;

    if (!str_starts(name, STR("now")) || !offset_parse(str_slice(name, 3, name.len), &offset_ms))
        return false;
    int64_t at_ms = (int64_t)wall_ms + offset_ms;

    clock_format_rfc1123(at_ms > 0 ? (uint64_t)at_ms : 0, date);
    buf_puts(out, date);
    return true;
}

/* {{body}}, or {{body/name/0}} by a JSON pointer: a text without its quotes, everything else as
 * JSON. What the body does not have is nothing. */
static bool put_body(struct str name, const struct fault_call *call, struct buf *out)
{
    struct error err;
    const cJSON *part;

    if (str_eq(name, STR("body"))) {
        buf_add(out, call->body);
        return true;
    }
    if (!str_starts(name, STR("body/")))
        return false;
    OWN(json_free) cJSON *json = json_parse(call->body, &err);

    part = json ? json_at(json, str_slice(name, strlen("body"), name.len)) : NULL;
    if (cJSON_IsString(part))
        buf_puts(out, part->valuestring);
    else if (part)
        json_print(part, false, out);
    return true;
}

static bool put_variable(struct str name, const struct fault_call *call, uint64_t wall_ms,
                         struct buf *out)
{
    for (size_t i = 0; i < N_ELEMENTS(variables); i++) {
        if (str_eq(name, variables[i].name)) {
            buf_add(out, variables[i].value(call));
            return true;
        }
    }
    return put_now(name, wall_ms, out) || put_body(name, call, out);
}

/* Where two of @brace stand together; text.len when nowhere. */
static size_t find_pair(struct str text, char brace, size_t from)
{
    while (from + 1 < text.len) {
        const char *at = memchr(text.ptr + from, brace, text.len - from - 1);

        if (!at)
            return text.len;
        from = (size_t)(at - text.ptr);
        if (at[1] == brace)
            return from;
        from++;
    }
    return text.len;
}

/* The next {{…}} in @text; false when there is none. */
static bool find_braces(struct str text, size_t *out_open, size_t *out_close)
{
    *out_open = find_pair(text, '{', 0);
    *out_close = *out_open < text.len ? find_pair(text, '}', *out_open + 2) : text.len;
    return *out_close < text.len;
}

bool fault_expand_into(struct str text, const struct fault_call *call, uint64_t wall_ms,
                       struct buf *out)
{
    size_t open;
    size_t close;

    if (!find_braces(text, &open, &close))
        return false;
    buf_reserve(out, text.len + VALUE_BYTES);
    do {
        struct str name = str_trim(str_slice(text, open + 2, close));

        buf_add(out, str_slice(text, 0, open));
        if (!put_variable(name, call, wall_ms, out))
            buf_add(out, str_slice(text, open, close + 2));
        text = str_slice(text, close + 2, text.len);
    } while (find_braces(text, &open, &close));
    buf_add(out, text);
    return true;
}

struct str fault_expand(struct str text, const struct fault_call *call, uint64_t wall_ms,
                        struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};

    return fault_expand_into(text, call, wall_ms, &out) ? arena_str(arena, buf_str(&out)) : text;
}
