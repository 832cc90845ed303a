/* What functions print: lists, and streams that go on. */

#include <inttypes.h>

#include "admin/steps.h"
#include "base/distance.h"
#include "base/mem.h"
#include "journal/query.h"
#include "logs/logs.h"

enum { STREAMS_MAX = 64, TAIL_DEFAULT = 1000, TAIL_MAX = 10000 };

/* Linked in only while its stream is open. */
struct log_stream {
    struct admin_guest guest;
    struct logs_follower follower;
    struct admin *admin;
    struct http_call *call;
    struct arena *arena; /* of the filter */
    struct log_stream *next;
};

/* ---- what is asked ---- */

struct question {
    struct logs_filter filter;
    uint64_t tail;
    bool follow;
};

typedef int take_fn(const char *name, struct str value, struct question *out, struct error *err);

static int take_since(const char *name, struct str value, struct question *out, struct error *err)
{
    return journal_query_moment(str_of(name), value, clock_wall_ms(), &out->filter.from_ms, err);
}

static int take_until(const char *name, struct str value, struct question *out, struct error *err)
{
    return journal_query_moment(str_of(name), value, clock_wall_ms(), &out->filter.to_ms, err);
}

static int take_number(const char *name, struct str value, uint64_t most, uint64_t *out,
                       struct error *err)
{
    if (str_to_uint(value, most, out) == NUMBER_OK)
        return 0;
    return error_set(err, ERROR_SYNTAX,
                     "%s: '" STR_FMT "' is not a whole number from 0 to %" PRIu64, name,
                     STR_ARG(value), most);
}

static int take_after(const char *name, struct str value, struct question *out, struct error *err)
{
    return take_number(name, value, INT64_MAX, &out->filter.after, err);
}

static int take_tail(const char *name, struct str value, struct question *out, struct error *err)
{
    return take_number(name, value, TAIL_MAX, &out->tail, err);
}

static int take_follow(const char *name, struct str value, struct question *out, struct error *err)
{
    out->follow = str_eq(value, STR("true"));
    if (out->follow || str_eq(value, STR("false")))
        return 0;
    return error_set(err, ERROR_SYNTAX, "%s: '" STR_FMT "' is not true or false", name,
                     STR_ARG(value));
}

/* A text of the filter, or what is more than that. */
static const struct {
    const char *name;
    size_t offset;
    take_fn *take;
} keys[] = {
    {"account",                    offsetof(struct logs_filter,     account), NULL},
    {"after",                            0,                                                     take_after                                },
    {"follow",                            0,                                                    take_follow},
    {"function",                            offsetof(struct logs_filter,                                                  function),     NULL},
    {"region",                        offsetof(struct logs_filter,                                                       region),                                                    NULL},
    {"request_id",                     offsetof(struct logs_filter,request_id),NULL},
    {"service",offsetof(struct logs_filter,        service),                                                              NULL},
    {"since",                    0,                                            take_since                                    },
    {"tail",                            0,                                                     take_tail                                        },
    {"until",                            0,                                                      take_until},
};

const char *logs_query_name(size_t i)
{
    return i < N_ELEMENTS(keys) ? keys[i].name : NULL;
}

static void refuse_key(struct admin_call *call, struct str key)
{
    struct nearest nearest = {.wanted = key};
    OWN(buf_done) struct buf known = {0};

    for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
        nearest_offer(&nearest, str_of(keys[i].name));
        buf_printf(&known, "%s%s", i ? ", " : "", keys[i].name);
    }
    if (str_is_set(nearest.best))
        admin_problem(call, 400, "unknown parameter '" STR_FMT "'; did you mean '" STR_FMT "'?",
                      STR_ARG(key), STR_ARG(nearest.best));
    else
        admin_problem(call, 400, "unknown parameter '" STR_FMT "'; there is %s", STR_ARG(key),
                      buf_text(&known));
}

