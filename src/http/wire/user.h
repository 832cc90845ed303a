/*
 * http/wire/user.h - which user of this machine a connection belongs to
 *
 * Threads: any for user_of_tcp(); the loop thread for peers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Whose the far end of a connection is. */
enum http_user {
    HTTP_USER_KNOWN,   /* a user of this machine */
    HTTP_USER_REMOTE,  /* it is on another machine */
    HTTP_USER_UNKNOWN, /* on this machine, but whose cannot be told; closed meanwhile, perhaps */
};

struct peer;
/** Asked of the kernel once a connection. @out_uid is set when the user is known. */
enum http_user peer_user(struct peer *peer, uint32_t *out_uid);

struct socket_owner {
    uint32_t uid;
    uint32_t inode; /* 0: closed by whoever had it */
};
/** The same of an accepted connection; without @netlink by the tables of /proc alone. @out is set
 * when the user is known. */
enum http_user user_of_tcp(int fd, bool netlink, struct socket_owner *out);
