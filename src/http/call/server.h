/*
 * http/call/server.h - bytes to requests, responses to bytes
 *
 * One port serves HTTP, HTTPS and proxy requests (CONNECT, absolute form), told apart by the first
 * bytes. The only folder that includes microhttpd.h. Calls may be parked for as long as one likes:
 * a parked call holds a suspended connection and no thread.
 *
 * Threads: the loop thread only, unless said otherwise.
 */
#pragma once

#include "base/error.h"
#include "http/call/delivery.h"
#include "http/call/message.h"
#include "http/wire/gate.h"
#include "http/wire/refusal.h"
#include "http/wire/user.h"

struct gnutls_pcert_st;
struct gnutls_privkey_st;
struct loop;
struct http_server;
struct http_call; /* one request and its answer, on the server's side */

enum http_outcome {
    HTTP_DELIVERED,   /* the whole response, or the raw bytes, went to the kernel */
    HTTP_CLIENT_GONE, /* the client left before that: 499 */
    HTTP_CUT,         /* we ended it, by the delivery plan (nothing, a cut body, a reset) or by
                         http_server_stop() */
    HTTP_REFUSED,     /* the server answered by itself: ambiguous framing, no room; see status */
};

struct http_result {
    enum http_outcome outcome;
    int status;          /* status sent, 0 when none was */
    uint64_t body_bytes; /* of the response body, handed to the kernel */
};

/*
 * What the server tells its owner. `head` and `request` lead to exactly one http_call_deliver(), at
 * once or later; `finished` is always the last word on a call, after it the call and its arena are
 * gone.
 */
enum http_pass {
    HTTP_PASS_SERVE, /* it is the owner's own */
    /* It is, but what it leads to refuses connections, or answers none: so says a proxy. */
    HTTP_PASS_REFUSED,
    HTTP_PASS_UNANSWERED,
    HTTP_PASS_REFUSE, /* it is not, and is not to be had through us */
    HTTP_PASS_ON,
};

/** What those are told for whom nothing is passed on; NULL when it is, or is served here. */
const struct refusal *http_pass_refusal(enum http_pass pass);

struct http_handler {
    struct wire_gate gate;
    /* A client that takes us for its proxy asks for @name (lower case, without port): where does
       that lead? *out_instead: "host:port" in the name's place, absent as it is. NULL: all is
       served. */
    enum http_pass (*pass)(void *owner, struct str name, struct str *out_instead);
    /* May this user have it passed on? */
    bool (*may_pass)(void *owner, enum http_user user, uint32_t uid);
    /* A connection that was passed on to @to has ended: `finished` follows, with what was asked for
       as its request. */
    void (*passed)(void *owner, struct http_call *call, struct str to);
    /* The head is in, the body is not. Set the body limit with http_call_limit_body(), or deliver
     * at once to refuse the body. */
    void (*head)(void *owner, struct http_call *call);
    /* So much of the body has come in as http_call_pause_body() said, and nothing more is read
       until http_call_read_on(), or an answer, behind which the connection closes. */
    void (*paused)(void *owner, struct http_call *call);
    /* All is in. */
    void (*request)(void *owner, struct http_call *call);
    /* The body is larger than the limit; nothing of it is kept. Deliver an answer; the connection
     * closes behind it. */
    void (*too_large)(void *owner, struct http_call *call, uint64_t limit);
    /* The client left while the call was parked (before http_call_deliver()). The call is finished
     * right after this returns. */
    void (*gone)(void *owner, struct http_call *call);
    /* Only `finished` is told of calls that the server refuses by itself before `head`: their
       request is filled in as far as it could be read, http_call_owner() is NULL, the outcome is
       HTTP_REFUSED. Of bytes that are no word of HTTP nobody is told; they are counted. */
    void (*finished)(void *owner, struct http_call *call, const struct http_result *result);
    /* The server refuses a request (no Host, ambiguous framing, no room). @response holds the
       status and a plain {"Code", "Message"} body; give it the form of the emulated service. The
       status stays. NULL: as it is. */
    void (*refuse)(void *owner, struct http_call *call, const struct refusal *refusal,
                   struct http_response *response);
};

struct http_settings {
    uint64_t body_limit_bytes; /* hard limit for any body; http_call_limit_body() can lower it per
                                  call */
    uint64_t
        spool_above_bytes;    /* larger bodies go to an unlinked file in spool_dir and are mapped */
    const char *spool_dir;    /* NULL: $TMPDIR or /tmp */
    uint32_t idle_timeout_s;  /* keep-alive; default 65 */
    uint32_t head_timeout_s;  /* of a request's head, from its first byte to its last; default 60 */
    uint32_t connections_max; /* 0: from RLIMIT_NOFILE */
    /* Fill a certificate chain and key for this name (absent without SNI), with the flaws that
       `accepted` asked for. Called on the loop
       thread during a handshake. The memory stays valid as long as the server. NULL: no TLS, TLS
       bytes are closed. gnutls types: see crypto/. */
    int (*certificate)(void *owner, struct str name, unsigned flaws,
                       const struct gnutls_pcert_st **out_chain, unsigned *out_len,
                       struct gnutls_privkey_st **out_key);
};

