/*
 * http/call/call.c - the phases of a call
 *
 * libmicrohttpd comes by once when the head is in, once for each part of the body, and once when
 * all is in; then again each time a suspended call is resumed. What it asks for is decided by the
 * phase. A call that was begun without it (at_once.c) goes on where it stands.
 */
#include <assert.h>

#include "base/clock.h"
#include "base/mem.h"
#include "http/call/internal.h"

static const struct refusal refusal_no_room = {503, REFUSAL_NO_ROOM,
                                               "no room for the request body"};

static enum MHD_Result answer(struct http_call *call)
{
    if (reply_is_possible(call)) {
        call->phase = CALL_REPLYING;
        if (reply_queue(call))
            return MHD_YES;
    }
    call->phase = CALL_WRITING;
    writer_start(call);
    if (call->phase == CALL_OVER)
        return MHD_NO;
    call_suspend(call);
    return MHD_YES;
}

/* Answer if there is an answer, else wait for one without a thread. */
static enum MHD_Result settle(struct http_call *call)
{
    call->peer->waited = !call->delivered || call->parked_ns;
    if (call->stream.open)
        return stream_queue(call) ? MHD_YES : MHD_NO;
    if (call->delivered)
        return answer(call);
    call_suspend(call);
    call_park(call);
    return MHD_YES;
}

static enum MHD_Result settle_early(struct http_call *call)
{
    call->phase = CALL_EARLY;
    return settle(call);
}

static enum MHD_Result refuse(struct http_call *call, const struct refusal *refusal)
{
    call_refuse(call, refusal);
    return settle_early(call);
}

static enum MHD_Result too_large(struct http_call *call)
{
    struct http_server *server = call->server;

    body_done(&call->body, &server->bodies);
    if (!call->delivered)
        server->handler.too_large(server->owner, call, call->body_limit);
    return settle_early(call);
}

/* So much of the body is in. True when the call does not simply go on: *out says how it does. */
static bool pause_body(struct http_call *call, enum MHD_Result *out)
{
    struct http_server *server = call->server;

    call->pauses = false;
    call->paused = true;
    server->handler.paused(server->owner, call);
    if (!call->paused && !call->delivered)
        return false;
    call->paused = call->paused && !call->delivered;
    *out = MHD_YES;
    if (call->delivered) {
        *out = settle_early(call);
    } else {
        call_suspend(call);
        call_park(call);
    }
    return true;
}

void call_meet(struct http_call *call)
{
    call->known = true;
    call->server->handler.head(call->server->owner, call);
}

void call_ask(struct http_call *call)
{
    if (!call->delivered)
        call->server->handler.request(call->server->owner, call);
}

/* The owner has met it; the body comes. */
static enum MHD_Result step_head(struct http_call *call)
{
    struct http_server *server = call->server;
    const struct http_settings *settings = &server->settings;
    enum MHD_Result result;
    struct error err;

    if (!call->has_body)
        return MHD_YES; /* libmicrohttpd comes by once more, and then the connection may live on */
    peer_waits(call->peer);
    if (call->delivered)
        return settle_early(call);
    if (call->declared_bytes > call->body_limit)
        return too_large(call);
    if (body_begin(&call->body, &server->bodies, call->declared_bytes, settings->spool_above_bytes,
                   settings->spool_dir, &err) < 0)
        return refuse(call, &refusal_no_room);
    if (call->pauses && call->pause_at == 0 && pause_body(call, &result)) {
        call->head_again = !call->delivered;
        return result;
    }
    return MHD_YES;
}

static enum MHD_Result step_line(struct http_call *call, const char *method, const char *version)
{
    const struct refusal *refusal;

    if (call->server->closing)
        return MHD_NO;
    peer_is_busy(call->peer);
    request_head(call, method, version);
    call->phase = CALL_BODY;
    refusal = request_check(call);
    if (request_is_tunnel(call) && tunnel_open(call, &refusal)) {
        call_suspend(call);
        return MHD_YES;
    }
    if (refusal)
        return refuse(call, refusal);
    call_meet(call);
    return step_head(call);
}

/* What of @bytes comes before the pause; the rest stays with libmicrohttpd. */
static struct str before_pause(const struct http_call *call, struct str bytes)
{
    uint64_t left = call->pause_at - call->body.len;

    return call->pauses && left <= bytes.len ? str_slice(bytes, 0, (size_t)left) : bytes;
}

static enum MHD_Result step_part(struct http_call *call, const char *data, size_t *size)
{
    struct str bytes = before_pause(call, (struct str){data, *size});
    enum MHD_Result result;
    struct error err;

    *size -= bytes.len;
    if (call->delivered) {
        *size = 0;
        return MHD_YES; /* the answer waits for the end of a body that nobody wants any more */
    }
    if (bytes.len > call->body_limit - call->body.len) {
        *size = 0;
        return too_large(call);
    }
    if (body_add(&call->body, bytes, &err) < 0)
        return refuse(call, &refusal_no_room);
    if (call->pauses && call->body.len == call->pause_at && pause_body(call, &result))
        return result;
    return MHD_YES;
}

static enum MHD_Result step_whole(struct http_call *call)
{
    enum MHD_Result result;
    struct error err;

    if (call->head_again) {
        call->head_again = false;
        return MHD_YES;
    }
    if (call->pauses && pause_body(call, &result))
        return result;
    peer_is_busy(call->peer);
    call->phase = CALL_WHOLE;
    call->request.body_complete = true;
    if (body_end(&call->body, &call->request.body, &err) < 0)
        return refuse(call, &refusal_no_room);
    call->request.kept_in = &call->body;
    call_ask(call);
    return settle(call);
}

