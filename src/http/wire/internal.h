/*
 * http/wire/internal.h - what the files of this room share
 */
#pragma once

#include "base/units.h"
#include "http/wire/peer.h"
#include "http/wire/wire.h"

struct listener {
    struct wire *wire;
    struct loop_watch *watch;
    int fd;
    uint16_t port; /* 0 for a socket file */
    bool tcp;
    bool reserved;
    char *path;    /* of a socket file, to be removed */
    char *address; /* of one whose door is moved: "127.252.0.1:8252"; else NULL */
    int filler;    /* of a door that is silent; else -1 */
    enum wire_door door;
};

/* lookout.c */
int lookout_open(struct wire *wire, struct error *err);
void lookout_close(struct wire *wire);
/** Enter @peer into the table of connections by descriptor. */
void lookout_know(struct peer *peer);
/** Tell the peer's listener, once, when bytes are there or the client has left. */
bool lookout_for_bytes(struct peer *peer);

/* quiet.c */
/** Shut the connection that has been quiet for longest; it goes in the next turn of the loop. False
 * when there is none. */
bool quiet_give_up(struct wire *wire);

/* listen.c */
void listeners_close(struct wire *wire);

/* knock.c */
void knock_new(struct listener *listener, int fd, const struct sockaddr_storage *address,
               socklen_t len);
void knocks_close(struct wire *wire);

/* peer.c */
struct peer *peer_new(struct listener *listener, int fd, const struct sockaddr_storage *address);
/** Tell a client that there is no place for it, if it speaks HTTP without TLS. */
void turn_away(struct wire *wire, int fd);