/** @owner is handed to all handlers. */
int http_server_new(struct loop *loop, const struct http_settings *settings,
                    const struct http_handler *handler, void *owner, struct http_server **out,
                    struct error *err);

/** "127.0.0.1:0", "[::1]:8252", ":8252" (both families), "unix:/path". *out_port is the real port
 * (0 for unix). */
int http_server_listen(struct http_server *server, struct str address, uint16_t *out_port,
                       struct error *err);
/** The same for an address that serves the owner's own business alone: each connection is reserved,
 * and so is each request. */
int http_server_listen_reserved(struct http_server *server, struct str address, uint16_t *out_port,
                                struct error *err);

/** Listen on an address with a port, for as long as its door is open: http/wire/wire.h. */
int http_server_listen_door(struct http_server *server, struct str address, struct error *err);
int http_server_set_door(struct http_server *server, struct str address, enum wire_door door,
                         struct error *err);

/**
 * Stop accepting, let running calls end for at most @grace_ms, cut the rest, then call done(owner).
 * Afterwards the server may be freed. Parked calls are the owner's: what it does not deliver at
 * once, or within @grace_ms, is cut too.
 */
void http_server_stop(struct http_server *server, uint32_t grace_ms, void (*done)(void *owner));
void http_server_free(struct http_server *server);

/** End the silences that `accepted` asked for, as if their time had passed. Returns how many. */
size_t http_server_release(struct http_server *server);

struct http_server_stats {
    uint32_t connections; /* open now */
    uint32_t calls;       /* being served or parked now */
    uint64_t accepted;    /* connections since start */
    uint64_t refused;     /* over a limit, or not HTTP */
    uint64_t at_once;     /* calls that were answered while they were read */
};
struct http_server_stats http_server_stats(const struct http_server *server);

const struct http_request *http_call_request(const struct http_call *call);
struct arena *http_call_arena(struct http_call *call);
void http_call_set_owner(struct http_call *call,
                         void *state); /* the owner's own state for this call */
void *http_call_owner(const struct http_call *call);
/** Asked of the kernel once a connection. @out_uid is set when the user is known. */
enum http_user http_call_user(struct http_call *call, uint32_t *out_uid);
/** The number that the kernel knows the client's socket by; 0 when it is not on this machine, or
 * not known. */
uint32_t http_call_socket(struct http_call *call);
void http_call_limit_body(struct http_call *call, uint64_t limit_bytes); /* from `head` only */

/** Is there a body to come? */
bool http_call_has_body(const struct http_call *call);
/** Its length; false when the client does not tell. */
bool http_call_declares(const struct http_call *call, uint64_t *out_bytes);
/** From `head` only: `paused` is called once @after bytes of the body are in, before `100 Continue`
 * for 0; at its end, when it has fewer. */
void http_call_pause_body(struct http_call *call, uint64_t after);
void http_call_read_on(struct http_call *call);

/**
 * Tell the server that the call will not be answered for @wait_ms (UINT64_MAX: never by itself).
 * From one second on, a client that shuts down its sending side counts as gone at once; otherwise
 * it may still want its answer, and counts as gone when the call has been parked for a second. A
 * connection that breaks is noticed at once in any case.
 */
void http_call_expect_wait(struct http_call *call, uint64_t wait_ms);

/** Answer. @response may be NULL for RAW and NOTHING. Both are copied where they must be; views
 * must live in the call's arena. */
void http_call_deliver(struct http_call *call, const struct http_response *response,
                       const struct delivery *delivery);

/** End the pauses of an answer that is on its way: drip, stall and silence are over as if their
 * time had passed. Nothing happens to a call that is not delivered. */
void http_call_release(struct http_call *call);

/**
 * Answer piece by piece (server-sent events, streams): the head leaves now, chunked;
 * http_call_push() sends more, http_call_end() ends. False from push: the client is gone or more
 * than 4 MiB wait unsent; then only end is allowed. on_gone may be NULL; it is called neither from
 * here nor behind http_call_end(), so that what it frees may be linked in once this has returned.
 *
 * False: the client has left already, nothing was opened, and on_gone will not be called.
 */
bool http_call_stream(struct http_call *call, const struct http_response *head,
                      void (*on_gone)(void *state, struct http_call *call));
bool http_call_push(struct http_call *call, struct str bytes);
void http_call_end(struct http_call *call);
/** End it short: what was pushed goes out, and then the connection breaks off. */
void http_call_cut(struct http_call *call);
/** What was pushed and is not sent yet. */
size_t http_call_unsent(const struct http_call *call);
/** From now on, each time that everything pushed so far is sent. @fn may not push. */
void http_call_on_room(struct http_call *call, void (*fn)(void *state, struct http_call *call));

/**
 * Become a pipe: the head of @response leaves, and from then on bytes go both ways between the
 * client and @fd, which is taken, until one of the two ends. @first goes to the client before what
 * @fd says; it lives in the call's arena. In place of http_call_deliver().
 */
void http_call_pipe(struct http_call *call, const struct http_response *response, int fd,
                    struct str first);