static bool take_pair(struct admin_call *call, const struct query_pair *pair, struct question *out)
{
    struct error err;

    for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
        if (!str_eq(pair->key, str_of(keys[i].name)))
            continue;
        if (!keys[i].take) {
            *(struct str *)(void *)((char *)&out->filter + keys[i].offset) = pair->value;
            return true;
        }
        if (keys[i].take(keys[i].name, pair->value, out, &err) == 0)
            return true;
        admin_problem(call, 400, "%s", err.text);
        return false;
    }
    refuse_key(call, pair->key);
    return false;
}

static void note_one(void *arg, const struct logs_figures *figures)
{
    bool *found = arg;

    *found = figures->owner != NULL;
}

static bool check_region(struct admin_call *call, struct str region)
{
    struct logs_filter there = {.region = region};
    bool found = false;

    if (region.len)
        logs_each(call->admin->context.logs, &there, note_one, &found);
    return region.len == 0 || found || admin_check_region(call, region);
}

static bool read_question(struct admin_call *call, struct question *out)
{
    *out = (struct question){.tail = TAIL_DEFAULT};
    for (size_t i = 0; i < call->query.count; i++) {
        if (!take_pair(call, &call->query.pairs[i], out))
            return false;
    }
    return check_region(call, out->filter.region);
}

/* ---- lines ---- */

static void add_member(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, ",\"%s\":", name);
    buf_json_string(out, value);
}

static void add_line(const struct logs_found *found, struct buf *out)
{
    const struct logs_line *line = &found->line;
    char time[CLOCK_ISO_BYTES];

    clock_format_iso(line->wall_ms, time);
    buf_printf(out, "{\"number\":%" PRIu64 ",\"time\":\"%s\",\"kind\":\"%s\"", line->number, time,
               logs_kind_name(line->kind));
    add_member(out, "account", found->owner->account);
    add_member(out, "region", found->owner->region);
    add_member(out, "service", found->owner->service);
    add_member(out, "function", found->owner->function);
    add_member(out, "version", line->version);
    add_member(out, "instance", line->instance);
    add_member(out, "request_id", line->request_id);
    add_member(out, "text", line->text);
    buf_add_char(out, '}');
}

static void add_figures(void *arg, const struct logs_figures *figures)
{
    struct buf *out = arg;

    buf_puts(out, out->len && out->ptr[out->len - 1] == '}' ? ",{" : "{");
    buf_puts(out, "\"service\":");
    buf_json_string(out, figures->owner->service);
    add_member(out, "function", figures->owner->function);
    add_member(out, "account", figures->owner->account);
    add_member(out, "region", figures->owner->region);
    buf_printf(out,
               ",\"lines\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"lost_lines\":%" PRIu64
               ",\"lost_bytes\":%" PRIu64 "}",
               figures->lines, figures->bytes, figures->lost_lines, figures->lost_bytes);
}

static void answer_list(struct admin_call *call, const struct question *question)
{
    const struct logs *logs = call->admin->context.logs;
    struct logs_found *found;
    size_t count = logs_select(logs, &question->filter, question->tail, call->arena, &found);
    struct buf body = {0};

    buf_printf(&body, "{\"number\":%" PRIu64 ",\"functions\":[", logs_number(logs));
    logs_each(logs, &question->filter, add_figures, &body);
    buf_puts(&body, "],\"lines\":[");
    for (size_t i = 0; i < count; i++) {
        buf_puts(&body, i ? "," : "");
        add_line(&found[i], &body);
    }
    buf_puts(&body, "]}");
    admin_json(call, 200, &body);
}

/* ---- streams ---- */

static void stream_free(struct log_stream *stream)
{
    struct log_stream **at = &stream->admin->log_streams;

    while (*at && *at != stream)
        at = &(*at)->next;
    if (*at) {
        *at = stream->next;
        logs_unfollow(stream->admin->context.logs, &stream->follower);
    }
    arena_free(stream->arena);
    mem_free(stream);
}

