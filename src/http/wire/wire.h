/*
 * http/wire/wire.h - connections, until their first bytes have told where they go
 *
 * The way of a connection: listen.c accepts, knock.c looks at the first bytes, and the owner takes
 * it. What it does with it is told to nobody here, but for its end (http/wire/peer.h).
 *
 * Threads: the loop thread only.
 */
#pragma once

#include <sys/socket.h>

#include "base/error.h"
#include "base/str.h"
#include "http/wire/ending.h"
#include "http/wire/gate.h"
#include "http/wire/head.h"
#include "loop/loop.h"

struct knock;
struct listener;
struct peer;
struct wire;

enum {
    WIRE_PEEK_BYTES = HEAD_BYTES_MAX, /* looked at before a connection is handed over */
    WIRE_RESERVED_MAX = 128, /* places for the owner's own business, beyond connections_max */
};

struct wire_owner {
    void *owner; /* of the gate */
    struct wire_gate gate;
    /* The peer and its descriptor are the taker's from now on, whatever comes of it. */
    void (*take)(struct peer *peer, const struct sockaddr *address, socklen_t len);
    /* The first request of @peer, of which @bytes are there, is not HTTP: answer it. The peer and
       its descriptor stay with the wire, which closes them in due course. */
    void (*refuse)(struct peer *peer, struct str bytes, const struct refusal *refusal);
    /* A client that takes us for its proxy asks for a tunnel to @authority, of which @bytes are the
       whole head, or with @head for an absolute target; both are peeked at and still to be read.
       True: the peer and its descriptor are the owner's from now on. False with *out_refusal: it is
       to be refused; without: it is served here. NULL: all are. */
    bool (*connect)(struct peer *peer, struct str bytes, struct str authority,
                    const struct refusal **out_refusal);
    bool (*request)(struct peer *peer, struct str head);
    /* A connection has ended; it is no longer counted. */
    void (*closed)(struct wire *wire);
};

struct lookout {
    struct loop_watch *watch;
    int fd; /* of the epoll set; -1 when it is closed */
};

struct quiet { /* the longest first */
    struct peer *first, *last;
};

struct wire {
    struct loop *loop;
    struct wire_owner owner;
    struct listener **listeners;
    uint16_t listener_count;
    struct loop_timer accept_pause; /* out of descriptors */
    struct knock *knocks;
    struct lookout lookout;
    struct quiet quiet, quiet_kept; /* those in places that are kept back */
    struct quiet waiting;           /* in such places, too: see peer_waits() */
    struct loop_timer sweep;
    struct peer **by_fd; /* all connections */
    size_t by_fd_count;
    uint64_t last_number;
    uint64_t accepted;        /* so far */
    uint64_t refused;         /* so far: over a limit, or neither HTTP nor TLS */
    uint32_t connections_max; /* for the owner to set; beside them the places kept back */
    uint32_t reserved_max;    /* for the owner to set: places for its own business, beyond those */
    uint32_t connections;     /* now */
    uint32_t leaving;         /* of them, given up and about to be closed */
    uint32_t connections_peak;
    uint64_t body_max;       /* for the owner to set: a larger chunk is refused at once */
    uint32_t idle_timeout_s; /* for the owner to set: of a connection that is kept alive */
    uint32_t head_timeout_s; /* for the owner to set: of a request's head, all in all */
    bool no_tls;             /* for the owner to set: TLS is closed */
    unsigned char peek[WIRE_PEEK_BYTES];
};

int wire_open(struct wire *wire, struct loop *loop, const struct wire_owner *owner,
              struct error *err);
/** As http_server_listen() says; a @reserved address serves the owner's own business alone. */
int wire_listen(struct wire *wire, struct str address, bool reserved, uint16_t *out_port,
                struct error *err);
/** Listen on "127.252.0.1:8252", an address with a port of its own that can be closed. */
int wire_listen_door(struct wire *wire, struct str address, struct error *err);
/** What becomes of those who come there from now on; connections that stand are left alone. The
 * door stays as it was when this fails. */
int wire_set_door(struct wire *wire, struct str address, enum wire_door door, struct error *err);
/** A connection within @outer: @fd is looked at as if it had just been accepted from that client.
 */
void wire_enter(struct peer *outer, int fd);
/** Is one of the addresses a TCP port of this number? */
bool wire_listens(const struct wire *wire, uint16_t port);
/** A peer of the same client and user as @outer. */
struct peer *peer_within(struct peer *outer, int fd);
/** End what is kept in silence, as if its time had passed. Returns how many. */
size_t knocks_release(struct wire *wire);
/** Accept no more, and close what was not taken yet. */
void wire_shut(struct wire *wire);
/** All peers must be gone, or never be looked at again. */
void wire_close(struct wire *wire);
