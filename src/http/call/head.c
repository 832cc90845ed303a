/*
 * http/call/head.c - a response head as text, where libmicrohttpd's own will not do
 */
#include "base/clock.h"
#include "http/call/internal.h"

enum { STATUS_FIRST_FINAL = 200, HEAD_BYTES_USUAL = 512 };

static bool is_set(const struct http_call *call, struct str name)
{
    return str_is_set(http_headers_get(&call->response.headers, name));
}

static void add_length(const struct http_call *call, struct buf *b)
{
    const struct delivery *d = &call->delivery;
    int status = call->response.status;

    if (call->peer->no_notify && !call->head_only)
        return; /* its end is that of the connection */
    if (!d->declare && (is_set(call, STR("Content-Length")) || status < STATUS_FIRST_FINAL ||
                        status == MHD_HTTP_NO_CONTENT))
        return;
    buf_puts(b, "Content-Length: ");
    buf_add_uint(b, d->declare ? d->declared : call->response.body.len);
    buf_puts(b, "\r\n");
}

static void add_headers(const struct http_call *call, struct buf *b)
{
    const struct http_headers *headers = &call->response.headers;

    for (size_t i = 0; i < headers->count; i++) {
        const struct http_header *header = &headers->items[i];

        if (!reply_header_is_valid(header) ||
            str_eq_nocase(header->name, STR("Transfer-Encoding")) ||
            ((call->delivery.declare || (call->peer->no_notify && !call->head_only)) &&
             str_eq_nocase(header->name, STR("Content-Length"))))
            continue;
        buf_add(b, header->name);
        buf_puts(b, ": ");
        buf_add(b, header->value.len ? header->value : STR(" ")); /* as libmicrohttpd does */
        buf_puts(b, "\r\n");
    }
}

void head_write(const struct http_call *call, bool announce_close, struct buf *out)
{
    const char *reason = MHD_get_reason_phrase_for((unsigned)call->response.status);
    char date[CLOCK_RFC1123_BYTES];

    buf_reserve(out, HEAD_BYTES_USUAL);
    buf_puts(out, "HTTP/1.1 ");
    buf_add_uint(out, (unsigned)call->response.status);
    buf_add_char(out, ' ');
    buf_puts(out, reason);
    buf_puts(out, "\r\n");
    if (announce_close && !is_set(call, STR("Connection")))
        buf_puts(out, "Connection: close\r\n");
    if (!is_set(call, STR("Date")) && call->response.status >= STATUS_FIRST_FINAL) {
        clock_format_rfc1123(clock_wall_ms(), date);
        buf_puts(out, "Date: ");
        buf_puts(out, date);
        buf_puts(out, "\r\n");
    }
    add_headers(call, out);
    add_length(call, out);
    buf_puts(out, "\r\n");
}

struct str head_format(struct http_call *call, bool announce_close)
{
    OWN(buf_done) struct buf b = {0};

    head_write(call, announce_close, &b);
    return arena_str(call->arena, buf_str(&b));
}