static void stream_over(struct admin_guest *guest)
{
    stream_free(CONTAINER_OF(guest, struct log_stream, guest));
}

static void stream_gone(void *state, struct http_call *call)
{
    http_call_set_owner(call, NULL);
    stream_over(state);
}

static void stream_end(struct log_stream *stream)
{
    struct http_call *call = stream->call;

    http_call_set_owner(call, NULL);
    stream_free(stream);
    http_call_end(call);
}

void log_streams_close(struct admin *admin)
{
    while (admin->log_streams)
        stream_end(admin->log_streams);
}

/* One that does not read is dropped rather than waited for. */
static void stream_take(struct logs_follower *follower, const struct logs_found *found)
{
    struct log_stream *stream = CONTAINER_OF(follower, struct log_stream, follower);
    OWN(buf_done) struct buf text = {0};

    add_line(found, &text);
    buf_add_char(&text, '\n');
    if (!http_call_push(stream->call, buf_str(&text)))
        stream_end(stream);
}

static struct str keep(struct log_stream *stream, struct str text)
{
    return arena_str(stream->arena, text);
}

static struct log_stream *stream_new(struct admin_call *call, const struct logs_filter *filter)
{
    struct log_stream *stream = mem_alloc(sizeof(*stream));

    stream->guest.over = stream_over;
    stream->admin = call->admin;
    stream->call = call->http;
    stream->arena = arena_new();
    stream->follower.take = stream_take;
    stream->follower.filter = (struct logs_filter){
        .account = keep(stream, filter->account),
        .region = keep(stream, filter->region),
        .service = keep(stream, filter->service),
        .function = keep(stream, filter->function),
        .request_id = keep(stream, filter->request_id),
        .to_ms = filter->to_ms,
    };
    return stream;
}

static void add_head(struct http_response *head, struct arena *arena)
{
    *head = (struct http_response){.status = 200};
    http_headers_add(&head->headers, arena, STR("Content-Type"), STR("application/x-ndjson"));
    http_headers_add(&head->headers, arena, STR("Cache-Control"), STR("no-store"));
    http_headers_add(&head->headers, arena, STR("X-Content-Type-Options"), STR("nosniff"));
}

/* What there is already comes first. */
static void open_stream(struct admin_call *call, const struct question *question)
{
    struct admin *admin = call->admin;
    struct log_stream *stream = stream_new(call, &question->filter);
    struct logs_found *found;
    size_t count =
        logs_select(admin->context.logs, &question->filter, question->tail, call->arena, &found);
    struct http_response head;
    OWN(buf_done) struct buf first = {0};

    for (size_t i = 0; i < count; i++) {
        add_line(&found[i], &first);
        buf_add_char(&first, '\n');
    }
    http_call_set_owner(call->http, &stream->guest);
    add_head(&head, http_call_arena(call->http));
    if (!http_call_stream(call->http, &head, stream_gone) ||
        !http_call_push(call->http, buf_str(&first))) {
        stream_end(stream);
        return;
    }
    stream->next = admin->log_streams;
    admin->log_streams = stream;
    logs_follow(admin->context.logs, &stream->follower);
}

static bool may_stream(struct admin_call *call)
{
    size_t count = 0;

    for (const struct log_stream *s = call->admin->log_streams; s; s = s->next)
        count++;
    if (count < STREAMS_MAX)
        return true;
    admin_problem(call, 503, "%d streams are open already", STREAMS_MAX);
    return false;
}

void step_logs(struct admin_call *call)
{
    struct question question;

    if (!read_question(call, &question))
        return;
    if (!call->admin->context.logs) {
        admin_problem(call, 501, "there are no logs here");
    } else if (!question.follow) {
        answer_list(call, &question);
    } else if (str_eq(call->request.method, STR("HEAD"))) {
        add_head(&call->response, call->arena);
    } else if (may_stream(call)) {
        open_stream(call, &question);
        call->streams = true;
    }
}