/* The bytes that libmicrohttpd brings are here already. */
static enum MHD_Result step_begun(struct http_call *call, size_t *size)
{
    if (call->phase == CALL_WHOLE && (call->head_again || *size > 0)) {
        call->head_again = false;
        *size = 0;
        return MHD_YES;
    }
    call->begun = false;
    if (call->phase == CALL_BODY)
        return step_head(call);
    if (call->phase == CALL_WHOLE)
        return settle(call);
    if (call->phase == CALL_OVER)
        return MHD_NO;
    call_suspend(call); /* it is being written */
    return MHD_YES;
}

enum MHD_Result call_step(struct http_call *call, const char *method, const char *version,
                          const char *data, size_t *size)
{
    if (call->begun)
        return step_begun(call, size);
    switch (call->phase) {
    case CALL_LINE:
        return step_line(call, method, version);
    case CALL_BODY:
        return *size > 0 ? step_part(call, data, size) : step_whole(call);
    case CALL_EARLY:
    case CALL_WHOLE:
        return settle(call);
    case CALL_REPLYING:
    case CALL_WRITING:
        return MHD_YES;
    case CALL_OVER:
        break;
    }
    return MHD_NO;
}

static void settle_result(struct http_call *call, enum MHD_RequestTerminationCode why)
{
    struct http_result *result = &call->result;

    if (call->phase == CALL_OVER)
        return;
    if (call->phase == CALL_REPLYING) {
        bool sent = why == MHD_REQUEST_TERMINATED_COMPLETED_OK && !call->broken;

        result->outcome = sent && !call_bounced(call) ? HTTP_DELIVERED : HTTP_CLIENT_GONE;
        if (sent)
            result->body_bytes += call->body_at_once;
    } else {
        result->outcome = HTTP_CLIENT_GONE;
    }
    if (call->stream.cut && !call->broken)
        result->outcome = HTTP_CUT;
    if (why == MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN)
        result->outcome = HTTP_CUT;
    if (call->refused)
        result->outcome = HTTP_REFUSED;
}

void call_completed(struct http_call *call, enum MHD_RequestTerminationCode why)
{
    call_unpark(call);
    call->suspended = false;
    if (!call->known && !call->refused && !call->finished && !call->tunnel)
        call->server->refused++; /* libmicrohttpd could not read the head, and said so */
    if (call->stream.open && !call->stream.cut && call->phase != CALL_OVER &&
        why != MHD_REQUEST_TERMINATED_COMPLETED_OK)
        call_left(call);
    if (!call->finished && !call->delivered && call->phase != CALL_OVER)
        call_left_unanswered(call);
    settle_result(call, why);
    call_finish(call);
    peer_is_quiet(call->peer);
    call_recycle(call);
}

enum http_user http_call_user(struct http_call *call, uint32_t *out_uid)
{
    return peer_user(call->peer, out_uid);
}

uint32_t http_call_socket(struct http_call *call)
{
    uint32_t uid;

    peer_user(call->peer, &uid);
    return call->peer->inode;
}

void http_call_limit_body(struct http_call *call, uint64_t limit_bytes)
{
    if (limit_bytes < call->body_limit)
        call->body_limit = limit_bytes;
}

bool http_call_has_body(const struct http_call *call)
{
    return call->has_body;
}

bool http_call_declares(const struct http_call *call, uint64_t *out_bytes)
{
    *out_bytes = call->declared_bytes;
    return call->framing.codings == 0;
}

void http_call_pause_body(struct http_call *call, uint64_t after)
{
    call->pauses = call->server->handler.paused != NULL;
    call->pause_at = after;
}

void http_call_read_on(struct http_call *call)
{
    if (!call->paused || call->delivered)
        return;
    call->paused = false;
    if (!call->suspended)
        return; /* from `paused` itself */
    call_unpark(call);
    call_resume(call);
}

void http_call_expect_wait(struct http_call *call, uint64_t wait_ms)
{
    call->wait_ms = wait_ms;
    if (call->suspended && !call->delivered)
        call_park(call);
}

/* While the server stops, the connection ends with this answer anyhow. Then the writer is cheaper:
 * answer and FIN leave in one packet. */
static bool ends_with_answer(const struct http_call *call)
{
    return call->server->stopping && !call->peer->session;
}

void http_call_deliver(struct http_call *call, const struct http_response *response,
                       const struct delivery *delivery)
{
    assert(!call->delivered && !call->stream.open);
    assert(response || (delivery && delivery->form != DELIVERY_ANSWER));
    if (call->phase == CALL_OVER)
        return;
    call->delivered = true;
    call->response = response ? *response : (struct http_response){0};
    call->delivery = delivery ? *delivery : (struct delivery){0};
    if (!call->suspended)
        return; /* libmicrohttpd comes by */
    call_unpark(call);
    if (!ends_with_answer(call) && reply_is_possible(call)) {
        call_resume(call);
    } else {
        call->phase = CALL_WRITING;
        writer_start(call);
    }
}

void http_call_release(struct http_call *call)
{
    if (!call->delivered)
        return;
    call->delivery.drip_bytes = 0;
    call->delivery.stall_ms = 1;
    call->delivery.silence_ms = 1;
    plan_hurry(&call->plan);
    if (call->phase == CALL_WRITING)
        writer_release(call);
    else if (call->phase == CALL_REPLYING)
        reply_release(call);
}
