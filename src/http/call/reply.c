/*
 * http/call/reply.c - answers that libmicrohttpd sends, after which the connection may live on
 *
 * Whole answers and those that merely take their time (drip, a pause). What breaks off, lies or
 * does not fit into libmicrohttpd's memory is the writer's.
 */
#include "http/call/internal.h"

enum {
    STATUS_FIRST_FINAL = 200,
    STATUS_LAST = 999,
    PACED_BLOCK_BYTES = 16384,
    SHORT_HEADER_BYTES = 1024,
};

/* Source: RFC 9110 §5.6.2, "tchar". */
static const bool token_chars[256] = {
    ['!'] = true,         ['#' ... '\''] = true, ['*' ... '+'] = true,
    ['-' ... '.'] = true, ['0' ... '9'] = true,  ['A' ... 'Z'] = true,
    ['^' ... 'z'] = true, ['|'] = true,          ['~'] = true,
};

/* Some byte of the eight is below a blank, or not ASCII: then it is looked at closely. */
static bool is_unusual(uint64_t word)
{
    return ((word - UINT64_C(0x2020202020202020)) | word) & UINT64_C(0x8080808080808080);
}

static bool ends_header(char c)
{
    return c == '\r' || c == '\n' || c == '\0';
}

static bool value_is_valid(struct str value)
{
    uint64_t word;
    size_t i = 0;

    for (; i + sizeof(word) <= value.len; i += sizeof(word)) {
        memcpy(&word, value.ptr + i, sizeof(word));
        if (is_unusual(word))
            break;
    }
    while (i < value.len && !ends_header(value.ptr[i]))
        i++;
    return i == value.len;
}

/* Checked for every header of every answer, hence one plain pass each. */
bool reply_header_is_valid(const struct http_header *header)
{
    struct str name = header->name;
    bool good = name.len > 0;

    for (size_t i = 0; i < name.len; i++)
        good &= token_chars[(unsigned char)name.ptr[i]];
    return good && value_is_valid(header->value);
}

bool reply_has_body(const struct http_call *call)
{
    int status = call->response.status;

    return !call->head_only && status >= STATUS_FIRST_FINAL && status != MHD_HTTP_NO_CONTENT &&
           status != MHD_HTTP_NOT_MODIFIED;
}

static size_t arguments(struct str query)
{
    size_t n = str_is_set(query);

    for (size_t i = 0; i < query.len; i++)
        n += query.ptr[i] == '&';
    return n;
}

/* Where the head does not fit, libmicrohttpd would close without a byte. */
static bool head_fits(const struct http_call *call)
{
    const struct http_headers *headers = &call->response.headers;
    const struct http_request *request = &call->request;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->peer->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    size_t used = REPLY_EXTRA_BYTES + (info ? info->header_size : 0) +
                  REPLY_ROW_BYTES * (request->headers.count + arguments(request->query));

    for (size_t i = 0; i < headers->count; i++)
        used += headers->items[i].name.len + headers->items[i].value.len + sizeof(": \r\n") - 1;
    return used <= engine_pool_bytes[call->peer->engine->kind];
}

/* A Content-Length of the owner's that is not the body's. */
static bool lies(const struct http_call *call)
{
    struct str given = http_headers_get(&call->response.headers, STR("Content-Length"));
    uint64_t length = 0;

    return str_is_set(given) && !call->head_only &&
           (str_to_uint(given, UINT64_MAX, &length) != NUMBER_OK ||
            length != call->response.body.len);
}

bool reply_is_paced(const struct http_call *call)
{
    return (call->delivery.stall || call->delivery.drip_bytes) && reply_has_body(call) &&
           call->response.body.len > 0;
}

bool reply_is_plain(const struct http_call *call)
{
    const struct delivery *d = &call->delivery;

    return call->phase == CALL_WHOLE && d->form == DELIVERY_ANSWER && !d->cut && !d->declare &&
           !call->peer->no_notify && (d->end == DELIVERY_KEEP || d->end == DELIVERY_CLOSE) &&
           (!d->stall || d->stall_end == DELIVERY_KEEP) &&
           call->response.status >= STATUS_FIRST_FINAL && call->response.status <= STATUS_LAST &&
           !lies(call);
}

bool reply_is_possible(const struct http_call *call)
{
    return reply_is_plain(call) && head_fits(call);
}

