/*
 * http/call/internal.h - what the files of this room share
 *
 * The way of a call: a connection is taken by one of the libmicrohttpd daemons for HTTP or HTTPS
 * (engines.c, engine.c), unless its call is over with what was read (at_once.c). call.c takes each
 * call through its phases, with request.c and body.c; then either libmicrohttpd sends the answer
 * (reply.c) or, where bytes must be exact or the connection must break, writer.c does, on a
 * suspended connection.
 */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>

#include "base/buf.h"
#include "base/units.h"
#include "http/call/body.h"
#include "http/call/plan.h"
#include "http/call/server.h"
#include "http/wire/head.h"
#include "http/wire/peer.h"
#include "http/wire/wire.h"
#include "loop/loop.h"

enum {
    IDLE_TIMEOUT_S_DEFAULT = 65, /* keep-alive; also cures half-closed connections */
    HEAD_TIMEOUT_S_DEFAULT = 60,
    HALF_CLOSE_GRACE_MS = 1000, /* a client that only shut down its sending side may still read */
    STREAM_WAITING_BYTES_MAX = 4 * 1024 * 1024,
};

enum engine_kind { ENGINE_PLAIN, ENGINE_LARGE, ENGINE_TLS, ENGINE_KINDS };

/* libmicrohttpd's memory of a connection: bounds the heads, is most of what a parked call costs,
 * and is cleared whole with each request. Most heads are small, and a large first one is seen
 * coming. */
static const size_t engine_pool_bytes[] = {
    [ENGINE_PLAIN] = 10240, [ENGINE_LARGE] = 65536, [ENGINE_TLS] = 24576};

struct engine { /* one libmicrohttpd daemon, driven by our loop */
    struct http_server *server;
    struct MHD_Daemon *daemon;
    struct loop_watch *watch;
    struct loop_timer timer; /* libmicrohttpd's own time-outs */
    uint32_t index;          /* among those of its kind */
    uint32_t connections;
    uint32_t answered, ended; /* calls, so far; they wrap around */
    enum engine_kind kind;
    struct peer *in_hand; /* the one that libmicrohttpd works on, in this round; NULL: none yet */
    struct peer *cut;     /* their answers ended in the middle, in this round */
    bool due;             /* must run before the loop sleeps */
};

struct engines { /* those of a kind */
    struct engine **items;
    uint32_t count;
    uint32_t first_open; /* none before it has room */
};

enum call_phase {
    CALL_LINE,     /* the request line is in */
    CALL_BODY,     /* the head is in, the body is not */
    CALL_EARLY,    /* to be answered although the body is not in */
    CALL_WHOLE,    /* all is in; to be answered */
    CALL_REPLYING, /* libmicrohttpd sends the answer */
    CALL_WRITING,  /* the writer sends the answer */
    CALL_OVER,     /* nothing left but to close the connection */
};

enum writer_state { WRITER_SENDS, WRITER_PAUSES, WRITER_FLUSHES, WRITER_IS_SILENT, WRITER_LINGERS };

struct writer {
    enum writer_state state;
    struct str head; /* or the raw bytes */
    size_t head_sent;
    struct str body;
    uint32_t looks; /* whether all is out, before a reset */
};

struct stream {
    struct buf waiting;
    size_t taken; /* of `waiting` */
    void (*on_gone)(void *state, struct http_call *call);
    void (*on_room)(void *state, struct http_call *call);
    bool open;
    bool ended;
    bool cut; /* ends short */
};

struct http_call {
    struct http_call *next; /* in the list of live or of free calls */
    struct http_call *prev;
    struct http_server *server;
    struct peer *peer;
    struct arena *arena;
    void *owner;
    struct http_request request;
    struct framing framing;
    bool judged; /* its head was found right as it came, and means the same to libmicrohttpd */
    struct body body;
    uint64_t body_limit;
    uint64_t declared_bytes; /* Content-Length of the request, when it has one */
    enum call_phase phase;
    bool has_body;
    bool http10;
    bool head_only; /* HEAD */
    bool known;     /* the owner has met it: `head` was called */
    bool refused;   /* the server answers by itself */
    bool delivered; /* the answer is here */
    bool begun;     /* before libmicrohttpd came by with its line */
    bool suspended;
    bool broken;      /* the reader of the answer must give up */
    bool cut_short;   /* it did */
    bool half_closed; /* the client's sending side is shut */
    bool pauses;      /* its body will be paused, */
    bool paused;      /* or is */
    bool head_again;  /* libmicrohttpd comes by with the head once more */
    uint64_t pause_at;
    bool finished;    /* the last word has been said; the arena is empty */
    uint64_t wait_ms; /* what the owner promised to wait at least */
    uint64_t parked_ns;
    struct http_response response;
    struct delivery delivery;
    struct http_result result;
    uint64_t body_at_once; /* libmicrohttpd has it all, and does not tell how much of it went */
    void (*on_leaving)(struct http_call *call);
    struct loop_watch *watch; /* the writer's */
    struct loop_timer timer;
    struct plan plan;
    struct writer writer;
    struct stream stream;
    struct tunnel *tunnel; /* NULL: none */
};

