/*
 * dns/internal.h - what the files of the responder share; for dns/ only
 */
#pragma once

#include <sys/socket.h>

#include "dns/server.h"
#include "loop/loop.h"

enum {
    DNS_TCP_MAX = 64,        /* connections at once; more are closed */
    DNS_MESSAGE_MAX = 65535, /* of TCP */
    DNS_UDP_MAX = 4096,      /* of a question; longer ones are malformed */
    DNS_ASKER_BYTES = INET6_ADDRSTRLEN,
};

struct dns_connection;

struct dns_listener {
    struct dns_server *server;
    int udp, tcp;
    struct loop_watch *udp_watch, *tcp_watch;
};

struct dns_server {
    struct loop *loop;
    struct dns_zone zone;
    struct dns_listener **listeners;
    size_t listener_count;
    struct dns_connection *connections;
    size_t connection_count;
};

/* socket.c */
/** Both sockets of one address on one port, non-blocking. 0, or negative with *err. */
int dns_sockets_open(const struct sockaddr_storage *address, int *out_udp, int *out_tcp,
                     uint16_t *out_port, struct error *err);
/** "127.0.0.1:53" to one or, for ":53", two addresses. 0 or negative; *out_count 1 or 2. */
int dns_addresses_parse(struct str text, struct sockaddr_storage out[2], size_t *out_count,
                        struct error *err);
/** One of ours as an answer says it. */
struct dns_address dns_address_of(const struct sockaddr_storage *address);

/** Who asks, as text; IPv4 also where it came by a socket of both. */
void dns_asker_of(const struct sockaddr_storage *address, char out[DNS_ASKER_BYTES]);

/* datagram.c */
void dns_on_datagrams(void *arg, unsigned events); /* of a listener */

/* stream.c */
void dns_on_connection(void *arg, unsigned events); /* of a listener */
void dns_connections_close(struct dns_server *server);
