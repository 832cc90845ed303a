/*
 * invoke/websocket.h - the server's side of a WebSocket: frames of a client taken apart, ours put
 * together
 *
 * Source: RFC 6455.
 *
 * Threads: any, one at a time on the same struct.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum websocket_kind {
    WEBSOCKET_MORE,  /* nothing whole is there */
    WEBSOCKET_BAD,   /* what came is none, or too large */
    WEBSOCKET_TEXT,  /* a whole message */
    WEBSOCKET_BYTES, /* the same */
    WEBSOCKET_PING,  /* wants its payload back */
    WEBSOCKET_PONG,
    WEBSOCKET_CLOSE,
};

enum { WEBSOCKET_NORMAL = 1000, WEBSOCKET_PROTOCOL_ERROR = 1002 };

struct websocket {
    struct buf in;      /* that came and was not taken apart */
    size_t at;          /* of it */
    struct buf message; /* its fragments, or the one that was given out */
    enum websocket_kind begun;
    bool given; /* `message` was given out */
};

void websocket_done(struct websocket *socket);
void websocket_take(struct websocket *socket, struct str bytes);
/** The next frame or message; *out is valid until the next call. */
enum websocket_kind websocket_next(struct websocket *socket, struct str *out);

/** A frame: @lead and @rest one behind the other. */
void websocket_put(struct buf *out, enum websocket_kind kind, struct str lead, struct str rest);
void websocket_put_close(struct buf *out, unsigned status);
/** The Sec-WebSocket-Accept of a Sec-WebSocket-Key. */
struct str websocket_accept(struct str key, struct arena *arena);
