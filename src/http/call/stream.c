/*
 * http/call/stream.c - answers that are sent piece by piece, for as long as both sides like
 */
#include <assert.h>

#include "http/call/internal.h"

enum { STREAM_BLOCK_BYTES = 16384 };

static ssize_t on_read(void *cls, uint64_t at, char *out, size_t max)
{
    struct http_call *call = cls;
    struct stream *stream = &call->stream;
    struct str rest = str_slice(buf_str(&stream->waiting), stream->taken, stream->waiting.len);

    (void)at;
    if (call->broken)
        return reader_give_up(call);
    if (rest.len == 0) {
        if (stream->ended)
            return stream->cut ? reader_give_up(call) : MHD_CONTENT_READER_END_OF_STREAM;
        if (stream->on_room)
            stream->on_room(call->owner, call);
        call_suspend(call);
        call_look_out(call, call_left);
        return 0;
    }
    if (max > rest.len)
        max = rest.len;
    memcpy(out, rest.ptr, max);
    stream->taken += max;
    call->result.body_bytes += max;
    if (stream->taken == stream->waiting.len) {
        buf_clear(&stream->waiting);
        stream->taken = 0;
    }
    return (ssize_t)max;
}

static void wake(struct http_call *call)
{
    if (!call->suspended)
        return;
    call_unpark(call);
    call_resume(call);
}

bool http_call_stream(struct http_call *call, const struct http_response *head,
                      void (*on_gone)(void *state, struct http_call *call))
{
    assert(!call->delivered && !call->stream.open);
    assert(call->phase == CALL_WHOLE || call->phase == CALL_OVER);
    if (call->phase == CALL_OVER)
        return false;
    call->delivered = true;
    call->response = *head;
    call->stream.open = true;
    peer_waits(call->peer);
    call->stream.on_gone = on_gone;
    wake(call);
    return true;
}

bool stream_queue(struct http_call *call)
{
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, on_read, call, NULL);
    bool queued;

    if (!response)
        return false;
    call->phase = CALL_REPLYING;
    queued =
        reply_add_headers(call, response) &&
        MHD_queue_response(call->peer->mhd, (unsigned)call->response.status, response) == MHD_YES;
    MHD_destroy_response(response);
    call->result.status = queued ? call->response.status : 0;
    return queued;
}

bool http_call_push(struct http_call *call, struct str bytes)
{
    struct stream *stream = &call->stream;

    if (!stream->open || call->broken)
        return false;
    if (stream->waiting.len - stream->taken + bytes.len > STREAM_WAITING_BYTES_MAX) {
        call->broken = true;
        wake(call);
        return false;
    }
    if (bytes.len == 0)
        return true;
    buf_add(&stream->waiting, bytes);
    wake(call);
    return true;
}

void http_call_end(struct http_call *call)
{
    if (!call->stream.open)
        return;
    call->stream.ended = true;
    wake(call);
}

void http_call_cut(struct http_call *call)
{
    call->stream.cut = true;
    http_call_end(call);
}

size_t http_call_unsent(const struct http_call *call)
{
    return call->stream.waiting.len - call->stream.taken;
}

void http_call_on_room(struct http_call *call, void (*fn)(void *state, struct http_call *call))
{
    call->stream.on_room = fn;
}