struct pass; /* a connection that is served elsewhere */
struct worker;

struct http_server {
    struct loop *loop;
    struct http_settings settings;
    struct http_handler handler;
    void *owner;
    struct engines engines[ENGINE_KINDS];
    struct loop_timer shrink; /* engines that nobody needs any more */
    struct wire wire;
    struct http_call *calls; /* live */
    struct pass *passes;     /* all */
    struct worker *resolver; /* of their names; NULL before the first */
    struct http_call *spare; /* free */
    struct buf said;         /* the answer that went out last, at once */
    uint32_t spare_count;
    struct body_pool bodies;
    struct loop_timer trim;
    struct loop_timer grace;
    uint32_t live;                                    /* calls, served or parked */
    uint64_t refused;                                 /* calls, so far */
    uint64_t at_once;                                 /* the same */
    void (*on_last_call)(struct http_server *server); /* while it stops; else NULL */
    void (*stopped)(void *owner);
    bool stopping;
    bool stop_posted;
    bool closing; /* no call may begin any more */
};

/* engine.c */
struct engine *engine_new(struct http_server *server, enum engine_kind kind, struct error *err);
void engine_run(struct engine *engine);
void engine_free(struct engine *engine); /* nothing may be suspended */

/* engines.c */
int engines_start(struct http_server *server, struct error *err);
void engines_stop(struct http_server *server); /* nothing may be suspended */
void engines_run(struct http_server *server);
/** The peer's descriptor belongs to the connection from now on, whatever comes of it. */
void engines_take(struct peer *peer, const struct sockaddr *address, socklen_t len);
/** The connection has ended, and the peer with it. */
void engines_left(struct peer *peer);
/** The head that was read needs more memory than this one's daemon gives. */
bool engines_must_move(const struct peer *peer);
/** Hand the connection, with what was kept of it, to a daemon that has more; @peer then has come to
 * its end. False when it cannot be. */
bool engines_move(struct peer *peer);
/** The same connection, by another descriptor and peer, for whoever takes it from libmicrohttpd;
 * NULL when it cannot be had. */
struct peer *engines_withdraw(struct peer *peer);

/* overtake.c */
/** libmicrohttpd is about to answer an error by itself, with @status, on the connection in hand. */
void overtake(struct engine *engine, unsigned status);
/** What was read of the body that is coming in will not do. */
void overtake_body(struct peer *peer, const struct refusal *refusal);
/** What was read, between two requests, is no head: @bytes are all of it. */
void overtake_unread(struct peer *peer, struct str bytes, const struct refusal *refusal);

/* hand.c */
/** From here to hand_end() libmicrohttpd runs for @server. Returns what hand_end() wants. */
struct http_server *hand_begin(struct http_server *server);
void hand_end(struct http_server *outer);
/** For whom it runs now; NULL when it does not. */
struct http_server *hand_server(void);
/** It works on @peer from now on. */
void hand_take(struct peer *peer);
void hearing_init(struct peer *peer);
void hearing_done(struct peer *peer);
/** The call has been answered, the connection may bring another. */
void hearing_request_over(struct http_call *call);
/** For sockets that are not libmicrohttpd's: recv() and send() look whether they are (hear.c).
 * Neither waits. */
ssize_t socket_read(int fd, void *out, size_t max);
ssize_t socket_write(int fd, const void *bytes, size_t len);

/* request.c */
void request_line(struct http_call *call, struct str uri);
void request_head(struct http_call *call, const char *method, const char *version);
/** The same out of @bytes, in the call's arena: all of a request whose head was judged right.
 * False, and nothing has happened, where libmicrohttpd has more to do for it than to read it. */
bool request_of_bytes(struct http_call *call, struct str bytes, struct str *out_body);
/** What is wrong with the framing or the Host, or NULL. */
const struct refusal *request_check(const struct http_call *call);
/** CONNECT, the first request of a connection with TLS. */
bool request_is_tunnel(const struct http_call *call);
/** Whatever can be made out of the head of a request that is refused unread. */
void request_guess(struct http_call *call, struct str bytes);

/* life.c */
struct http_call *call_new(struct http_server *server, struct peer *peer);
/** The last word: the owner hears of the end, then the call's memory is gone. */
void call_finish(struct http_call *call);
void call_recycle(struct http_call *call);
void call_unpark(struct http_call *call); /* lookout, watch and timer */
void call_suspend(struct http_call *call);
void call_resume(struct http_call *call);
/** What a reader of an answer returns that ends in the middle. */
ssize_t reader_give_up(struct http_call *call);
/** Nothing more will be sent: close the connection. */
void call_over(struct http_call *call, enum http_outcome outcome);
/** True when the client had left before it was sent the answer. */
bool call_bounced(const struct http_call *call);
/** The client has left. */
void call_left(struct http_call *call);
/** The same, before an answer was there; the connection is gone as well. */
void call_left_unanswered(struct http_call *call);
void calls_cut(struct http_server *server);

