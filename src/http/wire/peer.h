/*
 * http/wire/peer.h - one connection: who it is, who waits for it, and bytes to it
 *
 * Threads: the loop thread only.
 */
#pragma once

#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "http/wire/chunks.h"
#include "http/wire/head.h"
#include "http/wire/user.h"

struct engine;
struct http_call;
struct MHD_Connection;
struct wire;

struct hearing {      /* what the taker has read of the request that is read now, or waited for */
    struct buf begun; /* kept from libmicrohttpd, until the head is whole; else empty, */
    size_t given;     /* of `begun`: libmicrohttpd has it */
    uint64_t got;     /* bytes, from its first one */
    uint64_t head_bytes; /* once it is judged; 0: not known */
    struct chunks chunks;
    bool between; /* nothing was read but `begun`: what comes is judged */
    bool blank;   /* what was read last ends with an empty line */
    bool chunked; /* the body is */
    bool works;   /* the taker is heard at all */
};

struct peer {
    struct wire *wire;
    /* To be told when the client leaves, or, before it is taken, of first bytes: one at a time. */
    void (*heard)(void *listener);
    void *listener;        /* NULL: nobody */
    struct engine *engine; /* the taker's, as the next six are */
    struct MHD_Connection *mhd;
    struct peer *next_cut;
    struct http_call *begun; /* libmicrohttpd is to read what is known already; NULL: nothing */
    uint64_t read_ns;        /* when libmicrohttpd read of it last, about */
    bool waited;             /* the last call did, and the next one may */
    uint32_t calls;
    struct head head;         /* that was judged last */
    bool judged;              /* it is the one that the taker reads next */
    gnutls_session_t session; /* NULL without TLS */
    char *sni;                /* heap; NULL without */
    uint64_t number;
    unsigned lookout; /* what the set looks for; 0 = the descriptor is not in it */
    int fd;
    bool half_closed; /* the set saw that the client's sending side is shut, */
    bool broken;      /* or the connection gone */
    bool reserved;
    bool by_door; /* came in at an address whose door can be closed */
    uint16_t local_port;
    uint16_t port;
    bool tls;
    bool no_notify; /* of its fate */
    unsigned flaws; /* the same */
    bool overtaken; /* the taker's: an answer went out past libmicrohttpd, the last one here */
    struct hearing hearing; /* the taker's, too */
    bool kept;              /* its place is one of those kept back, or would be */
    struct quiet *in;       /* the list of those that could go, if it is in one, */
    bool given_up;          /* or shut to make room */
    uint64_t quiet_since_ns;
    struct peer *quiet_prev, *quiet_next;
    bool tcp;
    bool named; /* sni was looked for */
    bool user_asked;
    enum http_user user; /* once asked */
    uint32_t uid;
    uint32_t inode; /* of the socket at the far end; 0: not known */
    char client[INET6_ADDRSTRLEN];
};

/** The same connection by another descriptor; @old is still to end. */
struct peer *peer_again(const struct peer *old, int fd);
/** The descriptor is not closed: it is the caller's. */
void peer_free(struct peer *peer);
struct str peer_sni(struct peer *peer);
/** A request is here whole, at least its head: the place is the peer's until that is answered. */
void peer_is_busy(struct peer *peer);
/** It asks, but some of its request is still to come, or its answer has no end: of a place that is
 * kept back, it goes when nobody else can. */
void peer_waits(struct peer *peer);
/** It asks for nothing: the place may be given to somebody who does. */
void peer_is_quiet(struct peer *peer);
/** Is @fd still that of a peer of @wire? */
struct peer *peer_of_descriptor(const struct wire *wire, int fd);
/** Tell peer->listener when the client leaves, from now on: there may be one after the other. False
 * when the kernel refuses. */
bool peer_watch_leaving(struct peer *peer);

enum { PEER_AGAIN = -1, PEER_BROKEN = -2 };
/** @more: what follows at once, further bytes or the end, may leave in the same packet. */
ssize_t peer_send(struct peer *peer, struct str bytes, bool more);
/** 0: the other side has ended. */
ssize_t peer_receive(struct peer *peer, void *out, size_t max);
/** Send RST; the descriptor stays open for its owner to close. */
void socket_reset(int fd);
/** Read and forget what is there. False when the other side has ended. */
bool socket_drain(int fd);