static void on_pause_over(struct loop_timer *timer)
{
    struct http_call *call = CONTAINER_OF(timer, struct http_call, timer);

    call_unpark(call);
    call_resume(call);
}

void reply_release(struct http_call *call)
{
    if (call->suspended && reply_is_paced(call))
        on_pause_over(&call->timer);
}

static ssize_t pause_reader(struct http_call *call, uint64_t wait_ms)
{
    call_suspend(call);
    if (wait_ms != DELIVERY_FOREVER)
        loop_timer_arm(call->server->loop, &call->timer, wait_ms * NS_PER_MS, on_pause_over);
    if (wait_is_long(wait_ms))
        call_look_out(call, call_left);
    return 0;
}

/* Reader of a body that takes its time. */
static ssize_t on_read(void *cls, uint64_t at, char *out, size_t max)
{
    struct http_call *call = cls;
    struct step step;

    if (call->broken)
        return reader_give_up(call);
    step = plan_next(&call->plan);
    if (step.kind == STEP_WAIT)
        return pause_reader(call, step.wait_ms);
    if (step.kind == STEP_END)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (max > step.bytes)
        max = (size_t)step.bytes;
    memcpy(out, call->response.body.ptr + at, max);
    plan_sent(&call->plan, max);
    call->result.body_bytes += max;
    return (ssize_t)max;
}

static ssize_t on_read_nothing(void *cls, uint64_t at, char *out, size_t max)
{
    (void)cls;
    (void)at;
    (void)out;
    (void)max;
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static struct MHD_Response *response_new(struct http_call *call)
{
    struct str body = call->response.body;
    struct str length = http_headers_get(&call->response.headers, STR("Content-Length"));
    uint64_t head_length = 0;

    if (call->head_only && str_to_uint(length, INT64_MAX, &head_length) == NUMBER_OK)
        return MHD_create_response_from_callback(head_length, 1, on_read_nothing, NULL, NULL);
    if (reply_is_paced(call)) {
        plan_init(&call->plan, &call->delivery, body.len);
        return MHD_create_response_from_callback(body.len, PACED_BLOCK_BYTES, on_read, call, NULL);
    }
    /* The body outlives the response: it is the call's, and the call ends with the reply. */
    call->body_at_once = reply_has_body(call) ? body.len : 0;
    return MHD_create_response_from_buffer(body.len, (void *)(uintptr_t)(body.len ? body.ptr : ""),
                                           MHD_RESPMEM_PERSISTENT);
}

/* libmicrohttpd wants terminated text, and copies it. It takes no empty value, but a blank, which
 * means the same. */
static bool add_header(struct MHD_Response *response, struct arena *arena,
                       const struct http_header *header)
{
    struct str name = header->name;
    struct str value = header->value.len ? header->value : STR(" ");
    char room[SHORT_HEADER_BYTES];
    char *text = room;

    if (name.len + value.len + 2 > sizeof(room))
        text = arena_alloc(arena, name.len + value.len + 2);
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    memcpy(text + name.len + 1, value.ptr, value.len);
    text[name.len + 1 + value.len] = '\0';
    return MHD_add_response_header(response, text, text + name.len + 1) == MHD_YES;
}

static bool is_framing(struct str name)
{
    return str_eq_nocase(name, STR("Content-Length")) ||
           str_eq_nocase(name, STR("Transfer-Encoding"));
}

bool reply_add_headers(struct http_call *call, struct MHD_Response *response)
{
    const struct http_headers *headers = &call->response.headers;

    for (size_t i = 0; i < headers->count; i++) {
        const struct http_header *header = &headers->items[i];

        if (is_framing(header->name) || !reply_header_is_valid(header))
            continue;
        if (!add_header(response, call->arena, header))
            return false;
    }
    if (call->delivery.end == DELIVERY_CLOSE || call->half_closed || call->server->stopping)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    return true;
}

bool reply_queue(struct http_call *call)
{
    struct MHD_Response *response = response_new(call);
    bool queued;

    if (!response)
        return false;
    queued =
        reply_add_headers(call, response) &&
        MHD_queue_response(call->peer->mhd, (unsigned)call->response.status, response) == MHD_YES;
    MHD_destroy_response(response);
    if (queued) {
        call->result.status = call->response.status;
        call->peer->engine->answered++;
    }
    return queued;
}
