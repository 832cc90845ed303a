/*
 * http/call/at_once.c - small requests that are answered while they are read
 *
 * Who keeps a connection mostly sends a request whole, and mostly its answer is there when the
 * owner was asked. libmicrohttpd would read such a one again, and take as long for it as all else
 * together: it hears instead that there is nothing to read. Where a call turns out to be of another
 * kind, libmicrohttpd gets the bytes after all, and comes upon a call that is begun (call.c).
 */
#include "http/call/internal.h"

enum {
    BODY_SENT_BYTES_MAX = 64 << 10, /* is copied behind its head */
    READS_IN_IDLE_TIME = 64, /* libmicrohttpd gives up a connection that it reads nothing of */
};

void at_once_read(struct peer *peer)
{
    peer->read_ns = loop_now_ns(peer->engine->server->loop);
}

static bool was_read_lately(const struct peer *peer)
{
    const struct http_server *server = peer->engine->server;

    return loop_now_ns(server->loop) - peer->read_ns <
           server->settings.idle_timeout_s * NS_PER_S / READS_IN_IDLE_TIME;
}

static bool may_be(const struct peer *peer, struct str bytes)
{
    const struct http_server *server = peer->engine->server;
    const struct head *head = &peer->head;

    return !peer->waited && !peer->no_notify && !server->stopping && !server->closing &&
           !head->chunked && !head->folded && bytes.len == head->len + head->body_bytes &&
           was_read_lately(peer) && !engines_must_move(peer);
}

/* NULL: libmicrohttpd reads it as if nobody had looked. */
static struct http_call *begin(struct peer *peer, struct str bytes, struct str *out_body)
{
    struct http_call *call = call_new(peer->engine->server, peer);

    if (request_of_bytes(call, arena_str(call->arena, bytes), out_body))
        return call;
    call_finish(call);
    call_recycle(call);
    peer->judged = true;
    return NULL;
}

static bool wants_no_body(const struct http_call *call)
{
    return call->pauses ||
           (call->has_body && (call->delivered || call->declared_bytes > call->body_limit));
}

static bool is_here(const struct http_call *call)
{
    return call->delivered && !call->stream.open && call->delivery.end == DELIVERY_KEEP &&
           call->response.body.len <= BODY_SENT_BYTES_MAX && reply_has_body(call) &&
           !str_is_set(http_headers_get(&call->response.headers, STR("Connection"))) &&
           reply_is_plain(call) && !reply_is_paced(call);
}

/* How many of @bytes there is room for now; PEER_BROKEN when the client is gone. */
static ssize_t send_some(struct peer *peer, struct str bytes)
{
    size_t sent = 0;
    ssize_t n = 0;

    while (sent < bytes.len && n >= 0) {
        n = peer_send(peer, str_slice(bytes, sent, bytes.len), false);
        if (n > 0)
            sent += (size_t)n;
    }
    return n == PEER_BROKEN ? n : (ssize_t)sent;
}

/* True when all of the answer is out. */
static bool say(struct http_call *call)
{
    struct buf *out = &call->server->said;
    size_t head_len;
    ssize_t sent;

    buf_clear(out);
    head_write(call, false, out);
    head_len = out->len;
    buf_add(out, call->response.body);
    sent = send_some(call->peer, buf_str(out));
    call->result.status = call->response.status;
    if (sent == (ssize_t)out->len) {
        call->result.body_bytes = call->response.body.len;
        call->result.outcome = HTTP_DELIVERED;
        return true;
    }
    if (sent < 0)
        call_over(call, HTTP_CLIENT_GONE);
    else
        writer_go_on(call, str_slice(buf_str(out), 0, head_len), (size_t)sent);
    return false;
}

static void end(struct http_call *call)
{
    struct peer *peer = call->peer;

    call->server->at_once++;
    peer->engine->answered++;
    peer->engine->ended++;
    hearing_request_over(call);
    call_finish(call);
    peer_is_quiet(peer);
    call_recycle(call);
}

static void leave_to_reader(struct http_call *call)
{
    call->begun = true;
    call->head_again = call->phase == CALL_WHOLE;
    call->peer->begun = call;
}

static bool serve(struct http_call *call, struct str body)
{
    peer_is_busy(call->peer);
    call->phase = CALL_BODY;
    call_meet(call);
    if (wants_no_body(call))
        return false;
    call->phase = CALL_WHOLE;
    call->request.body = body;
    call->request.body_complete = true;
    call_ask(call);
    return is_here(call) && say(call);
}

bool at_once(struct peer *peer, struct str bytes)
{
    struct str body;
    struct http_call *call = may_be(peer, bytes) ? begin(peer, bytes, &body) : NULL;

    if (call && serve(call, body)) {
        end(call);
        return true;
    }
    if (call)
        leave_to_reader(call);
    at_once_read(peer);
    return false;
}