/* call.c */
enum MHD_Result call_step(struct http_call *call, const char *method, const char *version,
                          const char *data, size_t *size);
void call_completed(struct http_call *call, enum MHD_RequestTerminationCode why);
/** The owner meets the call: its head is in. */
void call_meet(struct http_call *call);
/** And is asked, unless it has answered: all is in. */
void call_ask(struct http_call *call);

/* at_once.c */
/** @bytes were read, a head that is right and what came behind it. True when they were a request
 * that has been answered; else libmicrohttpd reads them. */
bool at_once(struct peer *peer, struct str bytes);
/** libmicrohttpd reads something of @peer now. */
void at_once_read(struct peer *peer);

/* refuse.c */
/** The server's own answer; the owner may give it another form. */
void call_refuse(struct http_call *call, const struct refusal *refusal);
/** Answer, past libmicrohttpd, a call that it was reading. */
void call_refuse_read(struct http_call *call, const struct refusal *refusal);
/** Answer a request that libmicrohttpd never sees: as `refuse` of struct wire_owner. */
void call_refuse_unread(struct peer *peer, struct str bytes, const struct refusal *refusal);

/* park.c */
/** Wait for the owner's answer; a client that leaves meanwhile ends the call. */
void call_park(struct http_call *call);
/** Look out for the client's leaving. @fn is called from the loop, also when it left before. */
void call_look_out(struct http_call *call, void (*fn)(struct http_call *call));
static inline bool wait_is_long(uint64_t wait_ms)
{
    return wait_ms == DELIVERY_FOREVER || wait_ms >= HALF_CLOSE_GRACE_MS;
}

/* reply.c */
enum {
    REPLY_ROW_BYTES = 64,    /* of libmicrohttpd, for each header and argument it parsed */
    REPLY_EXTRA_BYTES = 512, /* status line, Date, Connection, Content-Length, its own needs */
};
/** Can libmicrohttpd send this answer as it shall be? */
bool reply_is_possible(const struct http_call *call);
/** The same, but for its memory. */
bool reply_is_plain(const struct http_call *call);
/** Its body takes its time. */
bool reply_is_paced(const struct http_call *call);
bool reply_queue(struct http_call *call);
/** A pause in the body ends now. */
void reply_release(struct http_call *call);
/** False when libmicrohttpd does not take one of them. */
bool reply_add_headers(struct http_call *call, struct MHD_Response *response);
bool reply_has_body(const struct http_call *call);
bool reply_header_is_valid(const struct http_header *header);

/* head.c */
void head_write(const struct http_call *call, bool announce_close, struct buf *out);
struct str head_format(struct http_call *call, bool announce_close);

/* writer.c */
void writer_start(struct http_call *call);
/** The answer with this head has begun to go out: @sent bytes of head and body. */
void writer_go_on(struct http_call *call, struct str head, size_t sent);
/** Send the answer at once, as far as the kernel takes it, and look back no more: for short ones.
 */
void writer_say(struct http_call *call);
/** A pause or a silence ends now; sending goes on as it is. */
void writer_release(struct http_call *call);

/* stream.c */
bool stream_queue(struct http_call *call);

/* pass.c */
enum pass_kind {
    PASS_TUNNEL,
    PASS_TUNNEL_STANDS, /* the client was told so */
    PASS_REQUEST,
};
/** Ask the owner about @authority. NULL: it is served here, or passed on to *out_to, in @arena,
 * when that is set; else why it is refused. */
const struct refusal *pass_ask(struct http_server *server, struct peer *peer, struct str authority,
                               const char *port, struct arena *arena, struct str *out_to);
/** Pass the connection on to @to. The peer and its descriptor are taken; of @head nothing is still
 * to be read. It never ends before this returns. */
void pass_begin(struct http_server *server, struct peer *peer, struct str head, struct str to,
                enum pass_kind kind);
/** What the wire asks its owner: wire_owner.connect, wire_owner.request. */
bool pass_connect(struct peer *peer, struct str bytes, struct str authority,
                  const struct refusal **out_refusal);
bool pass_request(struct peer *peer, struct str head);
/** Is @head, of a later request, to be passed on, and where? */
bool pass_is_due(struct peer *peer, struct str head, struct arena *arena, struct str *out_to);
void passes_end(struct http_server *server);

/* tunnel.c */
/** The call asked for a tunnel within TLS: be one. False when it cannot be had; *out_refusal says
 * why it may not. */
bool tunnel_open(struct http_call *call, const struct refusal **out_refusal);
